"""Files are decoded by several processes: the same library, whatever happens in one of them."""

from __future__ import annotations

import shutil
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np
import pytest
from tiny_music import SCALE, write_music

from immersions import audio
from immersions.training import workers
from immersions.training.library import Library, find_sounds, load_library
from immersions.training.scalograms import Stream

CODEC = """#!/bin/sh
case "$*" in
    *crash.m4a*) kill -SEGV $PPID ;;
    *hang.m4a*) exec sleep 600 ;;
    *) echo "no codec for it" >&2; exit 1 ;;
esac
"""


@pytest.fixture
def bad_codec(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the place of ffmpeg a program that takes its decoder with it, or never ends."""
    program = tmp_path / "programs" / "ffmpeg"
    program.parent.mkdir()
    program.write_text(CODEC)
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")


def told(library: Library) -> list[tuple[object, ...]]:
    return [(s.path, s.key, s.left_out, s.flaws, s.levels.tobytes()) for s in library.sources]


def test_the_library_does_not_depend_on_the_workers(tmp_path: Path) -> None:
    """Order, scalograms, what is left out and why: none, one, three workers, or the cache."""
    folder = tmp_path / "music"
    paths = write_music(folder, 5)
    shutil.copy(paths[1], folder / "copy.wav")
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(1000))
    paths[3].write_bytes(paths[3].read_bytes()[:100_000])
    found = [
        load_library(find_sounds([folder]), SCALE, tmp_path / f"cache-{count}", 100, workers=count)
        for count in (0, 1, 3)
    ]
    again = load_library(find_sounds([folder]), SCALE, tmp_path / "cache-0", 100, workers=3)
    assert len(found[0].tracks) == 5
    assert len(found[0].left_out) == 2
    assert len(found[0].warnings) == 1
    for other in (*found[1:], again):
        assert told(other) == told(found[0])


@pytest.mark.usefixtures("bad_codec")
def test_a_codec_that_crashes_or_hangs_costs_its_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers.audio, "Streamer", partial(audio.Streamer, wait_seconds=6.0))
    folder = tmp_path / "music"
    good = write_music(folder, 4)
    for name in ("crash", "hang", "a-crash", "odd"):
        (folder / f"{name}.m4a").write_bytes(b"\0\0\0\x20ftypM4A " + name.encode())
    done: list[Path] = []
    found = load_library(
        find_sounds([folder]), SCALE, tmp_path / "cache", 100, done.append, workers=2
    )
    assert [track.path for track in found.tracks] == good
    reasons = {path.stem: reason for path, reason in found.left_out}
    assert reasons["crash"] == "the decoder crashed on this file (SIGSEGV)"
    assert reasons["a-crash"] == reasons["crash"]
    assert reasons["hang"].startswith("decoding was stopped after 6 s without sound")
    assert "no codec for it" in reasons["odd"]
    assert sorted(done) == find_sounds([folder])


@pytest.mark.usefixtures("bad_codec")
def test_what_ends_listening_ends_its_processes(tmp_path: Path) -> None:
    """As Ctrl-C does: nobody waits for a codec that hangs."""
    folder = tmp_path / "music"
    write_music(folder, 1)
    (folder / "hang.m4a").write_bytes(b"\0\0\0\x20ftypM4A ")

    def interrupted(path: Path) -> None:
        raise KeyboardInterrupt

    began = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        load_library(find_sounds([folder]), SCALE, tmp_path / "cache", 100, interrupted, workers=2)
    assert time.monotonic() - began < 20
    assert not [thread for thread in threading.enumerate() if "listening" in thread.name]


def test_work_is_done_in_order_and_its_errors_come_through() -> None:
    def doubled(number: int, stream: Stream) -> int:
        time.sleep(0.05 / (1 + number))
        return 2 * number

    def failing(number: int, stream: Stream) -> int:
        raise ArithmeticError(f"not {number}")

    for count in (0, 1, 4):
        assert workers.each(doubled, range(5), count) == [0, 2, 4, 6, 8]
        assert workers.each(doubled, [], count) == []
        with pytest.raises(ArithmeticError, match="not 0"):
            workers.each(failing, [0], count)
    assert workers.cores() >= 1


def test_a_worker_streams_what_this_process_does(tmp_path: Path) -> None:
    (path,) = write_music(tmp_path, 1)

    def heard(path: Path, stream: Stream) -> np.ndarray:
        return np.concatenate(list(stream(path, 6000, 3.0, print)))

    (here,), (there,) = (workers.each(heard, [path], count) for count in (0, 1))
    assert np.array_equal(here, there)
