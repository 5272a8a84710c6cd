"""A vertex's strongest edges are those of the matrix that is never built."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from test_attraction import MODULES, graph

from immersions import ears
from immersions.anatomy.neighbours import Neighbours
from immersions.anatomy.of_ear import graph_of_ear


@pytest.mark.parametrize("name", MODULES)
def test_lists_the_largest_of_a_row_of_all_weights(name: str) -> None:
    whole = graph(name)
    neighbours = Neighbours(whole)
    explicit = np.abs(whole.normalised().explicit())
    for vertex in range(whole.vertices):
        row = explicit[vertex]
        for count in (3, 200):
            found = neighbours.strongest(vertex, count)
            wanted = np.sort(row[row > 0])[::-1][:count]
            assert np.allclose(found.weights, wanted, rtol=1e-5)
            assert np.allclose(row[found.vertices], found.weights, rtol=1e-5)
            assert len(np.unique(found.vertices)) == len(found)


def test_an_edge_is_found_from_both_of_its_ends() -> None:
    """In a bundled ear, between a layer and the next."""
    torch.set_num_threads(1)
    ear = ears.load("small")
    whole = graph_of_ear(ear)
    neighbours = Neighbours(whole)
    vertex = whole.offsets[3] + 40
    there = neighbours.strongest(vertex, 200)
    assert len(there) == 200
    layers = whole.layer_of()
    assert layers[vertex] not in layers[there.vertices]
    strongest = int(there.vertices[0])
    back = neighbours.strongest(strongest, whole.vertices)
    place = back.vertices.tolist().index(vertex)
    assert back.weights[place] == pytest.approx(there.weights[0], rel=1e-5)


def test_there_is_no_vertex_beyond_the_last() -> None:
    whole = graph("residual")
    with pytest.raises(ValueError, match=f"from 0 to {whole.vertices - 1}, got {whole.vertices}"):
        Neighbours(whole).strongest(whole.vertices, 5)
