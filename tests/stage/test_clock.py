"""MIDI clock as it comes in the world: with jitter, drop-outs, doubled pulses, other tempos."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.stage.clock import PULSES, ClockFollower


def pulses(
    bpm: float,
    count: int,
    jitter: float = 0.0,
    odd: float = 0.0,
    begin: float = 0.0,
    seed: int = 0,
) -> list[float]:
    """Times of pulses; jitter in seconds; `odd` is the share that is missing, and that is double.

    Jitter is cut at 2.5 deviations, since pulses do not overtake each other.
    """
    random = np.random.default_rng(seed)
    late = np.clip(random.normal(0, 1, count), -2.5, 2.5) * jitter
    times = begin + np.arange(count) * 60 / bpm / PULSES + late
    present = random.random(count) >= odd
    present[0] = True
    double = times[(random.random(count) < odd) & present] + 0.0004
    return sorted([*times[present].tolist(), *double.tolist()])


def follow(follower: ClockFollower, times: list[float]) -> list[float]:
    """Everything that was told."""
    return [told for told in map(follower.pulse, times) if told is not None]


@settings(max_examples=40, deadline=None)
@given(
    bpm=st.floats(20, 300),
    share=st.floats(0, 0.08),
    odd=st.sampled_from([0.0, 0.02, 0.05]),
    seed=st.integers(0, 10_000),
)
def test_the_tempo_is_found_and_then_told_no_more(
    bpm: float, share: float, odd: float, seed: int
) -> None:
    """Jitter up to 8 % of a pulse: 1.7 ms at 120 BPM, as through USB."""
    jitter = share * 60 / bpm / PULSES
    follower = ClockFollower()
    told = follow(follower, pulses(bpm, 12 * PULSES, jitter, odd, seed=seed))
    assert told, "within 12 beats"
    assert told[-1] == pytest.approx(bpm, abs=max(0.15, 1.5e-3 * bpm))
    assert len(told) <= 3


def test_a_steady_clock_is_told_once_after_two_beats() -> None:
    follower = ClockFollower()
    times = pulses(128.5, 200 * PULSES)
    assert follow(follower, times[: 2 * PULSES - 1]) == []
    assert follow(follower, times[2 * PULSES - 1 :]) == [128.5]


@pytest.mark.parametrize("after", [60.0, 100.0, 119.0, 127.0, 150.0, 240.0])
@pytest.mark.parametrize("jitter", [0.0, 0.0005, 0.001])
def test_another_tempo_is_found(after: float, jitter: float) -> None:
    follower = ClockFollower()
    first = pulses(120, 8 * PULSES, jitter)
    follow(follower, first)
    later = pulses(after, 16 * PULSES, jitter, begin=first[-1] + 60 / after / PULSES, seed=1)
    told = follow(follower, later)
    assert told[-1] == pytest.approx(after, abs=0.3)
    assert all(min(119, after) - 1 <= each <= max(121, after) + 1 for each in told)


def test_after_a_pause_it_measures_anew() -> None:
    follower = ClockFollower()
    follow(follower, pulses(120, 4 * PULSES))
    follower.start()
    follow(follower, pulses(120, 4 * PULSES, begin=10.0))
    assert follower.quarters_at(12.0) == pytest.approx(4, abs=1e-6)
    for begin in (100.0, 200.0):
        told = follow(follower, pulses(90, 4 * PULSES, begin=begin))
        assert told == [pytest.approx(90, abs=0.01)], "told again, though it is the same"
    assert follower.quarters_at(202.0) is None, "where the bar is, only a start can tell"


@settings(max_examples=40, deadline=None)
@given(
    bpm=st.floats(40, 240),
    before=st.integers(0, 100),
    odd=st.sampled_from([0.0, 0.03]),
    seed=st.integers(0, 10_000),
)
def test_the_bar_begins_with_the_pulse_after_start(
    bpm: float, before: int, odd: float, seed: int
) -> None:
    follower = ClockFollower()
    period = 60 / bpm / PULSES
    if before:
        follow(follower, pulses(bpm, before, begin=0))
    follower.start()
    origin = before * period
    times = pulses(bpm, 8 * PULSES, 0.03 * period, odd, begin=origin, seed=seed)
    follow(follower, times)
    quarters = follower.quarters_at(times[-1])
    assert quarters is not None
    exact = (times[-1] - origin) / period / PULSES
    assert quarters == pytest.approx(exact, abs=0.1 / PULSES), "a tenth of a pulse"


def test_continue_goes_on_where_it_was_stopped() -> None:
    follower = ClockFollower()
    times = pulses(120, 40 * PULSES)
    follower.start()
    follow(follower, times[: 6 * PULSES])
    follower.stop()
    assert not follower.playing
    follow(follower, times[6 * PULSES : 16 * PULSES])
    follower.resume()
    assert follower.playing
    follow(follower, times[16 * PULSES : 20 * PULSES])
    assert follower.quarters_at(times[20 * PULSES]) == pytest.approx(10, abs=1e-6)


def test_the_song_position_is_counted_in_sixteenths() -> None:
    follower = ClockFollower()
    follower.song_position(18)
    follower.resume()
    follow(follower, pulses(120, 4 * PULSES, begin=50.0))
    assert follower.quarters_at(51.0) == pytest.approx(4.5 + 2, abs=1e-6)


def test_the_place_is_known_from_a_start_on_and_kept_by_a_stop() -> None:
    follower = ClockFollower()
    times = pulses(120, 20 * PULSES, jitter=0.001)
    follow(follower, times[: 4 * PULSES])
    assert follower.precise
    assert follower.place is None, "nobody started"
    follower.start()
    follow(follower, times[4 * PULSES : 10 * PULSES])
    follower.stop()
    follow(follower, times[10 * PULSES : 12 * PULSES])
    place = follower.place
    assert place is not None
    assert place.bpm == pytest.approx(120, abs=0.05)
    assert place.quarters_at(8.0) == pytest.approx(12, abs=0.002), "a millisecond"
    follow(follower, pulses(120, 3 * PULSES, begin=50.0))
    assert follower.place is None, "after a pause"


def test_nonsense_changes_nothing() -> None:
    follower = ClockFollower()
    follow(follower, pulses(120, 4 * PULSES))
    assert follow(follower, [float("nan"), float("inf"), -float("inf")]) == []
    assert follower.bpm == 120
    too_fast = ClockFollower()
    assert follow(too_fast, pulses(700, 40 * PULSES)) == []
    assert follow(ClockFollower(), [1.0] * 500) == []
