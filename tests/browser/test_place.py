"""A followed clock's place in the bar, by the audio clock: a loop's first sample is heard on it."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

import pytest
from browser_player import NONE, Player
from midi_clock import PORTS, RUN

pytestmark = pytest.mark.browser

BPM = 150
WITHIN_MS = 10
QUARTERS = "immersions.playing.value.header.quarters"
# What plays is what came last, and nothing more will: the ear has answered to it.
IN_TEMPO = f"""(() => {{
  const {{ latest }} = immersions.deck.value;
  const {{ quarters, samples, sample_rate, layers }} = latest.header;
  const off = samples / sample_rate - (quarters * 60) / {BPM};
  return layers.length > 0 && immersions.playing.value === latest && Math.abs(off) < 2e-3;
}})()"""
# One sample of a click, at the very beginning: where it is heard, the loop begins.
CLICK = """(() => {
  const like = immersions.playing.value;
  const samples = new Float32Array(like.samples.length);
  samples[0] = 0.9;
  immersions.player.offer({ ...like, samples, activations: new Uint8Array(0) });
})()"""
# When each click leaves the limiter, in milliseconds of the audio clock; and what `performance.now`
# is at its zero, as the sound card's stamps have it.
LISTEN = """(() => {
  Object.assign(window, { clicks: [], zeros: [] });
  const { context, latencyFrames } = immersions.sound.output;
  immersions.report.subscribe(({ peak, peakFrame }) => {
    const { contextTime, performanceTime } = context.getOutputTimestamp();
    window.zeros.push(performanceTime - 1000 * contextTime);
    if (peak > 0.5)
      window.clicks.push((1000 * (peakFrame + latencyFrames)) / context.sampleRate);
  });
})()"""


@pytest.fixture
def clocked(player: Player) -> Iterator[Player]:
    """A page that plays loops in the tempo of a clock which nobody has started."""
    bars = player.ask("immersions.desk.of({ name: 'bars', default: 2 }).value")
    player.ask(PORTS)
    player.page.get_by_role("tab", name="Tempo").click()
    player.page.get_by_role("button", name="Look for MIDI ports").click()
    player.page.get_by_label("Follow").select_option("Drum machine")
    player.play()
    player.ask("immersions.desk.turn({ name: 'bars', default: 2 }, 1)")
    player.ask(f"({RUN})({BPM})")
    player.wait(IN_TEMPO, 60)
    yield player
    player.ask("clearInterval(window.ticking)")
    for name, value in (("tempo_sync", 0), ("bpm", 120), ("bars", bars)):
        player.ask(f"immersions.desk.turn({{ name: '{name}', default: 0 }}, {value})")
    player.wait("immersions.state.value.seconds < 3.9", 60)


def offs(player: Player, first: float, count: int = 4) -> list[float]:
    """How far the next clicks are heard from the song's bars, in milliseconds."""
    loop = player.ask(QUARTERS) * 60_000 / BPM
    player.ask("window.clicks.length = window.zeros.length = 0")
    player.wait(f"window.clicks.length >= {count}", 30)
    # A single stamp may be late by a block of the sound card's.
    zero = statistics.median(player.ask("window.zeros"))
    return [(at + zero - first + loop / 2) % loop - loop / 2 for at in player.ask("window.clicks")]


def test_after_a_start_loops_are_heard_on_the_clock_s_bars(clocked: Player) -> None:
    clocked.ask(CLICK)
    clocked.wait_for_swaps(1)
    clocked.ask(LISTEN)
    # Pressed wherever it may be in the loop; the second time a quarter and a third later.
    for _ in range(2):
        clocked.rest(60 / BPM * 4 / 3)
        first = clocked.ask("window.start()")
        clocked.rest(3.5)
        found = offs(clocked, first)
        assert max(map(abs, found)) < WITHIN_MS, found
    lane = clocked.ask("immersions.player.lane")
    grid = clocked.ask(
        "immersions.timing.lane(immersions.playing.value, immersions.player.lane.length)"
    )
    assert (lane["origin"] - grid["origin"]) % grid["length"] == 0, "to the sample"
    assert clocked.interruptions() == NONE
