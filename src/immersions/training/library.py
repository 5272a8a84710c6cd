"""A library of music for training: sound files found, told apart, and kept as scalograms.

On a laptop the scalogram costs as much as the network, so it is computed once a track and kept on
disk as 16-bit floats, memory-mapped. Tracks are keyed by their content: a second copy of a file is
left out, and a changed setting makes new entries.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from immersions import audio
from immersions.scalogram import Scalogram, ScalogramConfig

SOUND_SUFFIXES = tuple(
    f".{ending}"
    for ending in (
        *("wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd"),
        *("caf", "m4a", "aac", "wma", "mp4", "webm", "mkv", "mod", "xm", "it", "s3m"),
    )
)
SPAN_FRAMES = 512
"""Frames transformed at once: a power of two, and small enough for a processor's cache."""
HASH_BYTES = 1 << 20
NOTES = ".txt"
"""Ending of what is noted beside a kept scalogram, where there was something wrong."""

Levels = NDArray[np.float16]
"""(parts, bins, frames)"""


@dataclass(frozen=True)
class Track:
    """One piece of music: where it lies, a key of its content, and its kept scalogram."""

    path: Path
    key: str
    levels: Levels

    @property
    def frames(self) -> int:
        return int(self.levels.shape[-1])


@dataclass(frozen=True)
class Library:
    """The tracks found, what was left out, and what was wrong with tracks that were not."""

    tracks: tuple[Track, ...]
    left_out: tuple[tuple[Path, str], ...]
    """(path, reason)"""
    warnings: tuple[tuple[Path, str], ...] = ()
    """(path, what had to be helped): samples that were not finite, an end lost to damage."""


def find_sounds(folders: Sequence[Path]) -> list[Path]:
    """Every sound file below the folders, by name's ending, sorted. Raises `OSError`."""
    found: list[Path] = []
    for folder in folders:
        if folder.is_file():
            found.append(folder)
        elif folder.is_dir():
            ending = (p for p in folder.rglob("*") if p.suffix.lower() in SOUND_SUFFIXES)
            found += [path for path in ending if path.is_file()]
        else:
            raise FileNotFoundError(f"{folder}: expected a folder of sound files, found nothing")
    return sorted({path.resolve() for path in found})


def load_library(
    paths: Sequence[Path],
    config: ScalogramConfig,
    cache: Path,
    least_frames: int,
    progress: Callable[[Path], None] = lambda path: None,
) -> Library:
    """The scalograms of `paths`, from `cache` or computed; broken and short files are listed."""
    cache.mkdir(parents=True, exist_ok=True)
    settings = hashlib.sha256(json.dumps(asdict(config), sort_keys=True).encode()).hexdigest()[:12]
    scalogram = Scalogram(config)
    tracks: dict[str, Track] = {}
    left_out: list[tuple[Path, str]] = []
    warnings: list[tuple[Path, str]] = []
    for path in paths:
        progress(path)
        try:
            key = content_key(path)
            if key in tracks:
                left_out.append((path, f"the same content as {tracks[key].path}"))
                continue
            kept = cache / f"{key}-{settings}.npy"
            levels = _levels(path, scalogram, kept)
            flaws = _noted(kept.with_suffix(NOTES))
        except (OSError, ValueError) as error:
            left_out.append((path, str(error).removeprefix(f"{path}: ")))
            continue
        if levels.shape[-1] < least_frames:
            short = f"shorter than an item: {levels.shape[-1]} frames"
            left_out.append((path, "; ".join([short, *flaws])))
            continue
        tracks[key] = Track(path, key, levels)
        warnings += [(path, flaw) for flaw in flaws]
    return Library(tuple(tracks.values()), tuple(left_out), tuple(warnings))


def content_key(path: Path) -> str:
    """A hash of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BYTES):
            digest.update(block)
    return digest.hexdigest()[:24]


def _levels(path: Path, scalogram: Scalogram, kept: Path) -> Levels:
    shape = (scalogram.config.parts, scalogram.config.bins)
    flaws: list[str] = []
    try:
        return _kept(kept, shape)
    except (OSError, ValueError):  # not there, or cut off by a crash: computed anew
        blocks = [block.numpy() for block in scalogram_blocks(path, scalogram, flaws.append)]
    if not blocks:
        raise ValueError("; ".join([f"{path.name}: expected sound, found none", *flaws]))
    temporary = kept.with_suffix(f".{os.getpid()}.npy")
    try:
        np.save(temporary, np.concatenate(blocks, -1))
        # Kept too: a second run does not decode the file, and has the same to tell.
        notes = kept.with_suffix(NOTES)
        notes.write_text("\n".join(flaws)) if flaws else notes.unlink(missing_ok=True)
        temporary.replace(kept)
    finally:
        temporary.unlink(missing_ok=True)
    return _kept(kept, shape)


def _noted(path: Path) -> list[str]:
    """What was wrong with a file when it was decoded."""
    try:
        return path.read_text().splitlines()
    except (OSError, ValueError):
        return []


def _kept(path: Path, shape: tuple[int, int]) -> Levels:
    levels: Levels = np.lib.format.open_memmap(path, mode="r")  # refuses pickled objects
    if levels.dtype != np.float16 or levels.shape[:-1] != shape:
        raise ValueError(f"{path}: expected 16-bit floats of {shape}, got {levels.shape}")
    return levels


@torch.no_grad()
def scalogram_blocks(
    path: Path, scalogram: Scalogram, notice: Callable[[str], None] = lambda line: None
) -> Iterator[torch.Tensor]:
    """A file's scalogram in blocks (parts, bins, frames) of 16-bit floats; constant memory.

    Every block is computed with enough sound around it that the blocks join without a trace.
    `notice` is told of damage, as by `audio.stream`.
    """
    config = scalogram.config
    margin, hop = scalogram.margin_frames + 1, config.hop
    frames = max(SPAN_FRAMES, 4 * margin)
    span, block = frames * hop, frames - 2 * margin
    held = np.zeros(margin * hop, np.float32)
    seconds = block * hop / config.sample_rate
    for piece in audio.stream(path, config.sample_rate, seconds, notice):
        held = np.concatenate([held, piece])
        while len(held) >= span:
            yield _block(held[:span], scalogram, margin, block)
            held = held[block * hop :]
    while (left := (len(held) // hop) - margin) > 0:
        padded = np.zeros(span, np.float32)
        padded[: len(held)] = held
        yield _block(padded, scalogram, margin, min(left, block))
        held = held[block * hop :]


def _block(
    sound: NDArray[np.float32], scalogram: Scalogram, margin: int, frames: int
) -> torch.Tensor:
    levels = scalogram.loop(torch.from_numpy(sound)[None], len(sound) // scalogram.config.hop)
    return levels[0, :, :, margin : margin + frames].half()
