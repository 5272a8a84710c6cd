"""The mixer: nothing too loud ever leaves, what stands on the desk is heard, and no gap is made."""

from __future__ import annotations

import io
import math
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from browser_player import NONE, Player
from numpy.typing import NDArray

pytestmark = pytest.mark.browser

RATE = 44_100
CEILING_DB = -1.0

OFFER = """([kind, make, seconds]) => {
  const like = immersions.start.value;
  const rate = like.header.sample_rate;
  const length = Math.round(seconds * rate);
  const [what, level, hertz] = make;
  let state = 1;
  const noise = () => (state = (Math.imul(state, 1664525) + 1013904223) | 0) / 2 ** 31;
  const at = {
    level: () => level,
    noise: () => level * noise(),
    sine: (i) => level * Math.sin((2 * Math.PI * hertz * i) / rate),
  }[what];
  const samples = Float32Array.from({ length }, (_, i) => at(i));
  const header = { ...like.header, kind };
  const loop = { ...like, header, samples, activations: new Uint8Array(0) };
  immersions.mix.note(0, loop);
  immersions.player.offer(loop);
}"""
TAP = """() => {
  const { master, context } = immersions.sound.output;
  const tap = new AnalyserNode(context, { fftSize: 32768 });
  master.connect(tap);
  immersions.tap = () => {
    const samples = new Float32Array(tap.fftSize);
    tap.getFloatTimeDomainData(samples);
    return [...samples];
  };
}"""
COMPARE = """async () => {
  const ab = { name: "ab", default: 0 };
  immersions.desk.turn(ab, 1 - immersions.desk.of(ab).value);
  await new Promise((resolve) => setTimeout(resolve, 350));
  return immersions.tap();
}"""
TAPPED = """() => {
  for (const type of ["keydown", "keyup"])
    window.dispatchEvent(new KeyboardEvent(type, { key: "b" }));
}"""
DROP = """([slot, files]) => {
  const transfer = new DataTransfer();
  for (const [name, bytes] of files) transfer.items.add(new File([new Uint8Array(bytes)], name));
  const at = document.querySelector(`[data-slot="${slot}"]`);
  const options = { bubbles: true, cancelable: true, dataTransfer: transfer };
  at.dispatchEvent(new DragEvent("dragover", options));
  at.dispatchEvent(new DragEvent("drop", options));
}"""
RESET = """() => {
  const desk = immersions.welcome.value.parameters.filter(({ place }) => place === "desk");
  const parameters = Object.fromEntries(desk.map(({ name, default: usual }) => [name, usual]));
  // Sent at once: what a page turns waits for its next picture, and the page closes now.
  immersions.tell({ type: "set", deck: 0, parameters });
  [0, 1, 2, 3].forEach((slot) => immersions.mix.choose(slot, null));
}"""
STANDS = "(name => immersions.desk.of({ name, default: 0 }).value)"


@pytest.fixture
def mixer(player: Player) -> Iterator[Player]:
    player.page.get_by_role("tab", name="Mix").click()
    player.play()
    player.wait("immersions.mix.beside !== null")
    player.ask(f"({TAP})()")
    yield player
    player.ask(f"({RESET})()")
    player.rest(1)


def offer(player: Player, what: str, level: float, hertz: float = 0, kind: str = "dream") -> None:
    player.page.evaluate(OFFER, [kind, [what, level, hertz], 1.5])


def turn(player: Player, name: str, value: float) -> None:
    player.ask(f"immersions.desk.turn({{ name: {name!r}, default: 0 }}, {value})")
    player.rest(0.3)


def leaving(player: Player) -> NDArray[np.float64]:
    """What left the limiter in the last 0.74 s."""
    return np.asarray(player.ask("immersions.tap()"))


def true_peak_db(samples: NDArray[np.float64]) -> float:
    """Eight times oversampled by a windowed sinc; the cut ends, which ring, left out."""
    place = np.arange(-48 * 8, 48 * 8 + 1) / 8
    stuffed = np.zeros(8 * len(samples))
    stuffed[::8] = samples
    fine = np.convolve(stuffed, np.sinc(place) * np.kaiser(len(place), 5), "valid")
    return 20 * math.log10(np.abs(fine[2000:-2000]).max())


def decibels(samples: NDArray[np.float64]) -> float:
    return 10 * math.log10(np.mean(np.square(samples)) + 1e-12)


