"""NetworKit's MaxentStress, distance 1, started from PivotMDS as its documentation suggests."""

from __future__ import annotations

from typing import Any

import networkit as nk
import numpy as np
from _peer import Edges, run


def build(edges: Edges, vertices: int) -> Any:
    nk.setNumberOfThreads(1)
    coordinates = edges[:, 0].astype(np.uint64), edges[:, 1].astype(np.uint64)
    return nk.GraphFromCoo((np.ones(len(edges)), coordinates), n=vertices, weighted=False)


def lay_out(graph: Any, seed: int) -> Any:
    nk.setSeed(seed, False)
    begun = nk.viz.PivotMDS(graph, 2, 50)
    begun.run()
    maxent = nk.viz.MaxentStress(graph, 2, 1, begun.getCoordinates())
    maxent.run()
    return maxent.getCoordinates()


if __name__ == "__main__":
    run(nk.__version__, build, lay_out)
