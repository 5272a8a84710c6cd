"""Layouts come to rest, the same for a seed, and neighbours end up together."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from networks import Residual, positive

from immersions.anatomy.graph import Graph
from immersions.anatomy.network import graph_of
from immersions.anatomy.solver import SolverConfig, solve


def graph() -> Graph:
    return graph_of(positive(Residual()), torch.ones(1, 2, 12, 6)).normalised()


@pytest.mark.parametrize("exponent", [1, 1.5, 2, 3])
def test_it_comes_to_rest(exponent: float) -> None:
    one = graph()
    config = SolverConfig(exponent=exponent)
    positions, log = solve(one, np.ones(one.vertices, np.float32), config)
    assert positions.shape == (one.vertices, 2)
    assert np.isfinite(positions).all()
    assert log[-1].level == 0
    assert log[-1].residual < config.tolerance


def test_a_seed_gives_the_same_layout_again() -> None:
    one = graph()
    charges = np.ones(one.vertices, np.float32)
    first, _ = solve(one, charges, SolverConfig(seed=3))
    second, _ = solve(one, charges, SolverConfig(seed=3))
    other, _ = solve(one, charges, SolverConfig(seed=4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_joined_vertices_lie_nearer_than_others() -> None:
    one = graph()
    positions, _ = solve(one, np.ones(one.vertices, np.float32), SolverConfig())
    joined = one.explicit() > 0
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    assert apart[joined].mean() < 0.8 * apart[~joined & ~np.eye(len(apart), dtype=bool)].mean()
