"""Streams of any length: equal to reading at once, in constant memory, ffmpeg for the rest."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import broken_sounds
import numpy as np
import pytest
import soundfile

from immersions import audio

RATE = 22_050


@pytest.fixture(scope="module")
def music(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Ten seconds of stereo noise."""
    path = tmp_path_factory.mktemp("stream") / "noise.flac"
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, (10 * RATE, 2))
    soundfile.write(path, noise.astype(np.float32), RATE, subtype="PCM_24")
    return path


@pytest.mark.parametrize("rate", [RATE, 16_000, 44_100])
@pytest.mark.parametrize("block_seconds", [0.25, 3.0, 60.0])
def test_a_stream_is_the_file_read_at_once(music: Path, rate: int, block_seconds: float) -> None:
    blocks = list(audio.stream(music, rate, block_seconds))
    assert {len(block) for block in blocks[:-1]} <= {round(block_seconds * rate)}
    assert 0 < len(blocks[-1]) <= round(block_seconds * rate)
    whole = audio.read(music, rate).samples
    joined = np.concatenate(blocks)
    assert joined.dtype == np.float32
    assert abs(len(joined) - len(whole)) <= 1
    count = min(len(joined), len(whole))
    np.testing.assert_allclose(joined[:count], whole[:count], atol=2e-5)


def test_a_long_file_is_streamed_in_the_memory_of_a_block(tmp_path: Path) -> None:
    path = tmp_path / "long.flac"
    minute = np.zeros(60 * 44_100, np.int16)
    with soundfile.SoundFile(path, "w", 44_100, 1, "PCM_16", format="FLAC") as file:
        for _ in range(15):
            file.write(minute)
    script = (
        "import resource, sys\nfrom immersions import audio\n"
        "def most(): return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss\n"
        "stream = audio.stream(sys.argv[1], 16000, 1.0)\nnext(stream)\nbefore = most()\n"
        "print(1 + sum(1 for _ in stream), most() - before)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    blocks, grown_kilobytes = map(int, run.stdout.split())
    assert blocks == 900
    assert grown_kilobytes < 10_000  # all of it would be 58 MB


def test_non_finite_samples_are_zero_in_streams_too(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    samples = np.array([0.5, np.nan, np.inf, -np.inf, 0.25], np.float32)
    soundfile.write(path, samples, RATE, subtype="FLOAT")
    told: list[str] = []
    (heard,) = audio.stream(path, RATE, notice=told.append)
    np.testing.assert_array_equal(heard, [0.5, 0, 0, 0, 0.25])
    assert told == ["3 samples were not finite and became 0"]


def test_a_damaged_file_ends_where_its_damage_begins(music: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.flac"
    content = music.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    told: list[str] = []
    heard = np.concatenate(list(audio.stream(cut, RATE, notice=told.append)))
    whole = audio.read(music).samples
    assert 3.5 * RATE < len(heard) <= 5.1 * RATE
    sure = len(heard) - 16_384
    np.testing.assert_array_equal(heard[:sure], whole[:sure])
    assert len(told) == 1
    assert told[0].startswith(f"damaged after {len(heard) / RATE:.2f} s: ")


@pytest.mark.parametrize("rate", [broken_sounds.RATE, 16_000])
def test_a_stream_tells_what_reading_warns_of(tmp_path: Path, rate: int) -> None:
    due = broken_sounds.make(tmp_path)
    for name in [name for name, what in due.items() if what in ("sound", "warning")]:
        told: list[str] = []
        list(audio.stream(tmp_path / name, rate, notice=told.append))
        assert bool(told) == (due[name] == "warning"), name
        assert all(line and line.isprintable() for line in told), name
    told = []
    list(audio.stream(tmp_path / "endless.flac", rate, notice=told.append))
    assert told == [], "a length left open is no damage"


def test_files_that_are_no_sound_are_one_line(tmp_path: Path) -> None:
    text = tmp_path / "a.wav"
    text.write_text("a sentence")
    for path, error in ((text, ValueError), (tmp_path, OSError), (tmp_path / "no.wav", OSError)):
        with pytest.raises(error) as refusal:
            list(audio.stream(path, RATE))
        assert str(refusal.value).startswith(str(path))
        assert str(refusal.value).isprintable()


def test_without_ffmpeg_the_refusal_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.m4a"
    path.write_bytes(b"\0\0\0\x20ftypM4A " + bytes(500))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(ValueError, match="ffmpeg, which reads more formats, is not installed"):
        list(audio.stream(path, RATE))


@pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed")
class TestWithFfmpeg:
    @pytest.fixture
    def aac(self, tmp_path: Path) -> Path:
        source, path = tmp_path / "a.wav", tmp_path / "a.m4a"
        source.write_bytes(broken_sounds.encoded("wav", broken_sounds.tone(4.0)))
        subprocess.run(
            ["ffmpeg", "-loglevel", "error", "-i", source, "-c:a", "aac", path], check=True
        )
        return path

    def test_it_reads_what_libsndfile_cannot(self, aac: Path) -> None:
        heard = np.concatenate(list(audio.stream(aac, RATE, 1.0)))
        assert abs(len(heard) - 4 * RATE) < 3000
        spectrum = np.abs(np.fft.rfft(heard[RATE : 2 * RATE]))
        assert np.argmax(spectrum) in (220, 277, 330)

    def test_what_it_says_of_damage_is_told(self, aac: Path) -> None:
        told: list[str] = []
        whole = np.concatenate(list(audio.stream(aac, RATE, notice=told.append)))
        assert told == []
        content = bytearray(aac.read_bytes())
        content[len(content) // 3 : len(content) // 2] = bytes(
            len(content) // 2 - len(content) // 3
        )
        aac.write_bytes(content)
        heard = np.concatenate(list(audio.stream(aac, RATE, notice=told.append)))
        assert 0 < len(heard) <= len(whole)
        assert told
        assert told[0].startswith("ffmpeg says: ")

    def test_a_stream_left_early_leaves_no_process(self, aac: Path) -> None:
        stream = audio.stream(aac, RATE, 0.1)
        assert len(next(stream)) == RATE // 10
        stream.close()  # type: ignore[attr-defined]

    def test_a_text_is_refused_with_what_both_say(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("a sentence\n" * 100)
        with pytest.raises(ValueError, match=r"neither libsndfile .* nor ffmpeg reads it"):
            list(audio.stream(path, RATE))
