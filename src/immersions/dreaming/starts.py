"""Where a dream begins: a file, a bundled clip, silence or noise; one round of a loop.

Torch-free.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from immersions import assets, audio

SILENCE = "silence"
NOISE = "noise"
LOUDNESS = -20.0
"""In LUFS, of noise, and of what grows out of silence."""
FAINT = 1e-4
"""RMS, -80 dBFS, of the noise that a dream from silence begins with."""
INAUDIBLE = -70.0
"""In LUFS; the measure's own absolute gate."""
SHORTEST_SECONDS = 0.1
LONGEST_SECONDS = 60.0
LONGEST_WHOLE_SECONDS = 16.0
"""A file up to this long is dreamed on as a whole; of a longer one, the ear's loop length."""


def start_clip(
    start: str | Path | NDArray[np.float32],
    sample_rate: int,
    seconds: float | None = None,
    seed: int = 0,
    loop_seconds: float = 4.0,
    notice: Callable[[str], None] = lambda line: None,
) -> NDArray[np.float32]:
    """The loop that a dream begins with, mono float32 at `sample_rate` Hz, without a seam.

    `start` is a bundled clip's name, `silence`, `noise` (by `seed`), the path of a sound file, or
    samples. It is cut or repeated to `seconds`; without, sounds of up to 16 s keep their length and
    everything else gets `loop_seconds`. `notice` is told, in a line, of what had to be helped in a
    file (samples that were not finite, an end cut off), and that only the beginning of a longer
    sound is taken. Raises `ValueError` or `OSError` with one line.
    """
    if seconds is not None and not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise ValueError(
            f"expected a loop of {SHORTEST_SECONDS:g} to {LONGEST_SECONDS:g} s, got {seconds:g} s"
        )
    if isinstance(start, str) and start in (SILENCE, NOISE):
        samples = round((seconds or loop_seconds) * sample_rate)
        silence = np.zeros(samples, np.float32)
        return silence if start == SILENCE else noise(samples, sample_rate, seed)
    sound = start if isinstance(start, np.ndarray) else _read(start, sample_rate, notice)
    if seconds is None and len(sound) > LONGEST_WHOLE_SECONDS * sample_rate:
        seconds = loop_seconds
        name = "the start" if isinstance(start, np.ndarray) else Path(start).name
        notice(
            f"{name}: only the first {seconds:g} s of {len(sound) / sample_rate:.1f} s are taken; "
            f"ask for a length to have up to {LONGEST_SECONDS:g} s"
        )
    samples = len(sound) if seconds is None else round(seconds * sample_rate)
    if samples < SHORTEST_SECONDS * sample_rate:
        samples *= -(-round(SHORTEST_SECONDS * sample_rate) // samples)
    return audio.close_seam(np.resize(sound, samples), sample_rate)


def _read(
    start: str | Path, sample_rate: int, notice: Callable[[str], None]
) -> NDArray[np.float32]:
    """A bundled clip by its name, else a file; of both, the clip (write ./name for the file)."""
    clips = {clip.name: clip.path for clip in assets.clips()}
    path = clips[start] if isinstance(start, str) and start in clips else Path(start)
    if not path.exists():
        names = ", ".join([SILENCE, NOISE, *clips])
        raise FileNotFoundError(f"{start}: no such file; or one of: {names}")
    sound = audio.read(path, sample_rate, loop=True)
    if sound.warning:
        notice(f"{path.name}: {sound.warning}")
    return sound.samples


def noise(samples: int, sample_rate: int, seed: int) -> NDArray[np.float32]:
    """Pink noise at -20 LUFS, as seamless as a loop can be."""
    loop = _pink(samples, sample_rate, seed)
    return audio.finish(loop * 0.1, sample_rate, loudness_lufs=LOUDNESS).samples


def faint_noise(samples: int, sample_rate: int, seed: int) -> NDArray[np.float32]:
    """Pink noise at -80 dBFS: inaudible, but with a gradient."""
    loop = _pink(samples, sample_rate, seed)
    return np.asarray(loop * FAINT, np.float32)


def loudness(loop: NDArray[np.float32], sample_rate: int) -> float:
    """In LUFS; minus infinity for silence."""
    return audio.loudness_lufs(loop, sample_rate)


def is_silent(loop: NDArray[np.float32], sample_rate: int) -> bool:
    return loudness(loop, sample_rate) < INAUDIBLE


def _pink(samples: int, sample_rate: int, seed: int) -> NDArray[np.float32]:
    """Noise with as much power in each octave from 30 Hz on; RMS 1."""
    generator = np.random.default_rng(seed)
    frequencies = np.fft.rfftfreq(samples, 1 / sample_rate)
    draw = generator.standard_normal((2, len(frequencies)))
    spectrum = (draw[0] + 1j * draw[1]) / np.sqrt(np.maximum(frequencies, 30.0))
    spectrum[0] = 0
    loop = np.fft.irfft(spectrum, n=samples)
    return np.asarray(loop / np.sqrt(np.mean(loop**2)), np.float32)
