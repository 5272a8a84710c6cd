"""Two ears in one performance: in time, crossfaded, and neither ever a gap."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browser_player import NONE, Player

pytestmark = pytest.mark.browser

APART = """(() => {
  const [a, b] = immersions.decks.value.map((deck) => deck.player.lane);
  return (b.origin - a.origin) % a.length;
})()"""
LEVELS = "immersions.mix.gains.value.decks.slice(0, 2).map((x) => Math.round(100 * x) / 100)"


@pytest.fixture
def decks(player: Player) -> Iterator[Player]:
    """Deck A plays, deck B was opened beside it."""
    player.play()
    player.page.get_by_role("tab", name="Decks").click()
    player.page.get_by_role("button", name="Open").click()
    player.wait("immersions.decks.value.length === 2")
    player.wait("immersions.decks.value[1].player.lane !== null")
    yield player
    player.ask("immersions.tell({ type: 'close', deck: 1 })")
    for name in ("crossfade", "tempo_sync"):
        player.ask(f"immersions.desk.turn({{ name: {name!r}, default: 0 }}, 0)")
    player.rest(1.5)  # a tempo is settled when the hand rests
    player.wait("immersions.decks.value.length === 1")


def test_two_decks_play_in_time_and_dream_apart(decks: Player) -> None:
    assert decks.ask(APART) == 0
    assert decks.ask(LEVELS) == [1, 0]
    fader = decks.page.get_by_label("Crossfade", exact=True)
    fader.fill("1")
    decks.wait(f"{LEVELS}.join() === '0,1'")
    decks.page.get_by_role("radio", name="Deck B").click(force=True)
    decks.page.get_by_role("tab", name="Dream").click()
    decks.dream()
    decks.wait("immersions.decks.value[1].playing.value?.header.kind === 'dream'")
    assert decks.ask("immersions.decks.value[0].playing.value.header.kind") == "start"
    assert not decks.ask("immersions.decks.value[0].state.value.running")
    assert decks.ask(APART) == 0
    assert decks.interruptions() == NONE
    decks.ask("immersions.dream(false)")


SHORTER = """(number) => {
  const { player, start } = immersions.decks.value[number];
  const like = start.value;
  const samples = new Float32Array(1.3 * like.header.sample_rate).fill(0.25);
  const header = { ...like.header, samples: samples.length, quarters: 4 };
  player.offer({ header, samples, activations: new Uint8Array(0) });
}"""
LENGTHS = "immersions.decks.value.map(({ player }) => player.lane.length)"


def test_a_deck_that_comes_late_to_another_tempo_falls_in_with_the_first(decks: Player) -> None:
    decks.ask(f"({SHORTER})(0)")
    decks.wait(f"{LENGTHS}[0] < {LENGTHS}[1]")
    decks.rest(0.7)
    decks.ask(f"({SHORTER})(1)")
    decks.wait(f"{LENGTHS}[0] === {LENGTHS}[1]")
    decks.wait(f"{APART} === 0", 5)
    decks.rest(2)
    assert decks.ask(APART) == 0
    assert decks.interruptions() == NONE


def test_the_dream_of_one_is_the_start_of_the_other_and_a_closed_deck_is_silent(
    decks: Player,
) -> None:
    decks.dream()
    decks.wait("immersions.playing.value.header.kind === 'dream'")
    decks.ask("immersions.dream(false)")
    decks.wait("!immersions.state.value.running")
    decks.page.get_by_title("Deck B starts again from the loop").click()
    decks.wait("immersions.decks.value[1].state.value.clip.startsWith('dream-')")
    decks.wait(
        """immersions.decks.value[1].playing.value?.header.generation
           === immersions.decks.value[1].state.value.generation""",
        20,
    )
    decks.page.get_by_role("button", name="Close deck B").click()
    decks.wait("immersions.decks.value.length === 1")
    decks.wait_for_swaps(0)
    assert decks.interruptions() == NONE
    assert decks.problems == []
