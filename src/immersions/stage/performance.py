"""The state of one performance: what is played, what is dreamed of, and how. No torch here.

A change is a function from a state to the next one. It raises `ValueError`, one line that names
what is valid, and leaves the state as it was.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from immersions.parameters import Parameters
from immersions.stage.selection import Range

MOST_TARGETS = 64
"""Ranges in one target: adding for ever would slow each step down without an end."""


@dataclass(frozen=True)
class State:
    """Everything that a performer can change, and nothing else.

    `generation` rises with every change; a loop carries the generation that it was dreamed with.
    `seconds` is the loop's length, `quarters` that in quarter notes where it is known. `mix` is the
    clip that the parameter `mix` mixes in, or nothing for `clip` itself.
    """

    clip: str
    ear: str
    seconds: float
    running: bool = False
    seed: int = 0
    parameters: dict[str, float] = field(default_factory=dict)
    targets: tuple[Range, ...] = ()
    generation: int = 0
    mix: str | None = None
    quarters: float | None = None


def set_parameters(state: State, declared: Parameters, values: Mapping[str, object]) -> State:
    """Turn some parameters; the others stay."""
    checked = {name: declared[name].check(value) for name, value in values.items()}
    return _next(state, parameters={**state.parameters, **checked})


def set_targets(
    state: State,
    layers: Collection[str] | None,
    ranges: Iterable[Range],
    mode: Literal["add", "replace"] = "replace",
) -> State:
    """Choose what is dreamed of, or add to it. `layers` are the names that the ear has.

    With None, while the ear is still loading, any name is taken, for `fit_targets` to check.
    """
    chosen = tuple(ranges)
    unknown = [each.layer for each in chosen if layers is not None and each.layer not in layers]
    if layers is not None and unknown:
        raise ValueError(f"unknown layer {unknown[0]!r}; valid names: {', '.join(layers)}")
    if mode == "add":
        chosen = state.targets + tuple(each for each in chosen if each not in state.targets)
    if len(chosen) > MOST_TARGETS:
        raise ValueError(f"expected at most {MOST_TARGETS} ranges in a target, got {len(chosen)}")
    return _next(state, targets=chosen)


def choose_clip(state: State, clip: str, clips: Collection[str]) -> State:
    """Play another sound."""
    return _next(state, clip=_known(clip, clips))


def choose_mix(state: State, mix: str | None, clips: Collection[str]) -> State:
    """Mix another sound in; None for the clip itself."""
    chosen = None if mix is None else _known(mix, clips)
    return state if chosen == state.mix else _next(state, mix=chosen)


def play_for(state: State, seconds: float, quarters: float | None = None) -> State:
    """Say how long the chosen clip's loop is, in seconds and, where known, in quarter notes."""
    if not (math.isfinite(seconds) and seconds > 0):
        raise ValueError(f"{state.clip}: expected a loop longer than 0 s, got {seconds}")
    return replace(state, seconds=seconds, quarters=quarters)


def choose_ear(state: State, ear: str, ears: Collection[str]) -> State:
    """Listen with another ear. The targets of the old one stay until `fit_targets`."""
    if ear not in ears:
        raise ValueError(f"unknown ear {ear!r}; valid names: {', '.join(ears)}")
    return _next(state, ear=ear)


def fit_targets(state: State, layers: Collection[str], otherwise: Range) -> State:
    """Keep the targets that the ear has layers for; when none is left, aim at `otherwise`."""
    kept = tuple(each for each in state.targets if each.layer in layers) or (otherwise,)
    return state if kept == state.targets else _next(state, targets=kept)


def run(state: State, running: bool) -> State:
    """Dream on, or rest on the present loop."""
    return state if running == state.running else _next(state, running=running)


def set_seed(state: State, seed: int) -> State:
    """Other random numbers, from 0 to 2^31 - 1."""
    if not 0 <= seed < 2**31:
        raise ValueError(f"seed: expected 0 to {2**31 - 1}, got {seed}")
    return _next(state, seed=seed)


def restart(state: State) -> State:
    """Begin again from the clip."""
    return _next(state)


def move(state: State, fields: Mapping[str, object]) -> State:
    """To other values of some fields that are known to be valid."""
    same = all(getattr(state, name) == value for name, value in fields.items())
    return state if same else _next(state, **fields)


def _known(clip: str, clips: Collection[str]) -> str:
    if clip not in clips:
        raise ValueError(f"unknown clip {clip!r}; valid ids: {', '.join(clips)}")
    return clip


def _next(state: State, **changes: object) -> State:
    return replace(state, generation=state.generation + 1, **changes)  # type: ignore[arg-type]
