"""From an ear to a graph whose layers are the ear's own, in their order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from immersions.anatomy.axes import BATCH, CHANNEL, CUT, KEPT
from immersions.anatomy.graph import Graph, VertexLayer
from immersions.anatomy.network import connected, graph_of_network, several
from immersions.anatomy.recording import Recorder, in_one_line
from immersions.ears.contrastive import ContrastiveEar
from immersions.ears.ear import Ear, Layer
from immersions.ears.module import ModuleEar

INPUT_ROLES = {2: (BATCH, CUT), 3: (BATCH, CHANNEL, CUT), 4: (BATCH, CHANNEL, KEPT, CUT)}
"""By the number of dimensions of what a network is given: sound, features or a picture of them."""


def graph_of_ear(ear: Ear) -> Graph:
    """Every neuron of `ear` a vertex, numbered layer by layer, then channel * pitches + pitch.

    What cannot be joined is told in `unconnected`; its neurons are vertices all the same.
    """
    if isinstance(ear, ContrastiveEar):
        graph = _of_contrastive(ear)
    elif isinstance(ear, ModuleEar):
        graph = _of_module(ear)
    else:
        told = f"{type(ear).__name__} is no torch network that can be traced"
        graph = Graph((), (), (told,))
    return _as_the_ear_has_them(graph, ear.layers)


def _of_contrastive(ear: ContrastiveEar) -> Graph:
    scalogram, *others = ear.layers
    config = ear.config.scalogram
    # As short a loop as there is: what joins what does not depend on time.
    x = torch.zeros(1, scalogram.channels, len(config.frequencies), ear.network.stride)
    return graph_of_network(ear.network, [layer.name for layer in others], x, scalogram.name)


def _of_module(ear: ModuleEar) -> Graph:
    """The named modules' answers are the layers, whatever lies between them."""
    recorder, numbers = Recorder(), dict[int, str]()
    roles: list[Sequence[str]] = []

    def begin(x: Tensor) -> None:
        node = recorder.begin(x)
        roles.append(INPUT_ROLES.get(x.ndim, [BATCH, *[CUT] * (x.ndim - 1)]))
        if ear.has_scalogram:
            numbers[node.number] = ear.layers[0].name

    def note(name: str, answer: Any) -> None:
        first = answer[0] if isinstance(answer, tuple) else answer
        node = recorder.node_of(first) if isinstance(first, Tensor) else None
        if node is not None:
            numbers.setdefault(node.number, name)

    try:
        ear.follow(begin, note, recorder)
    except Exception as error:  # whatever the module raises: it is anyone's
        return Graph((), (), (f"{ear.name} cannot be followed: {in_one_line(error)}",))
    return connected(recorder, numbers, roles[0])


def _as_the_ear_has_them(graph: Graph, layers: Sequence[Layer]) -> Graph:
    """The graph with just these layers, in this order; one of another shape is not joined."""
    found = {layer.name: number for number, layer in enumerate(graph.layers)}
    lost = list(graph.unconnected)
    place: dict[int, int] = {}
    elsewhere: list[str] = []
    for number, layer in enumerate(layers):
        old = found.get(layer.name)
        if old is None:
            if not lost:
                lost.append(f"{layer.name} was not found in the network")
        elif (graph.layers[old].channels, graph.layers[old].pitches) != (
            layer.channels,
            layer.pitches,
        ):
            elsewhere.append(layer.name)
        else:
            place[old] = number
    if elsewhere:
        lost.append(f"{several(elsewhere)} could not be joined: places are not pitches")
    connections = [
        replace(one, source=place[one.source], target=place[one.target])
        for one in graph.connections
        if one.source in place and one.target in place
    ]
    vertices = tuple(VertexLayer(each.name, each.channels, each.pitches) for each in layers)
    return Graph(vertices, tuple(connections), tuple(lost))
