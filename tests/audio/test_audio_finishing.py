"""A finished loop: loudness within 1 LU, true peak, seam and finiteness, all at once."""

from __future__ import annotations

import math
import time

import audio_loops as loops
import numpy as np
import pyloudnorm
import pytest
from audio_loops import RATE
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions import audio


def check(finished: audio.Finished, count: int, ceiling: float = -1.0) -> None:
    samples = finished.samples
    assert samples.dtype == np.float32
    assert len(samples) == count
    assert np.isfinite(samples).all()
    step, allowed = audio.seam(samples, RATE)
    assert step <= allowed
    assert audio.true_peak_dbtp(samples) <= ceiling + 1e-3
    assert finished.true_peak_dbtp == pytest.approx(audio.true_peak_dbtp(samples), abs=1e-3)
    assert finished.loudness_lufs == audio.loudness_lufs(samples, RATE)


@pytest.mark.parametrize("clip", sorted(loops.clips()))
@pytest.mark.parametrize("wanted", [-25.0, -11.0])
def test_real_loops_reach_usual_loudness(clip: str, wanted: float) -> None:
    loop = loops.clips()[clip]
    finished = audio.finish(loop, RATE, wanted)
    check(finished, len(loop))
    assert abs(finished.missed_lu) <= 1
    theirs = pyloudnorm.Meter(RATE).integrated_loudness(finished.samples.astype(np.float64))
    assert abs(theirs - wanted) <= 1


@pytest.mark.parametrize("clip", sorted(loops.clips()))
def test_a_finished_clip_is_left_as_it_is(clip: str) -> None:
    loop = loops.clips()[clip]
    np.testing.assert_array_equal(audio.finish(loop, RATE, None).samples, loop)


@settings(max_examples=40, deadline=None)
@given(
    loop=loops.music(),
    wanted=st.none() | st.floats(-40, -5),
    damage=st.sampled_from([None, np.nan, np.inf, -np.inf]),
)
def test_any_loop_comes_out_playable(
    loop: np.ndarray, wanted: float | None, damage: float | None
) -> None:
    loop = loop.copy()
    if damage is not None:
        loop[len(loop) // 3] = damage
    finished = audio.finish(loop, RATE, wanted)
    check(finished, len(loop))
    if wanted is None:
        assert finished.missed_lu == 0
    else:
        reached = audio.loudness_lufs(finished.samples, RATE)
        assert finished.missed_lu == pytest.approx(reached - wanted)
        assert finished.missed_lu < 0.5, "never louder than asked for"
        if abs(finished.missed_lu) > 1:
            assert finished.true_peak_dbtp > -2.5, "too soft only where the peak is in the way"


def test_faint_noise_rises_to_the_loudness() -> None:
    noise = np.random.default_rng(3).normal(size=4 * RATE).astype(np.float32) * np.float32(1e-4)
    finished = audio.finish(noise, RATE, -20.0)
    check(finished, len(noise))
    assert abs(finished.missed_lu) <= 0.3


def test_what_cannot_be_is_missed_and_said() -> None:
    """A sine at -1 dBTP has -4.0 LUFS and no more."""
    tone = np.sin(2 * np.pi * 1000 * np.arange(2 * RATE) / RATE).astype(np.float32)
    finished = audio.finish(tone, RATE, 0.0)
    check(finished, len(tone))
    assert finished.missed_lu == pytest.approx(-4.0, abs=0.3)


def test_silence_stays_silence() -> None:
    finished = audio.finish(np.zeros(RATE, np.float32), RATE, -20.0)
    assert not finished.samples.any()
    assert (finished.loudness_lufs, finished.true_peak_dbtp, finished.missed_lu) == (
        -math.inf, -math.inf, 0.0
    )  # fmt: skip


def test_finishing_twice_changes_nothing_audible() -> None:
    loop = loops.clips()[sorted(loops.clips())[0]]
    once = audio.finish(loop * 3, RATE, -14.0).samples
    twice = audio.finish(once, RATE, -14.0).samples
    assert abs(audio.loudness_lufs(twice, RATE) - audio.loudness_lufs(once, RATE)) < 0.2
    scale = np.dot(once, twice) / np.dot(once, once)
    assert np.abs(twice - scale * once).max() < 0.02


def test_the_same_loop_gives_the_same_bytes() -> None:
    loop = loops.clips()[sorted(loops.clips())[-1]]
    first, second = (audio.finish(loop, RATE, -12.0).samples for _ in range(2))
    assert first.tobytes() == second.tobytes()


def test_it_is_quick_enough_to_run_between_two_loops() -> None:
    """Far under a tenth of a second on an idle core; a busy test machine gets ten times that."""
    loop = np.resize(loops.clips()[sorted(loops.clips())[0]], 4 * RATE)
    times = []
    for _ in range(5):
        began = time.perf_counter()
        audio.finish(loop, RATE, -14.0)
        times.append(time.perf_counter() - began)
    assert min(times) < 0.5
