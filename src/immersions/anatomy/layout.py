"""Where the neurons of an ear lie in the picture, and the file that says so. numpy only.

A layout file is an .npz, that of an ear named by the ear's hash, with
`positions` (snapshots, vertices, 2 or 3) float32, x to the right and y upwards, from -1 to 1, or
int16, from -32767 to 32767; `layer`, `channel`, `pitch` (vertices) int32, what each vertex is;
`charge` (vertices) float32; `names` (layers) text, which may be missing.
Vertices are numbered layer by layer, then channel * pitches + pitch.
"""

from __future__ import annotations

import contextlib
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


WHOLE = 32767
"""What one is in 16 bits."""


class Shape(Protocol):
    """What a layout needs to know of a layer."""

    @property
    def name(self) -> str: ...

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
    names: tuple[str, ...] = ()
    """Of the layers."""

    def __post_init__(self) -> None:
        if self.positions.ndim != 3 or self.positions.shape[2] not in (2, 3):
            raise ValueError(
                f"positions: expected (snapshots, vertices, 2 or 3), got {self.positions.shape}"
            )
        vertices = self.positions.shape[1]
        for name in ("layer", "channel", "pitch", "charge"):
            if getattr(self, name).shape != (vertices,):
                raise ValueError(f"{name}: expected ({vertices},), got {getattr(self, name).shape}")
        if not (np.abs(self.positions) <= 1).all():  # False for NaN too
            raise ValueError("positions: expected finite numbers from -1 to 1")

    def save(self, folder: Path) -> Path:
        """Write `<hash>.npz` into a folder, positions in 16 bits; the file's path."""
        path = folder / f"{self.ear_hash}.npz"
        positions = np.round(self.positions * WHOLE).astype(np.int16)
        self._write(path, positions)
        return path

    def write(self, path: Path) -> None:
        """Write a file of any name, positions in single precision. Raises `OSError`."""
        self._write(path, self.positions)

    def _write(self, path: Path, positions: NDArray[np.generic]) -> None:
        """Beside the place first, so that a full disk leaves what was there."""
        partial = path.with_name(f".{path.name}.partial")
        try:
            with partial.open("wb") as file:
                np.savez_compressed(
                    file,
                    positions=positions,
                    layer=self.layer,
                    channel=self.channel,
                    pitch=self.pitch,
                    charge=self.charge,
                    names=np.array(self.names, dtype=np.str_),
                )
            partial.replace(path)
        except BaseException:
            with contextlib.suppress(OSError):
                partial.unlink(missing_ok=True)
            raise


def load(path: Path) -> Layout:
    """Read a layout file. Raises `ValueError`, one line, when it is not one."""
    names = {"positions": "f4", "layer": "i4", "channel": "i4", "pitch": "i4", "charge": "f4"}
    try:
        # Opened here: numpy leaves a file open that turns out not to be an archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            scale = WHOLE if file["positions"].dtype == np.int16 else 1
            arrays = {name: np.asarray(file[name], kind) for name, kind in names.items()}
            layers = tuple(map(str, file["names"])) if "names" in file else ()
            arrays["positions"] = arrays["positions"] / np.float32(scale)
    except (KeyError, ValueError, TypeError, EOFError, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name}: not a layout file ({error})") from None
    return Layout(path.stem, **arrays, names=layers)


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
    layer, channel, pitch = places(layers)
    return Layout(
        ear_hash,
        np.concatenate(bands).astype(np.float32)[None],
        layer,
        channel,
        pitch,
        np.ones(sum(sizes), np.float32),
        tuple(each.name for each in layers),
    )


def places(
    layers: Sequence[Shape],
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]:
    """Layer, channel and pitch of every vertex."""
    sizes = [layer.channels * layer.pitches for layer in layers]
    numbers = [np.arange(size) for size in sizes]
    return (
        np.repeat(np.arange(len(layers)), sizes).astype(np.int32),
        _joined([n // each.pitches for n, each in zip(numbers, layers, strict=True)]),
        _joined([n % each.pitches for n, each in zip(numbers, layers, strict=True)]),
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
