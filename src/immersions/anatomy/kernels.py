"""Operations with weights or windows: convolutions, linear layers, pooling, upsampling."""

from __future__ import annotations

from typing import Any

import numpy as np
from torch import Tensor

from immersions.anatomy.axes import BATCH, CHANNEL, CUT, KEPT, Axes
from immersions.anatomy.graph import Matrix, Term
from immersions.anatomy.links import through, with_positions
from immersions.anatomy.recording import Node
from immersions.anatomy.traced import Traced, numbers, unit


def convolved(node: Node, given: list[Traced]) -> Traced:
    weight, stride, padding, dilation = (node.arguments[i] for i in (1, 3, 4, 5))
    transposed, groups = node.arguments[6], node.arguments[8]
    first = given[0]
    kept = first.axes.dimension(KEPT)
    pitches = first.axes.size(KEPT)
    spatial = weight.ndim - 2
    place = None if kept is None else kept - (len(node.shape) - spatial)
    taps = _taps(weight.detach().abs().float(), place, transposed, groups)
    axes = _after_channels(first.axes, node)
    if kept is None or place is None:
        return Traced(axes, through(first.links, [_tap(taps[0], unit(pitches), groups)]))
    after = node.shape[kept]
    kernel = []
    for number, matrix in enumerate(taps):
        positions = _shifted(
            after, pitches, stride[place], padding[place], dilation[place] * number, transposed
        )
        kernel.append(_tap(matrix, positions, groups))
    return Traced(axes, through(first.links, kernel))


def _tap(channels: Matrix, positions: Matrix, groups: int) -> Term:
    if groups > 1 and channels.shape == (groups, groups):  # depthwise
        return Term(np.diag(channels).copy(), positions)
    return Term(channels, positions, groups)


def _after_channels(axes: Axes, node: Node) -> Axes:
    """Of a convolution's answer: dimension 1 has other channels, the rest other sizes."""
    dimensions = list(axes.dimensions)
    offset = len(node.shape) - len(dimensions)
    channel = 1 if len(node.shape) > 2 and offset == 0 else 0
    sized = [
        ((CHANNEL, size),) if number == channel else ((axes.role(number), size),)
        for number, size in enumerate(node.shape)
    ]
    return Axes(tuple(sized))


