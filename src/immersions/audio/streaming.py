"""Music of any length, block by block: for training on files that one trusts.

Files that libsndfile cannot read (AAC, WMA, modules, video …) go through ffmpeg when it is there.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from immersions.audio.child import Decoding, Reader, mixed, reason
from immersions.audio.header import STREAMING, Header, StrPath, open_regular, shown
from immersions.audio.sound import flaws, not_finite

READ_FRAMES = 16_384

Mono = NDArray[np.float32]
Notice = Callable[[str], None]


def stream(
    path: StrPath,
    sample_rate: int,
    block_seconds: float = 10.0,
    notice: Notice = lambda line: None,
) -> Iterator[Mono]:
    """Mono blocks of `block_seconds` at `sample_rate` Hz, the last one shorter; constant memory.

    Decodes in this process: for files of unknown origin use `read`. Samples that are not finite
    become 0, and a damaged file ends where its damage begins; at the end `notice` is told, in some
    words without the file's name. Raises `ValueError` or `OSError` with one line that names the
    file.
    """
    length = max(1, round(block_seconds * sample_rate))
    pieces: list[Mono] = []
    held = 0
    with contextlib.closing(_pieces(path, sample_rate, notice)) as source:
        for piece in source:
            pieces.append(piece)
            held += len(piece)
            if held >= length:
                joined = np.concatenate(pieces)
                whole = held - held % length
                yield from (joined[at : at + length] for at in range(0, whole, length))
                pieces, held = [joined[whole:]], held - whole
    if held:
        yield np.concatenate(pieces)


def _pieces(path: StrPath, sample_rate: int, notice: Notice) -> Generator[Mono, None, None]:
    """Resampled mono pieces of any length, by libsndfile or else by ffmpeg."""
    os.close(open_regular(path))  # the plain errors first: missing, a folder, no permission
    try:
        sound = Reader(os.fsencode(path))
    except (soundfile.LibsndfileError, TypeError) as error:
        yield from _by_ffmpeg(path, sample_rate, reason(error), notice)
        return
    with sound:
        header = Header(sound.samplerate, sound.channels, sound.frames, sound.format)
        STREAMING.check(header, path)
        yield from _by_libsndfile(sound, header, sample_rate, notice)


def _by_libsndfile(
    sound: Reader, header: Header, sample_rate: int, notice: Notice
) -> Iterator[Mono]:
    resampler = (
        None
        if sound.samplerate == sample_rate
        else soxr.ResampleStream(sound.samplerate, sample_rate, 1, "float32", "HQ")
    )
    decoding = Decoding(sound)
    for mono in decoding.blocks(READ_FRAMES):
        yield mono if resampler is None else resampler.resample_chunk(mono)
    if resampler is not None:
        yield resampler.resample_chunk(np.zeros(0, np.float32), last=True)
    for flaw in flaws(header, decoding.frames, decoding.replaced, decoding.damage):
        notice(flaw)


def _by_ffmpeg(path: StrPath, sample_rate: int, why: str, notice: Notice) -> Iterator[Mono]:
    program = shutil.which("ffmpeg")
    if program is None:
        raise ValueError(
            f"{shown(path)}: libsndfile cannot read it ({why}), and ffmpeg, which reads more"
            " formats, is not installed"
        )
    command = [program, "-nostdin", "-hide_banner", "-loglevel", "error"]
    command += ["-protocol_whitelist", "file,pipe"]  # a playlist must not reach the network
    command += ["-i", f"file:{Path(path).absolute()}", "-map", "0:a:0"]
    command += ["-ac", "1", "-ar", str(sample_rate), "-f", "f32le", "pipe:1"]
    heard = replaced = 0
    with (
        tempfile.TemporaryFile() as complaints,
        subprocess.Popen(
            command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=complaints
        ) as process,
    ):
        assert process.stdout is not None
        try:
            while data := process.stdout.read(4 * READ_FRAMES):
                samples = np.frombuffer(data[: len(data) - len(data) % 4], "<f4")
                heard += len(samples)
                mono, bad = mixed(samples[:, None])
                replaced += bad
                yield mono
        finally:
            process.kill()
        complaints.seek(0)
        lines = complaints.read(4000).decode(errors="replace").split("\n")
        said = next((shown(line.split("] ")[-1]) for line in lines if line.strip()), "")
        if heard == 0:
            raise ValueError(
                f"{shown(path)}: neither libsndfile ({why}) nor ffmpeg reads it:"
                f" {said or 'no sound in it'}"
            )
    if said:
        notice(f"ffmpeg says: {said}")
    if replaced:
        notice(not_finite(replaced))
