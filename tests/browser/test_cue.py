"""A computed loop on a second output, before the room hears it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_player import NONE, Player
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

LOUDEST = """async () => {
  const { level, context } = immersions.cueing.cue;
  const tap = new AnalyserNode(context, { fftSize: 32768 });
  level.connect(tap);
  await new Promise((resolve) => setTimeout(resolve, 900));
  const samples = new Float32Array(tap.fftSize);
  tap.getFloatTimeDomainData(samples);
  return Math.max(...samples.map(Math.abs));
}"""
OFFER = """() => {
  const like = immersions.start.value;
  const samples = new Float32Array(1.5 * like.header.sample_rate).fill(0.25);
  const loop = { ...like, samples, activations: new Uint8Array(0) };
  immersions.player.offer(loop);
  immersions.cueing.play(loop);
}"""


@pytest.fixture
def equipped(browser_with_outputs: Browser, server: Server) -> Iterator[Player]:
    player = Player.visit(browser_with_outputs, server.url)
    yield player
    player.reset()
    # Sent at once: what a page turns waits for its next picture, and the page closes now.
    player.ask("immersions.tell({ type: 'set', deck: 0, parameters: { hold: 0 } })")
    player.rest(1)


def test_a_held_back_loop_is_heard_on_the_second_output_alone(equipped: Player) -> None:
    equipped.page.get_by_role("tab", name="Mix").click()
    equipped.play()
    equipped.page.get_by_role("button", name="Hold", exact=True).click()
    equipped.page.get_by_role("button", name="Choose a cue output").click()
    equipped.wait("immersions.cueing.devices.value.length > 0")
    first = equipped.ask("immersions.cueing.devices.value[0].id")
    equipped.page.get_by_label("Cue on").select_option(first)
    equipped.wait("immersions.cueing.cue !== null")
    assert equipped.ask("immersions.cueing.cue.context.sinkId") == first
    assert equipped.ask("immersions.sound.output.context.sinkId") == ""
    swaps = equipped.ask("immersions.player.swaps")
    equipped.ask(f"({OFFER})()")
    equipped.rest(0.5)
    assert equipped.ask(f"({LOUDEST})()") == pytest.approx(0.25, abs=1e-3)
    equipped.rest(4)
    assert equipped.ask("immersions.player.swaps") == swaps
    equipped.page.get_by_label("Cue on").select_option("")
    equipped.wait("immersions.cueing.cue === null")
    assert equipped.interruptions() == NONE
    assert equipped.problems == []
