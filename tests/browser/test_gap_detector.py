"""The instrument that says "no gap" is shown to see gaps, and to see none in a plain swap."""

from __future__ import annotations

import pytest
from browser_player import NONE, Player

pytestmark = pytest.mark.browser

# A loop of one level: whatever is heard besides it is the player's doing.
LEVEL = """(level, seconds) => {
  const like = immersions.start.value;
  const samples = new Float32Array(Math.round(seconds * like.header.sample_rate)).fill(level);
  immersions.player.offer({ ...like, samples, activations: new Uint8Array(0) });
}"""
SHUT = """samples => {
  const { bus } = immersions.player.channel;
  const { context } = bus;
  const at = context.currentTime + 0.1;
  bus.gain.setValueAtTime(0, at);
  bus.gain.setValueAtTime(1, at + samples / context.sampleRate);
}"""


@pytest.fixture
def level(player: Player) -> Player:
    offer(player, 0.5)
    player.play()
    player.rest(0.5)
    assert player.interruptions() == NONE
    assert player.ask("immersions.report.value.peak") == pytest.approx(0.5, abs=1e-4)
    return player


def offer(player: Player, level: float) -> None:
    player.ask(f"({LEVEL})({level}, 1.5)")


def test_swaps_with_a_crossfade_are_no_gaps(level: Player) -> None:
    for loudness in (0.2, 0.9, 0.4):
        offer(level, loudness)
        level.wait_for_swaps(1)
    assert level.interruptions() == NONE


def test_sees_a_gap_of_a_hundred_samples(level: Player) -> None:
    level.ask(f"({SHUT})(100)")
    level.rest(0.6)
    assert level.interruptions() == {"gaps": 1, "jumps": 2, "broken": 0}
    assert "1" not in level.page.locator("[data-status=gaps] dd.good").all_inner_texts()


def test_sees_a_swap_without_a_crossfade(level: Player) -> None:
    level.ask("immersions.player.fadeSeconds = 0")
    offer(level, 0.25)
    level.wait_for_swaps(1)
    assert level.interruptions() == {"gaps": 0, "jumps": 1, "broken": 0}
