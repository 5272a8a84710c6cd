"""Music of any length, block by block: for training on files that one trusts.

Files that libsndfile cannot read (AAC, WMA, modules, video …) go through ffmpeg when it is there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from immersions.audio.child import Reader, mixed, reason
from immersions.audio.header import STREAMING, Header, StrPath, open_regular, shown

READ_FRAMES = 16_384
CONTEXT_SECONDS = 0.1
"""Sound before and after an excerpt that the resampler hears, so that its edges are right."""

Mono = NDArray[np.float32]


def stream(
    path: StrPath,
    sample_rate: int,
    block_seconds: float = 10.0,
    *,
    start: float = 0.0,
    seconds: float | None = None,
) -> Iterator[Mono]:
    """Mono blocks of `block_seconds` at `sample_rate` Hz, the last one shorter; constant memory.

    Begins at `start` s and ends after `seconds`, or with the file. Decodes in this process:
    for files of unknown origin use `read`. A damaged file ends where its damage begins. Raises
    `ValueError` or `OSError` with one line that names the file.
    """
    length = max(1, round(block_seconds * sample_rate))
    left = None if seconds is None else round(seconds * sample_rate)
    pieces: list[Mono] = []
    held = 0
    with contextlib.closing(_pieces(path, sample_rate, start)) as source:
        for piece in source:
            if left is not None:
                piece = piece[:left]
                left -= len(piece)
            pieces.append(piece)
            held += len(piece)
            if held >= length:
                joined = np.concatenate(pieces)
                whole = held - held % length
                yield from (joined[at : at + length] for at in range(0, whole, length))
                pieces, held = [joined[whole:]], held - whole
            if left == 0:
                break
    if held:
        yield np.concatenate(pieces)


def decode(path: StrPath, sample_rate: int, start: float = 0.0, seconds: float = 10.0) -> Mono:
    """An excerpt of `seconds` from `start`, mono at `sample_rate` Hz; shorter at the file's end.

    For files that one trusts; see `stream`.
    """
    early = min(start, CONTEXT_SECONDS)
    span = early + seconds + CONTEXT_SECONDS
    blocks = list(stream(path, sample_rate, span, start=start - early, seconds=span))
    skip = round(early * sample_rate)
    joined = np.concatenate(blocks) if blocks else np.zeros(0, np.float32)
    return joined[skip : skip + round(seconds * sample_rate)]


def _pieces(path: StrPath, sample_rate: int, start: float) -> Generator[Mono, None, None]:
    """Resampled mono pieces of any length, by libsndfile or else by ffmpeg."""
    os.close(open_regular(path))  # the plain errors first: missing, a folder, no permission
    try:
        sound = Reader(os.fsencode(path))
    except (soundfile.LibsndfileError, TypeError) as error:
        yield from _by_ffmpeg(path, sample_rate, start, reason(error))
        return
    with sound:
        header = Header(sound.samplerate, sound.channels, sound.frames, sound.format)
        STREAMING.check(header, path)
        yield from _by_libsndfile(sound, sample_rate, start)


def _by_libsndfile(sound: Reader, sample_rate: int, start: float) -> Iterator[Mono]:
    resampler = (
        None
        if sound.samplerate == sample_rate
        else soxr.ResampleStream(sound.samplerate, sample_rate, 1, "float32", "HQ")
    )
    block = np.empty((READ_FRAMES, sound.channels), np.float32)
    with contextlib.suppress(soundfile.LibsndfileError):  # a damaged file ends at its damage
        if start > 0 and soundfile.SoundFile.seekable(sound):
            sound.seek(min(round(start * sound.samplerate), sound.frames))
        while count := sound.buffer_read_into(block.data.cast("B"), "float32"):
            mono = mixed(block[:count])[0]
            yield mono if resampler is None else resampler.resample_chunk(mono)
    if resampler is not None:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)


def _by_ffmpeg(path: StrPath, sample_rate: int, start: float, why: str) -> Iterator[Mono]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise ValueError(
            f"{shown(path)}: libsndfile cannot read it ({why}), and ffmpeg, which reads more"
            " formats, is not installed"
        )
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command += ["-protocol_whitelist", "file,pipe"]  # a playlist must not reach the network
    command += ["-ss", f"{start:.6f}"] if start > 0 else []
    command += ["-i", f"file:{Path(path).absolute()}", "-map", "0:a:0"]
    command += ["-ac", "1", "-ar", str(sample_rate), "-f", "f32le", "pipe:1"]
    heard = 0
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=complaints) as process,
    ):
        assert process.stdout is not None
        try:
            while data := process.stdout.read(4 * READ_FRAMES):
                samples = np.frombuffer(data[: len(data) - len(data) % 4], "<f4")
                heard += len(samples)
                yield mixed(samples[:, None])[0]
        finally:
            process.kill()
        if heard == 0:
            complaints.seek(0)
            lines = complaints.read(4000).decode(errors="replace").split("\n")
            said = next((line.split("] ")[-1] for line in lines if line.strip()), "no sound in it")
            raise ValueError(
                f"{shown(path)}: neither libsndfile ({why}) nor ffmpeg reads it: {shown(said)}"
            )
