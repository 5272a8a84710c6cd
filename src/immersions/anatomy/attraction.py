"""What all edges pull at once: the weighted sum over the neighbours of every vertex.

With W the symmetric matrix of weights, `neighbours` is W p and `degrees` W 1; the pull on a vertex
is the one minus the other times its position. Each connection is a few products of small matrices;
its edges are never listed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from immersions.anatomy.graph import Connection, Graph, Term

Points = Float[Tensor, "vertices dimensions"]


FEW = 1024
"""Of so few vertices the matrix of all weights is faster than many small operators."""


class Attraction:
    """The weights of a graph as operators, on a device, in single precision.

    Graphs of up to `few` vertices are held as one matrix.
    """

    def __init__(self, graph: Graph, device: torch.device | str = "cpu", few: int = FEW) -> None:
        self.vertices = graph.vertices
        self._whole: Tensor | None = None
        self._parts: list[_Outer | _Own | _Dense] = []
        if graph.vertices <= few:
            self._whole = torch.from_numpy(graph.explicit()).to(device, torch.float32)
        for one in graph.connections if self._whole is None else ():
            source, target = graph.layers[one.source], graph.layers[one.target]
            ends = _Ends(
                slice(graph.offsets[one.source], graph.offsets[one.source + 1]),
                slice(graph.offsets[one.target], graph.offsets[one.target + 1]),
                source.channels,
                target.channels,
            )
            self._parts += _parts(one, ends, device)
        ones = torch.ones(self.vertices, 1, device=device)
        self.degrees: Float[Tensor, "vertices 1"] = self.neighbours(ones)

    def neighbours(self, points: Points) -> Points:
        """For every vertex the sum of its neighbours' positions, each times its edge's weight."""
        if self._whole is not None:
            return self._whole @ points
        total = torch.zeros_like(points)
        for part in self._parts:
            part.add(points, total)
        return total

    def pull(self, points: Points) -> Points:
        """The force of the edges on every vertex."""
        return self.neighbours(points) - self.degrees * points


@dataclass(frozen=True)
class _Ends:
    """Where the source's and the target's vertices lie, and their channels."""

    source: slice
    target: slice
    source_channels: int
    target_channels: int


@dataclass(frozen=True, eq=False)
class _Outer:
    """Channels all joined with all, by weights that are products: a sum, and a spread."""

    ends: _Ends
    of_target: Tensor
    of_source: Tensor
    positions: Tensor

    def add(self, points: Points, total: Points) -> None:
        ends, (after, before) = self.ends, self.positions.shape
        width = points.shape[1]
        source = points[ends.source].view(ends.source_channels, before * width)
        target = points[ends.target].view(ends.target_channels, after * width)
        down = self.positions @ (self.of_source @ source).view(before, width)
        up = self.positions.T @ (self.of_target @ target).view(after, width)
        total[ends.target].view(-1, after * width).addr_(self.of_target, down.flatten())
        total[ends.source].view(-1, before * width).addr_(self.of_source, up.flatten())


@dataclass(frozen=True, eq=False)
class _Own:
    """Every channel joined with its own."""

    ends: _Ends
    weights: Tensor
    positions: Tensor

    def add(self, points: Points, total: Points) -> None:
        ends, (after, before) = self.ends, self.positions.shape
        width = points.shape[1]
        source = points[ends.source].view(ends.source_channels, before, width)
        target = points[ends.target].view(ends.target_channels, after, width)
        total[ends.target].view_as(target).add_(self.weights * (self.positions @ source))
        total[ends.source].view_as(source).add_(self.weights * (self.positions.T @ target))


@dataclass(frozen=True, eq=False)
class _Dense:
    """A matrix of channels for every tap: `channels` (targets, taps x sources), `positions`
    (taps x positions of the target, positions of the source).

    Points are laid out with channels last: a product of few rows with a large matrix takes a fifth
    of the time that the large matrix takes with few columns.
    """

    ends: _Ends
    channels: Tensor
    positions: Tensor
    taps: int

    def add(self, points: Points, total: Points) -> None:
        ends, taps, width = self.ends, self.taps, points.shape[1]
        sources, targets = ends.source_channels, ends.target_channels
        before, after = self.positions.shape[1], self.positions.shape[0] // taps
        source = points[ends.source].view(sources, before * width).T.reshape(before, -1)
        target = points[ends.target].view(targets, after * width).T.contiguous()
        moved = (self.positions @ source).view(taps, after * width, sources)
        down = moved.transpose(0, 1).reshape(after * width, -1) @ self.channels.T
        total[ends.target].view(targets, -1).add_(down.T)
        back = (target @ self.channels).view(after * width, taps, sources)
        back = back.transpose(0, 1).reshape(taps * after, width * sources)
        returned = (self.positions.T @ back).view(before * width, sources)
        total[ends.source].view(sources, -1).add_(returned.T)


def _parts(
    connection: Connection, ends: _Ends, device: torch.device | str
) -> list[_Outer | _Own | _Dense]:
    def kept(values: np.ndarray) -> Tensor:
        return torch.from_numpy(np.ascontiguousarray(values, np.float32)).to(device)

    parts: list[_Outer | _Own | _Dense] = []
    dense: list[Term] = []
    for term in connection.terms:
        if term.own_only:
            weights = kept(term.channels)[:, None, None]
            parts.append(_Own(ends, weights, kept(term.positions)))
        elif (factors := _factors(term.channels)) is not None:
            parts.append(_Outer(ends, kept(factors[0]), kept(factors[1]), kept(term.positions)))
        else:
            dense.append(term)
    if dense:
        channels = kept(np.concatenate([term.channels for term in dense], 1))
        positions = kept(np.concatenate([term.positions for term in dense]))
        parts.append(_Dense(ends, channels, positions, len(dense)))
    return parts


def _factors(matrix: np.ndarray) -> tuple[np.ndarray, np.ndarray] | None:
    """Two vectors whose outer product is `matrix`, where there are any: uniform weights have."""
    row = matrix[0]
    if not row.all():
        return None
    column = matrix[:, 0] / row[0]
    return (column, row) if np.array_equal(np.outer(column, row), matrix) else None
