"""Which excerpts make a batch: several crops of each of several tracks, the same for a seed.

What is contrasted decides what is learned: other tracks teach timbre, other places of the same
track teach what moves. Sampling is a function of (seed, step) alone, so a resumed run goes on with
the batches that it would have had.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Int
from numpy.typing import NDArray
from torch import Tensor

from immersions.training.library import Track

ENOUGH = 4
"""Tracks of which two may be held out: as many stay to train on."""


@dataclass(frozen=True)
class Excerpt:
    """Which track, the frame at which it begins, and how fast it is played."""

    track: int
    start: int
    rate: float = 1.0


@dataclass(frozen=True)
class Batch:
    """Scalograms (items, parts, bins, frames) and the track of each item."""

    levels: Float[Tensor, "items parts bins frames"]
    tracks: Int[Tensor, " items"]
    names: tuple[str, ...]

    def own(self) -> Bool[Tensor, "items items"]:
        return torch.eye(len(self.tracks), dtype=torch.bool, device=self.tracks.device)

    def same_track(self) -> Bool[Tensor, "items items"]:
        return self.tracks[:, None] == self.tracks[None, :]

    def pinned(self) -> Batch:
        """In memory from which a GPU copies by itself."""
        return replace(self, levels=self.levels.pin_memory(), tracks=self.tracks.pin_memory())

    def to(self, device: torch.device) -> Batch:
        """On another device; from pinned memory it is copied while this process goes on."""
        alone = device.type == "cuda"
        levels = self.levels.to(device, non_blocking=alone)
        return replace(self, levels=levels, tracks=self.tracks.to(device, non_blocking=alone))


def split(tracks: Sequence[Track], share: float) -> tuple[list[Track], list[Track]]:
    """(training, validation): every track is wholly on one side, chosen by its content.

    `share` is that of the tracks to validate on, of four tracks or more at least two: with a single
    one there are no other tracks to tell it from. One track at least stays to train on.
    """
    if not 0 <= share < 1:
        raise ValueError(f"share held out: expected 0 or more and less than 1, got {share:g}")
    ordered = sorted(tracks, key=lambda track: track.key)
    least, most = 2 if len(ordered) >= ENOUGH else 1, max(0, len(ordered) - 1)
    held_out = min(most, max(least, round(share * len(ordered)))) if share else 0
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
    return batched(tracks, excerpts, [excerpt_levels(tracks, e, frames) for e in excerpts])


def batched(
    tracks: Sequence[Track], excerpts: Sequence[Excerpt], levels: Sequence[NDArray[np.float32]]
) -> Batch:
    """The levels (parts, bins, frames) of all excerpts as one batch."""
    names = tuple(str(tracks[e.track].path) for e in excerpts)
    numbers = torch.tensor([e.track for e in excerpts])
    return Batch(torch.from_numpy(np.stack(levels)), numbers, names)


def excerpt_levels(
    tracks: Sequence[Track], excerpt: Excerpt, frames: int
) -> Float[NDArray[np.float32], "parts bins frames"]:
    """The scalogram of one excerpt; at another rate than 1, between neighbouring frames.

    Where the track ends too early, the excerpt begins earlier, and is played no faster than fits.
    """
    kept = tracks[excerpt.track].levels
    if excerpt.rate == 1:
        return np.asarray(kept[:, :, excerpt.start : excerpt.start + frames], np.float32)
    last = kept.shape[-1] - 1
    steps = np.arange(frames) * min(excerpt.rate, last / max(1, frames - 1))
    place = np.clip(min(excerpt.start, last - steps[-1]) + steps, 0, last)
    first = int(place[0])
    read = np.asarray(kept[:, :, first : int(place[-1]) + 2], np.float32)
    left = np.minimum(place.astype(int) - first, read.shape[-1] - 1)
    right = np.minimum(left + 1, read.shape[-1] - 1)
    between = (place - first - left).astype(np.float32)
    # Phases, the second part, jump where they have turned: the nearer frame's, none between.
    weight = np.stack([between, between.round()])[: len(read), None]
    return read[..., left] * (1 - weight) + read[..., right] * weight


def _starts(length: int, crops: int, frames: int, random: np.random.Generator) -> list[int]:
    """Random starts; without overlap if the track has room for all crops."""
    room = length - crops * frames
    if room < 0:
        return [int(start) for start in random.integers(0, length - frames + 1, crops)]
    gaps = np.sort(random.integers(0, room + 1, crops))
    return [int(gap) + number * frames for number, gap in enumerate(gaps)]
