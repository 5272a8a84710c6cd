"""Our own layout in a process of its own, twice: what it takes cold, and what once compiled.

    python _ours.py EAR EVERY uniform|weights EXPONENT POSITIONS.npy SEED

Cold includes reading compiled kernels from their cache, or compiling them where there is none.
The last line is one JSON document.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from _graphs import of_ear, thinned
from immersions.anatomy.graph import Graph
from immersions.anatomy.solver import SolverConfig, solve


def solver() -> Callable[[Graph, float, int], tuple[NDArray[np.float32], Any]]:
    """From graph, exponent and seed to the positions and the last step's moment."""
    try:
        from immersions.anatomy.laying import Config, lay_out
    except ImportError:

        def plainly(graph: Graph, exponent: float, seed: int) -> tuple[NDArray[np.float32], Any]:
            log: list[Any] = []
            charges = np.ones(graph.vertices, np.float32)
            config = SolverConfig(exponent=exponent, seed=seed)
            found = solve(graph, [charges], config, lambda moment, points: log.append(moment))
            return found[0], log

        return plainly

    def whole(graph: Graph, exponent: float, seed: int) -> tuple[NDArray[np.float32], Any]:
        laid = lay_out(graph, config=Config(exponent=exponent, seed=seed))
        return laid.positions[0], laid.log

    return whole


def main() -> None:
    ear, every, weights, exponent, answer, seed = sys.argv[1:]
    torch.set_num_threads(1)
    graph = thinned(of_ear(ear), int(every))
    graph = graph.uniform() if weights == "uniform" else graph.normalised()
    lay_out = solver()
    took = []
    for _ in range(2):
        wall, spent = time.perf_counter(), time.process_time()
        positions, log = lay_out(graph, float(exponent), int(seed))
        took.append((time.perf_counter() - wall, time.process_time() - spent))
    np.save(Path(answer), positions)
    document = {
        "seconds": took[1][0],
        "cpu_seconds": took[1][1],
        "seconds_cold": took[0][0],
        "cpu_seconds_cold": took[0][1],
        "iterations": sum(moment.level == 0 for moment in log),
        "residual": log[-1].residual,
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main()
