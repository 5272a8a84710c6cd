"""Small music and a small network to train: a few patterns of tones that repeat for ever."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile

from immersions.ears.contrastive import (
    ContextBlockConfig,
    ContrastiveConfig,
    EncoderBlockConfig,
)
from immersions.scalogram import ScalogramConfig
from immersions.training.library import Track
from immersions.training.loop import TrainingConfig

RATE = 8000
SCALE = ScalogramConfig(
    sample_rate=RATE, hop=256, bins=36, bins_per_octave=8, fmin=100.0, filter_scale=0.5
)
EAR = ContrastiveConfig(
    scalogram=SCALE,
    encoder=(
        EncoderBlockConfig(8, (3, 3), (5, 1), (2, 2)),
        EncoderBlockConfig(16, (3, 3), (5, 1), (2, 1)),
        EncoderBlockConfig(32, (2, 1), (1, 1)),
    ),
    context=(ContextBlockConfig(32, 3), ContextBlockConfig(32, 3, pool=2)),
    loop_seconds=2.0,
    visible_steps=8,
    gap_steps=1,
    predicted_steps=3,
    dropout=0.1,
    slope=0.1,
)
TRAINING = TrainingConfig(
    steps=12,
    items=8,
    crops=2,
    contexts=2,
    learning_rate=2e-3,
    warmup_steps=4,
    validate_every=6,
    validation_batches=2,
    validation_items=8,
    checkpoint_every=6,
)


def pattern(number: int, seconds: float = 24.0) -> np.ndarray:
    """A melody of eight notes of its own, a note every 0.2 s, with a little noise."""
    random = np.random.default_rng(number)
    notes = 110.0 * 2 ** (random.integers(0, 36, 8) / 12)
    time = np.arange(round(seconds * RATE)) / RATE
    beat = (time / 0.2).astype(int)
    envelope = np.exp(-(time % 0.2) * 12)
    tone = np.sin(2 * np.pi * notes[beat % 8] * time) * envelope
    return (0.4 * tone + 0.002 * random.standard_normal(len(time))).astype(np.float32)


def write_music(folder: Path, count: int, seconds: float = 24.0, first: int = 0) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = [folder / f"pattern-{first + number}.wav" for number in range(count)]
    for number, path in enumerate(paths):
        soundfile.write(path, pattern(first + number, seconds), RATE)
    return paths


def counted_track(number: int, frames: int, bins: int = 36) -> Track:
    """A track whose frame t holds t in its first bin and its number in the second."""
    levels = np.zeros((1, bins, frames), np.float16)
    levels[0, 0] = np.arange(frames)
    levels[0, 1] = number
    return Track(Path(f"track-{number}.wav"), f"{number:024d}", levels)
