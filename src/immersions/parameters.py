"""What a parameter is: one declaration from which slider, MIDI, OSC and CLI names are made.

A room that can be adjusted declares its parameters as `Parameter` objects beside the code that
reads them. The page, the CLI and the controllers are built from these declarations alone, so that
a new parameter appears everywhere by being declared once.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

Curve = Literal["linear", "logarithmic", "integer", "switch"]


@dataclass(frozen=True)
class Parameter:
    """A number that can be turned while the music plays.

    `name` is lower case with underscores and unique in a registry. `minimum` and `maximum` are
    inclusive and in `unit`. `curve` says how a fader travels: `linear`, `logarithmic` (needs
    `minimum` > 0), `integer` (whole steps) or `switch` (0 or 1).
    """

    name: str
    unit: str
    minimum: float
    maximum: float
    default: float
    curve: Curve = "linear"
    label: str = ""
    description: str = ""
    group: str = ""

    def __post_init__(self) -> None:
        if not self.minimum < self.maximum:
            raise ValueError(f"{self.name}: minimum {self.minimum} is not below {self.maximum}")
        if self.curve == "logarithmic" and self.minimum <= 0:
            raise ValueError(f"{self.name}: a logarithmic curve needs a minimum above 0")
        self.check(self.default)

    def check(self, value: object) -> float:
        """Return `value` as a number inside the range, or raise `ValueError` with the range."""
        try:
            number = float(value)  # type: ignore[arg-type]
        except (TypeError, ValueError):
            raise ValueError(f"{self.name}: expected a number, got {value!r}") from None
        if not (math.isfinite(number) and self.minimum <= number <= self.maximum):
            raise ValueError(
                f"{self.name}: expected {self.minimum:g} to {self.maximum:g} {self.unit}".rstrip()
                + f", got {number:g}"
            )
        if self.curve in ("integer", "switch") and number != round(number):
            raise ValueError(f"{self.name}: expected a whole number, got {number:g}")
        return number

    def at(self, position: float) -> float:
        """The value at a fader's position, 0 to 1; what lies outside is taken to the nearer end."""
        x = min(1.0, max(0.0, position))
        # The ends exactly: rounding must not lead outside the range.
        if x == 0:
            return self.minimum
        if x == 1:
            return self.maximum
        if self.curve == "logarithmic":
            return float(self.minimum * (self.maximum / self.minimum) ** x)
        value = self.minimum + x * (self.maximum - self.minimum)
        # Halves upwards, as in the page's script.
        return value if self.curve == "linear" else float(math.floor(value + 0.5))

    def position(self, value: float) -> float:
        """The fader's position, 0 to 1, of a value; the inverse of `at`."""
        inside = min(self.maximum, max(self.minimum, value))
        if self.curve == "logarithmic":
            return math.log(inside / self.minimum) / math.log(self.maximum / self.minimum)
        return (inside - self.minimum) / (self.maximum - self.minimum)

    def as_dict(self) -> dict[str, Any]:
        """The declaration as plain JSON types."""
        return asdict(self)


class Parameters:
    """An ordered set of declared parameters, and the checking of values against it."""

    def __init__(self, declared: Iterable[Parameter]) -> None:
        self._by_name: dict[str, Parameter] = {}
        for parameter in declared:
            if parameter.name in self._by_name:
                raise ValueError(f"parameter {parameter.name!r} is declared twice")
            self._by_name[parameter.name] = parameter

    def __iter__(self) -> Any:
        return iter(self._by_name.values())

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, name: object) -> bool:
        return name in self._by_name

    def __getitem__(self, name: str) -> Parameter:
        if name not in self._by_name:
            valid = ", ".join(self._by_name)
            raise ValueError(f"unknown parameter {name!r}; valid names: {valid}")
        return self._by_name[name]

    def defaults(self) -> dict[str, float]:
        return {parameter.name: parameter.default for parameter in self}

    def check(self, values: Mapping[str, object]) -> dict[str, float]:
        """Defaults overlaid with checked `values`; `ValueError` names what is wrong."""
        return self.defaults() | {name: self[name].check(value) for name, value in values.items()}
