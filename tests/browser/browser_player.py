"""A page as a performer has it before them, and what the tests ask it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Browser, Page

SMALL = {"width": 900, "height": 460}
"""Drawn by the processor: as small as the page's parts allow."""

BEGUN = """(after) => {
  const { header } = immersions.deck.value.latest;
  return header.kind === 'start' && header.generation > after && header.layers.length > 0;
}"""
"""The clip was begun again since, and what the ear answers to it is known."""


@dataclass
class Player:
    """A page of a server. `problems` holds every error that its console or scripts reported."""

    page: Page
    problems: list[str] = field(default_factory=list)
    addresses: list[str] = field(default_factory=list)

    @classmethod
    def visit(
        cls,
        browser: Browser,
        url: str,
        size: dict[str, int] = SMALL,
        before: Callable[[Page], None] = lambda _: None,
    ) -> Player:
        """A page that is ready; `before` prepares it before anything is loaded."""
        page = browser.new_page(viewport=size)  # type: ignore[arg-type]
        before(page)
        player = cls(page)
        player.listen()
        page.goto(url)
        player.wait("immersions.layout.value !== null && immersions.start.value !== null")
        # What a server tells of itself ends with this: no loop comes by itself any more.
        player.wait("immersions.status.value !== null")
        return player

    def listen(self) -> None:
        """Note what goes wrong and what is asked for, from now on."""
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("request", lambda request: self.addresses.append(request.url))

    def _note(self, message: Any) -> None:
        if message.type == "error":
            self.problems.append(message.text)

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression; `immersions` is the page's `Stage`."""
        return self.page.evaluate(expression)

    def wait(self, condition: str, seconds: float = 90) -> None:
        """Until a JavaScript condition holds (asked from outside: the page forbids `eval`)."""
        end = time.monotonic() + seconds
        while not self.ask(condition):
            if time.monotonic() > end:
                raise AssertionError(f"not within {seconds} s: {condition}; {self.problems}")
            self.page.wait_for_timeout(50)

    def rest(self, seconds: float) -> None:
        self.page.wait_for_timeout(1000 * seconds)

    def play(self) -> None:
        self.page.get_by_role("button", name="Play the loop").click()
        self.wait("immersions.sound.running && immersions.playing.value !== null")
        self.wait("immersions.player.lane !== null")

    def dream(self) -> None:
        self.page.get_by_role("button", name="Dream", exact=True).click()
        self.wait("immersions.state.value.running")

    def wait_for_swaps(self, more: int, seconds: float = 90) -> None:
        target = self.ask("immersions.player.swaps") + more
        self.wait(f"immersions.player.swaps >= {target}", seconds)
        self.rest(0.5)  # the last one's crossfade

    def reset(self) -> None:
        """Leaves the performance as it was found: at rest, at the first clip, nothing dreamed.

        A dream that is kept would be given to the next page, in place of what its test offers.
        """
        self.wait("immersions.connection.value === 'open'")
        self.ask("immersions.dream(false)")
        first = self.ask("immersions.clips.value[0].id")
        if self.ask("immersions.state.value.clip") != first:
            self.ask(f"immersions.send({{ type: 'clip', id: {first!r} }})")
            self.wait(f"immersions.state.value.clip === {first!r}")
        self.wait("!immersions.state.value.running")
        before = self.ask("immersions.deck.value.latest.header.generation")
        self.ask("immersions.send({ type: 'restart' })")
        self.wait(f"({BEGUN})({before})")

    def interruptions(self) -> dict[str, int]:
        """What the gap detector counted so far."""
        report = self.ask("immersions.report.value")
        return {name: report[name] for name in ("gaps", "jumps", "broken")}


NONE = {"gaps": 0, "jumps": 0, "broken": 0}
