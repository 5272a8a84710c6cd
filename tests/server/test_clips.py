import io
import os
from pathlib import Path

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from immersions.server.library import LONGEST_SECONDS, Library

RATE = 44_100
BAD_AUDIO = Path(os.environ.get("BAD_AUDIO", "../shared/data/bad_audio"))


@pytest.fixture
def client(app):
    return TestClient(app, base_url="http://127.0.0.1:8765")


def wav(seconds, rate=RATE, channels=1):
    noise = np.random.default_rng(0).standard_normal((round(seconds * rate), channels))
    buffer = io.BytesIO()
    soundfile.write(buffer, 0.1 * noise, rate, format="WAV")
    return buffer.getvalue()


def upload(client, content, name="my loop.wav"):
    return client.post("/api/clips", files={"file": (name, content)})


def one_line(answer):
    detail = answer.json()["detail"]
    return isinstance(detail, str) and detail and "\n" not in detail


def test_an_upload_can_be_listed_heard_and_chosen(client, room):
    answer = upload(client, wav(3.0, rate=48_000, channels=2))
    assert answer.status_code == 200, answer.text
    clip = answer.json()
    assert clip["title"] == "my loop"
    assert clip["seconds"] == pytest.approx(3.0, abs=0.001)
    assert clip["id"] in [each.id for each in room.library.clips()]
    heard = client.get(f"/api/clips/{clip['id']}/audio")
    assert heard.headers["content-type"] == "audio/wav"
    samples, rate = soundfile.read(io.BytesIO(heard.content))
    assert rate == RATE
    assert len(samples) == 3 * RATE
    assert np.abs(samples).max() <= 1


def test_every_bundled_clip_can_be_heard(client, room):
    bundled = [each for each in room.library.clips() if each.kind not in ("generated", "upload")]
    assert len(bundled) >= 12
    for clip in bundled[:2]:
        samples, rate = soundfile.read(
            io.BytesIO(client.get(f"/api/clips/{clip.id}/audio").content)
        )
        assert len(samples) / rate == pytest.approx(clip.seconds, abs=0.001)


def test_short_uploads_are_repeated_and_long_ones_cut(client):
    short = upload(client, wav(0.7)).json()
    assert short["seconds"] == pytest.approx(2.1, abs=0.001)
    long = upload(client, wav(20.0)).json()
    assert long["seconds"] == LONGEST_SECONDS
    assert "first 16 s" in long["title"]


@pytest.mark.parametrize(
    "content", [b"", b"RIFF", b"not a sound" * 1000, wav(1.0)[:30], wav(1.0, rate=1000)]
)
def test_a_bad_upload_is_answered_with_one_line(client, content, room):
    before = len(room.library.clips())
    answer = upload(client, content)
    assert 400 <= answer.status_code < 500
    assert one_line(answer)
    assert answer.json()["detail"].startswith("my loop: ")
    assert "/" not in answer.json()["detail"].split("(")[0]
    assert len(room.library.clips()) == before


@pytest.mark.skipif(not BAD_AUDIO.is_dir(), reason="BAD_AUDIO names no folder")
def test_every_bad_file_is_a_clip_or_one_line(client):
    """A few of each kind; how each of them is read is tested with the reader."""
    files = sorted(path for path in BAD_AUDIO.rglob("*") if path.is_file())
    assert files
    for path in files[::12]:
        answer = upload(client, path.read_bytes(), path.name)
        assert answer.status_code == 200 or (400 <= answer.status_code < 500), path
        assert answer.status_code == 200 or one_line(answer), path


@pytest.mark.parametrize("name", ["../../x.wav", "/etc/passwd", "a\nb\0.wav", "x" * 999, "..", ""])
def test_an_upload_s_name_is_a_title_and_nothing_else(room, name):
    clip, _ = room.library.add(io.BytesIO(wav(2.0)), name, RATE)
    assert clip.id.startswith("upload-")
    assert clip.title.isprintable()
    assert 0 < len(clip.title) <= 60


@pytest.mark.parametrize("clip", ["nothing", "..%2f..%2fetc%2fpasswd", "/etc/passwd"])
def test_an_unknown_clip_is_not_found(client, clip):
    assert client.get(f"/api/clips/{clip}/audio").status_code == 404


def test_a_form_without_a_file_is_refused(client):
    for kind in ({"data": {"file": "x"}}, {"files": [("a", b"1"), ("b", b"2")]}, {"content": b"x"}):
        answer = client.post("/api/clips", **kind)
        assert 400 <= answer.status_code < 500
        assert one_line(answer)


def test_silence_is_silent_and_noise_follows_its_seed():
    shelf = Library()
    assert not shelf.samples("silence", RATE).any()
    first, again, other = (shelf.samples("noise", RATE, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, other)
    assert np.abs(first).max() <= 1


def test_samples_that_are_not_finite_are_reported(client):
    sound = 0.3 * np.sin(np.arange(2 * RATE) / 20).astype(np.float32)
    sound[100:103] = np.nan
    file = io.BytesIO()
    soundfile.write(file, sound, RATE, format="WAV", subtype="FLOAT")
    answer = upload(client, file.getvalue(), "odd.wav")
    assert answer.status_code == 200
    assert answer.json()["warning"] == "3 samples were not finite and became 0"
    assert upload(client, wav(2.0)).json()["warning"] == ""
