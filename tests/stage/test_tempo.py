"""Tempo: what is possible, what is moved; tapping."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.stage import tempo
from immersions.stage.tempo import Tap, Tempo, nearest, possible_bars

BPMS = st.floats(20, 300)
BEATS = st.integers(1, 16)
UNITS = st.sampled_from(tempo.UNITS)


def test_two_bars_of_four_quarters_at_120_last_four_seconds() -> None:
    assert Tempo(120, 2).seconds == 4
    assert Tempo(120, 2).samples(44_100) == 176_400
    assert Tempo(90, 3, 7, 8).seconds == pytest.approx(3 * 3.5 * 60 / 90)
    assert Tempo(60, 1, 16).seconds == 16


@pytest.mark.parametrize(
    ("given", "line"),
    [
        ((19.9, 2), "bpm: expected 20 to 300, got 19.9"),
        ((math.nan, 2), "bpm: expected 20 to 300, got nan"),
        ((120, 9), "bars: expected 1 to 8 of 4/4 at 120 BPM (1 to 16 s), got 9"),
        ((60, 5), "bars: expected 1 to 4 of 4/4 at 60 BPM (1 to 16 s), got 5"),
        ((300, 1, 4), "bars: expected 2 to 8 of 4/4 at 300 BPM (1 to 16 s), got 1"),
        ((20, 1, 16), "no loop of bars of 16/4 at 20 BPM lasts 1 to 16 s"),
        ((120, 2, 0), "beats: expected 1 to 16 in a bar, got 0"),
        ((120, 2, 4, 3), "beat unit: expected one of 2, 4, 8, 16, got 3"),
    ],
)
def test_what_cannot_be_is_told_in_one_line(given: tuple[float, ...], line: str) -> None:
    with pytest.raises(ValueError) as error:  # noqa: PT011
        Tempo(*given)  # type: ignore[arg-type]
    assert str(error.value) == line


@given(bpm=BPMS, beats=BEATS, unit=UNITS)
def test_fewer_bars_are_offered_where_a_loop_would_be_too_long(
    bpm: float, beats: int, unit: int
) -> None:
    offered = possible_bars(bpm, beats, unit)
    for bars in range(1, 9):
        seconds = bars * beats * 4 / unit * 60 / bpm
        assert (bars in offered) == (1 - 1e-9 <= seconds <= 16 + 1e-9)
        if bars in offered:
            assert Tempo(bpm, bars, beats, unit).seconds == pytest.approx(seconds)


@given(bpm=BPMS, bars=st.integers(1, 8), beats=BEATS, unit=st.integers(2, 16))
def test_what_is_asked_for_is_moved_to_the_nearest_that_is_possible(
    bpm: float, bars: int, beats: int, unit: int
) -> None:
    got, told = nearest(bpm, bars, beats, unit)
    assert 1 - 1e-6 <= got.seconds <= 16 + 1e-6
    assert got.beats == beats
    assert "\n" not in told
    same = (got.bpm, got.bars, got.unit) == (bpm, bars, unit)
    assert same == (told == "")
    if got.unit == unit and possible_bars(bpm, beats, unit):
        assert got.bpm == bpm, "the tempo is kept before the bars"
        distance = abs(got.bars - bars)
        assert all(abs(each - bars) >= distance for each in possible_bars(bpm, beats, unit))


TABLE = Path(__file__).parents[2] / "web" / "src" / "tempo" / "bars.table.json"


def test_the_page_offers_the_same_bars() -> None:
    """It reads the same table."""
    rows = json.loads(TABLE.read_text("utf-8"))
    assert len(rows) > 20
    for row in rows:
        assert list(possible_bars(row["bpm"], row["beats"], row["unit"])) == row["bars"]


def test_what_was_moved_is_told() -> None:
    assert nearest(60, 8)[1] == "8 bars would last 32.0 s, so it is 4 bars"
    assert nearest(300, 1)[1] == "1 bar would last 0.8 s, so it is 2 bars"
    moved, told = nearest(20, 1, 16)
    assert (moved.bpm, moved.bars) == (60, 1)
    assert told == "20 BPM became 60, where a loop of 16/4 lasts 1 to 16 s"
    assert nearest(120, 2, 7, 6) == (Tempo(120, 2, 7, 8), "beat unit 6 became 8")


def taps(tap: Tap, times: list[float]) -> list[float | None]:
    return [tap.tap(at) for at in times]


class TestTap:
    def test_one_tap_is_no_tempo_and_two_are(self) -> None:
        assert taps(Tap(), [3.0, 3.5]) == [None, pytest.approx(120)]

    @given(bpm=st.floats(30, 200), seed=st.integers(0, 1000))
    def test_an_uneven_hand_finds_the_tempo(self, bpm: float, seed: int) -> None:
        jitter = np.random.default_rng(seed).normal(0, 0.01, 12)
        times = (np.arange(12) * 60 / bpm + np.clip(jitter, -0.02, 0.02)).tolist()
        last = taps(Tap(), times)[-1]
        assert last == pytest.approx(bpm, rel=0.04 * bpm / 120 + 0.02)

    def test_one_stray_tap_does_not_move_the_median(self) -> None:
        tap = Tap()
        taps(tap, [0, 0.5, 1.0, 1.5, 2.0])
        assert tap.tap(2.62) == pytest.approx(120)

    def test_after_a_pause_it_begins_again(self) -> None:
        tap = Tap()
        assert taps(tap, [0, 0.5, 1.0])[-1] == pytest.approx(120)
        assert taps(tap, [10.0, 11.0]) == [None, pytest.approx(60)]

    def test_another_tempo_is_followed_at_once(self) -> None:
        tap = Tap()
        taps(tap, [0, 0.5, 1.0, 1.5, 2.0])
        assert taps(tap, [3.0, 4.0])[-1] == pytest.approx(60)

    def test_a_key_that_bounces_is_one_tap(self) -> None:
        assert taps(Tap(), [0, 0.03, 0.5, 0.53])[-1] == pytest.approx(120)

    def test_it_stays_within_the_tempos_there_are(self) -> None:
        assert taps(Tap(), [0, 3.5])[-1] == 20
        assert taps(Tap(), [0, 0.13])[-1] == 300

    def test_a_clock_that_runs_backwards_begins_again(self) -> None:
        assert taps(Tap(), [10.0, 2.0, 2.5]) == [None, None, pytest.approx(120)]
