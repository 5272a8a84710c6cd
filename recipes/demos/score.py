"""A performance written down: what is turned when, as a log that `immersions render` plays.

    score = Score("house")
    deck = score.deck("small", "house")
    deck.set(4, {"learning_rate": 0.1})
    score.write(Path("demo"), seconds=60)

Nothing is dreamed here: a score says at which step of a dream each thing is done, as a log does. A
dream makes `steps` steps a second; a loop is made `LEAD` seconds before it follows the one that
plays.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path

import numpy as np

from immersions import __version__, ears
from immersions.dreaming import PARAMETERS
from immersions.ears.ear import Ear
from immersions.stage import performance
from immersions.stage.logs import events as say
from immersions.stage.logs.writing import NAME, digest
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.start_sounds import common
from immersions.stage.wire import state_to
from immersions.stage.workers.listener import fingerprint

LEAD = 0.3
FADE = 0.03
PAGE = 1


def neurons(
    ear: Ear, layer: str, channel: int, pitch: int | None = None, weight: float = 1.0
) -> Range:
    """One channel of a layer, at one of its pitches or all."""
    found = next(each for each in ear.layers if each.name == layer)
    aimed = Range(layer, weight, channel=_unit(channel, found.channels))
    return aimed if pitch is None else replace(aimed, pitch=_unit(pitch, found.pitches))


def _unit(number: int, size: int) -> tuple[float, float]:
    return (number / max(1, size - 1), 0.0)


@dataclass
class Deck:
    """One deck; times are seconds from the beginning."""

    number: int
    ear: Ear
    clip: str
    steps: float
    seed: int = 0
    changes: list[tuple[float, str, object]] = field(default_factory=list)

    def set(self, at: float, values: dict[str, float]) -> None:
        """Turn parameters."""
        self.changes.append((at, "set", values))

    def aim(self, at: float, *ranges: Range) -> None:
        """Dream of these neurons from now on."""
        self.changes.append((at, "aim", ranges))

    def rest(self, at: float) -> None:
        self.changes.append((at, "run", False))

    def dream(self, at: float) -> None:
        self.changes.append((at, "run", True))

    def play(self, at: float, clip: str) -> None:
        """Begin again with another clip."""
        self.changes.append((at, "clip", clip))


class Score:
    """Decks and a mixer; `steps` of a dream a second."""

    def __init__(self, steps: float = 16.0) -> None:
        self._steps = steps
        self._decks: list[Deck] = []
        self._gains: list[tuple[float, dict[str, float]]] = []

    def deck(self, ear: str, clip: str, seed: int = 0) -> Deck:
        deck = Deck(len(self._decks), ears.load(ear), clip, self._steps, seed)
        self._decks.append(deck)
        return deck

    def gains(self, at: float, values: dict[str, float]) -> None:
        """Turn the mixer, as `events.Gains` has it."""
        self._gains.append((at, values))

    def write(self, folder: Path, seconds: float) -> Path:
        """Write the log; its path."""
        told: list[say.Event] = []
        for deck in self._decks:
            told += _Written(deck).events(seconds)
        rate = self._decks[0].ear.sample_rate
        for at, values in self._gains:
            told.append(
                say.Gains(time=at, page=PAGE, frame=round(at * rate), rate=rate, gains=values)
            )
        told.sort(key=lambda each: each.time)
        opened = say.Opened(version=__version__, started="2026-11-20T20:00:00+00:00")
        folder.mkdir(parents=True, exist_ok=True)
        lines = [json.dumps(each.model_dump(), separators=(",", ":")) for each in (opened, *told)]
        path = folder / NAME
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        return path


class _Written:
    """What happens on one deck, in the order of time."""

    def __init__(self, deck: Deck) -> None:
        self.deck = deck
        self.rate = deck.ear.sample_rate
        self.told: list[say.Event] = []
        self.loops = 0
        self.state = State(deck.clip, deck.ear.name, 1.0, parameters=PARAMETERS.defaults())
        self.state = replace(self.state, seed=deck.seed)
        self.dreamed = 0.0
        self.since = 0.0

    def events(self, seconds: float) -> list[say.Event]:
        deck = self.deck
        self.told.append(
            say.Ear(
                deck=deck.number,
                ear=deck.ear.name,
                source=deck.ear.name,
                hash=fingerprint(deck.ear),
                sample_rate=self.rate,
            )
        )
        changes = sorted(deck.changes, key=lambda change: change[0])
        self._begin(0.0, deck.clip)
        sounds, length = self.loops, self.samples / self.rate
        self._sound(0.0, 0, sounds)
        boundary = 0
        while boundary / self.rate < seconds:
            # What plays now ends after its own length, whatever was chosen meanwhile.
            boundary += round(length * self.rate)
            made = boundary / self.rate - LEAD
            while changes and changes[0][0] <= made:
                self._change(*changes.pop(0))
            if self.state.running:
                self._render(made)
            if self.loops != sounds:
                sounds, length = self.loops, self.samples / self.rate
                self._sound(made, boundary, sounds)
        self.told.append(say.Render(time=seconds, deck=deck.number, step=self._step(made)))
        return [each for each in self.told if each.time <= seconds]

    def _step(self, at: float) -> int:
        steps = self.dreamed
        if self.state.running:
            steps += max(0.0, at - self.since) * self.deck.steps
        return int(steps)

    def _change(self, at: float, what: str, value: object) -> None:
        step = self._step(at)
        state = self.state
        if what == "clip":
            self._begin(at, str(value))
            return
        if what == "set":
            state = performance.set_parameters(state, PARAMETERS, value)  # type: ignore[arg-type]
        elif what == "aim":
            state = performance.set_targets(state, None, value)  # type: ignore[arg-type]
        elif value != state.running:
            self.dreamed, self.since = float(step), at
            state = performance.run(state, bool(value))
        change = say.difference(state_to(self.state), state_to(state))
        self.told.append(say.StateChange(time=at, deck=self.deck.number, step=step, change=change))
        self.state = state

    def _begin(self, at: float, clip: str) -> None:
        sound = common(clip, self.rate, self.state.seed)
        name, self.samples = digest(sound), len(sound)
        self.told.append(
            say.Sound(
                time=at, sha256=name, sample_rate=self.rate, samples=len(sound),
                clip=clip, seed=self.state.seed,
            )
        )  # fmt: skip
        generation = self.state.generation + 1
        self.state = replace(
            self.state, clip=clip, seconds=len(sound) / self.rate, generation=generation
        )
        self.dreamed, self.since = 0.0, at
        self.told.append(
            say.Begin(time=at, deck=self.deck.number, state=asdict(self.state), clip=name)
        )
        self._made(at, "start", 0, name)

    def _render(self, at: float) -> None:
        step = self._step(at)
        self.told.append(say.Render(time=at, deck=self.deck.number, step=step))
        self._made(at, "dream", step, None)

    def _made(self, at: float, kind: str, step: int, name: str | None) -> None:
        self.loops += 1
        self.told.append(
            say.LoopMade(
                time=at, deck=self.deck.number, id=self.loops,
                kind="start" if kind == "start" else "dream", step=step, digest=name,
            )
        )  # fmt: skip

    def _sound(self, at: float, frame: int, loop: int) -> None:
        fade = round(FADE * self.rate) if frame else 0
        self.told.append(
            say.Sounds(
                time=at, page=PAGE, deck=self.deck.number, loop=loop,
                frame=frame, fade=fade, rate=self.rate,
            )
        )  # fmt: skip


def slide(score: Score, name: str, begin: float, end: float, low: float, high: float) -> None:
    """Move a gain from one value to another, in steps of a tenth of a second."""
    for at in np.arange(begin, end + 0.05, 0.1):
        share = min(1.0, (at - begin) / (end - begin))
        score.gains(float(at), {name: low + share * (high - low)})
