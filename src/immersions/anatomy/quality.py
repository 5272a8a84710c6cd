"""How good a layout is, whoever made it: the same measures for ours and for other programs'.

None of them depends on where a layout lies, how it is turned or how large it is. Edges are never
listed: what is joined is asked of the operators.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Int
from numpy.typing import NDArray
from torch import Tensor

from immersions.anatomy.attraction import Attraction
from immersions.anatomy.exact import repulsion_energy
from immersions.anatomy.graph import Graph
from immersions.anatomy.solver import SolverConfig

Positions = Float[NDArray[np.float32], "vertices dimensions"]
Numbers = Int[NDArray[np.int64], " rows"]

COLUMNS = 64
"""Vertices that walk through the graph together."""
BLOCK = 1 << 22
"""Distances computed together."""
NEAREST = 10


@dataclass(frozen=True)
class Apart:
    """`spread` 0 where all channels of a (layer, pitch) are one point, 1 where pitch says nothing.

    The others are distances to the nearest vertex, of the closest and of the closest hundredth,
    over the side of the square that each vertex would have if they shared the area evenly.
    """

    spread: float
    least: float
    hundredth: float


def stress(graph: Graph, positions: Positions, pivots: int = 300, seed: int = 0) -> float:
    """How far distances in the layout are from those in the graph, in edges: 0 is perfect.

    From random pivots to all vertices that can be reached, sum w (d - s e)^2 / sum w d^2 with
    w = d^-2 and the scale s that suits the layout best (Gansner et al. 2004, sampled).
    """
    points = _checked(graph, positions)
    attraction = Attraction(graph.uniform())
    count, first, second = 0, 0.0, 0.0
    for chosen in _columns(_sample(graph.vertices, pivots, seed)):
        hops = _hops(attraction, chosen)
        joined = hops > 0
        ratio = _distances(points, points[chosen])[joined].double() / hops[joined]
        count += ratio.numel()
        first += float(ratio.sum())
        second += float((ratio * ratio).sum())
    return 1 - first**2 / (count * second) if second > 0 else 1.0


def neighbourhood(graph: Graph, positions: Positions, samples: int = 1000, seed: int = 0) -> float:
    """Are a vertex's neighbours the vertices around it? Jaccard, from 0 to 1, the mean.

    Compared are the neighbours in the graph and as many nearest vertices in the layout.
    """
    points = _checked(graph, positions)
    attraction = Attraction(graph.uniform())
    found: list[float] = []
    for chosen in _columns(_sample(graph.vertices, samples, seed)):
        joined = attraction.neighbours(_marked(graph.vertices, chosen)).T > 0
        distances = _without_self(_distances(points, points[chosen]).T, chosen)
        for near, neighbours in zip(distances, joined, strict=True):
            degree = int(neighbours.sum())
            if degree:
                nearest = near.topk(degree, largest=False).indices
                common = int(neighbours[nearest].sum())
                found.append(common / (2 * degree - common))
    return float(np.mean(found)) if found else 0.0


def separation(
    layer: Int[NDArray[np.int32], " vertices"],
    positions: Positions,
    nearest: int = NEAREST,
    samples: int = 4000,
    seed: int = 0,
) -> float:
    """Can layers be told apart? 0 where they are mixed by chance, 1 where each lies alone.

    The share of the nearest vertices that are of the same layer, less what chance would give, over
    what is the most, averaged first in each layer and then over the layers, so that small ones
    count as much as large ones. Layers of one vertex are left out.
    """
    points = torch.from_numpy(np.ascontiguousarray(positions, np.float32))
    kinds, sizes = np.unique(layer, return_counts=True)
    few = max(2, samples // len(kinds))
    random = np.random.default_rng(seed)
    scores = []
    for kind, size in zip(kinds, sizes, strict=True):
        chance = (size - 1) / (len(layer) - 1) if len(layer) > 1 else 1.0
        if size == 1 or chance == 1:
            continue
        members = np.flatnonzero(layer == kind)
        rows = random.choice(members, min(few, size), replace=False)
        asked = min(nearest, int(size) - 1)
        near = [found.numpy() for _, found in _nearest(points, rows, asked)]
        share = float((layer[np.concatenate(near)] == kind).mean())
        scores.append((share - chance) / (1 - chance))
    return float(np.mean(scores)) if scores else 0.0


def apart(graph: Graph, positions: Positions) -> Apart:
    """Are vertices, and the channels of one (layer, pitch), told apart?

    `spread` is the standard deviation among the channels of a pitch over that of the layer, the
    mean over all layers that have several channels and several pitches.
    """
    points = _checked(graph, positions)
    ratios = []
    for number, layer in enumerate(graph.layers):
        if layer.channels > 1 and layer.pitches > 1:
            own = positions[graph.offsets[number] : graph.offsets[number + 1]].astype(np.float64)
            whole = own.var(0).sum()
            within = own.reshape(layer.channels, layer.pitches, -1).var(0).sum(1).mean()
            ratios.append(math.sqrt(within / whole) if whole > 0 else 0.0)
    rows = np.arange(graph.vertices)
    near = np.concatenate([d[:, 0].numpy() for d, _ in _nearest(points, rows, 1)])
    side = _side(positions)
    relative = near / side if side > 0 else np.zeros_like(near)
    least, hundredth = np.quantile(relative, [0, 0.01])
    return Apart(float(np.mean(ratios)) if ratios else 1.0, float(least), float(hundredth))


def energy(
    graph: Graph,
    charges: Float[NDArray[np.float32], " vertices"],
    positions: Positions,
    exponent: float,
    centring: float = SolverConfig.centring,
) -> float:
    """What the solver makes small, for each vertex, at the size that suits the layout best.

    The law is the solver's: edges are springs, charges repel with `exponent`, and `centring` times
    the mean degree pulls to the centre; charges are scaled so that their mean's square times the
    vertices is the mean degree.
    """
    points = _checked(graph, positions)
    points = points - points.mean(0)
    attraction = Attraction(graph)
    mean_degree = float(attraction.degrees.double().mean())
    springs = -float((points.double() * attraction.pull(points).double()).sum()) / 2
    springs += centring * mean_degree * float((points.double() ** 2).sum()) / 2
    count = graph.vertices
    if springs <= 0:
        return 0.0
    q = (charges / charges.mean() * math.sqrt(mean_degree / count)).astype(np.float32)
    spread = float(points.square().sum(1).mean().sqrt())
    push = repulsion_energy(points.numpy(), q, exponent, 1e-3 * spread / math.sqrt(count))
    if exponent == 1:
        pairs = float(q.astype(np.float64).sum() ** 2 - (q.astype(np.float64) ** 2).sum()) / 2
        square = pairs / (2 * springs)
        return (springs * square + push - pairs * math.log(square) / 2) / count
    scale = ((exponent - 1) * push / (2 * springs)) ** (1 / (exponent + 1))
    return (springs * scale**2 + push * scale ** (1 - exponent)) / count


def _hops(attraction: Attraction, chosen: Numbers) -> Float[Tensor, "vertices rows"]:
    """How many edges it takes to each vertex from the chosen ones; 0 where no way leads."""
    frontier = _marked(attraction.vertices, chosen)
    reached = frontier > 0
    hops = torch.zeros_like(frontier)
    step = 0
    while frontier.any():
        step += 1
        new = (attraction.neighbours(frontier) > 0) & ~reached
        reached |= new
        hops[new] = step
        frontier = new.float()
    return hops


def _marked(vertices: int, chosen: Numbers) -> Float[Tensor, "vertices rows"]:
    columns = torch.zeros(vertices, len(chosen))
    columns[torch.from_numpy(chosen), torch.arange(len(chosen))] = 1
    return columns


def _distances(
    points: Float[Tensor, "vertices dimensions"], others: Float[Tensor, "rows dimensions"]
) -> Float[Tensor, "vertices rows"]:
    """By differences, which are exact for near points (a product of matrices is not)."""
    total = torch.zeros(len(points), len(others))
    for here, there in zip(points.T, others.T, strict=True):
        total.add_((here[:, None] - there[None]).square_())
    return total.sqrt_()


def _without_self(distances: Float[Tensor, "rows vertices"], rows: Numbers) -> Tensor:
    distances[torch.arange(len(rows)), torch.from_numpy(rows)] = math.inf
    return distances


def _nearest(points: Tensor, rows: Numbers, count: int) -> Iterator[tuple[Tensor, Tensor]]:
    """Distances and numbers of the nearest vertices to those named by `rows`, block by block."""
    for part in _rows(rows, len(points)):
        distances = _without_self(_distances(points, points[part]).T.contiguous(), part)
        found = distances.topk(min(count, len(points) - 1), largest=False)
        yield found.values, found.indices


def _side(positions: Positions) -> float:
    """Of the square (or cube) that each vertex has of a disc (or ball) as wide as the layout."""
    count, dimensions = positions.shape
    square = float(positions.astype(np.float64).var(0).sum())
    radius = math.sqrt((dimensions + 2) / dimensions * square)
    unit = math.pi ** (dimensions / 2) / math.gamma(dimensions / 2 + 1)
    return radius * (unit / count) ** (1 / dimensions)


def _sample(vertices: int, count: int, seed: int) -> Numbers:
    if vertices <= count:
        return np.arange(vertices)
    return np.sort(np.random.default_rng(seed).choice(vertices, count, replace=False))


def _columns(rows: Numbers) -> Iterator[Numbers]:
    return (rows[start : start + COLUMNS] for start in range(0, len(rows), COLUMNS))


def _rows(rows: Numbers, vertices: int) -> Iterator[Numbers]:
    size = max(1, BLOCK // vertices)
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _checked(graph: Graph, positions: Positions) -> Float[Tensor, "vertices dimensions"]:
    if positions.ndim != 2 or len(positions) != graph.vertices:
        raise ValueError(f"expected positions of {graph.vertices} vertices, got {positions.shape}")
    if not np.isfinite(positions).all():
        raise ValueError("expected finite positions")
    return torch.from_numpy(np.ascontiguousarray(positions, np.float32))
