"""The loop that dreams: takes what the performer changed, steps, renders, and never stops.

It runs in the worker and speaks in frames (`immersions.stage.frames`):

- `begin` {state, dream, step, clip, mix, announce, render}: a new dream; `dream` is a number to
  tell its steps by. The payload is the start clip (`clip` samples, float32), the sound to mix in if
  there is one (`mix` samples: as many, or 0 for the clip itself) and, when going on after an
  interruption or in another tempo, the loop to go on from. With `announce` the clip's own loop
  (kind `start`) is sent before the first step; with `render` then that of the dream as it stands.
- `state` {state}: the performer changed something; it acts from the next step on.
- `mix` {state}: from now on the payload is mixed in, or the clip where that is empty.
- `pull`: a loop is wanted now.
- `edges` {ask, neuron, count}: the strongest edges of a neuron are wanted (`workers.edges`).

It answers `loop` {kind, generation, step, sample_rate, samples, quarters, activation, layers} with
samples and activations as payload, `note` {message} when something went wrong, and `trace` {what,
number, step}: at which step it did what the frame with this `number` said (`begin`, `state`,
`mix`), made a loop (`render`) or went back to the last good one (`back`). With all of these in
their order the same loops can be dreamed again (`immersions.stage.workers.replay`).
"""

from __future__ import annotations

import queue
import time
from collections.abc import Callable, Iterator

import numpy as np
import torch

from immersions.ears.ear import Ear
from immersions.stage import wire
from immersions.stage.dream import Dream, Samples
from immersions.stage.frames import Frame, Header
from immersions.stage.performance import State
from immersions.stage.workers import brightness
from immersions.stage.workers.edges import EdgeTeller
from immersions.stage.workers.progress import Progress

RENDER_SECONDS = 1.0
"""A loop is rendered unasked this often while steps advance."""
LONGEST_PAUSE = 5.0
"""Seconds between attempts when steps keep failing."""


