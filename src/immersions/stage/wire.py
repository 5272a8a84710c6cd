"""A state as JSON and back."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from immersions.stage.performance import State
from immersions.stage.selection import Range


def state_to(state: State) -> dict[str, Any]:
    return asdict(state)


def state_of(data: dict[str, Any]) -> State:
    targets = tuple(
        Range(
            each["layer"],
            each["weight"],
            *(tuple(each[axis]) for axis in ("channel", "pitch", "time")),
        )
        for each in data["targets"]
    )
    return State(**{**data, "targets": targets})
