"""What a dreaming process tells of its work, turned into the lines of a log. No torch here."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from immersions.stage.frames import Header
from immersions.stage.logs import events as say
from immersions.stage.logs.writing import Log, digest, probe

Samples = NDArray[np.float32]


@dataclass(frozen=True)
class _Sent:
    """What a process was told, and has not done yet."""

    state: dict[str, Any]
    begin: say.Begin | None = None
    mix: str | None = None


class Trace:
    """Of one deck. A change is logged when the process says at which step it acted.

    Changes that a process never came to, as it died or was overtaken, left no trace in any loop.
    """

    def __init__(self, log: Log, deck: int) -> None:
        self._log = log
        self._deck = deck
        self.ids = 0
        """The highest number of a loop of this deck so far."""
        self._number = 0
        self._waiting: dict[int, _Sent] = {}
        self._state: dict[str, Any] = {}

    def ear(self, ear: str, source: str, threads: int, hello: Header) -> None:
        """A process has loaded an ear; what its predecessor did not do, it will not do."""
        self._waiting.clear()
        self._log.note(
            say.Ear(
                deck=self._deck,
                ear=ear,
                source=source,
                hash=hello["hash"],
                sample_rate=hello["sample_rate"],
                threads=threads,
                torch=hello.get("torch", ""),
            )
        )

    def begin(
        self,
        state: dict[str, Any],
        step: int,
        sample_rate: int,
        clip: Samples,
        mix: Samples | None,
        last: Samples | None,
    ) -> int:
        """A dream is to begin; the number of the frame that says so.

        No `mix`, or an empty one, is the clip itself; `last` is where a dream goes on.
        """
        seed = int(state.get("seed", 0))
        begin = say.Begin(
            deck=self._deck,
            step=step,
            state=state,
            clip=self._log.keep(clip, sample_rate, str(state.get("clip", "")), seed),
            mix=self._mix(state, mix, sample_rate),
            last=self._log.keep(last, sample_rate) if last is not None and len(last) else None,
        )
        return self._send(_Sent(state, begin))

    def state(self, state: dict[str, Any]) -> int:
        """The performer changed something; the number of the frame that says so."""
        return self._send(_Sent(state))

    def mix(self, state: dict[str, Any], mix: Samples | None, sample_rate: int) -> int:
        """Another sound is to be mixed in; the number of the frame that says so."""
        return self._send(_Sent(state, mix=self._mix(state, mix, sample_rate) or ""))

    def told(self, header: Header) -> None:
        """A `trace` frame has come."""
        what, number, step = str(header["what"]), int(header["number"]), int(header["step"])
        if what == "render":
            self._log.note(say.Render(deck=self._deck, step=step))
        elif what == "back":
            self._log.note(say.Back(deck=self._deck, step=step))
        elif (sent := self._waiting.pop(number, None)) is not None:
            # Overtaken changes are older than the one that was done.
            self._waiting = {key: each for key, each in self._waiting.items() if key > number}
            self._done(sent, step)

    def loop(self, header: Header, samples: bytes, clip: str = "", seed: int = 0) -> None:
        """A loop may be heard. The sound of one that was not dreamed is that of `clip`.

        One that no ear has heard was dreamed before this log began, or brought into a tempo.
        """
        array = np.frombuffer(samples, "<f4")
        self.ids = max(self.ids, int(header["id"]))
        start, kept = header["kind"] == "start", not header["layers"]
        if start or kept:
            self._log.keep(array, header["sample_rate"], clip if start else "", seed)
        self._log.note(
            say.LoopMade(
                deck=self._deck,
                id=header["id"],
                kind=header["kind"],
                step=header["step"],
                digest=digest(samples),
                probe=probe(array),
                kept=kept,
            )
        )

    def _done(self, sent: _Sent, step: int) -> None:
        change = say.difference(self._state, sent.state)
        self._state = sent.state
        if sent.begin is not None:
            self._log.note(sent.begin)
        elif sent.mix is not None:
            self._log.note(
                say.MixChange(deck=self._deck, step=step, change=change, mix=sent.mix or None)
            )
        else:
            self._log.note(say.StateChange(deck=self._deck, step=step, change=change))

    def _send(self, sent: _Sent) -> int:
        self._number += 1
        self._waiting[self._number] = sent
        return self._number

    def _mix(self, state: dict[str, Any], mix: Samples | None, sample_rate: int) -> str | None:
        if mix is None or len(mix) == 0:
            return None
        name, seed = str(state.get("mix") or ""), int(state.get("seed", 0))
        return self._log.keep(mix, sample_rate, name, seed)
