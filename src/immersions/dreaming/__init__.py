"""Dreaming: gradient ascent on a loop of sound towards chosen neurons of an ear.

`PARAMETERS` and `Target` need no torch; everything else is imported when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from immersions.dreaming.registry import PARAMETERS
from immersions.dreaming.target import Part, Target

if TYPE_CHECKING:
    from immersions.dreaming.dreamer import Dreamer
    from immersions.dreaming.dreams import Dream, dream
    from immersions.dreaming.starts import start_clip

_LATER = {"Dream": "dreams", "dream": "dreams", "Dreamer": "dreamer", "start_clip": "starts"}

__all__ = ["PARAMETERS", "Dream", "Dreamer", "Part", "Target", "dream", "start_clip"]


def __getattr__(name: str) -> Any:
    if name in _LATER:
        return getattr(import_module(f"{__name__}.{_LATER[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
