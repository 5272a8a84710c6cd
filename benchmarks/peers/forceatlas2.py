"""ForceAtlas2 (fa2_modified, compiled), its defaults: 100 iterations, Barnes-Hut."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import numpy as np
from _peer import Edges, run
from fa2_modified import ForceAtlas2
from scipy import sparse

ITERATIONS = 100


def build(edges: Edges, vertices: int) -> Any:
    # no larger integers than it needs: it lists all edges as objects
    ones = np.ones(len(edges), np.float32)
    half = sparse.coo_matrix((ones, (edges[:, 0], edges[:, 1])), (vertices, vertices))
    return (half + half.T).tolil()


def lay_out(graph: Any, seed: int) -> Any:
    begun = np.random.default_rng(seed).random((graph.shape[0], 2))
    return ForceAtlas2(verbose=False).forceatlas2(graph, begun, iterations=ITERATIONS)


if __name__ == "__main__":
    run(version("fa2_modified"), build, lay_out, f"{ITERATIONS} iterations, not to rest")
