"""Effects on a loop that has no beginning: everything that leaves its end enters at its start.

A loop is a float64 array [samples]. Filters, echoes and rooms are multiplications of its spectrum,
which is what they would give on the loop repeated for ever.
"""

import numpy as np
from scipy.signal import butter, sosfreqz

RATE_HZ = 44_100


def add_wrapped(loop: np.ndarray, voice: np.ndarray, start: int) -> None:
    """Add `voice` to `loop` from sample `start`, around the end as often as it is long."""
    first = start % len(loop)
    padded = np.zeros(-(-(first + len(voice)) // len(loop)) * len(loop))
    padded[first : first + len(voice)] = voice
    loop += padded.reshape(-1, len(loop)).sum(axis=0)


def band(loop: np.ndarray, lowest_hz: float = 0.0, highest_hz: float = 0.0) -> np.ndarray:
    """Keep `lowest_hz` to `highest_hz` (0: no limit), 12 dB per octave outside."""
    angles = np.fft.rfftfreq(len(loop)) * 2 * np.pi
    spectrum = np.fft.rfft(loop)
    for edge_hz, kind in ((lowest_hz, "highpass"), (highest_hz, "lowpass")):
        if edge_hz:
            sections = butter(2, edge_hz, kind, fs=RATE_HZ, output="sos")
            spectrum = spectrum * sosfreqz(sections, angles)[1]
    return np.fft.irfft(spectrum, len(loop))


def echo(loop: np.ndarray, delay: float, feedback: float, level: float) -> np.ndarray:
    """Add echoes every `delay` samples; each is `feedback` times the one before, less bright."""
    cycles = np.fft.rfftfreq(len(loop))
    darker = 1 / np.sqrt(1 + (cycles * RATE_HZ / 3500) ** 2)
    turn = feedback * darker * np.exp(-2j * np.pi * cycles * delay)
    echoes = np.fft.rfft(band(loop, lowest_hz=180)) * turn / (1 - turn)
    return loop + level * np.fft.irfft(echoes, len(loop))


def room(loop: np.ndarray, decay_s: float, level: float, seed: int = 1) -> np.ndarray:
    """Add a reverberation of noise that falls by 60 dB in `decay_s`, high tones sooner."""
    noise = np.random.default_rng(seed).standard_normal(int(decay_s * RATE_HZ))
    seconds = np.arange(len(noise)) / RATE_HZ
    bright = noise * 10 ** (-3 * seconds / (0.45 * decay_s))
    dark = np.convolve(noise, np.hanning(24) / 12, mode="same") * 10 ** (-3 * seconds / decay_s)
    tail = (0.4 * bright + dark) * np.minimum(1, seconds / 0.012)
    impulse = np.zeros(len(loop))
    add_wrapped(impulse, tail / np.sqrt((tail**2).sum()), int(0.008 * RATE_HZ))
    sent = band(loop, lowest_hz=200, highest_hz=7500)
    wet = np.fft.irfft(np.fft.rfft(sent) * np.fft.rfft(impulse), len(loop))
    return loop + level * wet


def duck(loop: np.ndarray, starts: list[int], depth: float, release_s: float) -> np.ndarray:
    """Lower the loop by `depth` (0 to 1) at each start (sample), back within `release_s`."""
    length = int(release_s * RATE_HZ)
    dip = np.cos(np.linspace(0, np.pi / 2, length)) ** 2
    rise = int(0.004 * RATE_HZ)
    dip = np.concatenate([np.sin(np.linspace(0, np.pi / 2, rise)) ** 2, dip])
    taken = np.zeros(len(loop))
    for start in starts:
        one = np.zeros(len(loop))
        add_wrapped(one, dip, start - rise)
        taken = np.maximum(taken, np.minimum(one, 1))
    return loop * (1 - depth * taken)


def swell(loop: np.ndarray, cycles: int, depth: float, phase: float = 0.0) -> np.ndarray:
    """Tremolo: `cycles` whole periods per loop, down by `depth` (0 to 1)."""
    turn = 2 * np.pi * (cycles * np.arange(len(loop)) / len(loop) + phase)
    return loop * (1 - depth * (0.5 - 0.5 * np.cos(turn)))


def drive(loop: np.ndarray, amount: float) -> np.ndarray:
    """Soft saturation; `amount` 1 is gentle, 6 is distortion. Keeps the peak."""
    peak = np.abs(loop).max()
    return loop if peak == 0 else peak * np.tanh(amount * loop / peak) / np.tanh(amount)
