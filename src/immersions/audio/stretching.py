"""Another length for a loop, at the same pitch: a phase vocoder that goes round with the loop.

Around each attack, time runs as in the source, so that the attack is heard to the sample; what lies
between is drawn out or pressed together. Phases are carried on by the peaks of the spectrum, each
with the bins around it (Laroche and Dolson 1999), and are set back to the source's own where an
attack begins, in the bins that it strikes (after Röbel 2003): a bass goes on below a hi-hat.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from immersions.audio.onsets import Mono, Places, hann, onsets, windows

Spectra = NDArray[np.complex64]

SHORTEST_RATIO, LONGEST_RATIO = 0.25, 4.0
ROUNDING = 1e-3
"""A ratio may be so much beyond them: loops have whole samples."""
WINDOW_SECONDS = 0.0464
OVERLAP = 4
ROOM = 0.45
"""The part of the way to the next attack that an attack keeps to itself at most."""
STRUCK = 4.0
"""A bin is struck by an attack when its power rises by this factor."""


@dataclass(frozen=True)
class _Attack:
    """`length` samples that keep their time: from `source` on there, from `target` on here."""

    place: int
    source: int
    target: int
    length: int


def stretch(loop: Mono, count: int, sample_rate: int) -> Mono:
    """The loop at the same pitch in `count` samples, as seamless as before.

    The very same array when that is its length. `count` must be 0.25 to 4 times the length; raises
    `ValueError` otherwise. Peaks and loudness may differ by a decibel or so.
    """
    ratio = count / len(loop) if len(loop) else 0.0
    if not SHORTEST_RATIO * (1 - ROUNDING) <= ratio <= LONGEST_RATIO * (1 + ROUNDING):
        raise ValueError(
            f"expected a loop of {SHORTEST_RATIO:g} to {LONGEST_RATIO:g} times the length, got "
            f"{ratio:.3g} times"
        )
    if count == len(loop):
        return loop
    width = 1 << round(np.log2(max(64.0, WINDOW_SECONDS * sample_rate)))
    found, strength = onsets(loop, sample_rate)
    attacks = _attacks(found, len(loop), count, width // 2)
    begin = attacks[int(np.argmax(strength))].target if attacks else 0
    steps = max(OVERLAP, -(-count * OVERLAP // width))
    here = begin + np.arange(steps + 1, dtype=np.int64) * count // steps
    there = _in_source(here, attacks, len(loop), count)
    spectra = _carried_on(loop, here, there, attacks, count, width)
    return _laid_over(np.fft.irfft(spectra, width, axis=1), here[:-1], count)


def _attacks(found: Places, length: int, count: int, reach: int) -> list[_Attack]:
    """What keeps its time: as far as a window reaches, or as there is room before the next one."""
    attacks = []
    gaps = (np.diff(found, append=found[:1] + length)).astype(float)
    room = ROOM * gaps * min(1.0, count / length)
    for number, place in enumerate(found.tolist()):
        before, after = (int(min(reach, room[each])) for each in (number - 1, number))
        at = round(place * count / length)
        attacks.append(_Attack(place, place - before, at - before, before + after))
    return attacks


def _in_source(here: Places, attacks: list[_Attack], length: int, count: int) -> Places:
    """The source's sample that is heard at each sample here; both go on beyond one round."""
    if not attacks:
        return np.round(here * (length / count)).astype(np.int64)
    knots = [(each.target + end, each.source + end) for each in attacks for end in (0, each.length)]
    rounds = [
        (target + lap * count, source + lap * length)
        for lap in (-1, 0, 1, 2)
        for target, source in knots
    ]
    targets, sources = np.array(rounds, np.float64).T
    return np.round(np.interp(here, targets, sources)).astype(np.int64)


