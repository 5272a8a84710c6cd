"""Another length at the same pitch: attacks, pitch, level and seam of real and synthetic loops."""

from __future__ import annotations

import audio_loops as loops
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions import audio

RATE = loops.RATE
DRUMS = ["house", "breakbeat", "two-step", "tabla-keherwa"]
RATIOS = [0.25, 0.5, 0.8, 1.07, 1.5, 2.0, 4.0]


def attack(loop: np.ndarray, place: int) -> tuple[float, float]:
    """Power in the 5 ms after a place, and how much of it, in dB, there is 3 to 23 ms before."""
    steps = np.square(np.diff(loop, prepend=loop[-1]).astype(np.float64))
    at = place
    after = steps[np.arange(at - 60, at + 220) % len(loop)].mean()
    before = steps[np.arange(at - 1014, at - 132) % len(loop)].mean()
    return float(after), float(10 * np.log10((before + 1e-9 * after) / after))


@pytest.mark.parametrize("clip", sorted(loops.clips())[::3])
@pytest.mark.parametrize("ratio", RATIOS)
def test_a_clip_is_as_long_as_wanted_seamless_and_as_loud(clip: str, ratio: float) -> None:
    loop = loops.clips()[clip]
    count = -int(-ratio * len(loop) // 1) if ratio < 1 else int(ratio * len(loop))
    out = audio.stretch(loop, count, RATE)
    assert out.dtype == np.float32
    assert out.shape == (count,)
    assert np.isfinite(out).all()
    step, allowed = audio.seam(out, RATE)
    assert step <= allowed
    change = audio.loudness_lufs(out, RATE) - audio.loudness_lufs(loop, RATE)
    assert abs(change) < 2.0, "attacks keep their length, so loops grow softer or louder by little"


@pytest.mark.parametrize("clip", DRUMS)
@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.25, 2.0, 3.0])
def test_attacks_stay_as_sharp_and_come_in_time(clip: str, ratio: float) -> None:
    loop = loops.clips()[clip]
    places, strength = audio.onsets(loop, RATE)
    assert len(places) > 6
    out = audio.stretch(loop, round(ratio * len(loop)), RATE)
    clear = places[strength > np.median(strength)]
    pairs = [(attack(loop, place), attack(out, round(place * ratio))) for place in clear]
    sharper = [10 * np.log10(after[0] / before[0]) for before, after in pairs]
    assert np.median(np.abs(sharper)) < 0.7, "dB; a plain phase vocoder loses 3 to 10"
    early = [after[1] - before[1] for before, after in pairs]
    assert np.median(early) < 1.5, "dB before the attack; a plain phase vocoder adds 5 to 14"


