"""The graphs that layouts are measured on: parts of an ear's, and made up ones."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from immersions.anatomy.graph import Connection, Graph, Matrix, Term, VertexLayer
from immersions.ears import available, load, presets
from immersions.ears.ear import Ear

STAGES, PITCHES, TAPS = 6, 128, 3


def ear_named(name: str) -> Ear:
    """A bundled ear, or an untrained one of that architecture."""
    return load(name) if name in available() else presets.build(name)


def thinned(graph: Graph, every: int) -> Graph:
    """With every second, fourth, … channel of each layer only, and what joins those."""
    if every == 1:
        return graph
    layers = [replace(one, channels=-(-one.channels // every)) for one in graph.layers]
    connections = [
        replace(one, terms=tuple(_thinned(term, every) for term in one.terms))
        for one in graph.connections
    ]
    return replace(graph, layers=tuple(layers), connections=tuple(connections))


def thinned_values(graph: Graph, values: NDArray[np.float32], every: int) -> NDArray[np.float32]:
    """What those channels have of a value for each vertex."""
    parts = [
        values[start : start + layer.size].reshape(layer.channels, layer.pitches)[::every].ravel()
        for start, layer in zip(graph.offsets[:-1], graph.layers, strict=True)
    ]
    return np.concatenate(parts)


def _thinned(term: Term, every: int) -> Term:
    if term.own_only:
        return replace(term, channels=term.channels[::every])
    if term.groups > 1:
        raise ValueError(f"expected connections of one group, got {term.groups}")
    return replace(term, channels=np.ascontiguousarray(term.channels[::every, ::every]))


def pairs_of(graph: Graph) -> NDArray[np.uint32]:
    """Every pair of joined vertices once, (pairs, 2): the list that our own layout does without."""
    keys = []
    for one in graph.connections:
        source, target = graph.layers[one.source], graph.layers[one.target]
        for term in one.uniform():
            t, s = np.nonzero(term.dense())
            u, v = np.nonzero(term.positions)
            after = graph.offsets[one.target] + (t[:, None] * target.pitches + u[None]).ravel()
            before = graph.offsets[one.source] + (s[:, None] * source.pitches + v[None]).ravel()
            keys.append(before * graph.vertices + after)
    joined = np.unique(np.concatenate(keys))
    return np.stack(np.divmod(joined, graph.vertices), 1).astype(np.uint32)


def growing(vertices: int) -> Graph:
    """About so many vertices: six stages of convolutions, each with twice the channels and half
    the pitches of the one before, as networks have them. Larger ones are wider and deeper: the
    channels grow as the fourth root of the vertices, the layers with the rest."""
    random = np.random.default_rng(0)
    channels = max(2, round(8 * (vertices / 6144) ** 0.25))
    blocks = max(1, round(vertices / (STAGES * channels * PITCHES)))
    layers = [VertexLayer("0", 1, 2 * PITCHES)]
    connections: list[Connection] = []
    for stage in range(STAGES):
        weights: list[Matrix] = []
        for _ in range(blocks):
            before = layers[-1]
            after = VertexLayer(str(len(layers)), channels << stage, PITCHES >> stage)
            shape = after.channels, before.channels
            if not weights or weights[0].shape != shape:
                weights = [random.random(shape, np.float32) + 0.5 for _ in range(TAPS)]
            terms = [Term(one, _tap(after, before, tap)) for tap, one in enumerate(weights)]
            connections.append(Connection(len(layers) - 1, len(layers), tuple(terms)))
            layers.append(after)
    return Graph(tuple(layers), tuple(connections))


def _tap(after: VertexLayer, before: VertexLayer, tap: int) -> Matrix:
    """Which pitch one tap of a padded, strided convolution hears for each pitch."""
    there = before.pitches // after.pitches * np.arange(after.pitches) + tap - TAPS // 2
    return (there[:, None] == np.arange(before.pitches)).astype(np.float32)
