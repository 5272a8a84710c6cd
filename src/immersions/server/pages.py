"""The pages that are open, each with its outbox."""

from __future__ import annotations

from immersions.server import binary
from immersions.server import messages as say
from immersions.server.outbox import Outbox
from immersions.stage.conductor import Loop

REFUSALS_KEPT = 8


class Pages:
    """Tells one page or all of them. Never waits for any."""

    def __init__(self) -> None:
        self._outboxes: set[Outbox] = set()
        self._refusals = 0

    def __len__(self) -> int:
        return len(self._outboxes)

    def add(self, outbox: Outbox) -> None:
        self._outboxes.add(outbox)

    def discard(self, outbox: Outbox) -> None:
        self._outboxes.discard(outbox)

    def tell(self, message: say.Message) -> None:
        """Tell all pages."""
        for outbox in self._outboxes:
            put(outbox, message)

    def tell_loop(self, deck: int, loop: Loop) -> None:
        """Give all pages a loop."""
        message = binary.of_loop(loop, deck)
        for outbox in self._outboxes:
            outbox.put(f"{loop.kind} {deck}", message)

    def warn(self, line: str) -> None:
        """Tell all pages what went wrong, in one line."""
        for outbox in self._outboxes:
            self.refuse(outbox, line)

    def refuse(self, outbox: Outbox, line: str) -> None:
        """Say why a page's message was not obeyed."""
        # A few of them wait side by side: two mistakes in a row are two lines.
        self._refusals += 1
        kind = f"error {self._refusals % REFUSALS_KEPT}"
        outbox.put(kind, say.Refused(message=line).model_dump_json())


def put(outbox: Outbox, message: say.Message) -> None:
    """The newest of its kind, and of its deck where it concerns one."""
    deck = f" {message.deck}" if isinstance(message, say.OfDeck) else ""
    kind = type(message).__name__
    outbox.put(f"{kind}{deck}", message.model_dump_json())


def put_loop(outbox: Outbox, deck: int, loop: Loop) -> None:
    outbox.put(f"{loop.kind} {deck}", binary.of_loop(loop, deck))
