"""What benchmarks that train for a short while share: music, multiply-adds, a probe at the end."""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Sequence
from math import prod
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from immersions.ears.contrastive import ContrastiveConfig, ContrastiveEar
from immersions.training import probe_features, probe_items
from immersions.training.config import TrainingConfig
from immersions.training.cpc import item_frames
from immersions.training.library import Track, find_sounds, load_library
from immersions.training.probe import draw, fit, score

HELD_OUT = 0.08
READOUTS = ("last c", "mean of c")


def arguments(about: str) -> argparse.ArgumentParser:
    """A parser that knows where the music is."""
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument("--music", type=Path, default=Path("data/music/train"))
    parser.add_argument("--cache", type=Path, default=Path("data/cache/scalograms"))
    parser.add_argument("--threads", type=int, default=1)
    return parser


def music(
    config: ContrastiveConfig, folder: Path, cache: Path, paths: Sequence[Path] | None = None
) -> list[Track]:
    """The tracks in a folder, or some of them, that are long enough for an ear's excerpts."""
    frames = item_frames(config, TrainingConfig().contexts)
    found = find_sounds([folder]) if paths is None else paths
    return list(load_library(found, config.scalogram, cache, frames).tracks)


def probed(ear: ContrastiveEar, tracks: Sequence[Track], seeds: int) -> dict[str, float]:
    """Accuracy in % of telling tracks apart, split by time, of c and of z."""
    levels, labels, sides = items_of(ear.config, tracks)
    tables = probe_features.features(ear, levels)
    z = next(name for name in tables if "(z)" in name)
    names = {**{name: name for name in READOUTS}, "z": z}
    return {key: _told(tables[name], labels, sides, seeds) for key, name in names.items()}


def items_of(config: ContrastiveConfig, tracks: Sequence[Track]) -> tuple[Tensor, Tensor, Tensor]:
    """Scalograms of all items that are trained or tested on, their tracks, and which train."""
    length = probe_items.item_shape(config).frames
    levels, labels, training = [], [], []
    for number, track in enumerate(tracks):
        first, last = probe_items.split_by_time(track.frames // length)
        for item in (*first, *last):
            levels.append(np.asarray(track.levels[..., item * length : (item + 1) * length]))
        labels += [number] * (len(first) + len(last))
        training += [True] * len(first) + [False] * len(last)
    return torch.from_numpy(np.stack(levels)), torch.tensor(labels), torch.tensor(training)


def _told(table: Tensor, labels: Tensor, training: Tensor, seeds: int) -> float:
    least = min(int((training & (labels == label)).sum()) for label in labels.unique())
    found = []
    for seed in range(seeds):
        drawn = draw(labels, training, int(0.8 * least), seed)
        classifier = fit(table[drawn], labels[drawn], seed)
        found.append(score(classifier, table[~training], labels[~training]).accuracy)
    return round(100 * statistics.fmean(found), 1)


def step_multiply_adds(config: ContrastiveConfig, settings: TrainingConfig) -> int:
    """Of a step of training: the answer, the gradient of the weights, and that of the input.

    What hears the scalogram itself needs none of its input.
    """
    frames = item_frames(config, settings.contexts)
    channels, pitches, ways, total = config.scalogram.parts, config.scalogram.bins, 2, 0
    for block in config.encoder:
        width = block.channels
        first = pitches + 2 * block.pad_pitches1 - block.kernel1[0] + 1
        total += ways * first * frames * channels * width * prod(block.kernel1)
        frames //= block.pool[1]
        pooled = -(-first // block.pool[0])
        pitches = pooled + 2 * block.pad_pitches2 - block.kernel2[0] + 1
        total += 3 * pitches * frames * width**2 * prod(block.kernel2)
        total += ways * pitches * frames * channels * width * (channels != width)
        channels, ways = width, 3
    z = channels
    for layer in config.context:
        frames //= layer.pool
        kernels = layer.kernel + (channels != layer.channels)
        total += 3 * frames * channels * layer.channels * kernels
        channels = layer.channels
    predicted = settings.contexts * config.predicted_steps * z
    return settings.items * (total + 3 * predicted * (channels + settings.items))
