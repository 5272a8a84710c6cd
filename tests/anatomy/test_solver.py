"""Layouts come to rest, the same for a seed, and neighbours end up together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from networks import Residual, positive

from immersions.anatomy.attraction import Attraction
from immersions.anatomy.graph import Graph, VertexLayer
from immersions.anatomy.network import graph_of
from immersions.anatomy.solver import Moment, Positions, Solver, SolverConfig, energy_of


def graph() -> Graph:
    return graph_of(positive(Residual()), torch.ones(1, 2, 12, 6)).normalised()


def solved(
    one: Graph, config: SolverConfig, charges: Positions | None = None
) -> tuple[Positions, list[Moment]]:
    charges = np.ones(one.vertices, np.float32) if charges is None else charges
    log: list[Moment] = []
    points = Solver(one, charges, config).from_random(lambda moment, _: log.append(moment))
    return points, log


@pytest.mark.parametrize("dimensions", [2, 3])
@pytest.mark.parametrize("exponent", [1, 1.5, 2, 2.5, 3])
def test_it_comes_to_rest(exponent: float, dimensions: int) -> None:
    one = graph()
    config = SolverConfig(exponent=exponent, dimensions=dimensions)
    positions, log = solved(one, config)
    assert positions.shape == (one.vertices, dimensions)
    assert np.isfinite(positions).all()
    assert log[-1].level == 0
    assert log[-1].softening == 0
    assert log[-1].residual < config.tolerance


def test_the_centring_may_rise_with_each_level() -> None:
    one = graph()
    spread = []
    for rising in (1.0, 4.0):
        positions, log = solved(one, SolverConfig(centring=0.02, rising=rising))
        assert log[-1].residual < SolverConfig().tolerance
        spread.append(positions.std())
    assert spread[1] < 0.9 * spread[0]


@pytest.mark.parametrize("exponent", [1, 1.5, 3])
def test_parts_that_nothing_joins_come_to_rest_and_stay_apart(exponent: float) -> None:
    """Convolutions of one tap leave a part for each row: twelve, held by the centring alone."""
    module = torch.nn.Sequential(
        torch.nn.Conv2d(4, 8, 1), torch.nn.ReLU(), torch.nn.Conv2d(8, 8, 1)
    )
    one = graph_of(module, torch.zeros(1, 4, 12, 3)).normalised()
    config = SolverConfig(exponent=exponent)
    positions, log = solved(one, config)
    assert log[-1].residual < config.tolerance
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    assert apart.min() > 0.01 * positions.std()  # measured: 0.013 for k = 1, more for others


def test_vertices_without_edges_come_to_rest() -> None:
    one = Graph((VertexLayer("alone", 8, 9),), ())
    positions, log = solved(one, SolverConfig())
    assert log[-1].residual < SolverConfig().tolerance
    assert len(log) < 500
    assert np.ptp(positions) > 0


def test_who_pushes_more_has_more_room() -> None:
    one = graph()
    random = np.random.default_rng(0)
    loud = random.random(one.vertices) < 0.2
    positions, _ = solved(one, SolverConfig(), np.where(loud, 9, 1).astype(np.float32))
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    np.fill_diagonal(apart, np.inf)
    nearest = apart.min(1)
    assert np.median(nearest[loud]) > 1.5 * np.median(nearest[~loud])


def test_infinite_forces_are_told() -> None:
    one = graph()
    charges = np.full(one.vertices, 1, np.float32)
    charges[3] = np.inf
    with pytest.raises(ValueError, match="forces are not finite"), np.errstate(all="ignore"):
        solved(one, SolverConfig(), charges)


def test_the_energy_is_that_of_every_edge_pair_and_vertex() -> None:
    one = graph()
    charges = np.exp(np.random.default_rng(0).normal(size=one.vertices)).astype(np.float32)
    config = SolverConfig(exponent=2, centring=0.1)
    points, _ = solved(one, config, charges)
    solver = Solver(one, charges, config)
    apart = np.linalg.norm(points[:, None].astype(float) - points[None], axis=-1)
    first, second = np.triu_indices(one.vertices, 1)
    weights = one.explicit()[first, second]
    scaled = charges / charges.mean()
    pushes = solver.strength * (scaled[first] * scaled[second] / apart[first, second]).sum()
    pulls = 0.5 * (weights * apart[first, second] ** 2).sum()
    mean_degree = 2 * weights.sum() / one.vertices
    centre = 0.5 * 0.1 * mean_degree * (points.astype(float) ** 2).sum()
    assert energy_of(solver, points) == pytest.approx(pulls + pushes + centre, rel=1e-3)


def test_wildly_uneven_charges_come_to_rest() -> None:
    one = graph()
    charges = np.exp(2 * np.random.default_rng(0).normal(size=one.vertices)).astype(np.float32)
    positions, log = solved(one, SolverConfig(), charges)
    assert np.isfinite(positions).all()
    assert log[-1].residual < SolverConfig().tolerance


def test_verlet_steps_come_to_rest_at_a_like_energy() -> None:
    one = graph()
    charges = np.ones(one.vertices, np.float32)
    config = SolverConfig()
    verlet = replace(config, method="verlet", coarse_most=1000, most=4000)
    energies = []
    for each in (config, verlet):
        points, log = solved(one, each)
        assert log[-1].residual < config.tolerance
        energies.append(energy_of(Solver(one, charges, each), points))
    assert energies[1] == pytest.approx(energies[0], rel=0.05)


def test_at_rest_the_energy_is_lowest_nearby() -> None:
    one = graph()
    config = SolverConfig(tolerance=1e-3)
    points, _ = solved(one, config)
    solver = Solver(one, np.ones(one.vertices, np.float32), config)
    random = np.random.default_rng(1)
    rest = energy_of(solver, points)
    for _ in range(5):
        moved = points + 0.02 * random.normal(size=points.shape).astype(np.float32)
        assert energy_of(solver, moved) > rest


def test_the_tree_and_all_pairs_agree() -> None:
    """The exact sum, which other devices use, comes to the same forces at rest."""
    one = graph()
    config = SolverConfig(tolerance=1e-3)
    points, _ = solved(one, config)
    solver = Solver(one, np.ones(one.vertices, np.float32), config)
    attraction = Attraction(solver.levels[0].graph)
    exact = solver.exact(0)
    exact.softening = 1e-6
    push, _ = exact.force(points)
    pull = attraction.pull(torch.from_numpy(points)).numpy()
    centre = solver.centring * solver.levels[0].masses[:, None] * points
    left = np.linalg.norm(pull + push - centre) / np.linalg.norm(pull)
    assert left < 5e-3


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_a_gpu_comes_to_rest_at_a_like_energy() -> None:
    one = graph()
    charges = np.ones(one.vertices, np.float32)
    energies = []
    for device in ("cpu", "cuda"):
        config = SolverConfig(device=device)
        points, log = solved(one, config)
        assert log[-1].residual < config.tolerance
        energies.append(energy_of(Solver(one, charges, config), points))
    assert energies[1] == pytest.approx(energies[0], rel=0.02)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU here")
def test_forces_on_a_gpu_are_those_of_the_processor() -> None:
    """At the same points: single precision apart, however the sums are grouped."""
    one = graph()
    charges = np.exp(np.random.default_rng(0).normal(size=one.vertices)).astype(np.float32)
    points = np.random.default_rng(1).normal(size=(one.vertices, 2)).astype(np.float32)
    pushes, pulls = [], []
    for device in ("cpu", "cuda"):
        pushes.append(Solver(one, charges, SolverConfig(device=device)).exact(0).force(points)[0])
        there = torch.from_numpy(points).to(device)
        pulls.append(Attraction(one, device, few=0).pull(there).cpu().numpy())
    for here, there in (pushes, pulls):
        assert np.abs(there - here).max() < 1e-4 * np.abs(here).max()


def test_a_seed_gives_the_same_layout_again() -> None:
    one = graph()
    first, _ = solved(one, SolverConfig(seed=3))
    second, _ = solved(one, SolverConfig(seed=3))
    other, _ = solved(one, SolverConfig(seed=4))
    assert np.array_equal(first, second)
    assert not np.array_equal(first, other)


def test_joined_vertices_lie_nearer_than_others() -> None:
    one = graph()
    positions, _ = solved(one, SolverConfig())
    joined = one.explicit() > 0
    apart = np.linalg.norm(positions[:, None] - positions[None], axis=-1)
    assert apart[joined].mean() < 0.8 * apart[~joined & ~np.eye(len(apart), dtype=bool)].mean()


@pytest.mark.parametrize(
    "wrong",
    [
        *({"exponent": 0.5}, {"exponent": 5}, {"dimensions": 4}, {"most": 0}),
        *({"centring": 0}, {"centring": float("nan")}),
    ],
)
def test_what_cannot_be_solved_is_told(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError, match=next(iter(wrong))):
        SolverConfig(**wrong)  # type: ignore[arg-type]
