"""igraph's DrL (distributed recursive layout), the one that it offers for large graphs."""

from __future__ import annotations

import random
from typing import Any

import igraph
import numpy as np
from _peer import Edges, run


def build(edges: Edges, vertices: int) -> Any:
    return igraph.Graph(n=vertices, edges=edges.astype(np.int64))


def lay_out(graph: Any, seed: int) -> Any:
    random.seed(seed)
    return graph.layout_drl().coords


if __name__ == "__main__":
    run(igraph.__version__, build, lay_out)