class Engine:
    """Dreams on `ear` as the frames in `inbox` say; `send` takes a header and a payload."""

    def __init__(
        self,
        ear: Ear,
        inbox: queue.SimpleQueue[Frame],
        send: Callable[[Header, bytes], None],
        progress: Progress,
    ) -> None:
        self._ear = ear
        self._inbox = inbox
        self._send = send
        self._progress = progress
        self._edges = EdgeTeller(ear, send)
        self._dream: Dream | None = None
        self._clip: Samples = np.zeros(0, np.float32)
        self._unbegun: Frame | None = None
        """A `begin` that failed, as for want of memory: it is tried again."""
        self._pulled = False
        self._rendered_at = 0.0
        self._failures = 0
        self._not_before = 0.0

    def run(self) -> None:
        """Dream for ever; the process ends with its pipe."""
        while True:
            self.turn()

    def turn(self) -> None:
        """Obey what has arrived, then make one step or one loop.

        All that may take long is known to `progress`, so that who watches sees it stall.
        """
        arrived = list(self._arrived())
        try:
            self._work(arrived)
        finally:
            self._progress.rest()

    def _work(self, arrived: list[Frame]) -> None:
        states = [number for number, (header, _) in enumerate(arrived) if header["type"] == "state"]
        for number, (header, payload) in enumerate(arrived):
            # A fader sends many states a second; each is whole, so the last one will do.
            if number not in states[:-1]:
                self._obey(header, payload)
        if self._unbegun is not None and time.monotonic() >= self._not_before:
            self._try_to_begin(*self._unbegun)
        dream = self._dream
        if dream is None:
            return
        try:
            if self._can_step(dream) and not (self._pulled and dream.worth_hearing):
                self._step(dream)
            if dream.unheard_steps and (
                self._pulled
                or not dream.state.running
                or time.monotonic() - self._rendered_at >= RENDER_SECONDS
            ):
                self._render(dream)
            self._pulled = False
        except Exception as error:
            self._fall_back(dream, error)

    def _can_step(self, dream: Dream) -> bool:
        return dream.can_step and time.monotonic() >= self._not_before

    def _arrived(self) -> Iterator[Frame]:
        """Frames in the inbox; waits for one only when there is nothing to dream."""
        waiting = self._dream is None or not self._can_step(self._dream)
        try:
            yield self._inbox.get(timeout=0.1) if waiting else self._inbox.get_nowait()
            while True:
                yield self._inbox.get_nowait()
        except queue.Empty:
            return

    def _obey(self, header: Header, payload: bytes) -> None:
        kind = header["type"]
        self._not_before = 0.0
        changes = self._dream is not None or self._unbegun is not None
        if kind == "begin" or (kind in ("state", "mix") and changes):
            self._trace(kind, header.get("number", 0))
        self._progress.start("change")
        if kind == "begin":
            self._failures = 0
            self._try_to_begin(header, payload)
            return
        if self._unbegun is not None and kind in ("state", "mix"):
            self._unbegun = _changed(*self._unbegun, header, payload)
            return
        try:
            if kind == "state" and self._dream is not None:
                self._dream.change(wire.state_of(header["state"]))
            elif kind == "mix" and self._dream is not None:
                mix = np.frombuffer(payload, np.float32)
                self._dream.mix_in(mix if len(mix) else self._clip, wire.state_of(header["state"]))
            elif kind == "pull":
                self._pulled = True
            elif kind == "edges":
                self._edges.ask(header)
        except Exception as error:
            self._note(error)

    def _try_to_begin(self, header: Header, payload: bytes) -> None:
        self._dream, self._unbegun = None, (header, payload)
        try:
            self._begin(header, payload)
        except Exception as error:
            self._dream = None
            self._note(error)
            self._pause()
        else:
            self._unbegun = None

    def _begin(self, header: Header, payload: bytes) -> None:
        samples = np.frombuffer(payload, np.float32)
        clip, mix, last = np.split(samples, np.cumsum((header["clip"], header["mix"])))
        state = wire.state_of(header["state"])
        self._progress.begin(header["dream"], header["step"])
        self._progress.start("start")
        start, mixed = (each if len(each) else clip for each in (last, mix))
        self._clip = clip
        self._dream = Dream(self._ear, clip, start, mixed, state, header["step"])
        if header["announce"]:
            self._tell("start", self._dream, clip, state)
        self._rendered_at = time.monotonic()
        self._progress.start("start")
        self._dream.wake()
        if header.get("render") and self._dream.can_render:
            self._render(self._dream)

    def _step(self, dream: Dream) -> None:
        self._progress.start("step")
        activation = dream.step()
        self._progress.end_step(dream.steps, activation)

    def _render(self, dream: Dream) -> None:
        self._progress.start("loop")
        loop = dream.render()
        self._trace("render")
        self._progress.start("loop")
        self._rendered_at = time.monotonic()
        self._tell("dream", dream, loop, dream.dreamed_with)
        self._failures = 0

    def _tell(self, kind: str, dream: Dream, loop: Samples, state: State) -> None:
        heard = brightness.listen(self._ear, torch.from_numpy(loop.copy())[None])
        layers, activations = brightness.describe(brightness.blocks(self._ear, heard))
        header = {
            "type": "loop",
            "kind": kind,
            "generation": state.generation,
            "sample_rate": self._ear.sample_rate,
            "samples": len(loop),
            "quarters": state.quarters,
            "activation": dream.activation_of(heard),
            "step": dream.steps,
            "layers": layers,
        }
        # A pipe that is full waits for the server: not what a stall of the dreaming looks like.
        self._progress.rest()
        self._send(header, loop.astype("<f4").tobytes() + activations)

    def _fall_back(self, dream: Dream, error: Exception) -> None:
        """Say what happened, go back to the last good loop, and try again a little later."""
        self._note(error)
        self._pause()
        self._trace("back")
        self._progress.start("start")
        try:
            dream.fall_back()
        except Exception as again:
            self._note(again)

    def _pause(self) -> None:
        self._failures += 1
        self._not_before = time.monotonic() + min(LONGEST_PAUSE, 0.05 * 2**self._failures)

    def _trace(self, what: str, number: int = 0) -> None:
        """Tell what is done now, and after how many steps of the dream."""
        steps = self._dream.steps if self._dream is not None else 0
        self._progress.rest()
        self._send({"type": "trace", "what": what, "number": number, "step": steps}, b"")

    def _note(self, error: Exception) -> None:
        line = " ".join(str(error).split())[:300] or type(error).__name__
        self._progress.rest()
        self._send({"type": "note", "message": line}, b"")


def _changed(header: Header, payload: bytes, change: Header, sound: bytes) -> Frame:
    """A `begin`, as a `state` or `mix` that came behind it has it."""
    header = {**header, "state": change["state"]}
    if change["type"] == "mix":
        before = 4 * header["clip"]
        after = before + 4 * header["mix"]
        payload = payload[:before] + sound + payload[after:]
        header["mix"] = len(sound) // 4
    return header, payload
