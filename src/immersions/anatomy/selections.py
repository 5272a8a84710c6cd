"""Operations that choose, join and arrange: concatenation, slices, padding, views, means."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np

from immersions.anatomy.axes import BATCH, CHANNEL, CUT, KEPT, Axes
from immersions.anatomy.graph import Matrix, Term
from immersions.anatomy.links import (
    Link,
    Links,
    channels_chosen,
    combined,
    distinct,
    through,
    with_channels,
    with_positions,
)
from immersions.anatomy.patterns import Rows
from immersions.anatomy.recording import Node
from immersions.anatomy.traced import Traced, unit


def averaged(node: Node, given: list[Traced]) -> Traced:
    """`mean`, `amax`, `sum` over some dimensions."""
    first = given[0]
    asked = node.arguments[1] if len(node.arguments) > 1 else None
    count = len(first.axes.dimensions)
    several = asked if isinstance(asked, (list, tuple)) else [asked]
    over = {number % count for number in several if number is not None} or set(range(count))
    keep = len(node.shape) == count
    links, dimensions = first.links, []
    for number, axes in enumerate(first.axes.dimensions):
        if number not in over:
            dimensions.append(axes)
            continue
        role = first.axes.role(number)
        factor = np.float32(1 / first.axes.size(role) if node.operation == "mean" else 1)
        if role == CHANNEL:
            ones = np.full((1, first.axes.size(CHANNEL)), factor, np.float32)
            links = through(links, [Term(ones, unit(first.axes.size(KEPT)))])
        elif role == KEPT:
            ones = np.full((1, first.axes.size(KEPT)), factor, np.float32)
            links = with_positions(links, partial(np.matmul, ones))
        if keep:
            dimensions.append(((role, 1),))
    return Traced(Axes(tuple(dimensions)), links)


def joined(node: Node, given: list[Traced]) -> Traced:
    """`cat`: along channels one below the other, along the cut axis the same again."""
    dimension = (node.arguments[1] if len(node.arguments) > 1 else 0) % len(node.shape)
    widest = max(given, key=lambda one: len(one.links))
    axes = widest.axes.resized(node.shape)
    role = widest.axes.role(dimension)
    if role in (CUT, BATCH):
        return Traced(axes, combined(distinct(link for one in given for link in one.links)))
    parts, start = node.arguments[0], 0
    links: list[Link] = []
    traced = iter(given)
    for part in parts:
        size = part.shape[dimension]
        if isinstance(part, Node):
            links += _placed(next(traced).links, role, start, size, node.shape[dimension])
        start += size
    return Traced(axes, combined(links))


def _placed(links: Links, role: str, start: int, size: int, whole: int) -> Links:
    if role == CHANNEL:
        return with_channels(links, np.arange(start, start + size), whole)
    return with_positions(links, lambda rows: _rows_at(rows, start, whole))


def _rows_at(rows: Matrix, start: int, count: int) -> Matrix:
    whole = np.zeros((count, rows.shape[1]), np.float32)
    first, last = max(0, start), min(count, start + len(rows))
    whole[first:last] = rows[first - start : last - start]
    return whole


def sliced(node: Node, given: list[Traced]) -> Traced:
    first = given[0]
    dimension = node.arguments[1] if len(node.arguments) > 1 else 0
    size = first.axes.width(dimension)
    start = node.arguments[2] if len(node.arguments) > 2 else 0
    step = node.arguments[4] if len(node.arguments) > 4 else 1
    begin = 0 if start is None else min(size, start + size if start < 0 else start)
    return chosen(
        node.shape, first, dimension, slice(begin, begin + step * node.shape[dimension], step)
    )


def narrowed(node: Node, given: list[Traced]) -> Traced:
    _, dimension, start, length = node.arguments
    return chosen(node.shape, given[0], dimension, slice(start, start + length))


def piece(node: Node, given: list[Traced]) -> Traced:
    """One piece of `split`: its place stands last in the arguments."""
    size, place = node.arguments[1], node.arguments[-1]
    dimension = node.arguments[2] if len(node.arguments) > 3 else 0
    start = size * place if isinstance(size, int) else sum(size[:place])
    return chosen(node.shape, given[0], dimension, slice(start, start + node.shape[dimension]))


def chosen(shape: Sequence[int], first: Traced, dimension: int, places: Rows) -> Traced:
    """Some places of a dimension, in that order, as a tensor of that shape."""
    role = first.axes.role(dimension)
    axes = first.axes.resized(shape)
    whole = isinstance(places, slice) and shape[dimension] == first.axes.width(dimension)
    if role == CHANNEL and not whole:
        return Traced(axes, channels_chosen(first.links, places))
    if role == KEPT and not whole:
        return Traced(axes, with_positions(first.links, lambda rows: rows[places]))
    return Traced(axes, first.links)


def padded(node: Node, given: list[Traced]) -> Traced:
    """Zeros around it, or what is at its edges again."""
    first, amounts = given[0], node.arguments[1]
    axes, links = first.axes.resized(node.shape), first.links
    for number in range(len(amounts) // 2):
        dimension = len(node.shape) - 1 - number
        before, after = amounts[2 * number], amounts[2 * number + 1]
        role = first.axes.role(dimension)
        if role == CHANNEL and (before or after):
            where = np.arange(before, before + first.axes.size(CHANNEL))
            links = with_channels(links, where, node.shape[dimension])
        elif role == KEPT:
            mode = "constant" if node.operation == "constant_pad_nd" else "edge"
            mode = "reflect" if node.operation.startswith("reflection") else mode
            links = with_positions(links, partial(_pad_rows, before=before, after=after, mode=mode))
    return Traced(axes, links)


def _pad_rows(rows: Matrix, before: int, after: int, mode: str) -> Matrix:
    cut = rows[max(0, -before) : len(rows) + min(0, after)]
    return np.pad(cut, ((max(0, before), max(0, after)), (0, 0)), mode=mode)  # type: ignore[call-overload]


def viewed(node: Node, given: list[Traced]) -> Traced:
    return Traced(given[0].axes.reshaped(node.shape), given[0].links)


def permuted(node: Node, given: list[Traced]) -> Traced:
    count = len(node.shape)
    if node.operation == "permute":
        order = [number % count for number in node.arguments[1]]
    else:
        one, other = (0, 1) if node.operation == "t" else node.arguments[1:3]
        order = list(range(count))
        order[one], order[other] = order[other], order[one]
    return Traced(given[0].axes.permuted(order), given[0].links)
