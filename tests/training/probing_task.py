"""A small task for the probe: classes of files that play the same notes in another order."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import soundfile
from tiny_music import EAR, RATE

from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.training.probe_items import ItemShape, item_shape
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.tasks import read_task

ITEM_SECONDS = item_shape(EAR).seconds
NOTES = 150.0 * 2 ** (np.array([0, 7, 12, 15, 20, 24, 27, 31]) / 12)
ORDERS = {"up": np.arange(8), "leaping": np.array([0, 4, 1, 5, 2, 6, 3, 7])}


def melody(order: np.ndarray, seed: int, seconds: float) -> np.ndarray:
    """The eight notes over and over, a note every 0.08 s; the seed says where it begins."""
    random = np.random.default_rng(seed)
    time = np.arange(round(seconds * RATE)) / RATE + random.uniform(0, 0.64)
    notes = NOTES[order][(time / 0.08).astype(int) % 8]
    envelope = np.exp(-(time % 0.08) * 20)
    noise = 0.003 * random.standard_normal(len(time))
    return (0.4 * np.sin(2 * np.pi * notes * time) * envelope + noise).astype(np.float32)


def write_classes(folder: Path, files: int = 3, seconds: float = 12.0) -> Path:
    """A folder for each class with so many files in it."""
    for number, (name, order) in enumerate(ORDERS.items()):
        (folder / name).mkdir(parents=True)
        for file in range(files):
            sound = melody(order, 100 * number + file, seconds)
            soundfile.write(folder / name / f"{file}.wav", sound, RATE, "FLOAT")
    return folder


def cut(path: Path, shape: ItemShape) -> np.ndarray:
    """The items of a file of the ear's sample rate, one after another from its start."""
    sound = soundfile.read(path, dtype="float32")[0]
    count = len(sound) // shape.samples
    return sound[: count * shape.samples].reshape(count, shape.samples)


def heard(folder: Path, cache: Path) -> Items:
    return hear(read_task(folder), EAR, cache)


def tiny_ear() -> ContrastiveEar:
    return ContrastiveEar("tiny", ContrastiveNetwork(EAR))
