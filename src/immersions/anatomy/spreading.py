"""Broadcasting: a tensor's axes and links after it was repeated along dimensions of one place."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from immersions.anatomy.axes import CHANNEL, CUT, KEPT, Axes, Axis
from immersions.anatomy.graph import Term
from immersions.anatomy.links import Links, through, with_positions
from immersions.anatomy.traced import Traced, unit

OF_VERTICES = (CHANNEL, KEPT)


def spread(given: Sequence[Traced], shape: Sequence[int]) -> tuple[Axes, list[Links]]:
    """The axes of an answer of that shape, and each tensor's links as of the whole answer.

    Raises `ValueError` where two tensors hold different axes in the same dimension.
    """
    axes = _broadcast(given, shape)
    return axes, [_links(one, axes) for one in given]


def _broadcast(given: Sequence[Traced], shape: Sequence[int]) -> Axes:
    dimensions: list[tuple[Axis, ...]] = []
    for number, size in enumerate(shape):
        back = len(shape) - number
        held = [one.axes.dimensions[-back] for one in given if len(one.axes.dimensions) >= back]
        dimensions.append(_dimension(held, size))
    return Axes(tuple(dimensions))


def _dimension(held: Sequence[tuple[Axis, ...]], size: int) -> tuple[Axis, ...]:
    """One dimension of the answer, by what the tensors hold there."""
    wide = [axes for axes in held if int(np.prod([n for _, n in axes])) == size]
    if size > 1 and not wide:  # all have one place; what they are joined with has more
        roles = [role for axes in held for role, _ in axes]
        named = [role for role in roles if role in OF_VERTICES] or roles
        return ((named[0] if named else CUT, size),)
    told = {_of_vertices(axes) for axes in wide} - {()}
    if len(told) > 1:
        raise ValueError("tensors whose axes differ")
    return max(wide, key=lambda axes: (len(_of_vertices(axes)), len(axes)), default=())


def _of_vertices(axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
    return tuple(axis for axis in axes if axis[0] in OF_VERTICES and axis[1] > 1)


def _links(one: Traced, axes: Axes) -> Links:
    links, pitches, channels = one.links, axes.size(KEPT), axes.size(CHANNEL)
    if one.axes.size(KEPT) == 1 and pitches > 1:
        links = with_positions(links, lambda rows: np.repeat(rows, pitches, 0))
    if one.axes.size(CHANNEL) == 1 and channels > 1:
        ones = np.ones((channels, 1), np.float32)
        links = through(links, [Term(ones, unit(pitches))])
    return links
