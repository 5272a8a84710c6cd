"""Scalograms of whole files: computed once a track and kept on disk.

On a laptop the scalogram costs as much as the network, so it is kept as 16-bit floats,
memory-mapped, beside a fingerprint of the recording. Both are named by a hash of the file's bytes
and one of the settings, so a changed setting makes new entries.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from threading import Lock
from typing import Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from immersions import audio
from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training.devices import CPU
from immersions.training.fingerprint import COARSE, Print, bands, fingerprint

SPAN_FRAMES = 512
"""Frames transformed at once: a power of two, and small enough for a processor's cache."""
HASH_BYTES = 1 << 20
NOTES, PRINT = ".txt", ".print1"
"""Endings of what is kept beside a scalogram: what was wrong with the file, and its fingerprint,
with a number that changes with what a fingerprint is."""

Levels = NDArray[np.float16]
"""(parts, bins, frames)"""


class Stream(Protocol):
    """`audio.stream`, or that of an `audio.Streamer`."""

    def __call__(
        self,
        path: Path,
        sample_rate: int,
        block_seconds: float,
        notice: Callable[[str], None],
        /,
    ) -> Iterator[NDArray[np.float32]]: ...


class Scalograms:
    """The scalograms of files, from a folder or computed; several threads may ask at once."""

    def __init__(self, folder: Path, config: ScalogramConfig, device: torch.device = CPU) -> None:
        self.folder, self.config, self.device = folder, config, device
        folder.mkdir(parents=True, exist_ok=True)
        self._settings = hashlib.sha256(
            json.dumps(asdict(config), sort_keys=True).encode()
        ).hexdigest()[:12]
        self._scalogram = Scalogram(config)
        # Torch spreads one transform over its threads; two at a time would share them.
        self._turn = Lock()

    def levels(self, path: Path, key: str, stream: Stream = audio.stream) -> Levels:
        """The scalogram of the file whose bytes have the hash `key`, and memory-mapped.

        Raises `ValueError` or `OSError` with one line.
        """
        kept = self._place(key)
        flaws: list[str] = []
        try:
            return self._kept(kept)
        except (OSError, ValueError):  # not there, or cut off by a crash: computed anew
            found = scalogram_blocks(
                path, self._scalogram, flaws.append, stream, self.device, self._turn
            )
            blocks = [block.numpy() for block in found]
        if not blocks:
            raise ValueError("; ".join([f"{path.name}: expected sound, found none", *flaws]))
        # Kept too: a second run does not decode the file, and has the same to tell.
        notes = kept.with_suffix(NOTES)
        notes.write_text("\n".join(flaws)) if flaws else notes.unlink(missing_ok=True)
        kept.with_suffix(PRINT).unlink(missing_ok=True)
        _save(kept, np.concatenate(blocks, -1))
        return self._kept(kept)

    def flaws(self, key: str) -> tuple[str, ...]:
        """What was wrong with a file when it was decoded."""
        try:
            return tuple(self._place(key).with_suffix(NOTES).read_text().splitlines())
        except (OSError, ValueError):
            return ()

    def print(self, key: str, levels: Levels) -> Print:
        """The coarse fingerprint of a scalogram. Raises `OSError` where it cannot be kept."""
        kept = self._place(key).with_suffix(PRINT)
        try:
            with kept.open("rb") as file:
                found: Print = np.lib.format.read_array(file, allow_pickle=False)
            if found.dtype == np.int8 and found.shape[1:] == (bands(self.config, COARSE),):
                return found
        except (OSError, ValueError):
            pass
        found = fingerprint(levels, self.config)
        _save(kept, found)
        return found

    def _place(self, key: str) -> Path:
        return self.folder / f"{key}-{self._settings}.npy"

    def _kept(self, path: Path) -> Levels:
        shape = (self.config.parts, self.config.bins)
        levels: Levels = np.lib.format.open_memmap(path, mode="r")  # refuses pickled objects
        if levels.dtype != np.float16 or levels.shape[:-1] != shape:
            raise ValueError(f"{path}: expected 16-bit floats of {shape}, got {levels.shape}")
        return levels


def _save(path: Path, array: NDArray[np.generic]) -> None:
    """Write an array that is there whole or not at all."""
    temporary = path.with_suffix(f".{os.getpid()}.partial")
    try:
        with temporary.open("wb") as file:
            np.save(file, array)
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def content_key(path: Path) -> str:
    """A hash of the file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(HASH_BYTES):
            digest.update(block)
    return digest.hexdigest()[:24]


@torch.no_grad()
def scalogram_blocks(
    path: Path,
    scalogram: Scalogram,
    notice: Callable[[str], None] = lambda line: None,
    stream: Stream = audio.stream,
    device: torch.device = CPU,
    turn: Lock | None = None,
) -> Iterator[torch.Tensor]:
    """A file's scalogram in blocks (parts, bins, frames) of 16-bit floats; constant memory.

    Every block is computed with enough sound around it that the blocks join without a trace, on
    `device` and while `turn` is held. `notice` is told of damage, as by `audio.stream`.
    """
    config = scalogram.config
    margin, hop = scalogram.margin_frames + 1, config.hop
    frames = max(SPAN_FRAMES, 4 * margin)
    span, block = frames * hop, frames - 2 * margin

    def heard(sound: NDArray[np.float32], count: int) -> torch.Tensor:
        with turn or Lock():
            levels = scalogram.loop(torch.from_numpy(sound)[None].to(device), frames)
            return levels[0, :, :, margin : margin + count].half().cpu()

    held = np.zeros(margin * hop, np.float32)
    seconds = block * hop / config.sample_rate
    for piece in stream(path, config.sample_rate, seconds, notice):
        held = np.concatenate([held, piece])
        while len(held) >= span:
            yield heard(held[:span], block)
            held = held[block * hop :]
    while (left := (len(held) // hop) - margin) > 0:
        padded = np.zeros(span, np.float32)
        padded[: len(held)] = held
        yield heard(padded, min(left, block))
        held = held[block * hop :]
