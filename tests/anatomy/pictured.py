"""A small network on a map, for tests of pictures."""

from __future__ import annotations

import numpy as np

from immersions.anatomy import layout
from immersions.anatomy.graph import Connection, Graph, Term, VertexLayer

LAYERS = (
    VertexLayer("scalogram", 1, 24),
    VertexLayer("first", 4, 12),
    VertexLayer("second", 8, 6),
    VertexLayer("context", 6, 1),
)


def graph() -> Graph:
    """Each layer joined to the next by two taps of random weights, some of them zero."""
    random = np.random.default_rng(1)
    connections = []
    for target in range(1, len(LAYERS)):
        below, above = LAYERS[target - 1], LAYERS[target]
        terms = []
        for tap in range(2):
            channels = random.random((above.channels, below.channels)).astype(np.float32)
            channels[random.random(channels.shape) < 0.2] = 0
            positions = np.zeros((above.pitches, below.pitches), np.float32)
            step = below.pitches // above.pitches
            rows = np.arange(above.pitches)
            positions[rows, np.minimum(step * rows + tap, below.pitches - 1)] = 1 + tap
            terms.append(Term(channels, positions))
        connections.append(Connection(target - 1, target, tuple(terms)))
    return Graph(LAYERS, tuple(connections))


def laid() -> layout.Layout:
    return layout.grid("pictured", LAYERS)
