"""From a torch module to a graph: its neurons are the vertices, its operations join them.

A neuron is an output of a nonlinearity at a channel and a place of the kept axis; the other
spatial axis (time, for an ear) is cut away, so that all places on it are one vertex.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import torch
from torch import Tensor, nn

from immersions.anatomy.axes import BATCH, CHANNEL, CUT, KEPT, Axes
from immersions.anatomy.graph import Connection, Graph, VertexLayer
from immersions.anatomy.links import Links, combined, identity
from immersions.anatomy.operations import BENDING, known
from immersions.anatomy.recording import ANSWER, Node, Recorder, in_one_line, record
from immersions.anatomy.traced import Traced

ROLES = {
    2: (BATCH, CHANNEL),
    3: (BATCH, CHANNEL, CUT),
    4: (BATCH, CHANNEL, KEPT, CUT),
}
"""By the number of an input's dimensions. Sound (batch, samples) is a channel of one: (1, 1, n)."""

WITHOUT = "computed without the input, or outside torch (such as by numpy)"

FAILURES = (ValueError, IndexError, TypeError, KeyError, StopIteration, RuntimeError)
"""What an operation may end in whose arguments are used in a way that nobody thought of."""


def graph_of(
    module: nn.Module, x: Tensor, keep_columns: bool = False, input_name: str = "input"
) -> Graph:
    """The graph of `module`, found by running it once on `x`, one item.

    `x` is (1, channels), (1, channels, frames) or (1, channels, rows, columns); of the last the
    rows are kept, or the columns. Vertices: the input, every nonlinearity's output, the answer.

    An answer that does not come from `x` is laid out without edges.

    Raises `ValueError` where the module fails on `x`, or nothing that it does comes from `x`.
    """
    if x.ndim not in ROLES or len(x) != 1:
        raise ValueError(f"expected one item of 2 to 4 dimensions, got {tuple(x.shape)}")
    dtype = next((each.dtype for each in module.parameters() if each.is_floating_point()), x.dtype)
    recorder, last = record(module, x.to(dtype))
    if last.operation == ANSWER and len(recorder.nodes) == 2:
        name = type(module).__name__
        raise ValueError(f"{name}: expected a tensor computed from the input, got one {WITHOUT}")
    roles = list(ROLES[x.ndim])
    if keep_columns and x.ndim == 4:
        roles[2:] = [CUT, KEPT]
    return connected(recorder, _neurons(recorder, last, input_name), roles)


def connected(recorder: Recorder, names: Mapping[int, str], roles: Sequence[str]) -> Graph:
    """The graph whose layers are the nodes numbered in `names`, the input first."""
    layers: list[VertexLayer] = []
    connections: list[Connection] = []
    lost: dict[str, list[str]] = {}
    not_finite: list[str] = []
    traced: dict[int, Traced | str] = {}
    for node in recorder.nodes:
        answer = _traced(node, traced, roles, layers)
        if node.number in names:
            name = names[node.number]
            if isinstance(answer, str):
                lost.setdefault(answer, []).append(name)
                answer = Traced(_guessed(node, roles), ())
            channels, pitches = answer.axes.size(CHANNEL), answer.axes.size(KEPT)
            number = len(layers)
            layers.append(VertexLayer(name, channels, pitches))
            found = _connections(number, answer.links)
            finite = [each for each in found if all(term.finite for term in each.terms)]
            connections += finite
            if len(finite) < len(found):
                not_finite.append(f"{name} has weights that are not finite")
            answer = Traced(answer.axes, (identity(number, channels, pitches),))
        traced[node.number] = answer
    told = [f"{several(them)} could not be joined: {why}" for why, them in lost.items()]
    return Graph(tuple(layers), tuple(connections), (*told, *not_finite))


def several(names: Sequence[str]) -> str:
    """The first of them, and how many more."""
    more = len(names) - 1
    return f"{names[0]} and {more} more" if more else names[0]


def _traced(
    node: Node,
    before: Mapping[int, Traced | str],
    roles: Sequence[str],
    layers: Sequence[VertexLayer],
) -> Traced | str:
    """What a node comes from, or in words why that cannot be said."""
    if node.operation == ANSWER:
        return f"it is {WITHOUT}"
    if not node.inputs:
        return Traced(Axes.of(roles, node.shape), ())
    given: list[Traced] = []
    for one in node.inputs:
        answer = before[one.number]
        if isinstance(answer, str):
            return answer
        given.append(answer)
    try:
        # Weights that are too large or not finite are told once, of the layer that they reach.
        with np.errstate(all="ignore"):
            found = known(node.operation)(node, given)
        _check(found, node, layers)
    except FAILURES as error:
        where = f" in {node.module}" if node.module else ""
        return f"{node.operation}{where}: {in_one_line(error)}"
    return found


def _check(found: Traced, node: Node, layers: Sequence[VertexLayer]) -> None:
    """Raises `ValueError` where axes or links are not those of a tensor of the node's shape."""
    widths = tuple(found.axes.width(number) for number in range(len(found.axes.dimensions)))
    if widths != node.shape:
        raise ValueError(f"expected axes of {node.shape}, found {widths}")
    ends = found.axes.size(CHANNEL), found.axes.size(KEPT)
    for link in found.links:
        source = layers[link.source]
        wanted = (*ends, source.channels, source.pitches)
        for term in link.terms:
            if term.shape != wanted:
                raise ValueError(f"expected {wanted} channels and places, found {term.shape}")


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
