"""Which tracks are the same music: coarse band energies, correlated over every time lag.

A fingerprint is the log energy in `BANDS` bands from 60 Hz to 3.6 kHz, four times a second, less
its mean over the bands and over the eight seconds around it. What a level, an equaliser or a codec
does to a track is gone then, and an intro that is cut only moves the lag; silence counts for
nothing.
"""

import subprocess
from pathlib import Path

import numpy as np

RATE_HZ = 8000
HOP = 2000  # samples: 0.25 s
WINDOW = 4000  # samples: 0.5 s
BANDS = 20
NEAR = 33  # frames: 8 s, over which the mean is taken
OVERLAP = 0.6  # the shorter of two tracks has to lie in the other by this share
SILENT_RMS = 0.001  # -60 dB relative to full scale


def decode(path: Path) -> np.ndarray:
    """The sound of a file as mono float32 at 8 kHz."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-i", str(path),
               "-ac", "1", "-ar", str(RATE_HZ), "-f", "s16le", "-"]  # fmt: skip
    raw = subprocess.run(command, capture_output=True, check=False).stdout
    return np.frombuffer(raw[: len(raw) // 2 * 2], dtype="<i2").astype(np.float32) / 32768


def fingerprint(sound: np.ndarray) -> np.ndarray:
    """Sound at 8 kHz -> whitened band energies, float32 [frames, BANDS]."""
    if len(sound) < WINDOW:
        raise ValueError(f"a fingerprint needs {WINDOW} samples or more, got {len(sound)}")
    frames = np.lib.stride_tricks.sliding_window_view(sound, WINDOW)[::HOP]
    power = np.abs(np.fft.rfft(frames * np.hanning(WINDOW), axis=1)) ** 2
    edges = np.geomspace(60, 3600, BANDS + 1) / RATE_HZ * WINDOW
    bands = np.add.reduceat(power, edges.astype(int), axis=1)[:, :BANDS]
    level = np.log(bands + 1e-3 * bands.mean())
    level = level - level.mean(axis=1, keepdims=True)
    level = level - _mean_nearby(level)
    level = np.clip(level / max(float(level.std()), 1e-6), -2.5, 2.5)
    level[bands.sum(axis=1) < 1e-3 * bands.sum(axis=1).mean()] = 0
    return level.astype(np.float32)


def silent_share(sound: np.ndarray) -> float:
    """The share of a sound's quarters of a second that are below -60 dB."""
    frames = sound[: len(sound) // HOP * HOP].reshape(-1, HOP)
    return float((np.sqrt((frames**2).mean(axis=1)) < SILENT_RMS).mean())


def _mean_nearby(level: np.ndarray) -> np.ndarray:
    """The mean over `NEAR` frames around each frame; the edges repeat."""
    padded = np.pad(level, ((NEAR // 2 + 1, NEAR // 2), (0, 0)), mode="edge")
    total = padded.cumsum(axis=0)
    return (total[NEAR:] - total[:-NEAR]) / NEAR


def similarity(a: np.ndarray, b: np.ndarray) -> float:
    """Highest correlation of two fingerprints over all lags with enough overlap: 1 is the same."""
    return Spectra([a, b]).similarity(0, 1)


class Spectra:
    """Fingerprints with their transforms, so that all pairs of a collection are cheap."""

    def __init__(self, prints: list[np.ndarray]) -> None:
        longest = max(len(p) for p in prints)
        self.lengths = [len(p) for p in prints]
        self.size = 1 << (2 * longest - 1).bit_length()
        self.transforms = [np.fft.rfft(p.T, self.size).astype(np.complex64) for p in prints]
        self.energies = [np.concatenate([[0.0], np.cumsum((p**2).sum(axis=1))]) for p in prints]

    def similarity(self, i: int, j: int) -> float:
        """Highest normalised correlation of the fingerprints i and j over all allowed lags."""
        product = (self.transforms[i] * self.transforms[j].conj()).sum(axis=0)
        raw = np.fft.irfft(product, self.size)
        n, m = self.lengths[i], self.lengths[j]
        lags = np.arange(-m + 1, n)  # frame t of i meets frame t - lag of j
        start, stop = np.maximum(lags, 0), np.minimum(n, lags + m)
        allowed = stop - start >= OVERLAP * min(n, m)
        lags, start, stop = lags[allowed], start[allowed], stop[allowed]
        of_i = self.energies[i][stop] - self.energies[i][start]
        of_j = self.energies[j][stop - lags] - self.energies[j][start - lags]
        least = 0.5 * min(self.energies[i][-1], self.energies[j][-1])
        enough = (of_i > least) & (of_j > least)  # not only the quiet ends meet
        if not enough.any():
            return 0.0
        return float((raw[lags] / np.sqrt(of_i * of_j + 1e-9))[enough].max())
