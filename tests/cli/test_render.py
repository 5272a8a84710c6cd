"""`immersions render`: a log as sound and as a film, and one line for what goes wrong."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from command_line import fails

from immersions import cli, ears
from immersions.anatomy.pictures.film import ffmpeg
from immersions.dreaming import PARAMETERS
from immersions.stage.logs import events as say
from immersions.stage.logs.writing import NAME, digest
from immersions.stage.mixdown import LATENCY_FRAMES
from immersions.stage.mixdown.fitting import fitted
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.start_sounds import common
from immersions.stage.wire import state_to
from immersions.stage.workers.listener import fingerprint

RATE = 44_100
STEPS = 2


@pytest.fixture(scope="module")
def events() -> list[say.Event]:
    """Three seconds of a breakbeat, and of what two steps make of it, as somebody played them."""
    clip = common("breakbeat", RATE, 0)
    name, target = digest(clip), Range("encoder.1", channel=(0.0, 0.5))
    state = State("breakbeat", "small", len(clip) / RATE, True, 0, PARAMETERS.defaults(), (target,))
    one = len(clip)
    return [
        say.Opened(version="1", started="2026-11-20T20:00:00+00:00"),
        say.Ear(
            ear="small", source="small", hash=fingerprint(ears.load("small")), sample_rate=RATE
        ),
        say.Sound(sha256=name, sample_rate=RATE, samples=len(clip), clip="breakbeat"),
        say.Begin(state=state_to(state), clip=name),
        say.LoopMade(id=1, kind="start", step=0, digest=name),
        say.Sounds(page=1, loop=1, frame=7, fade=0, rate=RATE, time=1.0),
        say.Render(step=STEPS, time=2.0),
        say.LoopMade(id=2, kind="dream", step=STEPS, time=2.0),
        say.Sounds(page=1, loop=2, frame=7 + one, fade=1323, rate=RATE, time=1.0 + one / RATE),
        say.Render(step=STEPS, time=3.0 + one / RATE),
    ]


def written(folder: Path, events: list[say.Event]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    lines = [event.model_dump_json() for event in events]
    (folder / NAME).write_text("\n".join(lines) + "\n")
    return folder


@pytest.fixture
def log(tmp_path: Path, events: list[say.Event]) -> Path:
    return written(tmp_path / "played", events)


def test_a_log_becomes_the_sound_that_was_played(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"
    assert cli.run(["render", str(log), "-o", str(out)]) == 0
    told = capsys.readouterr()
    assert told.out.startswith(f"{out}: 5.6 s, 24 bits; 2 loops")
    assert "2 steps dreamed" in told.err
    sound, rate = soundfile.read(out)
    clip = common("breakbeat", RATE, 0)
    assert rate == RATE
    assert soundfile.info(out).subtype == "PCM_24"
    heard = sound[LATENCY_FRAMES:]
    steady = slice(2000, len(clip) - 1323)
    assert np.abs(heard[steady] - clip[steady]).max() <= 2**-24
    after = heard[len(clip) : len(clip) + RATE]
    assert 1e-4 < np.abs(after - clip[:RATE]).max() < 1, "the dream has changed it"
    assert b"2026-11-20" in out.read_bytes()[:700]


def test_a_sample_is_heard_beside_the_dream_and_an_older_log_says_that_it_does_not_know_it(
    tmp_path: Path, events: list[say.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    bass = common("acid", RATE, 0)
    joins, at = 40_007, {"page": 1, "rate": RATE}
    loop = len(common("breakbeat", RATE, 0))
    place = {"place": "sample_1", "frame": joins, "fade": 0, "into": joins - 7, "length": loop}
    told = [
        say.Sound(sha256=digest(bass), sample_rate=RATE, samples=len(bass), clip="acid"),
        say.Gains(**at, frame=7, gains={"sample_1": 0.25, "deck_0": 0.25}, time=1.0),
        say.Beside(**at, **place, sound=digest(bass), time=1.5),
    ]
    heard = {}
    for knows in (True, False):
        opened = events[0].model_copy(update={"beside": knows})
        log = written(tmp_path / f"{knows}", [opened, *events[1:], *told[: 3 if knows else 2]])
        out = tmp_path / f"{knows}.wav"
        assert cli.run(["render", str(log), "-o", str(out), "--seconds", "2"]) == 0
        heard[knows], _ = soundfile.read(out)
        assert ("are not all in this log" in capsys.readouterr().err) is not knows
    beside = (heard[True] - heard[False])[LATENCY_FRAMES:]
    ramp = np.clip((np.arange(len(beside)) + 7 - joins) / (0.03 * RATE), 0, 1)
    expected = 0.25 * ramp * fitted(bass, loop, RATE)[: len(beside)]
    assert np.abs(expected).max() > 0.05
    assert np.abs(beside - expected).max() < 2**-22


def test_parts_are_parts_of_the_whole(log: Path, tmp_path: Path) -> None:
    whole, part = tmp_path / "whole.wav", tmp_path / "part.wav"
    assert cli.run(["render", str(log), "-o", str(whole)]) == 0
    arguments = ["--begin", "3.2", "--seconds", "1.5"]
    assert cli.run(["render", str(log / NAME), "-o", str(part), *arguments]) == 0
    one, _ = soundfile.read(whole)
    two, _ = soundfile.read(part)
    assert len(two) == round(1.5 * RATE)
    begin = round(3.2 * RATE)
    assert np.array_equal(two, one[begin : begin + len(two)])


def test_a_log_becomes_a_film_lit_by_the_music(log: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.mp4"
    size = ["--size", "320x180", "--fps", "10", "--seconds", "2"]
    assert cli.run(["render", str(log), "-o", str(out), *size]) == 0
    decoded = [ffmpeg(), "-loglevel", "error", "-i", str(out), "-f", "rawvideo", "-pix_fmt"]
    raw = subprocess.run([*decoded, "rgb24", "-"], capture_output=True, check=True).stdout
    frames = np.frombuffer(raw, np.uint8).reshape(-1, 180, 320, 3).astype(float)
    assert len(frames) == 20
    network, strip = frames[:, :160], frames[:, 170:]
    assert network.max() > 200, "something shines"
    assert np.median(network) < 40, "on a dark ground"
    changed = np.abs(np.diff(network, axis=0)).mean((1, 2, 3))
    assert (changed > 0.1).all(), "and moves"
    lines = strip.mean((1, 3)).argmax(1)
    assert (np.diff(lines) > 0).mean() > 0.8, "the present moves to the right"
    wav = tmp_path / "sound.wav"
    subprocess.run([ffmpeg(), "-loglevel", "error", "-y", "-i", str(out), str(wav)], check=True)
    sound, _ = soundfile.read(wav)
    assert abs(len(sound) / RATE - 2) < 0.1
    assert np.abs(sound).max() > 0.05
    assert sorted(each.name for each in tmp_path.iterdir()) == ["out.mp4", "played", "sound.wav"]


def test_what_cannot_be_rendered_is_one_line_and_writes_nothing(
    tmp_path: Path, events: list[say.Event], capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.wav"

    def said(log: Path, *more: str) -> str:
        line = fails(capsys, "render", log, "-o", out, *more)
        assert not out.exists()
        return line

    def but(name: str, **changes: object) -> Path:
        """The log with an event changed."""
        changed = [
            each.model_copy(update=changes) if type(each).__name__ == name else each
            for each in events
        ]
        return written(tmp_path / f"but-{name}-{len(list(tmp_path.iterdir()))}", changed)

    played = written(tmp_path / "played", events)
    assert "there is no log" in said(tmp_path / "nowhere")
    (tmp_path / "notes.txt").write_text("dear diary\n")
    assert "no log of a performance" in said(tmp_path / "notes.txt")
    assert "is not the one that was played with" in said(but("Ear", hash="0" * 32))
    assert "the log needs the ear" in said(but("Ear", source="gone/away"))
    assert "needs this sound" in said(but("Sound", clip="nobody-s"))
    assert "is another sound" in said(but("Sound", clip="house"))
    assert "was never made" in said(but("LoopMade", kind="dream"))
    assert "nothing sounded" in said(but("Sounds", loop=77))
    assert "unknown recording 'one'" in said(played, "--recording", "one")
    assert "the performance lasts 5.6 s" in said(played, "--begin", "9")
    assert "--size" in said(played, "--size", "large")
    assert "--seconds" in said(played, "--seconds", "-1")
    assert "expected a name ending in .wav or .mp4" in fails(
        capsys, "render", played, "-o", tmp_path / "out.ogg"
    )
    assert "no folder" in fails(capsys, "render", played, "-o", tmp_path / "none" / "out.wav")


def test_a_torn_log_is_rendered_without_its_last_line(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with (log / NAME).open("a") as file:
        file.write('{"event":"loop","id":3,"ki')
    assert cli.run(["render", str(log), "-o", str(tmp_path / "out.wav"), "--seconds", "1"]) == 0
    assert "the last line of the log was not finished" in capsys.readouterr().err


def test_no_room_on_the_disk_is_one_line_before_the_work(
    log: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("immersions.cli.rendering.room", lambda path: 1e6)
    line = fails(capsys, "render", log, "-o", tmp_path / "out.wav")
    assert "no room on the disk" in line
    assert json.dumps(line).count("\\n") == 0
