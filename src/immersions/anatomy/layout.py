"""Where the neurons of an ear lie in the picture, and the file that says so.

A layout file is an .npz, that of an ear named by the ear's hash, with
`positions` (snapshots, vertices, 2 or 3) float32, x to the right and y upwards, from -1 to 1;
`layer`, `channel`, `pitch` (vertices) int32, what each vertex is; `charge` (vertices) float32;
`names` (layers) text, which may be missing.
Vertices are numbered layer by layer, then channel * pitches + pitch.

A small file has `moves` instead of `positions`: the positions in 16 bits (from -32767 to 32767), of
each snapshot what to add to the one before (to zero at first), modulo 2^16; uint8, of shape (2,
snapshots, vertices, 2 or 3), all low bytes and then all high ones. Neighbouring snapshots differ by
little: of `h20` with eight of them, 0.8 MB are left of 1.2 MB. Its charges have half precision.
"""

from __future__ import annotations

import io
import math
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from immersions.audio.writing import place

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
        """Write `<hash>.npz` into a folder, a small file; its path. Raises `OSError`."""
        path = folder / f"{self.ear_hash}.npz"
        charge = self.charge.clip(max=np.finfo(np.float16).max).astype(np.float16)
        self._write(path, moves=_moves(self.in_16_bits()), charge=charge)
        return path

    def in_16_bits(self) -> NDArray[np.int16]:
        """The positions, from -32767 to 32767."""
        return np.round(self.positions * WHOLE).astype(np.int16)

    def write(self, path: Path) -> None:
        """Write a file of any name, positions in single precision. Raises `OSError`."""
        self._write(path, positions=self.positions, charge=self.charge)

    def _write(self, path: Path, **arrays: Any) -> None:
        """Whole or not at all, so that a full disk leaves what was there."""
        file = io.BytesIO()
        np.savez_compressed(
            file,
            layer=self.layer,
            channel=self.channel,
            pitch=self.pitch,
            names=np.array(self.names, dtype=np.str_),
            **arrays,
        )
        place(path, file.getvalue())


def load(path: Path) -> Layout:
    """Read a layout file. Raises `ValueError`, one line, when it is not one."""
    names = {"layer": "i4", "channel": "i4", "pitch": "i4", "charge": "f4"}
    try:
        # Opened here: numpy leaves a file open that turns out not to be an archive.
        with path.open("rb") as opened, np.load(opened, allow_pickle=False) as file:
            arrays = {name: np.asarray(file[name], kind) for name, kind in names.items()}
            layers = tuple(map(str, file["names"])) if "names" in file else ()
            if "moves" in file:
                arrays["positions"] = _moved(file["moves"]) / np.float32(WHOLE)
            else:
                arrays["positions"] = np.asarray(file["positions"], "f4")
    except (KeyError, ValueError, TypeError, EOFError, zlib.error, zipfile.BadZipFile) as error:
        raise ValueError(f"{path.name}: not a layout file ({error})") from None
    return Layout(path.stem, **arrays, names=layers)


def _moves(positions: NDArray[np.int16]) -> NDArray[np.uint8]:
    steps = np.diff(positions, axis=0, prepend=np.zeros_like(positions[:1])).view(np.uint16)
    return np.stack([steps & 255, steps >> 8]).astype(np.uint8)


def _moved(moves: NDArray[np.uint8]) -> NDArray[np.int16]:
    low, high = moves.astype(np.uint16)
    return np.cumsum((low | high << 8).view(np.int16), axis=0, dtype=np.int16)


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
