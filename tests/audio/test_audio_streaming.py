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


@pytest.mark.parametrize("rate", [RATE, 44_100])
@pytest.mark.parametrize("start", [0.0, 0.02, 2.0, 9.0])
def test_an_excerpt_is_that_part_of_the_file(music: Path, rate: int, start: float) -> None:
    whole = audio.read(music, rate).samples
    part = audio.decode(music, rate, start, 2.0)
    first = round(start * rate)
    expected = whole[first : first + 2 * rate]
    assert abs(len(part) - len(expected)) <= 1
    count = min(len(part), len(expected))
    np.testing.assert_allclose(part[:count], expected[:count], atol=1e-3)


def test_beyond_the_end_there_is_nothing(music: Path) -> None:
    assert len(audio.decode(music, RATE, 100.0, 1.0)) == 0
    assert list(audio.stream(music, RATE, start=100.0)) == []


def test_a_stream_can_be_cut_short(music: Path) -> None:
    blocks = list(audio.stream(music, RATE, 1.0, start=1.0, seconds=2.5))
    assert [len(block) for block in blocks] == [RATE, RATE, RATE // 2]


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
    np.testing.assert_array_equal(audio.decode(path, RATE), [0.5, 0, 0, 0, 0.25])


def test_a_damaged_file_ends_where_its_damage_begins(music: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.flac"
    content = music.read_bytes()
    cut.write_bytes(content[: len(content) // 2])
    heard = np.concatenate(list(audio.stream(cut, RATE)))
    whole = audio.read(music).samples
    assert 3.5 * RATE < len(heard) <= 5.1 * RATE
    sure = len(heard) - 16_384
    np.testing.assert_array_equal(heard[:sure], whole[:sure])


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
        late = audio.decode(aac, RATE, 2.0, 1.0)
        assert len(late) == RATE
        assert np.sqrt(np.mean(late**2)) == pytest.approx(np.sqrt(np.mean(heard**2)), rel=0.1)

    def test_a_stream_left_early_leaves_no_process(self, aac: Path) -> None:
        stream = audio.stream(aac, RATE, 0.1)
        assert len(next(stream)) == RATE // 10
        stream.close()  # type: ignore[attr-defined]

    def test_a_text_is_refused_with_what_both_say(self, tmp_path: Path) -> None:
        path = tmp_path / "a.txt"
        path.write_text("a sentence\n" * 100)
        with pytest.raises(ValueError, match=r"neither libsndfile .* nor ffmpeg reads it"):
            list(audio.stream(path, RATE))
