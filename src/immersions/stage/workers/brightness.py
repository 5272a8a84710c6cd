"""What the neurons answer to a loop, one byte a value, for the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, UInt8
from torch import Tensor

from immersions.ears.brightness import bright_range
from immersions.ears.ear import Activations, Ear, LayerStatistics


@dataclass(frozen=True)
class Block:
    """A layer's activations (neurons, frames) as bytes, neurons channel by channel."""

    name: str
    values: UInt8[np.ndarray, "neurons frames"]


def listen(ear: Ear, loop: Float[Tensor, "1 samples"]) -> Activations:
    """What every layer answers to a loop, in the order of the layers."""
    names = [layer.name for layer in ear.layers_for(loop.shape[-1])]
    with torch.no_grad():
        heard = ear.listen(loop, names)
    return {name: heard[name] for name in names}


def blocks(ear: Ear, heard: Activations) -> list[Block]:
    """The brightness of every neuron in every frame of a loop, layer by layer."""
    return [
        Block(name, _bytes(name, values[0], ear.statistics.get(name)))
        for name, values in heard.items()
    ]


def describe(layers: Sequence[Block]) -> tuple[list[dict[str, Any]], bytes]:
    """Where each block lies (`LoopLayer` in the server's messages), and all blocks in one."""
    places, at = [], 0
    for block in layers:
        neurons, frames = block.values.shape
        places.append({"name": block.name, "frames": frames, "neurons": neurons, "at": at})
        at += neurons * frames
    return places, b"".join(block.values.tobytes() for block in layers)


def _bytes(
    name: str,
    heard: Float[Tensor, "channels pitches frames"],
    statistics: LayerStatistics | None,
) -> UInt8[np.ndarray, "neurons frames"]:
    low, spread = bright_range(name, heard, statistics)
    scaled = ((heard - low) * (255.0 / spread)).nan_to_num(0.0, 255.0, 0.0).clamp(0.0, 255.0)
    array = scaled.round().to(torch.uint8).flatten(0, 1).cpu().numpy()
    return np.ascontiguousarray(array)
