"""Loops without a click: seams, whole repeats, resampling that goes round."""

from __future__ import annotations

import audio_loops as loops
import numpy as np
import pytest
from audio_loops import RATE
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions import audio


def independent_seam(loop: np.ndarray, rate: int) -> tuple[float, float]:
    """The same measure, written down another way."""
    near = round(0.05 * rate)
    turned = np.roll(loop.astype(np.float64), len(loop) // 2)
    steps = np.abs(np.diff(turned))
    middle = len(loop) // 2 - 1
    around = np.delete(steps[max(0, middle - near) : middle + near + 1], min(middle, near))
    return steps[middle], np.percentile(around, 99)


@pytest.mark.parametrize("clip", sorted(loops.clips()))
def test_the_measure_is_what_it_says(clip: str) -> None:
    loop = loops.clips()[clip]
    assert audio.seam(loop, RATE) == pytest.approx(independent_seam(loop, RATE), rel=1e-6)
    assert audio.close_seam(loop, RATE) is loop, "bundled clips have no seam"


@settings(max_examples=60, deadline=None)
@given(
    loop=loops.music(shortest=0.001),
    silent_before=st.integers(0, 5000),
    silent_after=st.integers(0, 5000),
    click=st.sampled_from([0.0, 1e-4, 0.3, -1.0]),
)
def test_any_seam_is_closed(
    loop: np.ndarray, silent_before: int, silent_after: int, click: float
) -> None:
    loop = loop.copy()
    loop[:silent_after] = 0
    loop[len(loop) - min(silent_before, len(loop)) :] = 0
    loop[0] += click
    step, allowed = audio.seam(loop, RATE)
    closed = audio.close_seam(loop, RATE)
    if step <= allowed:
        assert closed is loop
        return
    step, allowed = audio.seam(closed, RATE)
    assert step <= allowed
    assert closed.dtype == np.float32
    assert audio.close_seam(closed, RATE) is closed
    far = round(0.0251 * RATE)
    np.testing.assert_array_equal(closed[far:-far], loop[far:-far])


def test_silence_before_a_sound_stays_silence() -> None:
    loop = np.zeros(RATE, np.float32)
    loop[: RATE // 4] = 0.5 * np.cos(np.arange(RATE // 4) * 0.05)
    closed = audio.close_seam(loop, RATE)
    assert not closed[RATE // 4 :].any()
    assert abs(closed[0]) < 0.05
    np.testing.assert_array_equal(closed[2000:], loop[2000:])


def test_a_click_loses_its_brightness_and_little_else_changes() -> None:
    time = np.arange(RATE) / RATE
    loop = (0.3 * np.sin(2 * np.pi * 110.25 * time)).astype(np.float32)
    closed = audio.close_seam(loop, RATE)
    bright = [np.sum(np.abs(np.fft.rfft(each)[5000:]) ** 2) for each in (loop, closed)]
    assert bright[1] < 1e-3 * bright[0], "30 dB less above 5 kHz"
    added = closed - loop
    assert np.sqrt(np.mean(added**2)) < 0.1 * np.sqrt(np.mean(loop**2))


@pytest.mark.parametrize("count", [0, 1, 2, 3, 4, 5])
def test_the_shortest_loops_are_closed_too(count: int) -> None:
    loop = np.array([0.9, -0.2, 0.1, 0.0, -0.9], np.float32)[:count]
    closed = audio.close_seam(loop, RATE)
    step, allowed = audio.seam(closed, RATE)
    assert step <= allowed or count < 2


class TestTile:
    @settings(max_examples=100, deadline=None)
    @given(count=st.integers(1, 5000), seconds=st.floats(0.001, 3.0))
    def test_the_fewest_whole_rounds_that_last(self, count: int, seconds: float) -> None:
        loop = np.arange(count, dtype=np.float32)
        tiled = audio.tile(loop, seconds, 1000)
        rounds, rest = divmod(len(tiled), count)
        assert rest == 0
        assert len(tiled) >= seconds * 1000 - 1e-4
        assert rounds == 1 or (rounds - 1) * count < seconds * 1000
        np.testing.assert_array_equal(tiled.reshape(rounds, count), np.tile(loop, (rounds, 1)))

    def test_a_loop_that_is_long_enough_is_the_same_array(self) -> None:
        loop = np.zeros(2000, np.float32)
        assert audio.tile(loop, 2.0, 1000) is loop

    def test_there_is_no_loop_of_nothing(self) -> None:
        with pytest.raises(ValueError, match="at least one sample"):
            audio.tile(np.zeros(0, np.float32), 1.0, 1000)


class TestResampling:
    @pytest.mark.parametrize("clip", sorted(loops.clips())[::4])
    @pytest.mark.parametrize("rate", [16_000, 48_000])
    def test_a_loop_stays_seamless_and_turns_with_its_start(self, clip: str, rate: int) -> None:
        loop = loops.clips()[clip]
        resampled = audio.resample(loop, RATE, rate, loop=True)
        assert len(resampled) == round(len(loop) * rate / RATE)
        step, allowed = audio.seam(resampled, rate)
        assert step <= allowed
        half = len(loop) // 2
        turned = audio.resample(np.roll(loop, half), RATE, rate, loop=True)
        expected = np.fft.rfft(resampled) * np.exp(
            -2j * np.pi * np.arange(len(resampled) // 2 + 1) * half / len(loop)
        )
        error = np.fft.irfft(expected, len(resampled)) - turned
        inner = np.abs(np.fft.rfft(error))[: int(0.9 * len(resampled) / 2)]
        assert inner.max() < 1e-3 * np.abs(expected).max()

    @pytest.mark.parametrize("count", [1, 2, 10, 100])
    def test_the_shortest_loops(self, count: int) -> None:
        loop = np.full(count, 0.25, np.float32)
        np.testing.assert_allclose(audio.resample(loop, 8_000, 44_100, loop=True), 0.25, atol=1e-4)

    def test_the_same_rate_is_the_same_array(self) -> None:
        loop = np.zeros(10, np.float32)
        assert audio.resample(loop, RATE, RATE, loop=True) is loop
