"""The tree's forces beside the exact sum over all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from immersions.anatomy.barnes_hut import Repulsion

SOFTENING = 1e-3


def clusters(count: int, seed: int = 0) -> NDArray[np.float32]:
    """Half of the points close together, half wide apart."""
    random = np.random.default_rng(seed)
    near = 0.05 * random.normal(size=(count // 2, 2))
    return np.concatenate([near, random.normal(size=(count - count // 2, 2)) + 1]).astype("f4")


def exact(points: NDArray[np.float32], charges: NDArray[np.float32], k: float) -> np.ndarray:
    apart = points[:, None].astype(float) - points[None].astype(float)
    power = ((apart**2).sum(-1) + SOFTENING**2) ** (-(k + 1) / 2)
    return ((charges[:, None] * charges[None] * power)[..., None] * apart).sum(1)


@pytest.mark.parametrize("uneven", [0.0, 2.0], ids=["even charges", "wildly uneven charges"])
@pytest.mark.parametrize("k", [1, 1.5, 2, 3, 2.5])
def test_forces_are_nearly_those_of_all_pairs(k: float, uneven: float) -> None:
    points = clusters(3000)
    charges = np.exp(uneven * np.random.default_rng(1).normal(size=3000)).astype(np.float32)
    found, _ = Repulsion(charges, k, SOFTENING).force(points)
    wanted = exact(points, charges, k)
    size = np.linalg.norm(wanted, axis=1)
    error = np.linalg.norm(found - wanted, axis=1) / size
    assert np.median(error) < 1e-3
    assert np.quantile(error, 0.99) < 2e-2


@pytest.mark.parametrize("k", [1, 3])
def test_a_smaller_angle_is_more_exact(k: float) -> None:
    points, charges = clusters(2000), np.ones(2000, np.float32)
    wanted = exact(points, charges, k)
    errors = []
    for theta in (1.2, 0.6, 0.3):
        found, _ = Repulsion(charges, k, SOFTENING, theta).force(points)
        size = np.linalg.norm(wanted, axis=1)
        errors.append(np.median(np.linalg.norm(found - wanted, axis=1) / size))
    assert errors[0] > 4 * errors[1]
    assert errors[2] <= errors[1]  # single precision is near


def test_no_point_pushes_itself_and_coincident_ones_do_no_harm() -> None:
    points = np.zeros((100, 2), np.float32)
    points[50:] = 1, 0
    force, stiff = Repulsion(np.ones(100, np.float32), 2, SOFTENING).force(points)
    assert np.isfinite(force).all()
    assert np.allclose(force[:50], [-50, 0], rtol=1e-3, atol=1e-3)
    assert np.allclose(force[50:], [50, 0], rtol=1e-3, atol=1e-3)
    assert np.isfinite(stiff).all()
    alone, _ = Repulsion(np.ones(1, np.float32), 2, SOFTENING).force(np.ones((1, 2), np.float32))
    assert not alone.any()


def test_stiffness_is_the_sum_of_the_pairs() -> None:
    points, charges = clusters(500), np.ones(500, np.float32)
    _, stiff = Repulsion(charges, 2, SOFTENING).force(points)
    apart = ((points[:, None].astype(float) - points[None]) ** 2).sum(-1) + SOFTENING**2
    pairs = apart**-1.5
    np.fill_diagonal(pairs, 0)
    assert np.median(np.abs(stiff / pairs.sum(1) - 1)) < 5e-3


def test_the_tree_may_be_older_than_the_points() -> None:
    points, charges = clusters(1000), np.ones(1000, np.float32)
    repulsion = Repulsion(charges, 1, SOFTENING, renewed=100)
    repulsion.force(points)
    moved = points + 0.05 * np.random.default_rng(3).normal(size=points.shape).astype(np.float32)
    found, _ = repulsion.force(moved)
    wanted = exact(moved, charges, 1)
    error = np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    assert np.median(error) < 1e-3
