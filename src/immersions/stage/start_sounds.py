"""The start sounds that every machine has: bundled clips, silence, noise. No torch here."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from immersions import assets, audio
from immersions.dreaming.starts import NOISE, SILENCE, noise

GENERATED_SECONDS = 4.0


@functools.lru_cache(maxsize=16)
def common(clip: str, sample_rate: int, seed: int = 0) -> NDArray[np.float32]:
    """A start sound, finished, as a mono loop; not to be written to.

    Raises `LookupError` when not every machine has it, and `ValueError` or `OSError` when this
    one cannot read it.
    """
    samples = round(GENERATED_SECONDS * sample_rate)
    if clip == SILENCE:
        return np.zeros(samples, np.float32)
    if clip == NOISE:
        return noise(samples, sample_rate, seed)
    found = next((each for each in assets.clips() if each.name == clip), None)
    if found is None:
        raise LookupError(f"{clip!r} is no bundled clip")
    sound = audio.read(found.path, sample_rate, loop=True).samples
    return audio.finish(sound, sample_rate, loudness_lufs=None).samples
