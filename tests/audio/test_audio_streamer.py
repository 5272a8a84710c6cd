"""Music streamed by a child process: the same sound, and what kills a decoder costs one file."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import broken_sounds
import numpy as np
import pytest
import soundfile
from audio_processes import alive, ends

from immersions import audio

RATE = 16_000


@pytest.fixture(scope="module")
def long(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A minute of noise: far more than a pipe holds."""
    path = tmp_path_factory.mktemp("streamer") / "long.wav"
    noise = np.random.default_rng(1).uniform(-0.5, 0.5, 60 * 22_050)
    soundfile.write(path, noise.astype(np.float32), 22_050)
    return path


@pytest.fixture
def streamer() -> Iterator[audio.Streamer]:
    with audio.Streamer() as streamer:
        yield streamer


def heard(stream: object, path: Path) -> tuple[np.ndarray | str, list[str]]:
    """The sound of a file, or the line that says why there is none; and what was noticed."""
    told: list[str] = []
    try:
        blocks = list(stream(path, RATE, 3.0, told.append))  # type: ignore[operator]
    except (ValueError, OSError) as error:
        return str(error), told
    return np.concatenate([np.zeros(0, np.float32), *blocks]), told


def test_it_is_the_stream_of_this_process(streamer: audio.Streamer, tmp_path: Path) -> None:
    """Of good, damaged and unusable files: the same samples, warnings and refusals."""
    due = broken_sounds.make(tmp_path)
    for name in due:
        expected, expected_told = heard(audio.stream, tmp_path / name)
        got, told = heard(streamer.stream, tmp_path / name)
        assert np.array_equal(got, expected), name
        assert told == expected_told, name
    assert {"sound", "warning"} <= set(due.values())
    missing = tmp_path / "missing.wav"
    assert heard(streamer.stream, missing) == heard(audio.stream, missing)


def test_one_child_serves_all_files_and_ends_with_the_streamer(long: Path, tmp_path: Path) -> None:
    text = tmp_path / "a.wav"
    text.write_text("a sentence")
    with audio.Streamer() as streamer:
        first = streamer.pid
        assert first is None, "none is started before it is needed"
        blocks = [len(block) for block in streamer.stream(long, RATE, 7.0)]
        first = streamer.pid
        assert first is not None
        with pytest.raises(ValueError, match=r"a\.wav: "):
            list(streamer.stream(text, RATE))
        list(streamer.stream(long, RATE))
        assert streamer.pid == first
    assert streamer.pid is None
    assert not alive(first)
    assert blocks == [7 * RATE] * (60 // 7) + [(60 % 7) * RATE]


@pytest.mark.parametrize("number", [signal.SIGSEGV, signal.SIGKILL])
def test_a_decoder_that_crashes_costs_its_file(
    long: Path, streamer: audio.Streamer, number: signal.Signals
) -> None:
    """Killed by the system where it has no memory left, say."""
    blocks = streamer.stream(long, RATE)
    next(blocks)
    assert streamer.pid is not None
    os.kill(streamer.pid, number)
    with pytest.raises(ValueError, match=rf"long\.wav: the decoder crashed .*{number.name}"):
        list(blocks)
    assert sum(len(block) for block in streamer.stream(long, RATE)) == 60 * RATE


def test_a_decoder_that_hangs_costs_its_file(long: Path) -> None:
    """However long the file: what is waited for is the next block, not the last one."""
    with audio.Streamer(wait_seconds=1.0) as streamer:
        blocks = streamer.stream(long, RATE)
        next(blocks)
        time.sleep(1.5)  # while this process is busy the decoder is not late
        next(blocks)
        assert streamer.pid is not None
        os.kill(streamer.pid, signal.SIGSTOP)
        began = time.monotonic()
        with pytest.raises(ValueError, match=r"long\.wav: decoding was stopped after 1 s without"):
            list(blocks)
        assert 0.9 < time.monotonic() - began < 10
        assert sum(len(block) for block in streamer.stream(long, RATE)) == 60 * RATE


def test_a_decoder_that_eats_memory_costs_its_file(tmp_path: Path) -> None:
    crowd = tmp_path / "crowd.wav"
    crowd.write_bytes(broken_sounds.encoded("wav", broken_sounds.tone(channels=8)))
    with audio.Streamer(memory_bytes=16 * 2**20) as streamer:
        with pytest.raises(ValueError, match=r"crowd\.wav: decoding needs more than the 16 MiB"):
            list(streamer.stream(crowd, RATE))
        streamer.memory_bytes = audio.Streamer().memory_bytes
        assert len(list(streamer.stream(crowd, RATE))) == 1


def test_a_stream_left_early_is_not_heard_in_the_next_file(
    long: Path, streamer: audio.Streamer, tmp_path: Path
) -> None:
    blocks = streamer.stream(long, RATE)
    next(blocks)
    blocks.close()  # type: ignore[attr-defined]
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(RATE, np.float32), RATE)
    (silence,) = streamer.stream(path, RATE)
    assert np.array_equal(silence, np.zeros(RATE))


def test_one_that_was_ended_says_so_and_starts_nothing(
    long: Path, streamer: audio.Streamer
) -> None:
    blocks = streamer.stream(long, RATE)
    next(blocks)
    streamer.kill()
    with pytest.raises(ValueError, match=r"long\.wav: the decoder crashed .*SIGKILL"):
        list(blocks)
    with pytest.raises(ValueError, match=r"long\.wav: reading was ended"):
        list(streamer.stream(long, RATE))
    assert streamer.pid is None


@pytest.mark.skipif(
    shutil.which("ffmpeg") is None or shutil.which("pgrep") is None, reason="needs ffmpeg and pgrep"
)
def test_ffmpeg_ends_with_the_decoder_that_started_it(
    long: Path, tmp_path: Path, streamer: audio.Streamer
) -> None:
    path = tmp_path / "long.m4a"
    command = ["ffmpeg", "-loglevel", "error", "-i", long, "-c:a", "aac", path]
    subprocess.run(command, check=True)
    blocks = streamer.stream(path, RATE, 1.0)
    next(blocks)
    child = streamer.pid
    assert child is not None
    found = subprocess.run(["pgrep", "-P", str(child)], capture_output=True, text=True)
    (ffmpeg,) = map(int, found.stdout.split())
    streamer.close()
    assert ends(ffmpeg)
