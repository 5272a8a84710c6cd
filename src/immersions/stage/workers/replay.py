"""Dreams a logged performance again: on the same machine the same loops, to the sample."""

from __future__ import annotations

import base64
import contextlib
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from immersions.ears.ear import Ear
from immersions.stage import wire
from immersions.stage.dream import Dream
from immersions.stage.logs import Performance
from immersions.stage.logs import events as say
from immersions.stage.logs.writing import Derive, digest, probed
from immersions.stage.workers.listener import fingerprint

Samples = NDArray[np.float32]
Load = Callable[[str], Ear]
"""Ears by what they were loaded from; raises `ValueError` or `OSError`."""


@dataclass(frozen=True, eq=False)
class Dreamed:
    """A loop that was dreamed again."""

    id: int
    kind: str
    step: int
    samples: Samples
    sample_rate: int
    ear: Ear | None
    """Who listened; None while an ear was loading."""
    same: bool | None
    """Whether it is the logged loop to the sample; None where the log does not know it."""
    away_db: float | None
    """How far it is from the logged one, as far as a few samples tell: of the difference, in dB
    beside the loop; None where it is the same or nothing is known."""


class Replay:
    """The loops of one deck, in order. `steps` counts what was dreamed; `on_step` is told of it."""

    def __init__(
        self,
        performance: Performance,
        deck: int,
        load: Load,
        derive: Derive,
        on_step: Callable[[], None] = lambda: None,
    ) -> None:
        self._performance = performance
        self._deck = deck
        self._load = load
        self._derive = derive
        self._on_step = on_step
        self._sounds = performance.sounds()
        self._ear: Ear | None = None
        self._dream: Dream | None = None
        self._state: dict[str, Any] = {}
        self._clip: Samples = np.zeros(0, np.float32)
        self._rendered: Samples | None = None
        self._kept: dict[str, Samples] = {}

    def loops(self) -> Iterator[Dreamed]:
        """Every loop that the log names. Raises `ValueError`, one line, where it cannot be dreamed:
        an ear or a sound is missing or another one."""
        for event in self._performance.dreaming(self._deck):
            match event:
                case say.Ear():
                    self._listen_with(event)
                case say.Begin():
                    self._begin(event)
                case say.LoopMade():
                    yield self._made(event)
                case _:
                    self._go_to(event.step)
                    self._do(event)

    def _listen_with(self, event: say.Ear) -> None:
        torch.set_num_threads(event.threads)
        torch.set_flush_denormal(True)
        try:
            ear = self._load(event.source)
        except (ValueError, OSError) as error:
            raise ValueError(f"the log needs the ear {event.ear}: {_line(error)}") from None
        if (found := fingerprint(ear)) != event.hash:
            raise ValueError(
                f"the ear {event.ear} is not the one that was played with: "
                f"expected {event.hash[:12]}…, got {found[:12]}…"
            )
        self._ear, self._dream = ear, None

    def _begin(self, event: say.Begin) -> None:
        if self._ear is None:
            raise ValueError("damaged log: a dream begins before there is an ear")
        clip = self._clip = self._sound(event.clip)
        mix = clip if event.mix is None else self._sound(event.mix)
        # A copy: the very clip would not be levelled, and a loop like it is.
        start = clip if event.last is None else self._sound(event.last).copy()
        self._state = dict(event.state)
        state = self._stated()
        self._dream = Dream(self._ear, clip, start, mix, state, event.step)
        self._rendered = None
        with _as_it_was():
            self._dream.wake()

    def _do(self, event: say.DreamEvent) -> None:
        dream = self._dream
        if dream is None:
            raise ValueError(f"damaged log: a {event.event} before anything was begun")
        match event:
            case say.StateChange():
                self._state = say.changed(self._state, event.change)
                with _as_it_was():
                    dream.change(self._stated())
            case say.MixChange():
                self._state = say.changed(self._state, event.change)
                mix = self._clip if event.mix is None else self._sound(event.mix)
                with _as_it_was():
                    dream.mix_in(mix, self._stated())
            case say.Render():
                self._rendered = dream.render()
            case say.Back():
                with _as_it_was():
                    dream.fall_back()

    def _go_to(self, step: int) -> None:
        """Dream until so many steps have been made."""
        dream = self._dream
        while dream is not None and dream.steps < step:
            if not dream.can_step:
                raise ValueError(f"damaged log: at rest after step {dream.steps}, expected {step}")
            try:
                dream.step()
            except Exception as error:
                raise ValueError(
                    f"step {dream.steps + 1} failed here and not when it was played: {_line(error)}"
                ) from None
            self._on_step()

    def _made(self, event: say.LoopMade) -> Dreamed:
        rate = self._ear.sample_rate if self._ear is not None else 0
        if event.kind == "start" or event.kept:
            samples = self._sound(event.digest or "")
            rate = self._sounds[event.digest or ""].sample_rate
        elif self._rendered is None:
            raise ValueError(f"damaged log: loop {event.id} was never made")
        else:
            samples = self._rendered
        same = None if event.digest is None else digest(samples) == event.digest
        away = _away(samples, event.probe) if same is False else None
        return Dreamed(event.id, event.kind, event.step, samples, rate, self._ear, same, away)

    def _sound(self, name: str) -> Samples:
        if name not in self._kept:
            if name not in self._sounds:
                raise ValueError("damaged log: it speaks of a sound that it does not have")
            self._kept[name] = self._performance.samples(self._sounds[name], self._derive)
        return self._kept[name]

    def _stated(self) -> Any:
        try:
            return wire.state_of(self._state)
        except (TypeError, KeyError, ValueError) as error:
            raise ValueError(f"damaged log: no state to dream with ({_line(error)})") from None


@contextlib.contextmanager
def _as_it_was() -> Iterator[None]:
    """What could not be done then cannot be done now; the dreaming went on."""
    with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError, RuntimeError):
        yield


def _away(samples: Samples, probe: str) -> float | None:
    try:
        then = np.frombuffer(base64.b64decode(probe, validate=True), "<f4")
    except ValueError:
        return None
    now = probed(samples)
    level = float(np.sqrt(np.mean(np.square(now, dtype=np.float64))))
    if then.shape != now.shape or level == 0:
        return None
    difference = float(np.sqrt(np.mean((now.astype(np.float64) - then) ** 2)))
    return 20 * math.log10(difference / level) if difference > 0 else -math.inf


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300] or type(error).__name__
