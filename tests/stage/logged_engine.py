"""An engine whose performance is logged, as the server has it, without the pipes between them."""

import queue

import numpy as np

from immersions.stage.engine import Engine
from immersions.stage.logs import Log
from immersions.stage.logs.tracing import Trace
from immersions.stage.start_sounds import common
from immersions.stage.wire import state_to
from immersions.stage.workers.listener import describe
from immersions.stage.workers.progress import Progress

NOTHING = np.zeros(0, np.float32)


class LoggedEngine:
    """`loops` are those that were told, by their ids."""

    def __init__(self, folder, ear, source, deck=0, log=None):
        self.log = log or Log(folder, "test", common, print)
        self.trace = Trace(self.log, deck)
        self.inbox = queue.SimpleQueue()
        self.loops = {}
        self.ear, self.source = ear, source
        self.start_worker()

    def start_worker(self):
        """A process begins, or a new one takes the place of a dead one."""
        self.inbox = queue.SimpleQueue()
        self.engine = Engine(self.ear, self.inbox, self._take, Progress())
        self.trace.ear(self.ear.name, self.source, 1, describe(self.ear))

    def _take(self, header, payload):
        if header["type"] == "trace":
            self.trace.told(header)
        elif header["type"] == "loop":
            samples = payload[: 4 * header["samples"]]
            self.loops[len(self.loops) + 1] = np.frombuffer(samples, "<f4")
            self.trace.loop({**header, "id": len(self.loops)}, samples)

    def begin(self, state, clip, mix=None, last=None, step=0, announce=True):
        told = state_to(state)
        number = self.trace.begin(told, step, self.ear.sample_rate, clip, mix, last)
        mix, last = (NOTHING if each is None else each for each in (mix, last))
        header = {"type": "begin", "state": told, "dream": 0, "step": step, "number": number}
        header |= {"clip": len(clip), "mix": len(mix), "announce": announce}
        self.inbox.put((header, clip.tobytes() + mix.tobytes() + last.tobytes()))

    def change(self, state):
        told = state_to(state)
        self.inbox.put(({"type": "state", "state": told, "number": self.trace.state(told)}, b""))

    def mix_in(self, state, mix=None):
        told = state_to(state)
        number = self.trace.mix(told, mix, self.ear.sample_rate)
        payload = b"" if mix is None else mix.tobytes()
        self.inbox.put(({"type": "mix", "state": told, "number": number}, payload))

    def turns(self, count, pull=False):
        for _ in range(count):
            self.engine.turn()
        if pull:
            self.inbox.put(({"type": "pull"}, b""))
            self.engine.turn()
