"""What each operation of torch makes of the links of its inputs.

Operations are known by their names in ATen. One that is not known, or is used in a way that joins
vertices as no term can say, raises `ValueError` with its name; the rest of a network still works.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from torch import Tensor

from immersions.anatomy import kernels, selections
from immersions.anatomy.axes import CHANNEL, KEPT
from immersions.anatomy.graph import Term
from immersions.anatomy.links import Links, distinct, scaled, through, with_positions
from immersions.anatomy.recording import Node
from immersions.anatomy.traced import Known, Traced, numbers, unit

BENDING = {
    *("relu", "leaky_relu", "elu", "gelu", "silu", "mish", "sigmoid", "tanh", "hardtanh"),
    *("hardswish", "hardsigmoid", "softplus", "prelu", "_prelu_kernel", "_softmax", "rrelu"),
    *("threshold", "clamp", "clamp_min", "celu", "selu", "hardshrink", "softshrink"),
}
"""Nonlinearities: their outputs are the neurons."""

UNCHANGED = {
    *("clone", "_to_copy", "contiguous", "detach", "alias", "neg", "div", "sub", "rsub", "pow"),
    *("native_dropout", "dropout", "lift_fresh", "abs", "sqrt", "exp", "log", "expand"),
    *("native_layer_norm", "native_group_norm", "bernoulli", "view_as_real"),
}


def known(operation: str) -> Known:
    """What is done for an operation, in place or not. Raises `ValueError` if nothing is known."""
    name = operation.rstrip("_") if not operation.startswith("_") else operation
    if name in BENDING or name in UNCHANGED:
        return _unchanged
    if name not in TABLE:
        raise ValueError(f"operation {operation} is not known")
    return TABLE[name]


def _unchanged(node: Node, given: list[Traced]) -> Traced:
    first = given[0]
    if len(given) > 1:
        return _summed(node, given)
    return Traced(first.axes.resized(node.shape), first.links)


def _summed(node: Node, given: list[Traced]) -> Traced:
    """A sum, a product, a gate: what is joined to either is joined to both."""
    largest = max(given, key=lambda one: np.prod([one.axes.size(r) for r in (CHANNEL, KEPT)]))
    for one in given:
        if {one.axes.size(r) for r in (KEPT,)} - {1, largest.axes.size(KEPT)}:
            raise ValueError("a sum of tensors of different shapes")
    wide = largest.axes.size(CHANNEL), largest.axes.size(KEPT)
    spread = [link for one in given for link in _spread(one, wide)]
    return Traced(largest.axes, distinct(spread))


def _spread(one: Traced, wide: tuple[int, int]) -> Links:
    """Broadcast to so many channels and positions."""
    links = one.links
    if one.axes.size(KEPT) != wide[1]:
        links = with_positions(links, lambda rows: np.repeat(rows, wide[1], 0))
    if one.axes.size(CHANNEL) != wide[0]:
        ones = np.ones((wide[0], 1), np.float32)
        links = through(links, [Term(ones, unit(wide[1]))])
    return links


def _multiplied(node: Node, given: list[Traced]) -> Traced:
    if len(given) > 1:
        return _summed(node, given)
    first = given[0]
    other = next((a for a in node.arguments if isinstance(a, Tensor) and a.numel() > 1), None)
    dimension = first.axes.dimension(CHANNEL)
    if other is None or dimension is None or other.ndim == 0:
        return Traced(first.axes.resized(node.shape), first.links)
    whole = other.abs().broadcast_to(node.shape).movedim(dimension, 0).flatten(1).mean(1)
    return Traced(first.axes.resized(node.shape), scaled(first.links, numbers(whole)))


def _normed(node: Node, given: list[Traced]) -> Traced:
    """Batch norm in evaluation: a factor for each channel."""
    first, arguments = given[0], node.arguments
    gamma, variance = arguments[1], arguments[4]
    eps = next(a for a in reversed(arguments) if isinstance(a, float))
    factors = np.ones(first.axes.size(CHANNEL), np.float32)
    if isinstance(variance, Tensor):
        factors = factors / np.sqrt(numbers(variance) + eps)
    if isinstance(gamma, Tensor):
        factors = factors * np.abs(numbers(gamma))
    return Traced(first.axes.resized(node.shape), scaled(first.links, factors.astype(np.float32)))


def _table(rows: Sequence[tuple[Known, str]]) -> dict[str, Known]:
    return {name: known for known, names in rows for name in names.split()}


TABLE = _table(
    [
        (kernels.convolved, "convolution _convolution"),
        (kernels.linear, "addmm mm linear"),
        (kernels.pooled, "max_pool2d_with_indices max_pool2d max_pool1d avg_pool2d avg_pool1d"),
        (kernels.pooled, "_adaptive_avg_pool2d adaptive_max_pool2d"),
        (selections.averaged, "mean sum amax"),
        (_normed, "native_batch_norm _native_batch_norm_legit_no_training cudnn_batch_norm"),
        (_summed, "add maximum minimum"),
        (_multiplied, "mul"),
        (selections.joined, "cat"),
        (selections.sliced, "slice"),
        (selections.narrowed, "narrow"),
        (selections.piece, "split split_with_sizes"),
        (selections.padded, "constant_pad_nd replication_pad2d replication_pad1d reflection_pad2d"),
        (selections.padded, "reflection_pad1d"),
        (selections.viewed, "view _unsafe_view unsqueeze squeeze reshape"),
        (selections.permuted, "permute transpose t"),
        (selections.picked, "index_select"),
        (kernels.repeated, "upsample_nearest2d upsample_nearest1d"),
    ]
)
