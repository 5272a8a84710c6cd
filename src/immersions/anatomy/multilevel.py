"""Coarser and coarser graphs: neighbouring channels merged in pairs, and then neighbouring pitches.

Weights, charges and masses of what is merged are added, so that a coarse graph at rest is nearly
the fine one at rest, seen from afar.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from jaxtyping import Float, Int
from numpy.typing import NDArray

from immersions.anatomy.graph import Connection, Graph, Term, VertexLayer
from immersions.anatomy.links import merged

FEWEST = 64
"""Vertices of the coarsest graph, or more."""
SHRINKING = 3
"""Each level has so many times fewer vertices than the last, or more. With a level for each halving
layouts are as good, and take a fifth longer."""


@dataclass(frozen=True, eq=False)
class Level:
    """A graph, and what its vertices stand for."""

    graph: Graph
    charges: Float[NDArray[np.float32], " vertices"]
    masses: Float[NDArray[np.float32], " vertices"]
    parents: Int[NDArray[np.int64], " vertices"] | None
    """The vertex of the next coarser level that each is a part of."""


def levels_of(graph: Graph, charges: NDArray[np.float32], fewest: int = FEWEST) -> list[Level]:
    """From the graph itself to the coarsest."""
    masses = np.ones(graph.vertices, np.float32)
    levels: list[Level] = []
    while (merged := _shrunk(graph, fewest)) is not None:
        coarse, parents = merged
        levels.append(Level(graph, charges, masses, parents))
        charges = np.bincount(parents, charges, coarse.vertices).astype(np.float32)
        masses = np.bincount(parents, masses, coarse.vertices).astype(np.float32)
        graph = coarse
    return [*levels, Level(graph, charges, masses, None)]


def _shrunk(graph: Graph, fewest: int) -> tuple[Graph, NDArray[np.int64]] | None:
    """A graph that much smaller, and which of its vertices each vertex became a part of."""
    coarse, parents = graph, np.arange(graph.vertices)
    while coarse.vertices * SHRINKING > graph.vertices:
        by_channel = any(layer.channels > 1 for layer in coarse.layers)
        by_pitch = any(layer.pitches > 1 for layer in coarse.layers)
        if coarse.vertices <= fewest or not (by_channel or by_pitch):
            break
        parents = _parents(coarse.layers, by_channel)[parents]
        coarse = _coarse(coarse, by_channel)
    return None if coarse is graph else (coarse, parents)


def _halved(size: int) -> int:
    return -(-size // 2)


def _parents(layers: Sequence[VertexLayer], by_channel: bool) -> NDArray[np.int64]:
    offset, found = 0, []
    for layer in layers:
        channel, pitch = np.divmod(np.arange(layer.size), layer.pitches)
        if by_channel:
            channel, pitches = channel // 2, layer.pitches
            count = _halved(layer.channels) * pitches
        else:
            pitch, pitches = pitch // 2, _halved(layer.pitches)
            count = layer.channels * pitches
        found.append(offset + channel * pitches + pitch)
        offset += count
    return np.concatenate(found)


def _coarse(graph: Graph, by_channel: bool) -> Graph:
    layers = tuple(
        replace(layer, channels=_halved(layer.channels))
        if by_channel
        else replace(layer, pitches=_halved(layer.pitches))
        for layer in graph.layers
    )
    change = _channels_paired if by_channel else _pitches_paired
    connections = tuple(
        Connection(one.source, one.target, merged(map(change, one.terms)))
        for one in graph.connections
    )
    return Graph(layers, connections)


def _channels_paired(term: Term) -> Term:
    paired = _summed_in_pairs(term.channels, 0)
    paired = paired if term.own_only else _summed_in_pairs(paired, 1)
    return Term.of(paired, term.positions, term.pattern.paired())


def _pitches_paired(term: Term) -> Term:
    return replace(term, positions=_summed_in_pairs(_summed_in_pairs(term.positions, 0), 1))


def _summed_in_pairs(values: NDArray[np.float32], axis: int) -> NDArray[np.float32]:
    starts = np.arange(0, values.shape[axis], 2)
    return np.add.reduceat(values, starts, axis=axis, dtype=np.float32)
