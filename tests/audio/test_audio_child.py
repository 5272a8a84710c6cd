"""The decoding child: limits of time and memory that hold, crashes that stay inside it."""

from __future__ import annotations

import os
import signal
import struct
import subprocess
import sys
import threading
import time
from dataclasses import replace
from pathlib import Path

import broken_sounds
import numpy as np
import pytest
import soundfile
from audio_processes import ends

from immersions import audio


@pytest.fixture
def hours(tmp_path: Path) -> Path:
    """A small FLAC that holds hours of silence."""
    path = tmp_path / "silence.flac"
    minute = np.zeros(60 * 8_000, np.int16)
    with soundfile.SoundFile(path, "w", 8_000, 1, "PCM_16", format="FLAC") as file:
        for _ in range(120):
            file.write(minute)
    assert path.stat().st_size < 1_000_000
    return path


@pytest.fixture
def slow(tmp_path: Path) -> Path:
    """Hours of G.721, which takes long to decode, in a file that takes no room on the disk."""
    path, size = tmp_path / "slow.au", 200_000_000
    with path.open("wb") as file:
        file.write(b".snd" + struct.pack(">IIIII", 24, size, 23, 8_000, 1))
        file.truncate(24 + size)
    return path


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "good.wav"
    path.write_bytes(broken_sounds.encoded("wav"))
    return path


def test_hours_in_a_small_file_are_refused_by_the_header(hours: Path) -> None:
    began = time.monotonic()
    with pytest.raises(ValueError, match=r"at most 600 s of sound, got .* 7200\.0 s"):
        audio.read(hours, 44_100)
    assert time.monotonic() - began < 5


def test_the_child_is_stopped_by_its_processor_time(slow: Path, good: Path) -> None:
    with audio.Decoder(replace(audio.STREAMING, decoding_cpu_seconds=1)) as decoder:
        with pytest.raises(ValueError, match=r"slow\.au: .* after 1 s of processor time"):
            decoder.read(slow)
        assert len(decoder.read(good).samples) > 0, "the next file gets a child of its own"


def test_the_child_is_stopped_by_the_clock(slow: Path, good: Path) -> None:
    limits = replace(audio.STREAMING, decoding_wall_seconds=0.5)
    with audio.Decoder(limits) as decoder:
        began = time.monotonic()
        with pytest.raises(ValueError, match=r"slow\.au: decoding was stopped after 0\.5 s"):
            decoder.read(slow)
        assert time.monotonic() - began < 5
        decoder.limits = audio.Limits()
        assert len(decoder.read(good).samples) > 0


def test_a_clock_that_leaves_no_time_to_start_is_said_too(good: Path) -> None:
    with pytest.raises(ValueError, match="stopped after 0 s"):
        audio.read(good, limits=audio.Limits(decoding_wall_seconds=0))


def test_the_child_is_stopped_by_memory(tmp_path: Path, good: Path) -> None:
    crowd = tmp_path / "crowd.wav"
    crowd.write_bytes(broken_sounds.encoded("wav", broken_sounds.tone(channels=8)))
    with audio.Decoder(audio.Limits(decoding_memory_bytes=16 * 2**20)) as decoder:
        with pytest.raises(ValueError, match=r"crowd\.wav: decoding needs more than the 16 MiB"):
            decoder.read(crowd)
        decoder.limits = audio.Limits()
        assert len(decoder.read(crowd).samples) > 0
        assert len(decoder.read(good).samples) > 0


def test_a_crash_of_the_decoder_is_one_line(slow: Path, good: Path) -> None:
    with audio.Decoder(audio.STREAMING) as decoder:
        decoder.read(good)
        assert decoder.pid is not None
        crash = threading.Timer(0.3, os.kill, (decoder.pid, signal.SIGSEGV))
        crash.start()
        with pytest.raises(ValueError, match=r"slow\.au: the decoder crashed .*SIGSEGV"):
            decoder.read(slow)
        crash.join()
        assert len(decoder.read(good).samples) > 0


def test_a_child_that_died_between_two_files_is_replaced(good: Path) -> None:
    with audio.Decoder() as decoder:
        decoder.read(good)
        first = decoder.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        deadline = time.monotonic() + 5
        while decoder.pid is not None and time.monotonic() < deadline:
            time.sleep(0.01)
        assert len(decoder.read(good).samples) > 0
        assert decoder.pid != first


def test_one_child_serves_many_files_and_ends_with_its_decoder(good: Path) -> None:
    with audio.Decoder() as decoder:
        decoder.read(good)
        first = decoder.pid
        assert first is not None
        with pytest.raises(FileNotFoundError):
            decoder.read(good.with_name("missing.wav"))
        decoder.read(good)
        assert decoder.pid == first
    assert decoder.pid is None
    assert not Path(f"/proc/{first}").exists()


def test_the_child_ends_when_its_parent_is_killed(good: Path) -> None:
    script = (
        "import sys, time\nfrom immersions import audio\n"
        "decoder = audio.Decoder()\ndecoder.read(sys.argv[1])\n"
        "print(decoder.pid, flush=True)\ntime.sleep(60)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", script, str(good)], stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        parent.kill()
    assert ends(child)


def test_the_child_imports_nothing_of_the_package_and_answers_fast(good: Path) -> None:
    source = (Path(audio.__file__).parent / "child.py").read_text()
    assert "import immersions" not in source
    assert "from immersions" not in source
    times = []
    for _ in range(3):
        began = time.monotonic()
        audio.read(good)
        times.append(time.monotonic() - began)
    assert min(times) < 2.0
