"""A network as a graph whose edges are never built: layers of vertices, connections as operators.

A connection is a sum of terms, each a matrix between channels times a matrix between positions on
the kept axis (pitches): a convolution is one term for each tap of its kernel. What such an operator
does to all its edges at once costs what a small convolution costs, and needs no memory.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

import numpy as np
from numpy.typing import NDArray

from immersions.anatomy.patterns import Mask, Pattern

Matrix = NDArray[np.float32]


@dataclass(frozen=True)
class VertexLayer:
    """`channels` x `pitches` vertices, numbered channel * pitches + pitch."""

    name: str
    channels: int
    pitches: int

    @property
    def size(self) -> int:
        return self.channels * self.pitches


@dataclass(frozen=True, eq=False)
class Term:
    """One tap: the weight between (channel t, position u) of the target and (channel s, position v)
    of the source is `channels[t, s] * positions[u, v]`.

    `channels` is a matrix, or a vector where every channel is joined to its own only. Of a matrix,
    `groups` blocks along the diagonal are joined, or what `mask` says.
    """

    channels: Matrix
    positions: Matrix
    groups: int = 1
    mask: Mask | None = None

    @classmethod
    def of(cls, channels: Matrix, positions: Matrix, pattern: Pattern) -> Term:
        return cls(channels, positions, pattern.groups or 1, pattern.mask)

    @property
    def own_only(self) -> bool:
        return self.channels.ndim == 1

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """Channels and positions of the target, channels and positions of the source."""
        targets, sources = self.channels.shape[0], self.channels.shape[-1]
        return targets, self.positions.shape[0], sources, self.positions.shape[1]

    @property
    def pattern(self) -> Pattern:
        """Which channels are joined."""
        targets, sources = self.channels.shape[0], self.channels.shape[-1]
        return Pattern(targets, sources, 0 if self.own_only else self.groups, self.mask)

    @property
    def finite(self) -> bool:
        return bool(np.isfinite(self.channels).all() and np.isfinite(self.positions).all())

    def dense(self) -> Matrix:
        """The channels as a matrix."""
        return np.diag(self.channels) if self.own_only else self.channels

    def scaled(self, factor: float) -> Term:
        # In double precision: the factor may be larger than a single precision number can be.
        scaled = (self.channels * np.float64(factor)).astype(np.float32)
        return replace(self, channels=scaled)


@dataclass(frozen=True, eq=False)
class Connection:
    """From the layer number `source` to the layer number `target`."""

    source: int
    target: int
    terms: tuple[Term, ...]

    @cached_property
    def joined(self) -> tuple[tuple[Pattern, Mask], ...]:
        """Every pair of vertices that is joined, once: each pattern of channels with the pairs of
        positions at which just these channels are."""
        found: dict[tuple[int, bytes], tuple[Pattern, Mask]] = {}
        for term in self.terms:
            _add(found, term.pattern, term.positions != 0)
        if len(found) < 2:
            return tuple(found.values())
        patterns = [pattern for pattern, _ in found.values()]
        there = np.stack([positions.ravel() for _, positions in found.values()])
        shape = self.terms[0].positions.shape
        apart: dict[tuple[int, bytes], tuple[Pattern, Mask]] = {}
        kinds, kind = np.unique(there, axis=1, return_inverse=True)
        for number, which in enumerate(kinds.T):
            several = [pattern for pattern, has in zip(patterns, which, strict=True) if has]
            if several:
                _add(apart, reduce(Pattern.either, several), kind.reshape(shape) == number)
        return tuple(apart.values())

    @cached_property
    def edges(self) -> int:
        """How many pairs of vertices are joined, whatever their weight."""
        return sum(pattern.pairs * int(np.count_nonzero(where)) for pattern, where in self.joined)

    @property
    def mean_weight(self) -> float:
        """Of an edge."""
        sums = [
            float(term.channels.sum(dtype=np.float64)) * float(term.positions.sum(dtype=np.float64))
            for term in self.terms
        ]
        return sum(sums) / max(1, self.edges)

    def uniform(self) -> Iterator[Term]:
        """The same edges, each of weight one."""
        for pattern, where in self.joined:
            own = pattern.groups == 0 and pattern.mask is None
            ones = np.ones(pattern.targets) if own else pattern.dense()
            yield Term.of(ones.astype(np.float32), where.astype(np.float32), pattern)

    def explicit(self) -> NDArray[np.float64]:
        """The weight of every edge [targets, sources], for small networks: the reference."""
        parts = [
            np.kron(term.dense().astype(np.float64), term.positions.astype(np.float64))
            for term in self.terms
        ]
        return np.sum(parts, axis=0)


@dataclass(frozen=True, eq=False)
class Graph:
    """Vertices layer by layer, and what joins them; in words, what could not be joined."""

    layers: tuple[VertexLayer, ...]
    connections: tuple[Connection, ...]
    unconnected: tuple[str, ...] = ()

    @cached_property
    def offsets(self) -> tuple[int, ...]:
        """The number of the first vertex of each layer, and last how many there are."""
        return tuple(np.cumsum([0, *(layer.size for layer in self.layers)]).tolist())

    @property
    def vertices(self) -> int:
        return self.offsets[-1]

    @property
    def edges(self) -> int:
        return sum(connection.edges for connection in self.connections)

    def layer_of(self) -> NDArray[np.int32]:
        """The layer of every vertex."""
        sizes = [layer.size for layer in self.layers]
        return np.repeat(np.arange(len(sizes), dtype=np.int32), sizes)

    def uniform(self) -> Graph:
        """The same graph with a weight of one on every edge."""
        connections = [replace(one, terms=tuple(one.uniform())) for one in self.connections]
        return replace(self, connections=tuple(connections))

    def normalised(self) -> Graph:
        """The same graph, the weights of each connection divided by their mean over its edges."""
        return replace(self, connections=tuple(_normalised(self.connections)))

    def explicit(self) -> NDArray[np.float64]:
        """The symmetric matrix of all weights, for small networks: the reference."""
        whole = np.zeros((self.vertices, self.vertices))
        for one in self.connections:
            rows = slice(self.offsets[one.target], self.offsets[one.target + 1])
            columns = slice(self.offsets[one.source], self.offsets[one.source + 1])
            weights = one.explicit()
            whole[rows, columns] += weights
            whole[columns, rows] += weights.T
        return whole


def _add(
    found: dict[tuple[int, bytes], tuple[Pattern, Mask]], pattern: Pattern, where: Mask
) -> None:
    before = found.get(pattern.key)
    found[pattern.key] = (pattern, where if before is None else where | before[1])


def _normalised(connections: Sequence[Connection]) -> Iterator[Connection]:
    for one in connections:
        mean = one.mean_weight
        if mean > 0:
            yield replace(one, terms=tuple(term.scaled(1 / mean) for term in one.terms))
        else:
            yield one
