"""Where the neurons of an ear lie in the picture, and the file that says so. numpy only.

A layout file is an .npz, named by the ear's hash, with
`positions` (snapshots, vertices, 2) float32, x to the right and y upwards, from -1 to 1;
`layer`, `channel`, `pitch` (vertices) int32, what each vertex is; `charge` (vertices) float32.
Vertices are numbered layer by layer, then channel * pitches + pitch.
"""

from __future__ import annotations

import math
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

GAP = 0.25
"""Between two layers, as a share of the mean height of a layer."""
MARGIN = 0.04


class Shape(Protocol):
    """What a layout needs to know of a layer."""

    @property
    def channels(self) -> int: ...
    @property
    def pitches(self) -> int: ...


@dataclass(frozen=True, eq=False)
class Layout:
    """Positions of all neurons; several snapshots make an animated network."""

    ear_hash: str
    positions: NDArray[np.float32]
    layer: NDArray[np.int32]
    channel: NDArray[np.int32]
    pitch: NDArray[np.int32]
    charge: NDArray[np.float32]

    def __post_init__(self) -> None:
        if self.positions.ndim != 3 or self.positions.shape[2] != 2:
            raise ValueError(
                f"positions: expected (snapshots, vertices, 2), got {self.positions.shape}"
            )
        vertices = self.positions.shape[1]
        for name in ("layer", "channel", "pitch", "charge"):
            if getattr(self, name).shape != (vertices,):
                raise ValueError(f"{name}: expected ({vertices},), got {getattr(self, name).shape}")
        if not (np.abs(self.positions) <= 1).all():  # False for NaN too
            raise ValueError("positions: expected finite numbers from -1 to 1")

    def save(self, folder: Path) -> Path:
        """Write `<hash>.npz` into a folder; the file's path."""
        path = folder / f"{self.ear_hash}.npz"
        np.savez_compressed(
            path,
            positions=self.positions,
            layer=self.layer,
            channel=self.channel,
            pitch=self.pitch,
            charge=self.charge,
        )
        return path


def load(path: Path) -> Layout:
    """Read a layout file. Raises `ValueError`, one line, when it is not one."""
    names = {"positions": "f4", "layer": "i4", "channel": "i4", "pitch": "i4", "charge": "f4"}
    try:
        # Opened here: numpy leaves a file open that turns out not to be an archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name], kind) for name, kind in names.items()}
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name}: not a layout file ({error})") from None
    return Layout(path.stem, **arrays)


def grid(ear_hash: str, layers: Sequence[Shape]) -> Layout:
    """Every layer a band, the first at the bottom; in it the channels, each a row of pitches.

    A band is as high as the square root of its neurons asks for, so that no layer is lost.
    """
    if not layers:
        raise ValueError("a layout needs at least one layer")
    sizes = [layer.channels * layer.pitches for layer in layers]
    heights = np.sqrt(np.asarray(sizes, np.float64))
    gap = GAP * heights.mean()
    scale = 2 * (1 - MARGIN) / (heights.sum() + gap * (len(layers) - 1))
    bottoms = -1 + MARGIN + scale * (np.cumsum(heights + gap) - heights - gap)
    bands = [
        _band(layer, float(bottom), float(height * scale))
        for layer, bottom, height in zip(layers, bottoms, heights, strict=True)
    ]
    numbers = [np.arange(size) for size in sizes]
    return Layout(
        ear_hash,
        np.concatenate(bands).astype(np.float32)[None],
        np.repeat(np.arange(len(layers)), sizes).astype(np.int32),
        _joined([n // layer.pitches for n, layer in zip(numbers, layers, strict=True)]),
        _joined([n % layer.pitches for n, layer in zip(numbers, layers, strict=True)]),
        np.ones(sum(sizes), np.float32),
    )


def _joined(parts: list[NDArray[np.int64]]) -> NDArray[np.int32]:
    return np.concatenate(parts).astype(np.int32)


def _band(layer: Shape, bottom: float, height: float) -> NDArray[np.float64]:
    """Positions (neurons, 2): channels in columns of equal length, pitch rising to the right."""
    width = 2 * (1 - MARGIN)
    rows = _rows(layer, width, height)
    columns = math.ceil(layer.channels / rows)
    channel, pitch = np.divmod(np.arange(layer.channels * layer.pitches), layer.pitches)
    # Columns of several pitches keep one place of distance, to be told apart.
    between = 1 if layer.pitches > 1 else 0
    x = (channel // rows) * (layer.pitches + between) + pitch + 0.5
    y = channel % rows + 0.5
    across = columns * (layer.pitches + between) - between
    return np.stack([(x / across - 0.5) * width, bottom + y / rows * height], axis=1)


def _rows(layer: Shape, width: float, height: float) -> int:
    """How many rows make the distances across and upwards most alike, and leave least empty."""

    def unevenness(rows: int) -> float:
        columns = math.ceil(layer.channels / rows)
        empty = columns * rows / layer.channels - 1
        return abs(math.log((width / (columns * layer.pitches)) / (height / rows))) + 2 * empty

    return min(range(1, layer.channels + 1), key=unevenness)
