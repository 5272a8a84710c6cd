"""The tree's forces beside the exact sum over all pairs."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from immersions.anatomy.barnes_hut import Repulsion
from immersions.anatomy.exact import ExactRepulsion, repulsion_energy

SOFTENING = 1e-3


def clusters(count: int, seed: int = 0, dimensions: int = 2) -> NDArray[np.float32]:
    """Half of the points close together, half wide apart."""
    random = np.random.default_rng(seed)
    near = 0.05 * random.normal(size=(count // 2, dimensions))
    wide = random.normal(size=(count - count // 2, dimensions)) + 1
    return np.concatenate([near, wide]).astype("f4")


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


@pytest.mark.parametrize("uneven", [0.0, 2.0], ids=["even charges", "wildly uneven charges"])
@pytest.mark.parametrize("k", [1, 1.5, 2, 3])
def test_in_three_dimensions_too(k: float, uneven: float) -> None:
    points = clusters(3000, dimensions=3)
    charges = np.exp(uneven * np.random.default_rng(1).normal(size=3000)).astype(np.float32)
    found, _ = Repulsion(charges, k, SOFTENING, dimensions=3).force(points)
    wanted = exact(points, charges, k)
    error = np.linalg.norm(found - wanted, axis=1) / np.linalg.norm(wanted, axis=1)
    assert np.median(error) < 3e-3
    assert np.quantile(error, 0.99) < 5e-2


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("k", [1, 1.5, 2, 3, 2.5])
def test_all_pairs_in_blocks_are_the_sum_over_all_pairs(
    k: float, dimensions: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("immersions.anatomy.exact.PAIRS", 700 * 90)
    points = clusters(700, dimensions=dimensions)
    charges = np.exp(np.random.default_rng(1).normal(size=700)).astype(np.float32)
    found, stiff = ExactRepulsion(charges, k, SOFTENING).force(points)
    wanted = exact(points, charges, k)
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()
    by_tree = Repulsion(charges, k, SOFTENING, 0.5, dimensions).force(points)[1]
    assert np.median(np.abs(stiff / by_tree - 1)) < 1e-2


@pytest.mark.parametrize("k", [1, 1.5, 2, 3, 2.5])
def test_forces_are_the_slope_of_the_energy(k: float) -> None:
    points = clusters(60).astype(np.float64)
    charges = np.exp(np.random.default_rng(1).normal(size=60)).astype(np.float32)

    def energy(x: np.ndarray) -> float:
        apart = np.sqrt(((x[:, None] - x[None]) ** 2).sum(-1) + 0.05**2)[np.triu_indices(60, 1)]
        pairs = np.outer(charges, charges)[np.triu_indices(60, 1)]
        return float((pairs * (-np.log(apart) if k == 1 else apart ** (1 - k) / (k - 1))).sum())

    told = repulsion_energy(points.astype("f4"), charges, k, 0.05)
    assert told == pytest.approx(energy(points), rel=1e-4, abs=1e-2)
    force, _ = Repulsion(charges, k, 0.05, 0.3).force(points.astype("f4"))
    for number in (0, 31):
        moved = points.copy()
        moved[number, 0] += 1e-5
        slope = (energy(moved) - energy(points)) / 1e-5
        assert -slope == pytest.approx(force[number, 0], rel=1e-2, abs=1e-2)


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
