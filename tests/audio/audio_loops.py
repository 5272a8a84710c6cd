"""Loops that tests measure: real ones that ship, and hostile ones that hypothesis draws."""

from __future__ import annotations

import functools

import numpy as np
from hypothesis import strategies as st

from immersions import assets, audio

RATE = 44_100


@functools.cache
def clips() -> dict[str, np.ndarray]:
    """The bundled start clips at 44.1 kHz."""
    with audio.Decoder() as decoder:
        return {clip.name: decoder.read(clip.path, RATE).samples for clip in assets.clips()}


def _music(seed: int, seconds: float, rate: int) -> np.ndarray:
    """Bursts of coloured noise and tones at different levels, of any crest factor."""
    generator = np.random.default_rng(seed)
    count = max(2, round(seconds * rate))
    time = np.arange(count) / rate
    sound = np.zeros(count)
    for _ in range(generator.integers(1, 6)):
        begin, decay = generator.uniform(0, seconds), generator.uniform(0.005, 1.0)
        shape = np.exp(-((time - begin) % seconds) / decay) * 10 ** generator.uniform(-2, 0.5)
        tone = np.sin(2 * np.pi * generator.uniform(30, 0.45 * rate) * time)
        sound += shape * (tone if generator.random() < 0.6 else generator.normal(size=count))
    return sound.astype(np.float32)


def music(rate: int = RATE, shortest: float = 0.01, longest: float = 2.0) -> st.SearchStrategy:
    """Loops of synthetic music in no way prepared to be loops."""
    return st.builds(_music, st.integers(0, 2**32 - 1), st.floats(shortest, longest), st.just(rate))
