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


def test_a_neuron_hears_the_pitches_that_its_answer_depends_on() -> None:
    """Measured by the gradient of an answer with respect to the scalogram."""
    torch.set_num_threads(1)
    ear = ears.load("small")
    neighbours = Neighbours(graph_of_ear(ear))
    offsets = np.cumsum([0, *(each.channels * each.pitches for each in ear.layers)])
    x = torch.rand(1, 1, ear.layers[0].pitches, 64, requires_grad=True)
    answers = dict(ear.network.walk(x, circular=True))
    for number in (0, 1, 2, 4, 7, 10):
        layer = ear.layers[number]
        for pitch in {0, layer.pitches // 2, layer.pitches - 1}:
            found = neighbours.pitches(int(offsets[number]) + pitch)
            if number == 0:
                assert found == (pitch, pitch)
                continue
            answer = answers[layer.name][0, :, pitch].sum()
            (gradient,) = torch.autograd.grad(answer, x, retain_graph=True)
            felt = np.flatnonzero(gradient.abs().sum((0, 1, 3)).numpy())
            assert found is not None
            # A neuron that is silent, or a pool's other half, passes nothing on here.
            assert found[0] <= felt[0] <= found[0] + 4
            assert found[1] - 4 <= felt[-1] <= found[1]
