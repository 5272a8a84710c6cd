"""The excerpts that excite an ear, cut out of their files to be listened to."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from immersions import audio
from immersions.ears.contrastive import ContrastiveEar
from immersions.training.excitation.responses import Excerpts
from immersions.training.excitation.selection import Shown
from immersions.training.library import Track


def write_sounds(
    folder: Path,
    ear: ContrastiveEar,
    tracks: Sequence[Track],
    excerpts: Excerpts,
    shown: Sequence[Shown],
) -> int:
    """Write each example as FLAC, named by layer, channel and place; how many there are.

    Raises `ValueError` or `OSError` with one line.
    """
    folder.mkdir(parents=True, exist_ok=True)
    scale = ear.config.scalogram
    length = excerpts.frames * scale.hop
    names: dict[int, list[str]] = {}
    for one in shown:
        for place, example in enumerate(one.examples, 1):
            name = f"{one.layer}-{one.channel:03d}-{place}.flac"
            names.setdefault(example.excerpt, []).append(name)
    for number, track in enumerate(tracks):
        wanted = {row for row in names if int(excerpts.tracks[row]) == number}
        starts = {int(excerpts.starts[row]) * scale.hop: names[row] for row in wanted}
        for start, sound in _cut_out(track.path, sorted(starts), length, scale.sample_rate):
            for name in starts[start]:
                audio.write(folder / name, sound, scale.sample_rate, "PCM_16")
    return sum(map(len, names.values()))


def _cut_out(
    path: Path, starts: Sequence[int], length: int, sample_rate: int
) -> Iterator[tuple[int, NDArray[np.float32]]]:
    """(start, samples) of pieces of a file that do not overlap, given in order."""
    left = list(starts)
    if not left:
        return
    held, at = np.zeros(0, np.float32), 0
    for block in audio.stream(path, sample_rate, length / sample_rate):
        held = np.concatenate([held, block])
        while left and len(held) + at >= left[0] + length:
            start = left.pop(0)
            yield start, np.clip(held[start - at : start - at + length], -1, 1)
        if not left:
            return
        gone = max(0, min(len(held), left[0] - at))
        held, at = held[gone:], at + gone
