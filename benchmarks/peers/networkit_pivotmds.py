"""NetworKit's PivotMDS with 50 pivots: no forces, distances in the graph projected onto a plane."""

from __future__ import annotations

from typing import Any

import networkit as nk
from _peer import run
from networkit_maxent import build


def lay_out(graph: Any, seed: int) -> Any:
    nk.setSeed(seed, False)
    projection = nk.viz.PivotMDS(graph, 2, 50)
    projection.run()
    return projection.getCoordinates()


if __name__ == "__main__":
    run(nk.__version__, build, lay_out)
