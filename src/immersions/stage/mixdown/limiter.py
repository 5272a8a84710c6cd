"""The master's limiter, as in `web/src/audio/limiter.ts`, `hold.ts` and `finepeak.ts`."""

from __future__ import annotations

import math

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.anatomy.compiled import compiled

Doubles = NDArray[np.float64]

CEILING_DB = -1.0
MARGIN_DB = 0.2
LATENCY_FRAMES = 256
LOUDEST = 100.0
GUARD = 8
LONG, SHORT = 80, 12
LOOK_AHEAD = LATENCY_FRAMES - (LONG // 2 + SHORT // 4)
SMOOTHING = (LOOK_AHEAD - GUARD + 2) // 2
HELD = LOOK_AHEAD + GUARD + 1
FAST_SECONDS, SLOW_IN_SECONDS, SLOW_OUT_SECONDS = 0.04, 0.3, 0.6
NEARLY = 1e-4


class Limiter:
    """Of one channel: what goes in comes out `LATENCY_FRAMES` later, below -1 dBTP."""

    def __init__(self, rate: int) -> None:
        self._rates = np.array(
            [
                1 - math.exp(-1 / (each * rate))
                for each in (FAST_SECONDS, SLOW_IN_SECONDS, SLOW_OUT_SECONDS)
            ]
        )
        self._past = np.zeros(LONG - 1)
        self._half_past = np.zeros(SHORT - 1)
        self._needed = np.ones(HELD)
        # gain, slow average, need of the sample before
        self._state = np.ones(3)
        self._smoothed = np.ones(2 * SMOOTHING - 1)
        self._delayed = np.zeros(LATENCY_FRAMES)
        self._between, self._quarters = sinc_phases(2, LONG, 4.0)[0], sinc_phases(4, SHORT, 6.0)

    def process(self, sound: Float[Doubles, " frames"]) -> Float[NDArray[np.float32], " frames"]:
        """The next block, as long as it is given."""
        if len(sound) == 0:
            return np.zeros(0, np.float32)
        clean = np.clip(np.nan_to_num(sound, nan=0.0, posinf=0.0, neginf=0.0), -LOUDEST, LOUDEST)
        # What the page's audio thread hands from node to node is single precision.
        clean = clean.astype(np.float32).astype(np.float64)
        peaks = self._peaks(clean)
        ceiling, aim = 10 ** (CEILING_DB / 20), 10 ** ((CEILING_DB - MARGIN_DB) / 20)
        needed = np.where(peaks <= ceiling, 1.0, aim / np.maximum(peaks, ceiling))
        # A peak between two samples concerns both.
        both = np.minimum(needed, np.concatenate([self._state[2:], needed[:-1]]))
        self._state[2] = needed[-1]
        around = np.concatenate([self._needed, both])
        self._needed = around[len(sound) :]
        held = running_minimum(around, HELD)[1:]
        gains = np.empty_like(held)
        _followed(held, self._rates, self._state, gains)
        gains = self._smooth(gains)
        delayed = np.concatenate([self._delayed, clean])
        self._delayed = delayed[len(sound) :]
        out = delayed[: len(sound)]
        limited = np.clip(gains * out, -ceiling, ceiling)
        return np.where(gains < 1, limited, out).astype(np.float32)

    def _peaks(self, sound: Doubles) -> Doubles:
        """The envelope at eight places a sample, as late as the page knows it."""
        around = np.concatenate([self._past, sound])
        self._past = around[len(sound) :]
        between = np.convolve(around, self._between, "valid")
        own = around[LONG // 2 - 1 : LONG // 2 - 1 + len(sound)]
        halves = np.empty(2 * len(sound))
        halves[0::2], halves[1::2] = own, between
        around = np.concatenate([self._half_past, halves])
        self._half_past = around[len(halves) :]
        middle = SHORT - 1 - SHORT // 2
        highest = np.abs(around[middle : middle + len(halves)])
        for phase in self._quarters:
            np.maximum(highest, np.abs(np.convolve(around, phase, "valid")), out=highest)
        return np.asarray(highest.reshape(-1, 2).max(1))

    def _smooth(self, gains: Doubles) -> Doubles:
        """Two running means; `_smoothed` are the gains before, of which the first mean is made."""
        around = np.concatenate([self._smoothed, gains])
        self._smoothed = around[len(gains) :]
        if np.all(around == 1.0):
            return np.ones_like(gains)
        once = running_mean(around, SMOOTHING)
        twice = running_mean(once, SMOOTHING)[-len(gains) :]
        # Free of rounding where nothing is limited: there the sound passes bit for bit.
        return np.where(twice > 1 - 1e-12, 1.0, twice)


@compiled
def _followed(held: Doubles, rates: Doubles, state: Doubles, gains: Doubles) -> None:
    """The gain: down at once, up after a slow average of what was needed."""
    gain, slow = state[0], state[1]
    for i in range(len(held)):
        need = held[i]
        slow += (need - slow) * (rates[1] if need < slow else rates[2])
        if need == 1.0 and slow > 1.0 - NEARLY:
            slow = 1.0
        if need <= gain:
            gain = need
        else:
            up = min(need, slow) - gain
            if up > 0:
                gain += up * rates[0]
            if need == 1.0 and slow == 1.0 and gain > 1.0 - NEARLY:
                gain = 1.0
        gains[i] = gain
    state[0], state[1] = gain, slow


def running_minimum(values: Doubles, width: int) -> Doubles:
    """The minimum of each `width` values in a row."""
    result, span = values, 1
    while 2 * span <= width:
        result = np.minimum(result[:-span], result[span:])
        span *= 2
    rest = width - span
    return result if rest == 0 else np.minimum(result[:-rest], result[rest:])


def running_mean(values: Doubles, width: int) -> Doubles:
    """The mean of each `width` values in a row."""
    sums = np.concatenate([[0.0], np.cumsum(values)])
    return (sums[width:] - sums[:-width]) / width


def sinc_phases(oversampling: int, taps: int, beta: float) -> list[Doubles]:
    """A windowed sinc at places between two samples; tap i meets the sample i before the newest."""
    half = taps / 2
    found = []
    for k in range(1, oversampling):
        x = np.arange(taps) - half + k / oversampling
        ratio = np.clip(1 - (x / half) ** 2, 0, None)
        window = np.where(np.abs(x) >= half, 0, np.i0(beta * np.sqrt(ratio)) / np.i0(beta))
        found.append(np.sinc(x) * window)
    return found
