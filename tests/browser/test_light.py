"""The picture keeps time with the sound: what lights up is what leaves the loudspeaker then."""

from __future__ import annotations

import io
from statistics import median
from typing import Any

import numpy as np
import pytest
import soundfile
from browser_player import Player

pytestmark = pytest.mark.browser

TOLERANCE = 0.030  # seconds
RATE = 44_100
SECONDS = 2.0
CLICK = 1.0  # seconds after the loop's beginning

# A loop that is silent but for one click, in whose frame all neurons light up.
FLASH = f"""() => {{
  const like = immersions.start.value;
  const samples = new Float32Array({SECONDS} * {RATE});
  samples[{CLICK} * {RATE}] = 0.9;
  let at = 0;
  const layers = immersions.ear.value.layers.map(({{ name, channels, pitches }}) => {{
    const block = {{ name, frames: 88, neurons: channels * pitches, at }};
    at += 88 * channels * pitches;
    return block;
  }});
  const activations = new Uint8Array(at);
  for (let i = Math.round({CLICK / SECONDS} * 88); i < at; i += 88) activations[i] = 255;
  immersions.player.offer({{
    header: {{ ...like.header, samples: samples.length, layers }}, samples, activations,
  }});
}}"""

# Every picture drawn (when on the audio clock at the loudspeaker, which part of the loop, how
# bright) and every click that the audio thread saw, to the sample.
WATCH = """() => {
  const log = { drawn: [], clicks: [] };
  immersions.log = log;
  const { gl } = immersions.picture;
  const { context } = immersions.player.output;
  immersions.picture.onDrawn = ({ phase }) => {
    const stamp = context.getOutputTimestamp();
    const audible = stamp.contextTime + (performance.now() - stamp.performanceTime) / 1000;
    const [width, height] = [gl.drawingBufferWidth, gl.drawingBufferHeight];
    const pixels = new Uint8Array(4 * width * height);
    gl.readPixels(0, 0, width, height, gl.RGBA, gl.UNSIGNED_BYTE, pixels);
    let light = 0;
    for (let i = 0; i < pixels.length; i += 4) light += pixels[i] + pixels[i + 1] + pixels[i + 2];
    log.drawn.push([audible, phase, light / (width * height)]);
  };
  immersions.report.subscribe(({ peak, peakFrame }) => {
    if (peak > 0.4) log.clicks.push(peakFrame / context.sampleRate);
  });
}"""


def from_click(moment: float, clicks: list[float]) -> float:
    """Seconds since (or, negative, before) the nearest click in the endless loop."""
    return float((moment - clicks[0] + SECONDS / 2) % SECONDS - SECONDS / 2)


def test_lights_within_30_ms_of_the_sound(player: Player) -> None:
    player.page.set_viewport_size({"width": 640, "height": 420})
    player.ask(f"({FLASH})()")
    player.play()
    player.ask(f"({WATCH})()")
    player.rest(3.2 * SECONDS)
    log: dict[str, Any] = player.ask("immersions.log")
    clicks = log["clicks"]
    assert len(clicks) >= 3
    assert all(abs(from_click(click, clicks)) < 1e-3 for click in clicks)

    errors = [
        abs(from_click(moment, clicks) - from_click(phase * SECONDS, [CLICK]))
        for moment, phase, _ in log["drawn"]
    ]
    errors = [min(error, SECONDS - error) for error in errors]
    assert len(errors) > 20
    print(
        f"picture against sound: median {1000 * median(errors):.1f} ms, "
        f"at most {1000 * max(errors):.1f} ms in {len(errors)} pictures"
    )
    assert max(errors) < TOLERANCE

    dark = median(light for _, _, light in log["drawn"])
    # In the dark nothing changes but places; a flash that fades is seen longer than its peak.
    lit = [from_click(moment, clicks) for moment, _, light in log["drawn"] if light > 1.15 * dark]
    frame = SECONDS / 88
    assert lit, "the picture never lit up"
    assert min(lit) > -frame - TOLERANCE
    assert max(lit) < frame + 0.15 + TOLERANCE  # neurons fade over a tenth of a second


def test_the_ears_frames_are_those_of_the_sound(player: Player) -> None:
    """From an uploaded click to the brightest frame of the scalogram that came back."""
    samples = np.zeros(int(SECONDS * RATE), np.float32)
    samples[int(CLICK * RATE)] = 0.9
    file = io.BytesIO()
    soundfile.write(file, samples, RATE, "PCM_16", format="WAV")
    sound = {"name": "click.wav", "mimeType": "audio/wav", "buffer": file.getvalue()}
    before = player.ask("immersions.start.value.header.samples")
    player.page.get_by_label("Sound file").set_input_files(sound)  # type: ignore[arg-type]
    player.wait(f"immersions.start.value.header.samples !== {before}")
    player.wait("immersions.start.value.header.layers.length > 0")
    sounding, seen = player.ask(
        """(() => {
          const { header, samples, activations } = immersions.start.value;
          const { pitches } = immersions.ear.value.layers[0];
          const block = header.layers.find(({ name }) => name === "scalogram");
          const sums = new Float64Array(block.frames);
          for (let pitch = Math.floor(pitches / 2); pitch < pitches; pitch++)
            for (let frame = 0; frame < block.frames; frame++)
              sums[frame] += activations[block.at + pitch * block.frames + frame];
          let loudest = 0;
          samples.forEach((x, i) => { if (Math.abs(x) > Math.abs(samples[loudest])) loudest = i; });
          const brightest = sums.indexOf(Math.max(...sums));
          return [loudest / samples.length, brightest / block.frames];
        })()"""
    )
    assert sounding == pytest.approx(CLICK / SECONDS, abs=1e-3)
    assert abs(sounding - seen) * SECONDS < TOLERANCE
