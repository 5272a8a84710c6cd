"""Whom a conductor tells, what it begins with and what it can set aside. No torch here."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
from numpy.typing import NDArray

from immersions.stage.frames import Header
from immersions.stage.performance import State
from immersions.stage.supervisor import LifeWord

if TYPE_CHECKING:
    from immersions.stage.conductor import Loop

Samples = NDArray[np.float32]

HISTORY = 200


class Audience(Protocol):
    """Who hears of it. Called in the event loop; must not block."""

    def on_loop(self, loop: Loop) -> None: ...

    def on_ear(self, hello: Header) -> None:
        """An ear was loaded; called before anything is dreamed with it.

        When its sample rate is not that of the clip, it waits for another `begin`.
        """
        ...

    def on_progress(self) -> None: ...


@dataclass
class Progress:
    """How the dreaming goes. `steps` and `history` are of this dream; `loops` of all."""

    life: LifeWord = "stopped"
    message: str = ""
    steps: int = 0
    steps_per_second: float = 0.0
    loops: int = 0
    history: deque[tuple[int, float]] = field(default_factory=lambda: deque(maxlen=HISTORY))


@dataclass(frozen=True, eq=False)
class Aside:
    """What was dreamed before something else was listened to for a while."""

    clip: Samples
    mix: Samples
    newest: Loop | None
    progress: Progress


def fitting(mix: Samples | None, clip: Samples) -> Samples:
    """What is mixed in, cut or repeated to the clip's length; nothing for the clip itself."""
    return np.zeros(0, np.float32) if mix is None else np.resize(mix, len(clip))


def unheard(clip: Samples, sample_rate: int, state: State) -> dict[str, Any]:
    """The header of a start clip that no ear has heard yet."""
    return {
        "type": "loop",
        "kind": "start",
        "generation": state.generation,
        "sample_rate": sample_rate,
        "samples": len(clip),
        "quarters": state.quarters,
        "activation": None,
        "step": 0,
        "layers": [],
    }