@pytest.mark.parametrize("ratio", [0.3, 0.7, 1.3, 2.5])
@pytest.mark.parametrize("frequency", [55.0, 440.0, 3520.0])
def test_a_tone_keeps_its_pitch_and_its_level(ratio: float, frequency: float) -> None:
    count = 2 * RATE
    loop = (0.3 * np.sin(2 * np.pi * frequency * np.arange(count) / RATE)).astype(np.float32)
    out = audio.stretch(loop, round(ratio * count), RATE)
    spectrum = np.abs(np.fft.rfft(out * np.hanning(len(out)), 8 * len(out)))
    found = np.argmax(spectrum) * RATE / (8 * len(out))
    assert found == pytest.approx(frequency, abs=0.6 * RATE / len(out)), "half a turn a loop"
    envelope = np.sqrt(np.convolve(np.square(out), np.full(RATE // 50, 50 / RATE), "valid"))
    assert envelope == pytest.approx(0.3 / np.sqrt(2), rel=0.15)


@pytest.mark.parametrize("ratio", [0.6, 1.3, 2.0])
def test_a_bass_goes_on_below_what_is_struck(ratio: float) -> None:
    count = 2 * RATE
    random = np.random.default_rng(0)
    loop = 0.3 * np.sin(2 * np.pi * 55 * np.arange(count) / RATE)
    for place in range(0, count, count // 8):
        burst = 0.2 * random.standard_normal(2000) * np.exp(-np.arange(2000) / 300)
        loop[place : place + 2000] += burst
    out = audio.stretch(loop.astype(np.float32), round(ratio * count), RATE)
    spectrum = np.fft.fft(out)
    frequencies = np.fft.fftfreq(len(out), 1 / RATE)
    spectrum[(frequencies < 30) | (frequencies > 80)] = 0
    assert 2 * np.abs(np.fft.ifft(spectrum)) == pytest.approx(0.3, abs=0.03)


@pytest.mark.parametrize("clip", ["house", "two-step", "pads", "melody"])
def test_it_goes_round_where_the_loop_begins_does_not_matter(clip: str) -> None:
    """A loop that begins elsewhere is the same stretched loop that begins elsewhere.

    Windows then lie elsewhere too, so that it is the same to the ear (in short-time power by band)
    and not to the sample.
    """
    loop = loops.clips()[clip]
    ratio, turn = 1.25, len(loop) // 3 // 4 * 4
    out = audio.stretch(loop, round(ratio * len(loop)), RATE)
    turned = audio.stretch(np.roll(loop, -turn), len(out), RATE)
    back = np.roll(turned, round(turn * ratio))

    def powers(sound: np.ndarray) -> np.ndarray:
        blocks = sound[: len(sound) // 4096 * 4096].reshape(-1, 4096)
        bands = np.square(np.abs(np.fft.rfft(blocks * np.hanning(4096), axis=1)))
        return np.stack([band.sum(axis=1) for band in np.array_split(bands, 32, axis=1)])

    one, other = powers(out), powers(back)
    loud = one > 1e-5 * one.max()
    assert np.median(np.abs(10 * np.log10(one[loud] / (other[loud] + 1e-12)))) < 1.0


@settings(max_examples=60, deadline=None)
@given(
    loop=loops.music(shortest=0.0005, longest=1.5),
    ratio=st.floats(0.25, 4.0),
    rate=st.sampled_from([8_000, 16_000, 44_100, 96_000]),
)
def test_any_loop_of_any_length(loop: np.ndarray, ratio: float, rate: int) -> None:
    count = min(4 * len(loop), max(-(-len(loop) // 4), round(ratio * len(loop))))
    before = loop.copy()
    out = audio.stretch(loop, count, rate)
    assert out.shape == (count,)
    assert np.isfinite(out).all()
    assert np.abs(out).max() < 4 * np.abs(loop).max() + 1e-6
    np.testing.assert_array_equal(loop, before)
    np.testing.assert_array_equal(out, audio.stretch(loop, count, rate))


def test_silence_stays_silent_and_has_no_attacks() -> None:
    silence = np.zeros(RATE, np.float32)
    assert not audio.stretch(silence, RATE * 2, RATE).any()
    assert len(audio.onsets(silence, RATE)[0]) == 0


def test_the_same_length_is_the_same_array() -> None:
    loop = loops.clips()["house"]
    assert audio.stretch(loop, len(loop), RATE) is loop


@pytest.mark.parametrize(("length", "count"), [(1000, 200), (1000, 4100), (0, 100)])
def test_what_is_too_far_is_refused_in_one_line(length: int, count: int) -> None:
    with pytest.raises(ValueError, match=r"^expected a loop of 0.25 to 4 times the length, got"):
        audio.stretch(np.ones(length, np.float32), count, RATE)


class TestOnsets:
    def test_clicks_are_found_where_they_are_even_at_the_seam(self) -> None:
        loop = (1e-4 * np.random.default_rng(0).standard_normal(2 * RATE)).astype(np.float32)
        places = np.array([3, RATE // 2, RATE, RATE + 9000, 2 * RATE - 4000])
        for place in places:
            loop[(place + np.arange(400)) % len(loop)] += 0.5 * np.exp(-np.arange(400) / 80)
        found, strength = audio.onsets(loop, RATE)
        assert len(found) == len(strength) == len(places)
        away = (found - places + RATE) % (2 * RATE) - RATE
        assert np.abs(away).max() <= 0.001 * RATE

    @pytest.mark.parametrize("clip", ["drone", "pads", "guitar", "piano-fifths"])
    def test_what_swells_has_none(self, clip: str) -> None:
        assert len(audio.onsets(loops.clips()[clip], RATE)[0]) == 0

    @pytest.mark.parametrize("clip", DRUMS)
    def test_drums_have_some_in_every_beat(self, clip: str) -> None:
        loop = loops.clips()[clip]
        found, _ = audio.onsets(loop, RATE)
        beats = np.floor(8 * found / len(loop) + 0.05) % 8
        assert len(set(beats.tolist())) >= 6
