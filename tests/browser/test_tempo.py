"""One tempo on the page: bars that fit, loops of that length and no gap, MIDI clock out and in."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
from browser_player import NONE, Player
from midi_clock import PORTS

pytestmark = pytest.mark.browser

BPM = "immersions.desk.of({ name: 'bpm', default: 0 }).value"
SECONDS = "immersions.playing.value.header.samples / immersions.playing.value.header.sample_rate"


@pytest.fixture
def tempo(player: Player) -> Iterator[Player]:
    """The tab, with two MIDI ports that are ours."""
    player.ask(PORTS)
    player.page.get_by_role("tab", name="Tempo").click()
    player.page.get_by_role("button", name="Look for MIDI ports").click()
    yield player
    player.ask("immersions.desk.turn({ name: 'tempo_sync', default: 0 }, 0)")
    player.ask("immersions.desk.turn({ name: 'bpm', default: 120 }, 120)")
    player.wait("immersions.state.value.seconds < 3.9", 60)


def test_loops_take_the_tempo_without_a_gap_and_send_it_on(tempo: Player) -> None:
    page = tempo.page
    page.get_by_label("In tempo").check()
    tempo.wait(f"{BPM} === 124")
    number = page.get_by_label("BPM")
    number.fill("75")
    number.press("Enter")
    assert page.get_by_role("radio", name="6 bars").is_disabled()
    assert page.get_by_role("radio", name="5 bars").is_enabled()
    page.get_by_role("radio", name="1 bar").click(force=True)
    tempo.wait("Math.abs(immersions.state.value.seconds - 3.2) < 1e-3")
    page.get_by_label("Send to").select_option("Synth")
    tempo.play()
    tempo.wait(f"Math.abs({SECONDS} - 3.2) < 1e-3")
    tempo.wait("window.sent.filter(([byte]) => byte === 0xf8).length > 60")
    sent = tempo.ask("window.sent")
    assert [byte for byte, _ in sent].count(0xFA) == 1
    start = next(at for byte, at in sent if byte == 0xFA)
    first = next(at for byte, at in sent if byte == 0xF8)
    assert first == start
    times = [at for byte, at in sent if byte == 0xF8]
    steps = sorted(after - before for before, after in itertools.pairwise(times))
    assert steps[len(steps) // 2] == pytest.approx(60_000 / 75 / 24, abs=0.5)
    assert tempo.interruptions() == NONE
    tempo.ask("immersions.pause()")
    tempo.wait("window.sent.at(-1)[0] === 0xfc")


def test_a_clock_and_a_key_set_the_tempo(tempo: Player) -> None:
    tempo.page.get_by_label("Follow").select_option("Drum machine")
    tempo.ask(
        "Array.from({ length: 120 }, (_, n) => window.pulse(1000 + (n * 60000) / 150 / 24, 0xf8))"
        ".length"
    )
    tempo.wait(f"{BPM} === 150")
    assert tempo.page.get_by_label("In tempo").is_checked()
    tempo.page.get_by_role("tab", name="Tempo").focus()
    for _ in range(3):
        tempo.page.keyboard.press("t")
        tempo.page.wait_for_timeout(700)
    tempo.wait(f"{BPM} < 100 && {BPM} > 20")