@pytest.mark.parametrize("what", ["noise", "sine"])
def test_holds_the_ceiling_at_twelve_decibels_too_much(mixer: Player, what: str) -> None:
    offer(mixer, what, 4.0, 440)
    mixer.wait_for_swaps(1)
    for heard in [leaving(mixer), leaving(mixer)]:
        assert true_peak_db(heard) <= CEILING_DB + 0.1
        assert decibels(heard) > -12
    assert mixer.ask("immersions.mix.reduction.value") > 10
    assert mixer.page.locator(".limiter[data-state=busy]").is_visible()
    assert mixer.ask("immersions.mix.metering.value.truePeak") <= CEILING_DB + 0.1
    assert mixer.interruptions() == NONE


def test_no_sample_that_is_no_number_leaves(mixer: Player) -> None:
    mixer.ask(
        """(() => {
          const { mixer, context } = immersions.sound.output;
          const buffer = context.createBuffer(1, 64, context.sampleRate);
          buffer.getChannelData(0).fill(NaN, 10, 20);
          const source = new AudioBufferSourceNode(context, { buffer });
          source.connect(mixer.master);
          source.start();
        })()"""
    )
    mixer.wait("immersions.mix.broken.value > 0")
    mixer.rest(0.3)
    heard = leaving(mixer)
    assert np.isfinite(heard).all()
    assert decibels(heard) > -40
    assert mixer.page.locator(".limiter[data-state=bad]").is_visible()


def test_the_start_clip_sounds_beside_the_dream_in_time_with_it(mixer: Player) -> None:
    # In phase with itself, a sound is twice as large: 6.02 dB, and less if it is a sample off.
    turn(mixer, "master_level", -20)
    offer(mixer, "noise", 0.5, kind="start")
    mixer.wait_for_swaps(1)
    mixer.rest(0.8)
    alone = decibels(leaving(mixer))
    turn(mixer, "start_level", 0)
    mixer.rest(0.8)
    assert decibels(leaving(mixer)) - alone == pytest.approx(6.02, abs=0.05)
    turn(mixer, "start_mute", 1)
    mixer.rest(0.8)
    assert decibels(leaving(mixer)) == pytest.approx(alone, abs=0.05)
    turn(mixer, "start_mute", 0)
    turn(mixer, "start_solo", 1)
    mixer.rest(0.8)
    assert decibels(leaving(mixer)) == pytest.approx(alone, abs=0.05)
    assert mixer.interruptions() == NONE


def test_comparing_with_the_start_clip_is_a_fade_and_no_gap(mixer: Player) -> None:
    offer(mixer, "level", 0.2, kind="start")
    mixer.wait_for_swaps(1)
    offer(mixer, "level", 0.5)
    mixer.wait_for_swaps(1)
    mixer.rest(0.8)
    assert leaving(mixer) == pytest.approx(0.5, abs=1e-3)
    for was, then in ((0.5, 0.2), (0.2, 0.5)):
        both = np.asarray(mixer.ask(f"({COMPARE})()"))
        assert both[0] == pytest.approx(was, abs=1e-3)
        assert both[-1] == pytest.approx(then, abs=1e-3)
        assert np.abs(np.diff(both)).max() < 2e-3
        mixer.rest(0.9)
    assert mixer.interruptions() == NONE


def test_a_tap_of_the_key_compares_and_holding_it_does_so_for_a_moment(mixer: Player) -> None:
    for stands in (1, 0):
        mixer.ask(f"({TAPPED})()")
        assert mixer.ask(f"{STANDS}('ab')") == stands
    mixer.page.keyboard.down("b")
    mixer.rest(0.6)
    assert mixer.ask(f"{STANDS}('ab')") == 1
    mixer.page.keyboard.up("b")
    mixer.rest(0.3)
    assert mixer.ask(f"{STANDS}('ab')") == 0
    assert mixer.interruptions() == NONE


def test_a_held_loop_stays_until_the_next_is_taken(mixer: Player) -> None:
    hold = mixer.page.get_by_role("button", name="Hold", exact=True)
    take = mixer.page.get_by_role("button", name="Take", exact=True)
    offer(mixer, "level", 0.5)
    mixer.wait_for_swaps(1)
    assert take.is_disabled()
    hold.click()
    swaps = mixer.ask("immersions.player.swaps")
    offer(mixer, "level", 0.3)
    mixer.wait("immersions.mix.waiting.value")
    mixer.rest(3.5)
    assert mixer.ask("immersions.player.swaps") == swaps
    assert leaving(mixer) == pytest.approx(0.5, abs=1e-3)
    take.click()
    mixer.wait(f"immersions.player.swaps === {swaps + 1}")
    mixer.rest(0.5)
    assert leaving(mixer)[-1] == pytest.approx(0.3, abs=1e-3)
    offer(mixer, "level", 0.4)
    mixer.rest(3)
    assert mixer.ask("immersions.player.swaps") == swaps + 1
    hold.click()
    mixer.wait(f"immersions.player.swaps === {swaps + 2}")
    mixer.rest(0.5)
    assert mixer.interruptions() == NONE


