"""The operators pull as the edges that they stand for would, one by one."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise

import numpy as np
import pytest
import torch
from networks import (
    Residual,
    around_itself,
    concatenated,
    depthwise_twice,
    half_of_channels,
    other_order,
    pooling,
    positive,
    up_and_down,
)
from torch import nn

from immersions.anatomy.attraction import Attraction
from immersions.anatomy.graph import Graph
from immersions.anatomy.multilevel import levels_of
from immersions.anatomy.network import graph_of

MODULES: dict[str, Callable[[], nn.Module]] = {
    "residual": Residual,
    "pooling": pooling,
    "up and down": up_and_down,
    "concatenated": concatenated,
    "depthwise twice": depthwise_twice,
    "half of channels": half_of_channels,
    "other order": other_order,
    "around itself": around_itself,
}
SHAPES = dict.fromkeys(MODULES, (1, 4, 12, 1))
SHAPES |= {"residual": (1, 2, 12, 6), "pooling": (1, 1, 14, 8), "up and down": (1, 2, 9, 4)}
WEIGHTS: dict[str, Callable[[Graph], Graph]] = {
    "weighted": lambda graph: graph,
    "normalised": Graph.normalised,
    "uniform": Graph.uniform,
}


def graph(name: str) -> Graph:
    return graph_of(positive(MODULES[name]()), torch.ones(SHAPES[name]))


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", MODULES)
def test_operators_equal_the_sum_over_edges(name: str, weights: str) -> None:
    one = WEIGHTS[weights](graph(name))
    points = torch.randn(one.vertices, 2, generator=torch.Generator().manual_seed(0))
    explicit = one.explicit()
    wanted = explicit @ points.numpy()
    attraction = Attraction(one, few=0)
    scale = np.abs(wanted).max()
    assert np.abs(attraction.neighbours(points).numpy() - wanted).max() < 1e-5 * scale
    assert np.allclose(attraction.degrees[:, 0].numpy(), explicit.sum(1), rtol=1e-5)
    pull = wanted - explicit.sum(1, keepdims=True) * points.numpy()
    assert np.abs(attraction.pull(points).numpy() - pull).max() < 1e-5 * scale


@pytest.mark.parametrize("name", MODULES)
def test_edges_are_counted_exactly(name: str) -> None:
    one = graph(name)
    assert one.edges == np.count_nonzero(one.explicit()) // 2
    assert len({(each.source, each.target) for each in one.connections}) == len(one.connections)
    assert one.uniform().edges == one.edges
    assert np.count_nonzero(one.uniform().explicit()) == np.count_nonzero(one.explicit())


@pytest.mark.parametrize("name", MODULES)
def test_uniform_weights_are_one_and_normalised_ones_on_average(name: str) -> None:
    assert set(np.unique(graph(name).uniform().explicit())) == {0.0, 1.0}
    for each in graph(name).normalised().connections:
        weights = each.explicit()
        assert weights[weights > 0].mean() == pytest.approx(1, rel=1e-5)


@pytest.mark.parametrize("weights", WEIGHTS)
@pytest.mark.parametrize("name", MODULES)
def test_merging_adds_up_weights_charges_and_masses(name: str, weights: str) -> None:
    fine = WEIGHTS[weights](graph(name))
    charges = np.linspace(0.5, 2, fine.vertices, dtype=np.float32)
    levels = levels_of(fine, charges, fewest=4)
    assert len(levels) > 2
    for level, coarser in pairwise(levels):
        assert level.parents is not None
        joined = np.zeros((coarser.graph.vertices, level.graph.vertices))
        joined[level.parents, np.arange(level.graph.vertices)] = 1
        wanted = joined @ level.graph.explicit() @ joined.T
        assert np.allclose(coarser.graph.explicit(), wanted, rtol=1e-4, atol=1e-6)
        assert np.allclose(coarser.charges, joined @ level.charges, rtol=1e-5)
        assert np.allclose(coarser.masses, joined @ level.masses)
    assert levels[-1].parents is None


def test_edges_whose_weight_is_zero_are_counted() -> None:
    one = concatenated()
    wanted = graph_of(positive(one), torch.ones(1, 4, 12, 1)).edges
    with torch.no_grad():
        for weight in one.parameters():
            weight[:1] = 0
    assert graph_of(one, torch.ones(1, 4, 12, 1)).edges == wanted
