"""From random positions to rest: a preconditioned heavy ball on every level, coarsest first.

Forces (Herrmann 2019): every edge pulls, w (p_j - p_i); every pair of charges pushes, q_i q_j
(p_i - p_j) / |p_i - p_j|^(k+1); everything is pulled to the centre, -l p. A step divides each force
by how stiff it is there, edges and near neighbours together, so that high exponents come to rest
as well.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from immersions.anatomy.attraction import Attraction
from immersions.anatomy.barnes_hut import Repulsion
from immersions.anatomy.graph import Graph
from immersions.anatomy.multilevel import Level, levels_of


@dataclass(frozen=True)
class SolverConfig:
    exponent: float = 1.5
    dimensions: int = 2
    centring: float = 0.02
    """Beside the mean degree."""
    theta: float = 1.0
    tolerance: float = 0.02
    momentum: float = 0.85
    step: float = 0.5
    most: int = 400
    coarse_most: int = 150
    seed: int = 0


@dataclass(frozen=True)
class Moment:
    level: int
    vertices: int
    iteration: int
    residual: float


def solve(
    graph: Graph,
    charges: NDArray[np.float32],
    config: SolverConfig,
    report: Callable[[Moment], None] = lambda moment: None,
) -> tuple[NDArray[np.float32], list[Moment]]:
    """Positions (vertices, dimensions) at rest, and how it went."""
    random = np.random.default_rng(config.seed)
    levels = levels_of(graph, charges / charges.mean())
    points = random.normal(size=(levels[-1].graph.vertices, config.dimensions)).astype(np.float32)
    strength = None
    log: list[Moment] = []
    for number in range(len(levels) - 1, -1, -1):
        level = levels[number]
        attraction = Attraction(level.graph)
        if strength is None:
            whole = float(attraction.degrees.sum())
            strength = whole / levels[-1].masses.sum() ** 2
            mean_degree = whole / levels[0].graph.vertices
        points, moments = _rest(points, level, attraction, strength, mean_degree, config, number)
        log += moments
        report(moments[-1])
        if number:
            finer = levels[number - 1]
            assert finer.parents is not None
            spread = np.sqrt((points**2).sum(1).mean())
            jitter = 0.3 * spread / math.sqrt(finer.graph.vertices)
            shape = finer.graph.vertices, config.dimensions
            points = points[finer.parents] + jitter * random.normal(size=shape).astype(np.float32)
    return points, log


def _rest(
    points: NDArray[np.float32],
    level: Level,
    attraction: Attraction,
    strength: float,
    mean_degree: float,
    config: SolverConfig,
    number: int,
) -> tuple[NDArray[np.float32], list[Moment]]:
    charges = (level.charges * math.sqrt(strength)).astype(np.float32)
    spread = math.sqrt(float((points**2).sum(1).mean())) or 1.0
    softening = 1e-3 * spread / math.sqrt(len(points))
    repulsion = Repulsion(charges, config.exponent, softening, config.theta, config.dimensions)
    degrees = attraction.degrees.numpy()
    centre = (config.centring * mean_degree * level.masses)[:, None]
    velocity = np.zeros_like(points)
    moments: list[Moment] = []
    most = config.most if number == 0 else config.coarse_most
    for iteration in range(1, most + 1):
        pull = attraction.pull(torch.from_numpy(points)).numpy()
        push, stiff = repulsion.force(points)
        force = pull + push - centre * points
        residual = float(np.linalg.norm(force)) / max(float(np.linalg.norm(pull)), 1e-30)
        moments.append(Moment(number, len(points), iteration, residual))
        if residual < config.tolerance:
            break
        scale = degrees + centre + config.exponent * stiff[:, None]
        if float((velocity * force).sum()) < 0:
            velocity[:] = 0
        velocity = config.momentum * velocity + config.step * force / scale
        points = points + velocity
    return points, moments
