"""A start sound in the performance's tempo: bars cut or repeated, then stretched. No torch here."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions import audio
from immersions.audio.stretching import LONGEST_RATIO, SHORTEST_RATIO, stretch
from immersions.stage.tempo import Tempo

Samples = NDArray[np.float32]

JOIN_SECONDS = 0.006
"""Where bars are joined that did not follow each other, the one before fades out that fast."""
MOST_HALVINGS = 10


@dataclass(frozen=True)
class Phrase:
    """What is known of a clip: `bars` bars of `quarters` quarter notes; the clip is all of them."""

    bars: int
    quarters: float = 4.0

    @classmethod
    def of(cls, tempo: Tempo) -> Phrase:
        return cls(tempo.bars, tempo.quarters)


def fit(samples: Samples, sample_rate: int, tempo: Tempo, phrase: Phrase | None = None) -> Samples:
    """The loop at this tempo: exactly `tempo.samples(sample_rate)` samples, as loud as before.

    Of a clip whose bars are known, bar after bar is taken, again from the first where there are too
    few, each cut or repeated to the metre; then all is stretched. Where that would need more than
    4 times or less than a quarter of the time, the clip is taken at half or double its tempo.

    Of any other sound as many whole rounds are taken, or a half, a quarter, … of it, as need the
    least stretching. Raises `ValueError` for an empty loop.
    """
    return refit(samples, sample_rate, tempo.samples(sample_rate), Phrase.of(tempo), phrase)


def refit(
    samples: Samples, sample_rate: int, count: int, wanted: Phrase | None, phrase: Phrase | None
) -> Samples:
    """As `fit`, in `count` samples; with None for `wanted`, whole rounds are taken too."""
    if len(samples) == 0:
        raise ValueError("expected a loop of at least one sample, got none")
    if phrase is None or wanted is None:
        laid = _rounds(samples, count, sample_rate)
    else:
        laid = _bars(samples, phrase, wanted, count, sample_rate)
    if len(laid) == count:
        return laid
    return _as_loud_as(laid, stretch(laid, count, sample_rate), sample_rate)


def _as_loud_as(before: Samples, after: Samples, sample_rate: int) -> Samples:
    change = _going_round(before, sample_rate) - _going_round(after, sample_rate)
    wanted = audio.loudness_lufs(after, sample_rate) + change
    return audio.finish(
        after, sample_rate, loudness_lufs=wanted if math.isfinite(wanted) else None
    ).samples


def _going_round(loop: Samples, sample_rate: int) -> float:
    """Loudness of two rounds: of one alone, what is struck at its seam would count too little."""
    return audio.loudness_lufs(np.tile(loop, 2), sample_rate)


def _rounds(samples: Samples, count: int, sample_rate: int) -> Samples:
    """Whole rounds, or one over a power of two of one, whose length is nearest to `count`."""
    ratio = count / len(samples)
    halves = [2.0**-power for power in range(1, MOST_HALVINGS + 1)]
    wholes = [float(max(1, math.floor(ratio))), float(math.ceil(ratio))]
    rounds = min(halves + wholes, key=lambda each: abs(math.log(ratio / each)))
    if rounds >= 1:
        return samples if rounds == 1 else np.tile(samples, round(rounds))
    return _joined(samples, [(0, max(1, round(rounds * len(samples))))], sample_rate)


def _bars(
    samples: Samples, phrase: Phrase, wanted: Phrase, count: int, sample_rate: int
) -> Samples:
    """The wanted bars, at the clip's own tempo, halved or doubled if need be."""
    bar = len(samples) / phrase.bars
    quarter = bar / phrase.quarters
    # A clip's quarter counts for so many of the wanted ones.
    counts = 1.0
    while count / (wanted.bars * wanted.quarters / counts * quarter) > LONGEST_RATIO:
        counts /= 2
    while count / (wanted.bars * wanted.quarters / counts * quarter) < SHORTEST_RATIO:
        counts *= 2
    if counts == 1 and wanted.quarters == phrase.quarters:
        rounds, rest = divmod(wanted.bars, phrase.bars)
        if rest == 0:
            return samples if rounds == 1 else np.tile(samples, rounds)
    pieces = []
    for number in range(wanted.bars):
        # At half or double tempo, a bar here is half a bar or two bars there.
        first = number * wanted.quarters / counts if counts != 1 else number * phrase.quarters
        pieces += _bar(first, wanted.quarters / counts, phrase, quarter, whole=counts != 1)
    return _joined(samples, pieces, sample_rate)


def _bar(
    first: float, quarters: float, phrase: Phrase, quarter: float, *, whole: bool
) -> list[tuple[int, int]]:
    """Pieces (start, length) in samples of the clip that make a bar of so many quarters.

    A bar that is too short for it begins again; with `whole`, the next one follows instead.
    """
    around = phrase.bars * phrase.quarters if whole else phrase.quarters
    origin = 0.0 if whole else first % (phrase.bars * phrase.quarters)
    offset = first % around if whole else 0.0
    pieces, done = [], 0.0
    while done < quarters - 1e-9:
        take = min(quarters - done, around - offset)
        start = round((origin + offset) * quarter)
        pieces.append((start, round((origin + offset + take) * quarter) - start))
        done += take
        offset = 0.0
    return pieces


def _joined(samples: Samples, pieces: list[tuple[int, int]], sample_rate: int) -> Samples:
    """The pieces one after the other, going round.

    Where one does not follow the one before, what leads to it in the clip fades in before it
    begins, so that its first attack is its own.
    """
    length = len(samples)
    out = np.concatenate([samples[start : start + count] for start, count in pieces])
    at = 0
    for number, (start, count) in enumerate(pieces):
        before, had = pieces[number - 1]
        if (before + had) % length != start % length:
            reach = min(round(JOIN_SECONDS * sample_rate), had // 2, length)
            fade = np.sin(np.linspace(0, np.pi / 2, reach, endpoint=False)).astype(np.float32)
            places = np.arange(at - reach, at) % len(out)
            lead = samples[np.arange(start - reach, start) % length]
            out[places] = out[places] * fade[::-1] + lead * fade
        at += count
    return out
