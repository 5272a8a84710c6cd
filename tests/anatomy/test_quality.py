"""The measures of a layout equal sums over all pairs, and say what they are meant to say."""

from __future__ import annotations

import math
from itertools import combinations

import numpy as np
import pytest
import torch
from networks import Residual, positive
from numpy.typing import NDArray

from immersions.anatomy import quality
from immersions.anatomy.graph import Connection, Graph, Term, VertexLayer
from immersions.anatomy.network import graph_of
from immersions.anatomy.solver import SolverConfig


def graph() -> Graph:
    return graph_of(positive(Residual()), torch.ones(1, 2, 12, 6)).normalised()


def scattered(one: Graph, dimensions: int = 2, seed: int = 0) -> NDArray[np.float32]:
    shape = one.vertices, dimensions
    return np.random.default_rng(seed).normal(size=shape).astype(np.float32)


def path(channels: int) -> Graph:
    """Layers of one vertex, each joined with the next: a line."""
    one = np.ones((1, 1), np.float32)
    layers = tuple(VertexLayer(str(number), 1, 1) for number in range(channels))
    joins = tuple(Connection(n, n + 1, (Term(one, one),)) for n in range(channels - 1))
    return Graph(layers, joins)


def parted() -> Graph:
    """Two paths that nothing joins."""
    one = path(6)
    return Graph(one.layers, tuple(join for join in one.connections if join.source != 2))


def hops(one: Graph) -> NDArray[np.float64]:
    """All distances in the graph (Floyd and Warshall)."""
    far = np.where(one.explicit() > 0, 1.0, np.inf)
    np.fill_diagonal(far, 0)
    for middle in range(len(far)):
        far = np.minimum(far, far[:, middle, None] + far[None, middle])
    return far


def lengths(positions: NDArray[np.float32]) -> NDArray[np.float64]:
    wide = positions.astype(np.float64)
    return np.linalg.norm(wide[:, None] - wide[None], axis=-1)


def explicit_stress(one: Graph, positions: NDArray[np.float32], rows: NDArray[np.int64]) -> float:
    d, e = hops(one)[rows], lengths(positions)[rows]
    there = (d > 0) & np.isfinite(d)
    d, e = d[there], e[there]
    scales = np.linspace(0, 3 * d.max() / e.max(), 20_001)[1:]
    return min(float(((d - s * e) ** 2 / d**2).sum()) for s in scales) / len(d)


@pytest.mark.parametrize("pivots", [7, 10_000])
def test_stress_is_the_sum_over_pairs_at_the_best_scale(pivots: int) -> None:
    one = graph()
    positions = scattered(one)
    rows = quality._sample(one.vertices, pivots, 3)
    assert len(rows) == min(pivots, one.vertices)
    found = quality.stress(one, positions, pivots, seed=3)
    assert found == pytest.approx(explicit_stress(one, positions, rows), abs=1e-5)


def test_stress_leaves_out_what_cannot_be_reached() -> None:
    one, positions = parted(), scattered(parted())
    assert np.isinf(hops(one)).any()
    wanted = explicit_stress(one, positions, np.arange(6))
    assert quality.stress(one, positions) == pytest.approx(wanted, abs=1e-5)


def test_a_line_drawn_as_a_line_has_no_stress() -> None:
    line = np.stack([np.arange(9), np.zeros(9)], 1).astype(np.float32)
    assert quality.stress(path(9), 7 * line + 3) == pytest.approx(0, abs=1e-6)
    assert quality.stress(path(9), np.ones_like(line)) == 1


def test_neighbourhood_is_the_mean_jaccard() -> None:
    one = graph()
    positions = scattered(one)
    joined, far = one.explicit() > 0, lengths(positions)
    np.fill_diagonal(far, np.inf)
    found = []
    for row in range(one.vertices):
        neighbours = set(np.flatnonzero(joined[row]).tolist())
        near = set(np.argsort(far[row])[: len(neighbours)].tolist())
        if neighbours:
            found.append(len(neighbours & near) / len(neighbours | near))
    assert quality.neighbourhood(one, positions) == pytest.approx(np.mean(found), rel=1e-6)


def test_neighbourhood_is_one_where_neighbours_lie_together() -> None:
    one = path(2)
    assert quality.neighbourhood(one, np.eye(2, dtype=np.float32)) == 1


