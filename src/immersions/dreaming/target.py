"""Which neurons a dream is to excite: ranges in channel, pitch and time of an ear's layers.

Torch-free, so that a page or a command line can read and check a target without an ear.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from immersions.ears.ear import Layer

_PART = re.compile(
    r"\s*(?:(?P<weight>[-+]?[\d.]+(?:e[-+]?\d+)?)\s*\*\s*|(?P<sign>[-+]))?"
    r"(?P<layer>[^\s\[\]*]+)\s*(?:\[(?P<slices>[^\[\]]*)\])?\s*",
    re.IGNORECASE,
)
_AXES = ("channels", "pitches", "frames")


@dataclass(frozen=True)
class Part:
    """A block of one layer's activations, and how much it counts (negative: is to fall silent).

    The ranges are never empty, rise, and lie inside the layer; `frames` are the layer's own.
    """

    layer: Layer
    channels: range
    pitches: range
    frames: range
    weight: float = 1.0

    @property
    def whole_time(self) -> bool:
        """Whether every frame is selected, so that a time shift of the loop changes nothing."""
        return len(self.frames) == self.layer.frames

    @property
    def neurons(self) -> tuple[slice, slice]:
        """The slices of a (channels, pitches) array, such as an ear's statistics."""
        return _as_slice(self.channels), _as_slice(self.pitches)

    def select(self, activations: Any) -> Any:
        """The selected block of a (batch, channels, pitches, frames) tensor or array."""
        return activations[(slice(None), *self.neurons, _as_slice(self.frames))]

    def __len__(self) -> int:
        """How many activations of one loop are selected."""
        return len(self.channels) * len(self.pitches) * len(self.frames)

    def __str__(self) -> str:
        sizes = (self.layer.channels, self.layer.pitches, self.layer.frames)
        ranges = (self.channels, self.pitches, self.frames)
        inner = ", ".join(
            _as_text(chosen, size) for chosen, size in zip(ranges, sizes, strict=True)
        )
        weight = "" if self.weight == 1 else f"{self.weight:g}*"
        return f"{weight}{self.layer.name}[{inner}]"


