"""A swap keeps time to the sample: a loop and its copy after it cannot be told from one loop."""

from __future__ import annotations

import math

import numpy as np
import pytest
from browser_player import Player

pytestmark = pytest.mark.browser

CYCLES, SECONDS, LEVEL = 330, 1.5, 0.5

SINE = f"""() => {{
  const like = immersions.start.value;
  const length = {SECONDS} * like.header.sample_rate;
  const samples = Float32Array.from({{ length }}, (_, i) =>
    {LEVEL} * Math.sin((2 * Math.PI * {CYCLES} * i) / length));
  immersions.player.offer({{ ...like, samples, activations: new Uint8Array(0) }});
}}"""
TAP = """() => {
  const { bus } = immersions.player.channel;
  const { context } = bus;
  const splitter = new ChannelSplitterNode(context, { numberOfOutputs: 2 });
  bus.connect(splitter);
  immersions.taps = [0, 1].map(channel => {
    const tap = new AnalyserNode(context, { fftSize: 32768 });
    splitter.connect(tap, channel);
    return tap;
  });
}"""
HEARD = """() => immersions.taps.map(tap => {
  const samples = new Float32Array(tap.fftSize);
  tap.getFloatTimeDomainData(samples);
  return [...samples];
})"""


def test_a_loop_follows_its_copy_without_a_seam(player: Player) -> None:
    rate = player.ask("immersions.start.value.header.sample_rate")
    player.ask(f"({SINE})()")
    player.play()
    player.ask(f"({TAP})()")
    for _ in range(3):
        player.ask(f"({SINE})()")
        swaps = player.ask("immersions.player.swaps")
        player.wait(f"immersions.player.swaps > {swaps}")
        player.rest(0.1)
        sound, pilot = np.asarray(player.ask(f"({HEARD})()"))
        assert pilot.max() - pilot.min() > 0.3, "the swap is not in what was recorded"
        assert np.abs(sound).max() == pytest.approx(LEVEL, abs=1e-3)
        # Three samples in a row of a sine obey this; any step, gap or shift of phase does not.
        turn = 2 * math.cos(2 * math.pi * CYCLES / (SECONDS * rate))
        assert np.abs(sound[2:] - turn * sound[1:-1] + sound[:-2]).max() < 1e-4
