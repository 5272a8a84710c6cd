"""Whom one vertex is joined to, and how strongly: a row and a column of matrices never built."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from immersions.anatomy.graph import Connection, Graph


@dataclass(frozen=True, eq=False)
class Neighbourhood:
    """The strongest edges of one vertex, the strongest first.

    A weight is absolute, in mean weights of its connection (layers are scaled each in its own way).
    """

    vertices: Int[NDArray[np.int64], " edges"]
    weights: Float[NDArray[np.float32], " edges"]

    def __len__(self) -> int:
        return len(self.vertices)


class Neighbours:
    """Answers for any vertex of `graph`, from its inputs and its outputs alike.

    A vertex costs about as much as its layer's channels times its neighbours' pitches: of the
    largest bundled ear less than a millisecond.
    """

    def __init__(self, graph: Graph) -> None:
        self._graph = graph.normalised()
        self._reach = _reach(graph)

    def strongest(self, vertex: int, count: int) -> Neighbourhood:
        """Up to `count` edges of a vertex. Raises `ValueError` when there is no such vertex."""
        graph = self._graph
        layer, channel, pitch = self._place(vertex)
        # A connection may lead back to its own layer, and then both ends are one edge.
        joined: dict[int, NDArray[np.float32]] = {}
        for one in graph.connections:
            for other, weights in _ends(one, layer, channel, pitch):
                joined[other] = joined.get(other, np.float32(0)) + weights
        found, strengths = [np.zeros(0, np.int64)], [np.zeros(0, np.float32)]
        for other, weights in joined.items():
            flat = np.abs(weights).ravel()
            there = _largest(flat, count)
            found.append(graph.offsets[other] + there)
            strengths.append(flat[there])
        vertices, weights = np.concatenate(found), np.concatenate(strengths)
        order = np.argsort(-weights, kind="stable")[:count]
        return Neighbourhood(vertices[order], weights[order])

    def pitches(self, vertex: int) -> tuple[int, int] | None:
        """The lowest and the highest pitch of the first layer that a vertex depends on."""
        layer, _, pitch = self._place(vertex)
        there = np.flatnonzero(self._reach[layer][pitch])
        return (int(there[0]), int(there[-1])) if len(there) else None

    def _place(self, vertex: int) -> tuple[int, int, int]:
        """Layer, channel and pitch."""
        graph = self._graph
        if not 0 <= vertex < graph.vertices:
            raise ValueError(f"expected a neuron from 0 to {graph.vertices - 1}, got {vertex}")
        layer = int(np.searchsorted(graph.offsets, vertex, side="right")) - 1
        channel, pitch = divmod(vertex - graph.offsets[layer], graph.layers[layer].pitches)
        return layer, channel, pitch


def _reach(graph: Graph) -> list[NDArray[np.bool_]]:
    """For each layer which of its pitches depend on which of the first layer's."""
    if not graph.layers:
        return []
    first = graph.layers[0].pitches
    found = [np.zeros((each.pitches, first), np.bool_) for each in graph.layers]
    found[0] = np.eye(first, dtype=np.bool_)
    # Layers stand in the order in which they are computed.
    for one in sorted(graph.connections, key=lambda each: each.target):
        for term in one.terms if one.source < one.target else ():
            joined = (term.positions != 0).astype(np.float32)
            found[one.target] |= joined @ found[one.source].astype(np.float32) > 0
    return found


def _ends(
    one: Connection, layer: int, channel: int, pitch: int
) -> list[tuple[int, NDArray[np.float32]]]:
    """The layers at the other end of a connection, with the weights (channels, pitches) there."""
    found = []
    if one.target == layer:
        rows = [(_row(term.channels, channel), term.positions[pitch]) for term in one.terms]
        found.append((one.source, _sum(rows)))
    if one.source == layer:
        columns = [(_row(term.channels.T, channel), term.positions[:, pitch]) for term in one.terms]
        found.append((one.target, _sum(columns)))
    return found


def _sum(factors: list[tuple[NDArray[np.float32], NDArray[np.float32]]]) -> NDArray[np.float32]:
    """Of outer products: one product of two matrices."""
    channels, positions = (np.stack(each) for each in zip(*factors, strict=True))
    return np.asarray(channels.T @ positions, np.float32)


def _row(channels: NDArray[np.float32], channel: int) -> NDArray[np.float32]:
    """Of a matrix, or of a vector that stands for its diagonal."""
    if channels.ndim == 2:
        return channels[channel]
    row = np.zeros_like(channels)
    row[channel] = channels[channel]
    return row


def _largest(weights: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Where the largest are that are not zero, in any order."""
    there = np.flatnonzero(weights)
    if len(there) <= count:
        return there
    return np.asarray(there[np.argpartition(-weights[there], count)[:count]], np.int64)
