"""The faders of the target in hand: a layer, and on each axis a position and a span.

They turn the last of a deck's targets, so that a controller with a few faders can aim.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from immersions.parameters import Parameter, Parameters
from immersions.stage.pieces import Shape, around, pieces_of, weight
from immersions.stage.selection import Range

_AXES = {
    "channel": "of the layer's channels",
    "pitch": "of its pitches, from low to high",
    "time": "of the loop",
}
_KEEPS_SHAPE = frozenset({"weight", "time_position", "time_span"})
LEAST_WEIGHT = 0.05
"""A weight of zero would choose neurons and then not care for them."""


def _fader(axis: str, part: str, default: float) -> Parameter:
    which = "where the choice begins" if part == "position" else "how much is chosen"
    return Parameter(
        name=f"{axis}_{part}",
        unit="",
        minimum=0.0,
        maximum=1.0,
        default=default,
        label=f"{axis.capitalize()} {part}",
        description=f"{which}, as a share {_AXES[axis]}",
        group="Target",
    )


HAND = Parameters(
    [
        Parameter(
            name="layer",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.6,
            label="Layer",
            description="how deep in the ear, from its first layer to its last",
            group="Target",
        ),
        *(_fader(axis, part, at) for axis in _AXES for part, at in (("position", 0), ("span", 1))),
        Parameter(
            name="weight",
            unit="",
            minimum=-1.0,
            maximum=1.0,
            default=1.0,
            label="Weight",
            description="how strongly the neurons are wanted; below zero they are to fall silent",
            group="Target",
        ),
    ]
)


def values(targets: Sequence[Range], layers: Sequence[Shape]) -> dict[str, float]:
    """Where the faders stand for the last of `targets`; the defaults where there is none."""
    if not targets:
        return HAND.defaults()
    held = around(pieces_of(targets, layers)[-1], layers)
    names = [layer.name for layer in layers]
    depth = names.index(held.layer) if held.layer in names else 0
    found = {"layer": depth / max(1, len(layers) - 1), "weight": held.weight}
    for axis in _AXES:
        found[f"{axis}_position"], found[f"{axis}_span"] = getattr(held, axis)
    return found


def turned(
    targets: Sequence[Range], layers: Sequence[Shape], turns: Mapping[str, object]
) -> tuple[Range, ...]:
    """`targets` with the last one turned; a first one where there is none.

    A target of several ranges stays as it is while its weight or its time is turned. Turned on
    another axis, it becomes one range where it was.

    `ValueError`, one line, for a name or a value that does not fit, or while no ear is loaded.
    """
    checked = {name: HAND[name].check(value) for name, value in turns.items()}
    if not layers:
        raise ValueError("the ear is still loading: there is no layer to aim at yet")
    *others, held = pieces_of(targets, layers) or [(Range(layers[0].name),)]
    before = weight(held)
    if len(held) > 1 and not checked.keys() <= _KEEPS_SHAPE:
        held = (around(held, layers),)
    stand = values(held if targets else (), layers) | checked
    wanted = stand["weight"] if abs(stand["weight"]) >= LEAST_WEIGHT else LEAST_WEIGHT
    time = (stand["time_position"], stand["time_span"])
    if len(held) > 1:
        share = wanted / before
        held = tuple(replace(each, weight=each.weight * share, time=time) for each in held)
    else:
        layer = held[0].layer
        if "layer" in checked or not targets:
            layer = layers[round(stand["layer"] * (len(layers) - 1))].name
        channel = (stand["channel_position"], stand["channel_span"])
        pitch = (stand["pitch_position"], stand["pitch_span"])
        held = (Range(layer, wanted, channel, pitch, time),)
    return tuple(each for piece in (*others, held) for each in piece)
