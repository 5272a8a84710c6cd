"""What the programs of this folder share: they read edges, lay out, write positions.

    python <peer>.py EDGES.npy VERTICES POSITIONS.npy SEED

They run in whatever Python has the library that they try, apart from this package, and import
nothing of it. The last line says what the layout alone took, without reading and building.
"""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

Edges = Any
"""(edges, 2) unsigned, every pair of joined vertices once."""


def run(
    version: str,
    build: Callable[[Edges, int], Any],
    lay_out: Callable[[Any, int], Any],
    note: str = "",
) -> None:
    path, vertices, answer, seed = sys.argv[1:]
    graph = build(np.load(path), int(vertices))
    wall, spent = time.perf_counter(), time.process_time()
    positions = lay_out(graph, int(seed))
    seconds = time.perf_counter() - wall
    cpu = time.process_time() - spent
    np.save(Path(answer), np.asarray(positions, np.float32))
    said = {"version": version, "note": note, "seconds": seconds, "cpu_seconds": cpu}
    print(json.dumps(said), flush=True)
    os._exit(0)  # OGDF crashes where Python takes its graphs apart in another order than it likes
