"""Loudness, true peak and the limiter, against other people's measures and known signals."""

from __future__ import annotations

import math

import audio_loops as loops
import numpy as np
import pyloudnorm
import pytest
from audio_loops import RATE
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions import audio
from immersions.audio import peaks
from immersions.audio.fourier import smooth_length
from immersions.audio.loudness import _high_pass, _shelf
from immersions.audio.peaks import envelope, limiting_gain

CLIPS = sorted(loops.clips())


def sine(hertz: float, seconds: float, rate: int, amplitude: float = 1.0) -> np.ndarray:
    time = np.arange(round(seconds * rate)) / rate
    return (amplitude * np.sin(2 * np.pi * hertz * time)).astype(np.float32)


class TestLoudness:
    @pytest.mark.parametrize("clip", CLIPS)
    def test_real_loops_agree_with_pyloudnorm(self, clip: str) -> None:
        # Of a last block that is not whole pyloudnorm counts what there is; BS.1770 leaves it out.
        loop = loops.clips()[clip][: 30 * RATE // 10]
        theirs = pyloudnorm.Meter(RATE).integrated_loudness(loop.astype(np.float64))
        assert audio.loudness_lufs(loop, RATE) == pytest.approx(theirs, abs=0.1)

    @pytest.mark.parametrize("rate", [8_000, 16_000, 22_050, 44_100, 48_000, 96_000, 192_000])
    @pytest.mark.parametrize("seconds", [0.4, 1.0, 3.3, 12.0])
    def test_noise_with_pauses_agrees_with_pyloudnorm_at_any_rate(
        self, rate: int, seconds: float
    ) -> None:
        noise = np.random.default_rng(0).normal(size=round(seconds * rate)) * 0.1
        noise[len(noise) // 2 : 3 * len(noise) // 4] *= 0.001
        # pyloudnorm's exact filters, for which its own default is an approximation
        theirs = pyloudnorm.Meter(rate, filter_class="DeMan").integrated_loudness(noise)
        assert audio.loudness_lufs(noise.astype(np.float32), rate) == pytest.approx(theirs, abs=0.1)

    @pytest.mark.parametrize(("rate", "channel_lufs"), [(48_000, -3.01), (44_100, -3.01)])
    def test_the_recommendations_own_sine(self, rate: int, channel_lufs: float) -> None:
        """BS.1770-4: a 0 dBFS sine of 997 Hz in one channel is -3.01 LKFS."""
        assert audio.loudness_lufs(sine(997, 5, rate), rate) == pytest.approx(
            channel_lufs, abs=0.01
        )

    def test_the_filters_are_those_of_the_recommendation_at_48_khz(self) -> None:
        """Tables 1 and 2 of BS.1770-4."""
        upper, lower = _shelf(48_000)
        np.testing.assert_allclose(
            np.array(upper) / lower[0],
            [1.53512485958697, -2.69169618940638, 1.19839281085285],
            atol=1e-12,
        )
        np.testing.assert_allclose(
            np.array(lower) / lower[0], [1, -1.69065929318241, 0.73248077421585], atol=1e-12
        )
        upper, lower = _high_pass(48_000)
        assert upper == (1, -2, 1)
        np.testing.assert_allclose(lower, [1, -1.99004745483398, 0.99007225036621], atol=1e-12)

    def test_silence_and_what_is_under_the_gate_are_minus_infinity(self) -> None:
        assert audio.loudness_lufs(np.zeros(RATE, np.float32), RATE) == -math.inf
        assert audio.loudness_lufs(np.zeros(0, np.float32), RATE) == -math.inf
        assert audio.loudness_lufs(sine(1000, 1, RATE, 1e-4), RATE) == -math.inf

    def test_pauses_do_not_count(self) -> None:
        loud = sine(1000, 4, RATE, 0.5)
        paused = np.concatenate([loud, np.zeros(8 * RATE, np.float32)])
        expected = audio.loudness_lufs(loud, RATE)
        assert audio.loudness_lufs(paused, RATE) == pytest.approx(expected, abs=0.3)

    def test_a_loop_shorter_than_a_block_is_measured_as_a_loop(self) -> None:
        short = sine(1000, 0.1, RATE, 0.3)
        expected = audio.loudness_lufs(sine(1000, 2.0, RATE, 0.3), RATE)
        assert audio.loudness_lufs(short, RATE) == pytest.approx(expected, abs=0.1)

    @settings(max_examples=30, deadline=None)
    @given(loop=loops.music(shortest=0.05), decibels=st.floats(-10, 10))
    def test_gain_moves_it_by_as_much(self, loop: np.ndarray, decibels: float) -> None:
        loop = loop / max(1e-6, np.abs(loop).max())
        before = audio.loudness_lufs(loop, RATE)
        after = audio.loudness_lufs((loop * 10 ** (decibels / 20)).astype(np.float32), RATE)
        if min(before, after) > -60:
            assert after - before == pytest.approx(decibels, abs=0.05)


class TestTruePeak:
    @pytest.mark.parametrize("count", [RATE, 44_101, 99_991, 31_337])
    @pytest.mark.parametrize("offset", [0.0, 0.1, 0.25, 0.5])
    def test_a_sine_between_the_samples_is_found(self, count: int, offset: float) -> None:
        """At a quarter of the rate, samples may miss the crest by 3 dB."""
        cycles = count // 4
        turns = (cycles * np.arange(count) / count + offset / 4) % 1
        loop = (0.5 * np.sin(2 * np.pi * turns)).astype(np.float32)
        # Starting at full height, the file played once overshoots a little.
        assert -6.05 < audio.true_peak_dbtp(loop) < -5.0

    @pytest.mark.parametrize("clip", CLIPS[::3])
    def test_real_loops_agree_with_plain_interpolation(self, clip: str) -> None:
        loop = loops.clips()[clip].astype(np.float64)
        between = np.fft.irfft(np.fft.rfft(loop), 4 * len(loop)) * 4
        expected = 20 * np.log10(np.abs(between).max())
        assert expected - 1e-4 <= audio.true_peak_dbtp(loop.astype(np.float32)) < expected + 0.2

    def test_the_ends_of_a_file_played_once_count(self) -> None:
        """Cut off at full height, a constant overshoots where it begins, though not as a loop."""
        constant = np.full(1000, 0.5, np.float32)
        assert audio.true_peak_dbtp(constant) > -6.02 + 0.3

    def test_silence_has_none(self) -> None:
        assert audio.true_peak_dbtp(np.zeros(100, np.float32)) == -math.inf
        assert audio.true_peak_dbtp(np.zeros(0, np.float32)) == -math.inf

    @pytest.mark.parametrize("count", [1, 2, 3, 7, 11, 12, 25, 1000])
    def test_the_shortest_loops_have_one(self, count: int) -> None:
        peak = audio.true_peak_dbtp(np.full(count, 0.5, np.float32))
        assert -6.1 < peak < -3.0


class TestLimiter:
    @settings(max_examples=30, deadline=None)
    @given(loop=loops.music(), ceiling=st.sampled_from([-1.0, -0.1, -6.0]))
    def test_the_peak_is_kept_and_a_quiet_loop_is_the_same(
        self, loop: np.ndarray, ceiling: float
    ) -> None:
        limited, peak = peaks.limited(loop, RATE, ceiling)
        assert limited.dtype == np.float32
        assert len(limited) == len(loop)
        assert audio.true_peak_dbtp(limited) <= ceiling
        assert peak <= ceiling
        if audio.true_peak_dbtp(loop) <= ceiling:
            assert limited is loop
        assert peaks.limited(limited, RATE, ceiling)[0] is limited, "once is enough"

    @settings(max_examples=25, deadline=None)
    @given(loop=loops.music(shortest=0.1), shift=st.integers(0, 10**6))
    def test_the_gain_knows_no_seam_and_makes_no_click(self, loop: np.ndarray, shift: int) -> None:
        highest = envelope(loop)
        gain = limiting_gain(highest, 0.5, RATE)
        if gain is None:
            assert highest.max() <= 0.5
            return
        assert np.all(gain * highest <= 0.5 * (1 + 1e-5))
        assert np.all(gain <= 1 + 1e-6)
        around = np.append(gain, gain[0])
        assert np.abs(np.diff(around)).max() <= 1 / 220, "from 1 to 0 takes 5 ms or longer"
        turned = limiting_gain(np.roll(highest, shift), 0.5, RATE)
        assert turned is not None
        np.testing.assert_allclose(turned, np.roll(gain, shift), atol=1e-4)

    def test_what_is_far_from_a_peak_is_left_alone(self) -> None:
        loop = sine(200, 2, RATE, 0.2)
        loop[RATE] = 1.9
        limited, _ = peaks.limited(loop, RATE, -1.0)
        near = round(0.021 * RATE)
        np.testing.assert_allclose(limited[: RATE - near], loop[: RATE - near], atol=1e-6)
        np.testing.assert_allclose(limited[RATE + near :], loop[RATE + near :], atol=1e-6)
        assert limited[RATE] == pytest.approx(10 ** (-1 / 20), abs=0.02)

    def test_bass_keeps_its_shape(self) -> None:
        """A sine of 50 Hz, 6 dB too loud, comes out as a sine: harmonics at least 40 dB below."""
        spectrum = np.abs(np.fft.rfft(peaks.limited(sine(50, 1, RATE, 2.0), RATE, -1.0)[0]))
        assert np.delete(spectrum, 50).max() < 0.01 * spectrum[50]


@pytest.mark.parametrize(("minimum", "expected"), [
    (1, 1), (2, 2), (7, 8), (11, 12), (176_400, 177_147), (176_401, 177_147), (65_537, 65_610),
])  # fmt: skip
def test_smooth_lengths_have_small_factors(minimum: int, expected: int) -> None:
    found = smooth_length(minimum)
    rest = found
    for factor in (2, 3, 5):
        while rest % factor == 0:
            rest //= factor
    assert rest == 1
    assert minimum <= found <= expected
