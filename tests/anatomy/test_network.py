"""A graph holds the edges that a network has: those that its derivatives show."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from networks import Residual, pooling, positive, up_and_down
from torch import nn

from immersions.anatomy.network import graph_of


@pytest.mark.parametrize(
    ("module", "shape"),
    [(Residual(), (1, 2, 12, 6)), (pooling(), (1, 1, 14, 8)), (up_and_down(), (1, 2, 9, 4))],
    ids=["residual", "pooling", "up and down"],
)
def test_paths_of_the_graph_are_those_of_the_derivative(
    module: nn.Module, shape: tuple[int, ...]
) -> None:
    """From input to answer: products of the explicit matrices join what the derivative joins."""
    module = positive(module)
    x = torch.rand(shape) + 0.5
    graph = graph_of(module, x)
    assert graph.unconnected == ()
    reach = {0: np.eye(graph.layers[0].size)}
    for number in range(1, len(graph.layers)):
        arriving = [one for one in graph.connections if one.target == number]
        reach[number] = sum(one.explicit() @ reach[one.source] for one in arriving)
    found = reach[len(graph.layers) - 1]

    jacobian = torch.autograd.functional.jacobian(module, x)
    answer = module(x)
    flat = jacobian.reshape(*answer.shape[1:], *shape[1:])
    if answer.ndim == 4:
        flat = flat.sum(2)  # of the cut axis of the answer
    wanted = flat.sum(-1).reshape(found.shape)  # and of the input's
    assert np.array_equal(found > 0, (wanted != 0).numpy())
