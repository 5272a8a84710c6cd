"""Which excerpts make a batch: several crops of each of several tracks, the same for a seed.

What is contrasted decides what is learned: other tracks teach timbre, other places of the same
track teach what moves. Sampling is a function of (seed, step) alone, so a resumed run goes on with
the batches that it would have had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from immersions.training.library import Track


@dataclass(frozen=True)
class Excerpt:
    """Which track, and the frame at which it begins."""

    track: int
    start: int


@dataclass(frozen=True)
class Batch:
    """Scalograms (items, parts, bins, frames) and the track of each item."""

    levels: Float[Tensor, "items parts bins frames"]
    tracks: Int[Tensor, " items"]
    names: tuple[str, ...]

    def own(self) -> Bool[Tensor, "items items"]:
        return torch.eye(len(self.tracks), dtype=torch.bool)

    def same_track(self) -> Bool[Tensor, "items items"]:
        return self.tracks[:, None] == self.tracks[None, :]


def split(tracks: Sequence[Track], share: float) -> tuple[list[Track], list[Track]]:
    """(training, validation): every track is wholly on one side, chosen by its content.

    `share` is that of the tracks to validate on; one track at least stays to train on.
    """
    if not 0 <= share < 1:
        raise ValueError(f"share held out: expected 0 or more and less than 1, got {share:g}")
    ordered = sorted(tracks, key=lambda track: track.key)
    most = max(0, len(ordered) - 1)
    held_out = min(most, max(1, round(share * len(ordered)))) if share else 0
    return ordered[held_out:], ordered[:held_out]


def sample(
    tracks: Sequence[Track],
    items: int,
    crops: int,
    frames: int,
    seed: int,
    step: int,
    singles: int = 0,
) -> Batch:
    """`draw` and `read` at once: all excerpts of a batch."""
    return read(tracks, draw(tracks, items, crops, frames, seed, step, singles), frames)


def draw(
    tracks: Sequence[Track],
    items: int,
    crops: int,
    frames: int,
    seed: int,
    step: int,
    singles: int = 0,
) -> list[Excerpt]:
    """Where `items` excerpts of `frames` begin, tracks drawn by their length.

    The last `singles` are the only ones of their tracks, the others come `crops` to a track. Where
    there are too few tracks, all are drawn as often, but for the rest. The crops of a track do not
    overlap where it is long enough for all of them.
    """
    random = np.random.default_rng((seed, step))
    lengths = np.array([track.frames for track in tracks], float)
    groups = -(-(items - singles) // crops)
    count = groups + singles
    every, rest = divmod(count, len(tracks)) if count > len(tracks) else (0, count)
    drawn = random.choice(len(tracks), rest, replace=False, p=lengths / lengths.sum())
    chosen = [*(every * list(range(len(tracks)))), *drawn.tolist()]
    wanted: Counter[int] = Counter()
    for place, number in enumerate(chosen):
        wanted[number] += min(crops, items - singles - place * crops) if place < groups else 1
    excerpts = []
    for number, times in wanted.items():
        starts = _starts(tracks[number].frames, times, frames, random)
        excerpts += [Excerpt(number, start) for start in starts]
    return excerpts


def read(tracks: Sequence[Track], excerpts: Sequence[Excerpt], frames: int) -> Batch:
    """The scalograms of `excerpts`."""
    levels = [
        np.asarray(tracks[e.track].levels[:, :, e.start : e.start + frames], np.float32)
        for e in excerpts
    ]
    names = tuple(str(tracks[e.track].path) for e in excerpts)
    numbers = torch.tensor([e.track for e in excerpts])
    return Batch(torch.from_numpy(np.stack(levels)), numbers, names)


def _starts(length: int, crops: int, frames: int, random: np.random.Generator) -> list[int]:
    """Random starts; without overlap if the track has room for all crops."""
    room = length - crops * frames
    if room < 0:
        return [int(start) for start in random.integers(0, length - frames + 1, crops)]
    gaps = np.sort(random.integers(0, room + 1, crops))
    return [int(gap) + number * frames for number, gap in enumerate(gaps)]
