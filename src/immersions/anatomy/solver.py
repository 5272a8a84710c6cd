"""From random positions to rest, coarsest graph first, by a heavy ball or by Verlet's steps.

Forces (Herrmann 2019): every edge pulls, w (p_j - p_i); every pair of charges pushes, q_i q_j
(p_i - p_j) / |p_i - p_j|^(k+1); everything is pulled to the centre, -l p.

Two things bring high exponents to rest. A step divides each force by how stiff it is there, edges
and near neighbours together. And the repulsion is softened at first over some of the distance
between neighbours, so that vertices can pass through each other; it hardens as they come to rest.
Without this they jam: most are in balance, and a few push slowly through the crowd.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

import numpy as np
import torch
from numpy.typing import NDArray

from immersions.anatomy.attraction import Attraction
from immersions.anatomy.barnes_hut import Repulsion
from immersions.anatomy.exact import ExactRepulsion, repulsion_energy
from immersions.anatomy.graph import Graph
from immersions.anatomy.multilevel import levels_of

Positions = NDArray[np.float32]

HARD = 0.03
"""Softening beside the distance of neighbours from which on the repulsion counts as printed."""
SOFTENING = 1e-3
"""What is left of it then, so that coincident vertices do not blow up."""
PATIENCE = 60
"""Steps after which the repulsion hardens in any case."""
APART = 1e-3
"""How far vertices are moved at random then, beside the distance of neighbours."""


@dataclass(frozen=True)
class SolverConfig:
    """How to come to rest. The defaults are what `benchmarks/layout.py` was measured with."""

    exponent: float = 2.0
    """k of the repulsion, 1 to 4: low ones make dense clusters, high ones an even spread."""
    dimensions: int = 2
    centring: float = 0.005
    """Beside the mean degree. More outweighs the few edges of a scalogram's bins, draws them into
    the layers above, and bends what is long."""
    rising: float = 1.0
    """By how much the centring grows with each finer level."""
    method: Literal["heavy-ball", "verlet"] = "heavy-ball"
    theta: float = 1.0
    """How wide a far group of vertices may look to count as one."""
    tolerance: float = 0.02
    """At rest: the norm of all forces beside that of the attraction alone, or of the centring where
    that is more."""
    momentum: float = 0.9
    step: float = 0.8
    most: int = 1500
    """Steps on the finest level."""
    coarse_most: int = 150
    """Steps on each other level."""
    seed: int = 0
    device: str = "cpu"
    """Elsewhere the repulsion is summed pair by pair."""

    def __post_init__(self) -> None:
        if not 1 <= self.exponent <= 4:
            raise ValueError(f"exponent: expected 1 to 4, got {self.exponent}")
        if self.dimensions not in (2, 3):
            raise ValueError(f"dimensions: expected 2 or 3, got {self.dimensions}")
        if self.most < 1 or self.coarse_most < 1:
            raise ValueError(f"most: expected 1 step or more, got {self.most}, {self.coarse_most}")
        if not self.centring > 0:
            raise ValueError(f"centring: expected more than 0, got {self.centring}")


@dataclass(frozen=True)
class Moment:
    """One step: where it was, and how far from rest."""

    level: int
    """0 is the graph itself."""
    vertices: int
    iteration: int
    softening: float
    """Beside the distance of neighbours."""
    residual: float
    """The norm of all forces beside that of the attraction."""
    movement: float
    """The root of the mean square step beside the distance of neighbours."""


Report = Callable[[Moment, Positions], None]


class Push(Protocol):
    """What `barnes_hut.Repulsion` and `exact.ExactRepulsion` are."""

    softening: float

    def force(self, points: Positions) -> tuple[Positions, Positions]: ...
    def spacing(self) -> float: ...


@dataclass(frozen=True)
class _Stage:
    """From which softening to which, how fast, and when it is enough."""

    softest: float
    hardest: float
    decay: float
    gate: float
    """The softening falls while the residual is below this."""
    tolerance: float
    most: int


class Solver:
    """The levels of a graph with its charges, and the scale of the forces on them."""

    def __init__(self, graph: Graph, charges: Positions, config: SolverConfig) -> None:
        self.config = config
        self.levels = levels_of(graph, (charges / charges.mean()).astype(np.float32))
        coarsest = self.levels[-1]
        whole = float(Attraction(coarsest.graph).degrees.sum()) or 1.0
        # So that edges and charges balance at a size of about one.
        self.strength = whole / float(coarsest.masses.sum()) ** 2
        self.centring = config.centring * whole / graph.vertices

    def from_random(self, report: Report) -> Positions:
        """Positions at rest (vertices, dimensions), begun at random on the coarsest level."""
        config, levels = self.config, self.levels
        random = np.random.default_rng(config.seed)
        shape = levels[-1].graph.vertices, config.dimensions
        points = random.normal(size=shape).astype(np.float32)
        # Finer levels mend what is left: coarse ones need no more than the right shape.
        coarse = _Stage(1.4, 1.0, 0.8, 0.3, 0.1, config.coarse_most)
        for number in range(len(levels) - 1, 0, -1):
            points, spacing = self._rest(points, number, coarse, report)
            points = self._finer(points, number, spacing, random)
        finest = _Stage(1.4, 0.0, 0.9, 0.1, config.tolerance, config.most)
        return self._rest(points, 0, finest, report)[0]

    def _finer(
        self, points: Positions, number: int, spacing: float, random: np.random.Generator
    ) -> Positions:
        """Each vertex where its parent was, and a little beside it."""
        parents = self.levels[number - 1].parents
        assert parents is not None
        beside = 0.4 * spacing * math.sqrt(len(points) / len(parents))
        shape = len(parents), points.shape[1]
        return points[parents] + np.float32(beside) * random.normal(size=shape).astype(np.float32)

    def from_positions(self, points: Positions, report: Report) -> Positions:
        """At rest, begun near it."""
        again = _Stage(0.3, 0.0, 0.8, 0.3, self.config.tolerance, self.config.most)
        return self._rest(points, 0, again, report)[0]

    def _rest(
        self, points: Positions, number: int, stage: _Stage, report: Report
    ) -> tuple[Positions, float]:
        config, level = self.config, self.levels[number]
        attraction = Attraction(level.graph, config.device)
        repulsion = self._repulsion(number)
        degrees = attraction.degrees.cpu().numpy()
        centre = self.centre(number)[:, None]
        velocity = np.zeros_like(points)
        if len(points) == 1:
            return velocity, 1.0
        repulsion.softening = 1.0
        repulsion.force(points)
        spacing, soft, waited = max(repulsion.spacing(), 1e-12), stage.softest, 0
        random = np.random.default_rng((config.seed, number))
        for iteration in range(1, stage.most + 1):
            repulsion.softening = max(soft, SOFTENING) * spacing
            pull = attraction.pull(torch.from_numpy(points).to(config.device)).cpu().numpy()
            push, stiff = repulsion.force(points)
            force = pull + push - centre * points
            # Of parts that are joined to nothing else only the centring pulls.
            held = max(float(np.linalg.norm(pull)), float(np.linalg.norm(centre * points)), 1e-30)
            residual = float(np.linalg.norm(force)) / held
            if not math.isfinite(residual):
                raise ValueError("the forces are not finite: expected other weights or charges")
            movement = float(np.linalg.norm(velocity)) / spacing / math.sqrt(len(points))
            report(Moment(number, len(points), iteration, soft, residual, movement), points)
            if soft <= stage.hardest and residual < stage.tolerance:
                break
            waited += 1
            if soft > stage.hardest and (residual < stage.gate or waited > PATIENCE):
                soft, waited = max(stage.hardest, soft * stage.decay), 0
                soft = 0.0 if soft < HARD else soft
                # What is joined to each other alone may lie on one point by now.
                points = points + np.float32(APART * spacing) * random.normal(
                    size=points.shape
                ).astype(np.float32)
            scale = degrees + centre + config.exponent * stiff[:, None]
            if config.method == "verlet":
                scale[:] = scale.max()
            velocity *= config.momentum
            velocity += config.step * force / scale
            points = points + velocity
        return points, spacing

    def _repulsion(self, level: int) -> Push:
        config = self.config
        if config.device != "cpu":
            return self.exact(level)
        return Repulsion(self.charges(level), config.exponent, 1.0, config.theta, config.dimensions)

    def exact(self, level: int) -> ExactRepulsion:
        """The repulsion on a level without a tree."""
        config = self.config
        return ExactRepulsion(self.charges(level), config.exponent, 1.0, config.device)

    def centre(self, level: int) -> Positions:
        """How strongly each vertex of a level is pulled to the centre, a unit of distance away."""
        finer = len(self.levels) - 1 - level
        strength = np.float32(self.centring * self.config.rising**finer)
        return strength * self.levels[level].masses

    def charges(self, level: int) -> Positions:
        """Of a level, in units of the forces."""
        return (self.levels[level].charges * math.sqrt(self.strength)).astype(np.float32)


def energy_of(solver: Solver, points: Positions) -> float:
    """What the forces lower, on the finest level: of edges, of pairs of charges, of the centring.

    Comparable between layouts of the same graph, charges, exponent and centring.
    """
    config, level = solver.config, solver.levels[0]
    attraction = Attraction(level.graph)
    pull = attraction.pull(torch.from_numpy(points)).numpy()
    edges = -0.5 * float((pull.astype(np.float64) * points).sum())
    charges = solver.charges(0)
    squares = (points.astype(np.float64) ** 2).sum(1)
    softening = 1e-6 * float(np.sqrt(squares.mean()))
    pairs = repulsion_energy(points, charges, config.exponent, softening)
    centring = 0.5 * float((solver.centre(0) * squares).sum())
    return edges + pairs + centring
