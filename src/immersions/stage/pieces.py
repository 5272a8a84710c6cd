"""Targets as a performer thinks of them: each may be several ranges, as a lasso makes them.

The page has the same rule in `web/src/selecting/pieces.ts`. No torch here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from immersions.dreaming.target import unit_range
from immersions.stage.selection import Range

_NEARLY = 1e-4

Piece = tuple[Range, ...]


class Shape(Protocol):
    """How many neurons a layer has along each axis."""

    name: str
    channels: int
    pitches: int


def pieces_of(targets: Sequence[Range], layers: Sequence[Shape]) -> list[Piece]:
    """The ranges that belong together: they lie side by side, and share a weight of at most one.

    A range of a layer that is none of `layers` is a piece by itself.
    """
    shapes = {layer.name: layer for layer in layers}
    pieces: list[Piece] = []
    for each in targets:
        if pieces and _belongs(pieces[-1], each, shapes.get(each.layer)):
            pieces[-1] = (*pieces[-1], each)
        else:
            pieces.append((each,))
    return pieces


def weight(piece: Piece) -> float:
    """How strongly all of it counts."""
    return sum(each.weight for each in piece)


def around(piece: Piece, layers: Sequence[Shape]) -> Range:
    """The smallest range that holds all of it, with its weight."""
    first = piece[0]
    shape = next((layer for layer in layers if layer.name == first.layer), None)
    if len(piece) == 1 or shape is None:
        return first
    channels = [unit_range(each.channel, shape.channels) for each in piece]
    pitches = [unit_range(each.pitch, shape.pitches) for each in piece]
    return Range(
        first.layer,
        weight(piece),
        _fraction(channels, shape.channels),
        _fraction(pitches, shape.pitches),
        first.time,
    )


def _belongs(piece: Piece, other: Range, shape: Shape | None) -> bool:
    first = piece[0]
    if shape is None or (first.layer, first.time) != (other.layer, other.time):
        return False
    alike = abs(_density(other, shape) / (_density(first, shape) or 1) - 1) < _NEARLY
    return alike and abs(weight(piece) + other.weight) <= 1 + _NEARLY


def _density(each: Range, shape: Shape) -> float:
    channels = unit_range(each.channel, shape.channels)
    return each.weight / len(channels) / len(unit_range(each.pitch, shape.pitches))


def _fraction(chosen: Sequence[range], count: int) -> tuple[float, float]:
    """Position and span of the least range that holds all of them."""
    start, stop = min(each.start for each in chosen), max(each.stop for each in chosen)
    if stop - start >= count:
        return (0.0, 1.0)
    # Half a unit inside, so that rounding never falls to the neighbouring unit.
    span = 0.0 if stop - start == 1 else (stop - start - 0.5) / count
    return (min(1.0, (start + 0.5) / count / (1 - span)), span)
