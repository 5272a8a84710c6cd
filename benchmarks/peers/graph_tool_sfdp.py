"""graph-tool's sfdp (scalable force-directed placement, multilevel), its defaults."""

from __future__ import annotations

from typing import Any

import graph_tool
from _peer import Edges, run
from graph_tool import draw


def build(edges: Edges, vertices: int) -> Any:
    graph_tool.openmp_set_num_threads(1)
    graph = graph_tool.Graph(directed=False)
    graph.add_vertex(vertices)
    graph.add_edge_list(edges)
    return graph


def lay_out(graph: Any, seed: int) -> Any:
    graph_tool.seed_rng(seed)
    return draw.sfdp_layout(graph).get_2d_array([0, 1]).T


if __name__ == "__main__":
    run(graph_tool.__version__, build, lay_out)
