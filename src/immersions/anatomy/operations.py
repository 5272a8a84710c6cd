"""What each operation of torch makes of the links of its inputs.

Operations are known by their names in ATen. One that is not known, or is used in a way that joins
vertices as no term can say, raises `ValueError` with its name; the rest of a network still works.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import torch
from torch import Tensor

from immersions.anatomy import kernels, rearranging, selections
from immersions.anatomy.axes import CHANNEL
from immersions.anatomy.links import combined, distinct, scaled
from immersions.anatomy.recording import Node
from immersions.anatomy.spreading import spread
from immersions.anatomy.traced import Known, Traced, numbers

BENDING = {
    *("relu", "leaky_relu", "elu", "gelu", "silu", "mish", "sigmoid", "tanh", "hardtanh"),
    *("hardswish", "hardsigmoid", "softplus", "prelu", "_prelu_kernel", "_softmax", "rrelu"),
    *("threshold", "clamp", "clamp_min", "celu", "selu", "hardshrink", "softshrink"),
    *("_log_softmax", "log_sigmoid_forward", "sin", "cos", "glu"),
}
"""Nonlinearities: their outputs are the neurons."""

UNCHANGED = {
    *("clone", "_to_copy", "contiguous", "detach", "alias", "neg", "pow", "maximum", "minimum"),
    *("native_dropout", "dropout", "lift_fresh", "abs", "sqrt", "exp", "log", "expand"),
    *("native_layer_norm", "native_group_norm", "bernoulli", "view_as_real"),
}


def known(operation: str) -> Known:
    """What is done for an operation, in place or not. Raises `ValueError` if nothing is known."""
    name = operation.rstrip("_") if not operation.startswith("_") else operation
    if name in TABLE:
        return TABLE[name]
    if name in BENDING or name in UNCHANGED:
        return _unchanged
    raise ValueError(f"operation {operation} is not known")


def _unchanged(node: Node, given: list[Traced]) -> Traced:
    """A gate, where there are several inputs: what is joined to either is joined to both."""
    axes, links = spread(given, node.shape)
    return Traced(axes, combined(distinct(link for each in links for link in each)))


def _summed(node: Node, given: list[Traced]) -> Traced:
    axes, links = spread(given, node.shape)
    return Traced(axes, combined(link for each in links for link in each))


def _multiplied(node: Node, given: list[Traced]) -> Traced:
    """By numbers: a factor for each channel."""
    whole = _unchanged(node, given)
    factor = next((a for a in node.arguments if not isinstance(a, Node)), None)
    if len(given) > 1 or not isinstance(factor, (Tensor, int, float)):
        return whole
    values = torch.as_tensor(factor).detach().abs().double()
    if node.operation.startswith("div"):
        if not isinstance(node.arguments[0], Node):  # a number divided by the tensor
            return whole
        values = 1 / values
    dimension = whole.axes.dimension(CHANNEL)
    channels = whole.axes.size(CHANNEL)
    if dimension is None or values.numel() == 1:
        factors = values.mean().expand(channels)
    else:
        factors = values.broadcast_to(node.shape).movedim(dimension, 0).flatten(1).mean(1)
    return Traced(whole.axes, scaled(whole.links, numbers(factors)))


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
        (_summed, "add sub rsub"),
        (_multiplied, "mul div"),
        (selections.joined, "cat"),
        (selections.sliced, "slice"),
        (selections.narrowed, "narrow"),
        (selections.piece, "split split_with_sizes unsafe_split"),
        (selections.padded, "constant_pad_nd replication_pad2d replication_pad1d reflection_pad2d"),
        (selections.padded, "reflection_pad1d"),
        (selections.viewed, "view _unsafe_view unsqueeze squeeze reshape"),
        (selections.permuted, "permute transpose t"),
        (rearranging.indexed, "index index_select"),
        (rearranging.flipped, "flip"),
        (rearranging.rolled, "roll"),
        (rearranging.taken, "select unbind"),
        (rearranging.stacked, "stack"),
        (rearranging.halved, "glu"),
        (rearranging.shuffled, "pixel_shuffle"),
        (kernels.repeated, "upsample_nearest2d upsample_nearest1d"),
    ]
)