def _taps(weight: Tensor, place: int | None, transposed: bool, groups: int) -> list[Matrix]:
    """A matrix [targets, sources] for each tap on the kept axis; other axes are summed."""
    if transposed:  # (sources, targets of a group, …): to (targets, sources of a group, …)
        parts = weight.unflatten(0, (groups, -1)).transpose(1, 2)
        weight = parts.flatten(0, 1)
    if place is None:
        flat = weight.flatten(2).sum(2, keepdim=True)
    else:
        flat = weight.movedim(2 + place, 2).flatten(3).sum(3) if weight.ndim > 3 else weight
    targets, sources, count = flat.shape
    whole = flat.new_zeros(targets, sources * groups, count)
    for group in range(groups):
        rows = slice(group * targets // groups, (group + 1) * targets // groups)
        whole[rows, group * sources : (group + 1) * sources] = flat[rows]
    return [numbers(whole[..., tap]) for tap in range(count)]


def _shifted(
    targets: int, sources: int, stride: int, padding: int, offset: int, transposed: bool
) -> Matrix:
    """Which source position one tap hears for each target position."""
    positions = np.zeros((targets, sources), np.float32)
    few, step = (sources, targets) if transposed else (targets, sources)
    here = np.arange(few)
    there = here * stride - padding + offset
    inside = (there >= 0) & (there < step)
    rows, columns = (there, here) if transposed else (here, there)
    positions[rows[inside], columns[inside]] = 1
    return positions


def linear(node: Node, given: list[Traced]) -> Traced:
    """`addmm`, `mm`, `linear`: the last dimension is joined with all outputs."""
    first = given[0]
    weight = next(a for a in reversed(node.arguments) if isinstance(a, Tensor) and a.ndim == 2)
    matrix = weight.detach().abs().float()
    if node.operation != "linear":
        matrix = matrix.T
    held = [axis for axis in first.axes.dimensions[-1] if axis[1] > 1] or [(CHANNEL, 1)]
    roles = [role for role, _ in held]
    if len(set(roles)) != len(roles) or BATCH in roles:
        raise ValueError(f"a linear layer over {' and '.join(roles)}")
    outputs, pitches = matrix.shape[0], first.axes.size(KEPT)
    cube = matrix.reshape(outputs, *(size for _, size in held))
    for role in (CUT,):
        if role in roles:
            cube = cube.sum(1 + roles.index(role))
            roles.remove(role)
    if CHANNEL not in roles:
        cube, roles = cube.unsqueeze(1), [CHANNEL, *roles]
    dimensions = (*first.axes.dimensions[:-1], ((CHANNEL, outputs),))
    if KEPT not in roles:
        term = Term(numbers(cube), unit(pitches))
        return Traced(Axes(dimensions), through(first.links, [term]))
    cube = cube.movedim(1 + roles.index(KEPT), -1)
    kernel = [
        Term(numbers(cube[..., place]), unit(pitches)[place : place + 1])
        for place in range(pitches)
    ]
    return Traced(Axes(dimensions), through(first.links, kernel))


def pooled(node: Node, given: list[Traced]) -> Traced:
    first, axes = given[0], given[0].axes.resized(node.shape)
    kept = first.axes.dimension(KEPT)
    if kept is None:
        return Traced(axes, first.links)
    before, after = first.axes.size(KEPT), node.shape[kept]
    spatial = 1 if node.operation.endswith("1d") else 2
    place = kept - (len(node.shape) - spatial)
    if "adaptive" in node.operation:
        edges = [(i * before // after, -(-(i + 1) * before // after)) for i in range(after)]
    else:
        size, stride, padding, dilation = _window(node, place)
        starts = np.arange(after) * stride - padding
        edges = [(int(s), int(s) + dilation * (size - 1) + 1) for s in starts]
        if dilation > 1:
            raise ValueError("a pooling with gaps")
    window = np.zeros((after, before), np.float32)
    divisors = np.array([min(before, end) - max(0, start) for start, end in edges])
    if "adaptive" not in node.operation and (len(node.arguments) < 6 or node.arguments[5]):
        divisors = np.array([min(before + padding, end) - start for start, end in edges])
    for row, (start, end) in enumerate(edges):
        window[row, max(0, start) : min(before, end)] = 1
    if "avg" in node.operation:
        window /= np.maximum(1, divisors)[:, None]
    return Traced(axes, with_positions(first.links, lambda rows: window @ rows))


def _window(node: Node, place: int) -> tuple[int, int, int, int]:
    """(size, stride, padding, dilation) on one axis of a pooling."""

    def at(number: int, otherwise: int) -> int:
        given: Any = node.arguments[number] if len(node.arguments) > number else None
        if isinstance(given, int) and not isinstance(given, bool):
            return given
        if isinstance(given, (list, tuple)) and given:
            return int(given[place if len(given) > 1 else 0])
        return otherwise

    size = at(1, 1)
    dilation = at(4, 1) if "max" in node.operation else 1
    return size, at(2, size), at(3, 0), dilation


def repeated(node: Node, given: list[Traced]) -> Traced:
    """Nearest-neighbour upsampling."""
    first, axes = given[0], given[0].axes.resized(node.shape)
    kept = first.axes.dimension(KEPT)
    if kept is None:
        return Traced(axes, first.links)
    before, after = first.axes.size(KEPT), node.shape[kept]
    source = np.arange(after) * before // after
    return Traced(axes, with_positions(first.links, lambda rows: rows[source]))
