"""The strongest edges of neurons, asked of the processes that dream and kept. No torch here."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from immersions.server.deck import Deck
from immersions.server.messages import Edges

MOST_EDGES = 200
MOST_KEPT = 4096
"""Neurons, of a few kilobytes each."""
LONGEST_SECONDS = 60.0
"""The first question has the ear's graph found, on a busy machine."""


class EdgeBook:
    """By an ear's hash and the number of a neuron."""

    def __init__(self) -> None:
        self._kept: OrderedDict[tuple[str, int], Edges] = OrderedDict()

    async def find(self, decks: Iterable[Deck], ear_hash: str, neuron: int) -> Edges | None:
        """None when no ear of this hash listens or there is no such neuron.

        `ValueError`, one line, where the ear's edges cannot be told; `TimeoutError` where no answer
        comes.
        """
        key = (ear_hash, neuron)
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        deck = next((each for each in decks if each.ear and each.ear.hash == ear_hash), None)
        if deck is None or deck.ear is None or not 0 <= neuron < deck.ear.neurons:
            return None
        answer = await deck.conductor.questions.ask(
            "edges", LONGEST_SECONDS, neuron=neuron, count=MOST_EDGES
        )
        if "problem" in answer:
            raise ValueError(str(answer["problem"]))
        names = ("neuron", "neurons", "weights", "bins")
        found = self._kept[key] = Edges(**{name: answer[name] for name in names})
        if len(self._kept) > MOST_KEPT:
            self._kept.popitem(last=False)
        return found