def _carried_on(
    loop: Mono, here: Places, there: Places, attacks: list[_Attack], count: int, width: int
) -> Spectra:
    """(steps, bins) spectra of the windows at `here`: levels of the source, phases that go on.

    The last of `here` is the first again, one round later.
    """
    hops = np.diff(here, prepend=2 * here[0] - here[1])
    spectra = _spectra(loop, there, width)
    # What stands one hop earlier in the source says how far each phase turns in a hop.
    earlier = np.conj(_spectra(loop, there - hops, width))
    peaks = _nearest_peaks(spectra)
    verbatim = np.diff(there, prepend=there[0]) == hops
    struck = _struck(loop, here, attacks, count, width)
    out = np.empty_like(spectra)
    out[0] = spectra[0]
    turn = np.ones(spectra.shape[1], np.complex64)
    fresh = np.zeros(spectra.shape[1], np.int64)
    last = len(here) - 1
    for step in range(1, last + 1):
        if not verbatim[step]:
            turned = out[step - 1] * earlier[step]
            turned /= np.abs(turned) + np.float32(1e-30)
            turn = turned[peaks[step]]
        if (bins := struck.get(step % last)) is not None:
            turn = np.where(bins, np.complex64(1), turn)
            fresh[bins] = np.where(step < last, step, fresh[bins])
        out[step] = spectra[step] * turn
    # The phases must be where they began: what is missing is spread over the steps since the last
    # attack, which detunes a tone by less than one turn in that time.
    share = np.clip((np.arange(last)[:, None] - fresh) / (last - fresh), 0, 1)
    spread = np.exp(-1j * share * np.angle(turn)).astype(np.complex64)
    closed: Spectra = out[:-1] * spread
    return closed


def _spectra(loop: Mono, places: Places, width: int) -> Spectra:
    return np.fft.rfft(windows(loop, places, width), axis=1).astype(np.complex64)


def _nearest_peaks(spectra: Spectra) -> NDArray[np.int32]:
    """(steps, bins) the bin of the peak that each bin goes with."""
    levels = np.abs(spectra)
    inner = levels[:, 2:-2]
    higher = np.maximum(levels[:, :-4], levels[:, 1:-3])
    peak = np.zeros(levels.shape, bool)
    peak[:, 2:-2] = (inner > higher) & (inner >= np.maximum(levels[:, 3:-1], levels[:, 4:]))
    peak[~peak.any(axis=1), levels.shape[1] // 2] = True
    bins = np.arange(levels.shape[1], dtype=np.int32)
    far = np.int32(2 * len(bins))
    below = np.maximum.accumulate(np.where(peak, bins, -far), axis=1)
    above = np.minimum.accumulate(np.where(peak, bins, far)[:, ::-1], axis=1)[:, ::-1]
    return np.where(bins - below <= above - bins, below, above)


def _struck(
    loop: Mono, here: Places, attacks: list[_Attack], count: int, width: int
) -> dict[int, NDArray[np.bool_]]:
    """For the first step of each attack, the bins (bins,) that it strikes."""
    bins: dict[int, NDArray[np.bool_]] = {}
    for each in attacks:
        step = int(np.searchsorted(here, here[0] + (each.target - here[0]) % count))
        pair = np.array([each.place - width // 2 - width // 8, each.place + width // 4])
        before, after = np.square(np.abs(_spectra(loop, pair, width)))
        smooth = np.full(9, 1 / 9, np.float32)
        louder = np.convolve(after, smooth, "same") > STRUCK * np.convolve(before, smooth, "same")
        key = step % (len(here) - 1)
        bins[key] = bins[key] | louder if key in bins else louder
    return bins


def _laid_over(pieces: NDArray[np.floating], here: Places, count: int) -> Mono:
    """The loop (count,) of the overlapping pieces (steps, width) centred on `here`."""
    width = pieces.shape[1]
    window = hann(width)
    sound = np.zeros(count + width + (-width) % count)
    weight = np.zeros_like(sound)
    for piece, start in zip(pieces * window, (here - here[0]).tolist(), strict=True):
        sound[start : start + width] += piece
        weight[start : start + width] += np.square(window)
    rounds = (sound.reshape(-1, count).sum(axis=0), weight.reshape(-1, count).sum(axis=0))
    out = np.roll(rounds[0] / rounds[1], int(here[0]) - width // 2)
    return out.astype(np.float32)
