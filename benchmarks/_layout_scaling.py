"""One step of our solver, from ten thousand vertices to a million."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import torch

from _graphs import growing
from _measure import both_clocks
from immersions.anatomy.attraction import Attraction
from immersions.anatomy.barnes_hut import Repulsion
from immersions.anatomy.solver import SolverConfig

SMALLEST = 10_000
STEP = 10**0.5
PARTS = ("edges_uniform", "edges_weights", "repulsion")


def scaling(most: int) -> dict[str, Any]:
    """Milliseconds of a step and of its parts by the number of vertices, and how they grow."""
    sizes = 1 + round(math.log(most / SMALLEST) / math.log(STEP))
    rows = [measured(round(SMALLEST * STEP**number)) for number in range(sizes)]
    # what n log n itself has as a power over this range: a straight line through its logarithms
    n = np.array([row["vertices"] for row in rows], np.float64)
    growth = {name: power(n, [row[name] for row in rows]) for name in (*PARTS, "step")}
    growth["n log n"] = power(n, list(n * np.log(n)))
    print({name: round(value, 3) for name, value in growth.items()}, flush=True)
    return {"rows": rows, "power_of_vertices": growth}


def measured(vertices: int, exponent: float = SolverConfig.exponent) -> dict[str, Any]:
    graph = growing(vertices)
    random = np.random.default_rng(0)
    points = random.normal(size=(graph.vertices, 2)).astype(np.float32)
    charges = np.ones(graph.vertices, np.float32)
    repulsion = Repulsion(charges, exponent, 1e-3 / math.sqrt(graph.vertices))
    uniform, weights = Attraction(graph.uniform()), Attraction(graph)
    at = torch.from_numpy(points)
    calls = {
        "edges_uniform": lambda: uniform.pull(at),
        "edges_weights": lambda: weights.pull(at),
        "repulsion": lambda: repulsion.force(points),
    }
    for call in calls.values():
        call()  # compiles
    # the mean of sixteen, as processor time counts the two of the warm-up: every eighth sorts anew
    _, spent = both_clocks(calls, rounds=14, of=lambda taken: sum(taken) / len(taken))
    row = {
        "vertices": graph.vertices,
        "edges": graph.edges,
        "layers": len(graph.layers),
        **{name: 1000 * seconds for name, seconds in spent.items()},
    }
    row["step"] = row["edges_weights"] + row["repulsion"]
    row["ns_over_n_log_n"] = 1e6 * row["step"] / (graph.vertices * math.log(graph.vertices))
    print({name: round(value, 2) for name, value in row.items()}, flush=True)
    return row


def power(n: np.ndarray, taken: list[float]) -> float:
    return float(np.polyfit(np.log(n), np.log(taken), 1)[0])