def test_a_fader_is_heard_and_metered(mixer: Player) -> None:
    offer(mixer, "sine", 0.5, 997)
    mixer.wait_for_swaps(1)
    mixer.rest(0.8)
    level = "immersions.mix.metering.value.momentary"
    assert mixer.ask(level) == pytest.approx(-9.03, abs=0.1)
    fader = mixer.page.locator("[data-parameter=deck_a_level]")
    fader.fill(str((-20 + 60) / 66))
    mixer.rest(1)
    down = mixer.ask(f"{STANDS}('deck_a_level')")
    assert down == pytest.approx(-20, abs=0.1)
    assert mixer.ask(level) == pytest.approx(-9.03 + down, abs=0.1)
    meter = mixer.page.get_by_role("meter", name="Level of deck A")
    assert float(meter.get_attribute("aria-valuenow") or 0) == pytest.approx(-6 + down, abs=1.1)
    fader.fill("0")
    mixer.rest(1)
    assert decibels(leaving(mixer)) < -90
    assert mixer.interruptions() == NONE


def test_samples_sound_beside_the_dream_by_choice_and_by_drop(mixer: Player) -> None:
    mixer.page.get_by_label("Sample 1", exact=True).select_option("acid")
    mixer.wait("immersions.mix.beside.sampleAt(0) !== null")
    lane = mixer.ask("immersions.player.lane.length")
    assert mixer.ask("immersions.mix.beside.sampleAt(0).samples.length") % lane == 0
    mixer.page.locator("[data-parameter=sample_1_solo]").check(force=True)
    mixer.rest(1.2)
    assert decibels(leaving(mixer)) > -50
    mixer.page.evaluate(DROP, [2, [["tone.wav", tone(220)], ["other.wav", tone(330)]]])
    mixer.wait("immersions.mix.samples.value[3] !== null")
    mixer.wait("immersions.mix.beside.sampleAt(3) !== null")
    titles = "immersions.mix.samples.value.map(id => "
    titles += "immersions.clips.value.find(clip => clip.id === id)?.title ?? null)"
    assert mixer.ask(titles)[2:] == ["tone", "other"]
    assert mixer.ask("immersions.state.value.clip === immersions.clips.value[0].id")
    assert mixer.interruptions() == NONE
    assert mixer.problems == []


def test_a_dropped_file_that_is_no_sound_is_one_line(mixer: Player) -> None:
    mixer.page.evaluate(DROP, [0, [["letter.txt", list(b"Dear Sir")], ["tone.wav", tone(220)]]])
    notice = mixer.page.locator(".notice").first
    notice.wait_for()
    line = notice.inner_text().strip()
    assert "letter" in line
    assert "\n" not in line
    # The one that is a sound takes the first free channel.
    mixer.wait("immersions.mix.samples.value[0] !== null")
    assert mixer.ask("immersions.mix.samples.value[1]") is None


def test_a_mixture_becomes_the_start_clip(mixer: Player) -> None:
    button = mixer.page.get_by_role("button", name="Start from this mixture")
    assert button.is_disabled()
    turn(mixer, "start_level", -6)
    mixer.page.get_by_label("Sample 2", exact=True).select_option("house")
    mixer.wait("immersions.mixable.value.length === 2")
    button.click()
    mixer.wait("immersions.state.value.clip.startsWith('mixture-')")
    mixer.wait_for_swaps(1)
    assert mixer.interruptions() == NONE
    assert mixer.problems == []


def test_every_part_of_the_mixer_has_a_name_and_a_tooltip(mixer: Player) -> None:
    panel = mixer.page.get_by_role("tabpanel", name="Mix")
    controls = panel.locator("button, select, input, [role=meter]")
    assert controls.count() > 25
    nameless = controls.evaluate_all(
        """all => all.filter(each => !(each.ariaLabel || each.labels?.[0]?.textContent.trim()
             || each.textContent.trim()) || !each.closest('[title]')).map(each => each.outerHTML)"""
    )
    assert [each for each in nameless if 'type="file"' not in each] == []


def tone(hertz: float) -> list[int]:
    samples = 0.3 * np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE)
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, RATE, format="WAV")
    return list(buffer.getvalue())
