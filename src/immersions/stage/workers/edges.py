"""Tells a neuron's strongest edges while the dreaming goes on. Needs torch.

A question is the frame `edges` {ask, neuron, count}; its answer is `edges` {ask, neuron, neurons,
weights, bins}: the strongest first; the lowest and the highest scalogram bin that the neuron hears,
or null where there is no scalogram. Or it has a `problem`, one line, instead of edges.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable

from immersions.ears.brightness import SCALOGRAM
from immersions.ears.ear import Ear
from immersions.stage.frames import Header


class EdgeTeller:
    """Answers in a thread of its own: an ear's graph is found once, at the first question."""

    def __init__(self, ear: Ear, send: Callable[[Header, bytes], None]) -> None:
        self._ear = ear
        self._send = send
        self._asked: queue.SimpleQueue[Header] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def ask(self, question: Header) -> None:
        """Have a question answered; returns at once."""
        self._asked.put(question)
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="edges", daemon=True)
            self._thread.start()

    def _run(self) -> None:
        from immersions.anatomy.neighbours import Neighbours
        from immersions.anatomy.of_ear import graph_of_ear

        neighbours: Neighbours | None = None
        while True:
            question = self._asked.get()
            answer = {key: question[key] for key in ("ask", "neuron")}
            try:
                if neighbours is None:
                    neighbours = Neighbours(graph_of_ear(self._ear))
                found = neighbours.strongest(question["neuron"], question["count"])
                answer["neurons"] = found.vertices.tolist()
                heard = self._ear.layers[0].name == SCALOGRAM
                answer["bins"] = neighbours.pitches(question["neuron"]) if heard else None
                answer["weights"] = [float(f"{weight:.4g}") for weight in found.weights.tolist()]
            except Exception as error:  # whatever it is, the dreaming goes on
                line = " ".join(str(error).split())[:300] or type(error).__name__
                answer |= {"neurons": [], "weights": [], "bins": None, "problem": line}
            self._send({"type": "edges", **answer}, b"")
