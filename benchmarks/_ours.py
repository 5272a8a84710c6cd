"""Our own layout in a process of its own, twice: what it takes cold, and what once compiled.

    python _ours.py EAR EVERY uniform|default EXPONENT POSITIONS.npy SEED

Cold includes reading compiled kernels from their cache, or compiling them where there is none.
Default is the magnitude of the weights and charges from music; uniform is what other programs
get. The last line is one JSON document.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

import numpy as np
import torch

from _graphs import ear_named, thinned, thinned_values
from immersions.anatomy.laying import LayoutConfig, charges_of, lay_out
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.solver import SolverConfig


def main() -> None:
    name, every, kind, exponent, answer, seed = sys.argv[1:]
    torch.set_num_threads(1)
    ear = ear_named(name)
    whole = graph_of_ear(ear)
    graph = thinned(whole, int(every))
    solver = SolverConfig(exponent=float(exponent), seed=int(seed))
    if kind == "uniform":
        config = LayoutConfig(solver, weights="uniform", charges="uniform")
    else:
        config = LayoutConfig(solver)
    charges = thinned_values(whole, charges_of(whole, ear, config)[0], int(every))
    took = []
    for _ in range(2):
        wall, spent = time.perf_counter(), time.process_time()
        laid = lay_out(graph, config, charges=[charges])
        ended = time.process_time()
        took.append((time.perf_counter() - wall, ended - spent, ended))
    np.save(Path(answer), laid.layout.positions[0])
    document = {
        "seconds": took[1][0],
        "cpu_seconds": took[1][1],
        "seconds_cold": took[0][0],
        "cpu_seconds_cold": took[0][1],
        "cpu_seconds_from_start": took[0][2],
        "iterations": laid.iterations,
        "residual": laid.residual,
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main()
