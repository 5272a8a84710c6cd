"""The state of one performance: what is played, what is dreamed of, and how. No torch here."""

from __future__ import annotations

from dataclasses import dataclass, field

from immersions.stage.selection import Range


@dataclass(frozen=True)
class State:
    """Everything that a performer can change, and nothing else.

    `generation` rises with every change; a loop carries the generation that it was dreamed with.
    `seconds` is the loop's length.
    """

    clip: str
    ear: str
    seconds: float
    running: bool = False
    seed: int = 0
    parameters: dict[str, float] = field(default_factory=dict)
    targets: tuple[Range, ...] = ()
    generation: int = 0
