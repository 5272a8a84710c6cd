"""A sample of the edges, which are never listed: each with a chance in proportion to its weight."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from jaxtyping import Int
from numpy.typing import NDArray

from immersions.anatomy.graph import Connection, Graph, Term

EVENNESS = 0.35
"""1: edges of all connections alike; 0: every connection gets as many, however few edges it has."""


@dataclass(frozen=True, eq=False)
class Edges:
    """Pairs of vertices, and the connection that each pair is of."""

    sources: Int[NDArray[np.int64], " edges"]
    targets: Int[NDArray[np.int64], " edges"]
    connection: Int[NDArray[np.int64], " edges"]

    def __len__(self) -> int:
        return len(self.sources)


def sampled(graph: Graph, count: int, seed: int = 0, evenness: float = EVENNESS) -> Edges:
    """About `count` edges, drawn with replacement; fewer than none where nothing is joined.

    Within a connection the chance of an edge is in proportion to its weight. A connection's share
    is its number of edges to the power of `evenness`: else the few edges that leave the scalogram
    would be lost among the millions of the deep layers.
    """
    random = np.random.default_rng(seed)
    connections = [one for one in graph.connections if _total(one) > 0]
    if not connections or count < 1:
        none = np.zeros(0, np.int64)
        return Edges(none, none, none)
    shares = np.array([float(one.edges) ** evenness for one in connections])
    counts = random.multinomial(count, shares / shares.sum())
    sources, targets, numbers = [], [], []
    for one, many in zip(connections, counts, strict=True):
        for term, some in zip(one.terms, random.multinomial(many, _chances(one)), strict=True):
            target, source = _drawn(term, int(some), random)
            sources.append(graph.offsets[one.source] + source)
            targets.append(graph.offsets[one.target] + target)
        numbers.append(np.full(many, graph.connections.index(one)))
    return Edges(np.concatenate(sources), np.concatenate(targets), np.concatenate(numbers))


def _total(one: Connection) -> float:
    return sum(map(_weight, one.terms))


def _weight(term: Term) -> float:
    channels = float(np.abs(term.channels).sum(dtype=np.float64))
    return channels * float(np.abs(term.positions).sum(dtype=np.float64))


def _chances(one: Connection) -> NDArray[np.float64]:
    weights = np.array([_weight(term) for term in one.terms])
    return weights / weights.sum()


def _drawn(
    term: Term, count: int, random: np.random.Generator
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Targets and sources within their layers: a weight is a product, so its factors are drawn
    independently."""
    channels = _picked(term.channels, count, random)
    if term.own_only:
        target_channel = source_channel = channels
    else:
        target_channel, source_channel = np.divmod(channels, term.channels.shape[1])
    target_pitches, source_pitches = term.positions.shape
    target_pitch, source_pitch = np.divmod(_picked(term.positions, count, random), source_pitches)
    return (
        target_channel * target_pitches + target_pitch,
        source_channel * source_pitches + source_pitch,
    )


def _picked(
    weights: NDArray[np.float32], count: int, random: np.random.Generator
) -> NDArray[np.int64]:
    """Flat indices with chances in proportion to the weights; never one of weight zero."""
    flat = np.abs(weights).ravel()
    there = np.flatnonzero(flat)
    if not count:
        return np.zeros(0, np.int64)
    steps = np.cumsum(flat[there], dtype=np.float64)
    found = np.searchsorted(steps, random.random(count) * steps[-1], side="right")
    return np.asarray(there[np.minimum(found, len(there) - 1)], np.int64)
