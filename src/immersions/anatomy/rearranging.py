"""Operations that reorder, take apart and put together: flips, indices, pieces, pixel shuffle."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from immersions.anatomy.axes import CHANNEL, CUT, KEPT, Axes
from immersions.anatomy.graph import Term
from immersions.anatomy.links import combined, distinct, through
from immersions.anatomy.patterns import Pattern
from immersions.anatomy.recording import Node
from immersions.anatomy.selections import chosen
from immersions.anatomy.spreading import spread
from immersions.anatomy.traced import Traced, unit


def flipped(node: Node, given: list[Traced]) -> Traced:
    traced = given[0]
    for dimension in node.arguments[1]:
        traced = chosen(node.shape, traced, dimension, np.arange(node.shape[dimension])[::-1])
    return traced


def rolled(node: Node, given: list[Traced]) -> Traced:
    traced = given[0]
    if len(node.arguments) < 3 or not node.arguments[2]:
        raise ValueError("a roll of all dimensions as one")
    for shift, dimension in zip(node.arguments[1], node.arguments[2], strict=True):
        places = np.roll(np.arange(node.shape[dimension]), shift)
        traced = chosen(node.shape, traced, dimension, places)
    return traced


def indexed(node: Node, given: list[Traced]) -> Traced:
    """One list of places on one dimension: `x[:, [2, 0]]`, `index_select`."""
    if node.operation == "index_select":
        dimension, index = node.arguments[1:3]
    else:
        found = [(n, one) for n, one in enumerate(node.arguments[1]) if one is not None]
        if len(found) != 1:
            raise ValueError("an index on several dimensions at once")
        dimension, index = found[0]
    if not isinstance(index, Tensor) or index.ndim != 1:
        raise ValueError("an index that is not one list of fixed places")
    return chosen(node.shape, given[0], dimension, _places(index))


def _places(index: Tensor) -> NDArray[np.intp]:
    at = index.nonzero().flatten() if index.dtype == torch.bool else index
    return at.cpu().numpy().astype(np.intp)


def taken(node: Node, given: list[Traced]) -> Traced:
    """`select`, or one piece of `unbind`, whose place stands last: a dimension less."""
    dimension = node.arguments[1] if len(node.arguments) > 2 else 0
    axes, place = given[0].axes, node.arguments[-1]
    dimension %= len(axes.dimensions)
    shape = [axes.width(number) for number in range(len(axes.dimensions))]
    place, shape[dimension] = place % shape[dimension], 1
    one = chosen(shape, given[0], dimension, slice(place, place + 1))
    left = [held for number, held in enumerate(one.axes.dimensions) if number != dimension]
    return Traced(Axes(tuple(left)), one.links)


def stacked(node: Node, given: list[Traced]) -> Traced:
    """A new dimension, which is cut away: what is stacked becomes the same vertices."""
    dimension = (node.arguments[1] if len(node.arguments) > 1 else 0) % len(node.shape)
    shape = [size for number, size in enumerate(node.shape) if number != dimension]
    axes, links = spread(given, shape)
    dimensions = list(axes.dimensions)
    dimensions.insert(dimension, ((CUT, node.shape[dimension]),))
    return Traced(
        Axes(tuple(dimensions)), combined(distinct(one for each in links for one in each))
    )


def halved(node: Node, given: list[Traced]) -> Traced:
    """`glu`: one half, gated by the other."""
    dimension = node.arguments[1] if len(node.arguments) > 1 else -1
    size = node.shape[dimension]
    halves = [slice(0, size), slice(size, 2 * size)]
    both = [chosen(node.shape, given[0], dimension, half) for half in halves]
    return Traced(both[0].axes, combined(distinct(link for each in both for link in each.links)))


def shuffled(node: Node, given: list[Traced]) -> Traced:
    """`pixel_shuffle`: channels become places between places."""
    first, factor = given[0], node.arguments[1]
    if len(node.shape) != 4 or first.axes.dimension(CHANNEL) != 1:
        raise ValueError("expected (batch, channels, rows, columns)")
    axes, channels = first.axes.resized(node.shape), node.shape[1]
    kept, pitches = first.axes.dimension(KEPT), first.axes.size(KEPT)
    if kept is None:
        within = np.ones((1, factor**2), np.float32)
        term = Term(np.kron(unit(channels), within), unit(pitches), channels)
        return Traced(axes, through(first.links, [term]))
    kernel = []
    for offset in range(factor):
        block = np.zeros((factor, factor), np.float32)
        block[(offset, slice(None)) if kept == 2 else (slice(None), offset)] = 1
        sources = np.kron(unit(channels), block.reshape(1, -1))
        positions = np.repeat(unit(pitches), factor, 0)
        positions[np.arange(len(positions)) % factor != offset] = 0
        kernel.append(Term.of(sources, positions, Pattern.of(sources > 0)))
    return Traced(axes, through(first.links, kernel))