def test_separation_is_balanced_and_corrected_for_chance() -> None:
    layer = np.repeat([0, 1, 2, 3], [5, 1, 40, 12]).astype(np.int32)
    mixed = np.random.default_rng(0).normal(size=(len(layer), 2)).astype(np.float32)
    far = lengths(mixed)
    np.fill_diagonal(far, np.inf)
    scores = []
    for kind, size in [(0, 5), (2, 40), (3, 12)]:
        few, chance = min(10, size - 1), (size - 1) / (len(layer) - 1)
        near = np.argsort(far[layer == kind], axis=1)[:, :few]
        scores.append(((layer[near] == kind).mean() - chance) / (1 - chance))
    assert quality.separation(layer, mixed) == pytest.approx(np.mean(scores), abs=1e-6)
    assert abs(quality.separation(layer, mixed)) < 0.2
    apart = mixed + 100 * layer[:, None].astype(np.float32)
    assert quality.separation(layer, apart) == 1
    assert quality.separation(layer[:5], mixed[:5]) == 0


def test_spread_is_that_of_channels_over_that_of_the_layer() -> None:
    layers = VertexLayer("a", 3, 4), VertexLayer("b", 1, 4), VertexLayer("c", 5, 1)
    one = Graph(layers, ())
    positions = scattered(one)
    own = positions[:12].reshape(3, 4, 2)
    within = np.mean([own[:, pitch].var(0).sum() for pitch in range(4)])
    wanted = math.sqrt(within / positions[:12].var(0).sum())
    assert quality.apart(one, positions).spread == pytest.approx(wanted, rel=1e-5)
    own[:] = own[:1]
    blobs = quality.apart(one, positions)
    assert (blobs.spread, blobs.least) == (0, 0)


@pytest.mark.parametrize("dimensions", [2, 3])
def test_least_distance_is_in_even_spacings(dimensions: int) -> None:
    one = Graph((VertexLayer("a", 4000, 1),), ())
    random = np.random.default_rng(0)
    ball = random.uniform(-1, 1, (40_000, dimensions))
    ball = ball[np.linalg.norm(ball, axis=1) < 1][:4000].astype(np.float32)
    volume = {2: math.pi, 3: 4 / 3 * math.pi}[dimensions]
    far = lengths(ball)
    np.fill_diagonal(far, np.inf)
    wanted = far.min() / (volume / 4000) ** (1 / dimensions)
    # the volume is known from the variance of 4000 random points, to a few hundredths
    assert quality.apart(one, ball).least == pytest.approx(wanted, rel=0.03)


@pytest.mark.parametrize("exponent", [1, 1.5, 2, 3])
def test_energy_is_the_sum_over_pairs_at_the_best_scale(exponent: float) -> None:
    one = graph()
    positions = scattered(one)
    charges = np.linspace(0.5, 2, one.vertices, dtype=np.float32)
    weights = one.explicit()
    mean_degree = weights.sum() / one.vertices
    scaled = charges / charges.mean() * math.sqrt(mean_degree / one.vertices)

    def at(scale: float) -> float:
        place = scale * (positions - positions.mean(0)).astype(np.float64)
        total = SolverConfig.centring * mean_degree * (place**2).sum() / 2
        far = lengths(place)
        for i, j in combinations(range(one.vertices), 2):
            push = -math.log(far[i, j])
            if exponent != 1:
                push = far[i, j] ** (1 - exponent) / (exponent - 1)
            total += weights[i, j] * far[i, j] ** 2 / 2 + scaled[i] * scaled[j] * push
        return float(total / one.vertices)

    found = quality.energy(one, charges, positions, exponent)
    assert found == pytest.approx(min(map(at, np.geomspace(0.1, 3, 60))), rel=5e-3)
    assert found == pytest.approx(quality.energy(one, charges, 9 * positions + 1, exponent), 1e-4)


def test_its_gradient_is_the_force_of_the_law() -> None:
    """Two vertices: at rest where the spring and the centre pull as much as the charges push."""
    pair = np.float32([[0, 0], [1, 0]])
    centring = SolverConfig.centring
    for exponent in (1, 1.5, 3):
        # w s + l (s / 2) = q^2 / s^k; both degrees are 1, so q^2 is 1 / 2
        s = (0.5 / (1 + centring / 2)) ** (1 / (exponent + 1))
        push = -math.log(s) if exponent == 1 else s ** (1 - exponent) / (exponent - 1)
        wanted = (s**2 / 2 + centring * s**2 / 4 + 0.5 * push) / 2
        found = quality.energy(path(2), np.ones(2, np.float32), pair, exponent)
        assert found == pytest.approx(wanted, rel=1e-5)


def test_wrong_positions_are_refused() -> None:
    one = graph()
    with pytest.raises(ValueError, match="expected positions of"):
        quality.stress(one, scattered(one)[1:])
    bad = scattered(one)
    bad[3] = np.nan
    with pytest.raises(ValueError, match="finite"):
        quality.neighbourhood(one, bad)
