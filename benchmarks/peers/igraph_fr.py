"""igraph's Fruchterman-Reingold on a grid, its 500 iterations."""

from __future__ import annotations

import random
from typing import Any

import igraph
from _peer import run
from igraph_drl import build


def lay_out(graph: Any, seed: int) -> Any:
    random.seed(seed)
    return graph.layout_fruchterman_reingold(grid=True).coords


if __name__ == "__main__":
    run(igraph.__version__, build, lay_out)
