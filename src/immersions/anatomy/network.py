"""From a torch module to a graph: its neurons are the vertices, its operations join them.

A neuron is an output of a nonlinearity at a channel and a place of the kept axis; the other
spatial axis (time, for an ear) is cut away, so that all places on it are one vertex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from immersions.anatomy.axes import BATCH, CHANNEL, CUT, KEPT, Axes
from immersions.anatomy.graph import Connection, Graph, VertexLayer
from immersions.anatomy.links import Links, combined, identity
from immersions.anatomy.operations import BENDING, known
from immersions.anatomy.recording import Node, Recorder, record
from immersions.anatomy.traced import Traced

ROLES = {
    2: (BATCH, CHANNEL),
    3: (BATCH, CHANNEL, CUT),
    4: (BATCH, CHANNEL, KEPT, CUT),
}
"""By the number of an input's dimensions. Sound (batch, samples) is a channel of one: (1, 1, n)."""


def graph_of(
    module: nn.Module, x: Tensor, keep_columns: bool = False, input_name: str = "input"
) -> Graph:
    """The graph of `module`, found by running it once on `x`, one item.

    `x` is (1, channels), (1, channels, frames) or (1, channels, rows, columns); of the last the
    rows are kept, or the columns. Vertices: the input, every nonlinearity's output, the answer.

    Raises `ValueError` where the module fails on `x` or its answer does not come from it.
    """
    if x.ndim not in ROLES or len(x) != 1:
        raise ValueError(f"expected one item of 2 to 4 dimensions, got {tuple(x.shape)}")
    try:
        recorder, last = record(module, x)
    except (RuntimeError, TypeError, IndexError) as error:
        said = " ".join(str(error).split())[:160]
        raise ValueError(
            f"{type(module).__name__} cannot be run on {tuple(x.shape)}: {said}"
        ) from None
    roles = list(ROLES[x.ndim])
    if keep_columns and x.ndim == 4:
        roles[2:] = [CUT, KEPT]
    return connected(recorder, _neurons(recorder, last, input_name), roles)


def connected(recorder: Recorder, names: Mapping[int, str], roles: Sequence[str]) -> Graph:
    """The graph whose layers are the nodes numbered in `names`, the input first."""
    layers: list[VertexLayer] = []
    connections: list[Connection] = []
    lost: list[str] = []
    traced: dict[int, Traced | str] = {}
    for node in recorder.nodes:
        answer = _traced(node, traced, roles)
        if node.number in names:
            name = names[node.number]
            if isinstance(answer, str):
                lost.append(f"{name} could not be joined: {answer}")
                answer = Traced(_guessed(node, roles), ())
            channels, pitches = answer.axes.size(CHANNEL), answer.axes.size(KEPT)
            number = len(layers)
            layers.append(VertexLayer(name, channels, pitches))
            connections += _connections(number, answer.links)
            answer = Traced(answer.axes, (identity(number, channels, pitches),))
        traced[node.number] = answer
    return Graph(tuple(layers), tuple(connections), tuple(lost))


def _traced(node: Node, before: Mapping[int, Traced | str], roles: Sequence[str]) -> Traced | str:
    """What a node comes from, or in words why that cannot be said."""
    if not node.inputs:
        return Traced(Axes.of(roles, node.shape), ())
    given: list[Traced] = []
    for one in node.inputs:
        answer = before[one.number]
        if isinstance(answer, str):
            return answer
        given.append(answer)
    try:
        return known(node.operation)(node, given)
    except (ValueError, IndexError, TypeError, StopIteration) as error:
        where = f" in {node.module}" if node.module else ""
        return f"{node.operation}{where}: {error}"


def _connections(target: int, links: Links) -> list[Connection]:
    return [Connection(each.source, target, each.terms) for each in combined(links) if each.terms]


def _guessed(node: Node, roles: Sequence[str]) -> Axes:
    """The axes of a layer that nothing is known of."""
    count = len(node.shape)
    if count == len(roles):
        return Axes.of(roles, node.shape)
    return Axes.of(ROLES.get(count, [BATCH, CHANNEL, *[CUT] * count][:count]), node.shape)


def _neurons(recorder: Recorder, last: Node, input_name: str) -> dict[int, str]:
    """The nodes that are layers of neurons, by number, with names that are all different."""
    bent = [node for node in recorder.nodes if node.operation.rstrip("_") in BENDING]
    names: dict[int, str] = {0: input_name}
    for node in [*bent, last]:
        if node.number in names:
            continue
        name = node.module or node.operation
        taken = set(names.values())
        number = 2
        while name in taken:
            name = f"{node.module or node.operation}.{number}"
            number += 1
        names[node.number] = name
    return names


def graph_of_network(network: nn.Module, walk_names: Sequence[str], x: Tensor, first: str) -> Graph:
    """The graph of an ear's network: its layers are those that its `walk` names."""
    recorder = Recorder()
    names = {recorder.begin(x).number: first}
    with torch.no_grad(), recorder:
        for name, activity in network.walk(x, circular=True):  # type: ignore[operator]
            node = recorder.node_of(activity)
            if node is not None and name in walk_names:
                names[node.number] = name
    return connected(recorder, names, ROLES[4])
