"""OGDF's FastMultipoleEmbedder, its defaults."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import cppyy
import numpy as np
from _peer import Edges, run
from ogdf_python import cppinclude, ogdf

cppinclude("ogdf/basic/GraphAttributes.h")
cppinclude("ogdf/energybased/FastMultipoleEmbedder.h")
cppyy.cppdef(
    """
    void peer_fill(ogdf::Graph& graph, unsigned int* ends, long edges, long vertices) {
        std::vector<ogdf::node> nodes;
        for (long i = 0; i < vertices; i++) nodes.push_back(graph.newNode());
        for (long i = 0; i < edges; i++) graph.newEdge(nodes[ends[2 * i]], nodes[ends[2 * i + 1]]);
    }
    void peer_places(ogdf::Graph& graph, ogdf::GraphAttributes& drawn, float* places) {
        long i = 0;
        for (ogdf::node v : graph.nodes) {
            places[i++] = drawn.x(v);
            places[i++] = drawn.y(v);
        }
    }
    """
)


def build(edges: Edges, vertices: int) -> tuple[Any, Any]:
    graph = ogdf.Graph()
    cppyy.gbl.peer_fill(graph, np.ascontiguousarray(edges, np.uint32), len(edges), vertices)
    # without a place for edges it crashes
    kept = ogdf.GraphAttributes.nodeGraphics | ogdf.GraphAttributes.edgeGraphics
    return graph, ogdf.GraphAttributes(graph, kept)


def places(graph: Any, drawn: Any) -> Any:
    found = np.empty((graph.numberOfNodes(), 2), np.float32)
    cppyy.gbl.peer_places(graph, drawn, found)
    return found


def lay_out(built: tuple[Any, Any], seed: int) -> Any:
    graph, drawn = built
    ogdf.setSeed(seed)
    embedder = ogdf.FastMultipoleEmbedder()
    embedder.setNumberOfThreads(1)
    embedder.setRandomize(True)
    embedder.call(drawn)
    return places(graph, drawn)


if __name__ == "__main__":
    run(version("ogdf-wheel"), build, lay_out)
