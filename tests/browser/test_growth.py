"""What comes again and again for hours leaves nothing behind on the page."""

from __future__ import annotations

import pytest
from browser_player import Player

pytestmark = pytest.mark.browser

LEFT = 400
"""Bytes of heap that one may leave: less than its smallest object with a name and two numbers in
it, a tenth of a loop's header."""
COMES = {
    "loop": (
        """{
          const loop = immersions.start.value;
          window.came = (window.came ?? 10000) + 1;
          const header = { ...structuredClone(loop.header), id: came };
          immersions.deck.value.take({ ...loop, header });
        }""",
        60,
    ),
    "status": (
        """{
          const status = structuredClone(immersions.status.value);
          status.history = Array.from({ length: 200 }, (_, i) => [i, Math.random()]);
          immersions.deck.value.read(status);
        }""",
        300,
    ),
    "state": (
        """{
          const state = structuredClone(immersions.state.value);
          state.generation += 1;
          immersions.deck.value.follow(state);
        }""",
        300,
    ),
}


@pytest.mark.parametrize("kind", COMES)
def test_nothing_is_left_of_what_the_server_says(player: Player, kind: str) -> None:
    script, count = COMES[kind]
    player.play()
    cdp = player.page.context.new_cdp_session(player.page)
    cdp.send("Performance.enable")
    cdp.send("HeapProfiler.enable")

    def heap() -> float:
        for _ in range(2):
            cdp.send("HeapProfiler.collectGarbage")
        metrics = cdp.send("Performance.getMetrics")["metrics"]
        return next(each["value"] for each in metrics if each["name"] == "JSHeapUsedSize")

    left: list[float] = []
    # What is compiled and cached at first ends; what is left each time does not.
    while len(left) < 10 and not (left and left[-1] < LEFT):
        before = heap()
        player.ask(
            f"""(async () => {{
              for (let i = 0; i < {count}; i++) {{
                {script}
                await new Promise((done) => setTimeout(done, 1));
              }}
            }})()"""
        )
        left.append((heap() - before) / count)
    assert left[-1] < LEFT, left
