"""Lay out an ear or any graph: charges, forces, and a frame, in one call.

from immersions import ears
from immersions.anatomy.laying import LayoutConfig, layout_of_ear

layout = layout_of_ear(ears.load("small"), LayoutConfig(), "small").layout
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from jaxtyping import Float
from torch import Tensor

from immersions.anatomy import charges as charging
from immersions.anatomy.barnes_hut import Repulsion
from immersions.anatomy.charges import Charges
from immersions.anatomy.exact import repulsion_energy
from immersions.anatomy.framing import framed
from immersions.anatomy.graph import Graph
from immersions.anatomy.layout import Layout, places
from immersions.anatomy.multilevel import Level
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.solver import (
    Moment,
    Positions,
    Report,
    Solver,
    SolverConfig,
    energy_of,
)
from immersions.ears.ear import Ear

Weights = Literal["magnitude", "uniform"]
WEIGHTS: tuple[Weights, ...] = ("magnitude", "uniform")


@dataclass(frozen=True)
class LayoutConfig:
    """What pulls and what pushes."""

    solver: SolverConfig = field(default_factory=SolverConfig)
    weights: Weights = "magnitude"
    """Of edges: |W|, of each connection divided by its mean, or one."""
    charges: charging.Kind = charging.DEFAULT
    snapshots: int = 1
    """One layout for each of so many parts of a loop."""

    def __post_init__(self) -> None:
        if self.snapshots < 1:
            raise ValueError(f"snapshots: expected 1 or more, got {self.snapshots}")


@dataclass(frozen=True, eq=False)
class Laid:
    """A layout, and how it came to be."""

    layout: Layout
    vertices: int
    edges: int
    seconds: float
    """From random positions to rest, all snapshots, compiled functions being there."""
    iterations: int
    residual: float
    """The greatest of all snapshots: force left over attraction."""
    rested: bool
    """Whether that is as little as was asked for, of the repulsion as printed."""
    unconnected: tuple[str, ...]
    graph: Graph
    _solver: Solver
    _first: Positions

    @property
    def levels(self) -> Sequence[Level]:
        """The graph itself first, the coarsest last."""
        return self._solver.levels

    def energy(self) -> float:
        """Of the first snapshot, over all pairs of vertices (a second for 40 000): comparable for
        the same graph, weights, charges and exponent."""
        return energy_of(self._solver, self._first)


def layout_of_ear(
    ear: Ear,
    config: LayoutConfig,
    name: str,
    loops: Sequence[Float[Tensor, " samples"]] = (),
    report: Report = lambda moment, points: None,
) -> Laid:
    """Lay out all neurons of an ear. `name` is kept in the layout: the page wants the ear's hash.

    With several snapshots, `loops` are heard for the charges at each time. Raises `ValueError`.
    """
    graph = graph_of_ear(ear)
    return lay_out(graph, config, name, charges_of(graph, ear, config, loops), report)


def charges_of(
    graph: Graph, ear: Ear, config: LayoutConfig, loops: Sequence[Float[Tensor, " samples"]] = ()
) -> list[Charges]:
    """One set for each snapshot: half from long music, half from that part of the loops."""
    whole = charging.from_statistics(graph, ear.statistics, config.charges)
    if config.snapshots == 1 or not loops or config.charges == "uniform":
        return [whole] * config.snapshots
    at = charging.over_time(graph, ear, loops, config.snapshots, config.charges)
    return [((whole + each) / 2).astype(np.float32) for each in at]


def lay_out(
    graph: Graph,
    config: LayoutConfig | None = None,
    name: str = "graph",
    charges: Sequence[Charges] | None = None,
    report: Report = lambda moment, points: None,
) -> Laid:
    """Lay out a graph; `charges` holds one array for each snapshot, else all charges are one.

    Each snapshot begins where the last came to rest, and the first is made again after the last,
    so that a loop of them closes. Raises `ValueError` for a graph without vertices, or charges
    that are not finite and above zero.
    """
    config = config or LayoutConfig()
    if graph.vertices == 0:
        raise ValueError("expected a network with neurons, got none")
    given = _checked(
        charges or [np.ones(graph.vertices, np.float32)] * config.snapshots, graph.vertices
    )
    weighed = graph.uniform() if config.weights == "uniform" else graph.normalised()
    last, count = Moment(0, graph.vertices, 0, 0, 0, 0), 0

    def note(moment: Moment, points: Positions) -> None:
        nonlocal last, count
        last, count = moment, count + 1
        report(moment, points)

    begun = time.perf_counter()
    first = Solver(weighed, given[0], config.solver)
    found = [first.from_random(note)]
    ends = [last]
    for each in [*given[1:], given[0]] if len(given) > 1 else []:
        found.append(Solver(weighed, each, config.solver).from_positions(found[-1], note))
        ends.append(last)
    if len(given) > 1:
        found[0] = found.pop()
    seconds = time.perf_counter() - begun
    positions = np.stack(found)
    layer, channel, pitch = places(graph.layers)
    charge = np.stack(given).mean(0)
    names = tuple(one.name for one in graph.layers)
    return Laid(
        Layout(name, framed(positions, layer, pitch), layer, channel, pitch, charge, names),
        graph.vertices,
        graph.edges,
        seconds,
        count,
        max(end.residual for end in ends),
        all(end.softening == 0 and end.residual <= config.solver.tolerance for end in ends),
        graph.unconnected,
        graph,
        first,
        found[0],
    )


def warm_up(config: LayoutConfig) -> None:
    """Compile what is not kept compiled, on a few points, so that it is not timed as solving."""
    points = np.random.default_rng(0).normal(size=(200, config.solver.dimensions))
    ones = np.ones(200, np.float32)
    Repulsion(ones, config.solver.exponent, 1.0, 1.0, config.solver.dimensions).force(
        points.astype(np.float32)
    )
    repulsion_energy(points.astype(np.float32), ones, config.solver.exponent, 1e-3)


def _checked(charges: Sequence[Charges], vertices: int) -> list[Charges]:
    for each in charges:
        if each.shape != (vertices,):
            raise ValueError(f"charges: expected {vertices} of them, got {each.shape}")
        if not (np.isfinite(each).all() and (each > 0).all()):
            raise ValueError("charges: expected finite numbers above zero")
    return [each / each.mean() for each in charges]


def interpolated(positions: Positions, time_: float) -> Positions:
    """Between the snapshots (snapshots, vertices, dimensions) of a loop, at 0 to 1 of it."""
    place = (time_ % 1.0) * len(positions)
    before = int(place) % len(positions)
    share = np.float32(place - int(place))
    after = positions[(before + 1) % len(positions)]
    return (1 - share) * positions[before] + share * after