@dataclass(frozen=True)
class Target:
    """Parts that are averaged one by one, weighted, and summed."""

    parts: tuple[Part, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("a target needs at least one part, e.g. 'encoder.3[0:8]'")

    @property
    def layers(self) -> tuple[str, ...]:
        """Names of the layers that the target needs, each once, in order of appearance."""
        return tuple(dict.fromkeys(part.layer.name for part in self.parts))

    @property
    def whole_time(self) -> bool:
        return all(part.whole_time for part in self.parts)

    def __str__(self) -> str:
        return " + ".join(str(part) for part in self.parts)

    @classmethod
    def parse(cls, texts: str | Iterable[str], layers: Sequence[Layer]) -> Target:
        """Read parts such as `-0.5*encoder.3[0:8, :, -4:]`, with slices as in NumPy.

        `layers` are those of the ear for the loop's length (`ear.layers_for(samples)`). Raises
        `ValueError`, in one line, for an unknown layer, an empty slice or a text it cannot read.
        """
        texts = [texts] if isinstance(texts, str) else texts
        return cls(tuple(_parse_part(text, layers) for text in texts))

    @classmethod
    def from_ranges(cls, ranges: Iterable[Mapping[str, Any]], layers: Sequence[Layer]) -> Target:
        """A target from positions and spans in 0..1, as faders give them.

        Each range has `layer`, optionally `weight`, and `channel`, `pitch` and `time` as
        (position, span). A span of 0 selects one unit.
        """
        return cls(tuple(_from_range(chosen, layers) for chosen in ranges))


def _find(name: str, layers: Sequence[Layer]) -> Layer:
    for layer in layers:
        if layer.name == name:
            return layer
    valid = ", ".join(layer.name for layer in layers)
    raise ValueError(f"unknown layer {name!r}; valid layers: {valid}")


def _parse_part(text: str, layers: Sequence[Layer]) -> Part:
    match = _PART.fullmatch(text)
    if match is None:
        raise ValueError(
            f"cannot read the target {text!r}; expected [WEIGHT*]LAYER[channels, pitches, frames]"
        )
    layer = _find(match["layer"], layers)
    weight = _weight(match["weight"] or f"{match['sign'] or '+'}1", text)
    sizes = (layer.channels, layer.pitches, layer.frames)
    items = _fill([item.strip() for item in (match["slices"] or "...").split(",")], text)
    ranges = [
        _parse_slice(item, size, axis, text)
        for item, size, axis in zip(items, sizes, _AXES, strict=True)
    ]
    return Part(layer, ranges[0], ranges[1], ranges[2], weight)


def _weight(text: str, part: str) -> float:
    try:
        weight = float(text)
    except ValueError:
        weight = math.nan
    if not math.isfinite(weight):
        raise ValueError(f"cannot read the weight {text!r} in {part!r}; expected a number")
    return weight


def _fill(items: list[str], text: str) -> list[str]:
    """Three items: an ellipsis, or axes left out at the end, stand for everything."""
    if items == [""]:
        items = ["..."]
    if items.count("...") > 1 or len(items) - items.count("...") > len(_AXES):
        raise ValueError(f"too many axes in {text!r}; expected at most [channels, pitches, frames]")
    if "..." not in items:
        items = [*items, "..."]
    at = items.index("...")
    return items[:at] + [":"] * (len(_AXES) - len(items) + 1) + items[at + 1 :]


def _parse_slice(item: str, size: int, axis: str, text: str) -> range:
    try:
        numbers = [int(field) if field.strip() else None for field in item.split(":")]
    except ValueError:
        numbers = []
    if numbers == [None] or not 1 <= len(numbers) <= 3 or numbers[2:] == [0]:
        raise ValueError(
            f"cannot read {item!r} as {axis} in {text!r}; expected an index or start:stop:step"
        )
    if len(numbers) == 1:
        index = numbers[0] or 0
        if not -size <= index < size:
            raise ValueError(f"{axis} {index} in {text!r} is outside {-size} to {size - 1}")
        return range(index % size, index % size + 1)
    chosen = range(size)[slice(*numbers)]
    if not chosen:
        raise ValueError(f"{axis} {item!r} in {text!r} selects nothing; there are {size} {axis}")
    # A mean knows no order, and tensors cannot be sliced backwards.
    return chosen if chosen.step > 0 else chosen[::-1]


def _from_range(chosen: Mapping[str, Any], layers: Sequence[Layer]) -> Part:
    layer = _find(str(chosen["layer"]), layers)
    weight = _weight(str(chosen.get("weight", 1.0)), layer.name)
    channels = unit_range(chosen.get("channel", (0, 1)), layer.channels, "channel")
    pitches = unit_range(chosen.get("pitch", (0, 1)), layer.pitches, "pitch")
    frames = unit_range(chosen.get("time", (0, 1)), layer.frames, "time")
    return Part(layer, channels, pitches, frames, weight)


def unit_range(position_and_span: Sequence[float], size: int, axis: str = "range") -> range:
    """The units of an axis of `size` that a position and a span, both in 0..1, select."""
    position, span = (float(number) for number in position_and_span)
    if not (0 <= position <= 1 and 0 <= span <= 1):
        raise ValueError(f"{axis}: expected position and span from 0 to 1, got {position}, {span}")
    start = min(size - 1, math.floor(position * (1 - span) * size))
    end = min(size, math.floor(start + span * size + 1))
    return range(start, end)


def _as_slice(chosen: range) -> slice:
    return slice(chosen.start, chosen.stop, chosen.step)


def _as_text(chosen: range, size: int) -> str:
    if len(chosen) == size:
        return ":"
    if len(chosen) == 1:
        return str(chosen.start)
    step = "" if chosen.step == 1 else f":{chosen.step}"
    return f"{chosen.start}:{chosen.stop}{step}"
