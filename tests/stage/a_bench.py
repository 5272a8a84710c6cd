"""An engine on a bench, and states to dream in."""

import queue

import numpy as np

from immersions.dreaming import PARAMETERS
from immersions.stage.engine import Engine
from immersions.stage.performance import State
from immersions.stage.selection import Range
from immersions.stage.wire import state_to
from immersions.stage.workers.progress import Progress

TARGET = Range("encoder.1", channel=(0.0, 0.5))


def a_state(**changes):
    base = {"running": True, "parameters": PARAMETERS.defaults(), "targets": (TARGET,)}
    return State("beat", "small", 2.0, **{**base, **changes})


class Bench:
    """An engine whose frames are kept instead of being sent."""

    def __init__(self, ear):
        self.inbox = queue.SimpleQueue()
        self.sent = []
        self.progress = Progress()
        self.engine = Engine(ear, self.inbox, self._keep, self.progress)

    def _keep(self, header, payload):
        self.sent.append((header, payload))

    def begin(self, clip, state, last=None, announce=True, mix=None):
        nothing = np.zeros(0, np.float32)
        mix, last = (nothing if each is None else each for each in (mix, last))
        payload = clip.tobytes() + mix.tobytes() + last.tobytes()
        header = {"type": "begin", "state": state_to(state), "dream": 0, "step": 0}
        header |= {"mix": len(mix)}
        self.inbox.put(({**header, "clip": len(clip), "announce": announce}, payload))

    def change(self, state):
        self.inbox.put(({"type": "state", "state": state_to(state)}, b""))

    def pull(self):
        self.inbox.put(({"type": "pull"}, b""))

    def turns(self, count):
        for _ in range(count):
            self.engine.turn()

    @property
    def loops(self):
        return [frame for frame in self.sent if frame[0]["type"] == "loop"]

    @property
    def notes(self):
        return [header["message"] for header, _ in self.sent if header["type"] == "note"]


def samples_of(frame):
    header, payload = frame
    return np.frombuffer(payload[: 4 * header["samples"]], "<f4")
