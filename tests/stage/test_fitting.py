"""Start sounds in a tempo: bars, rounds, joints, level."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions import assets, audio
from immersions.stage.fitting import Phrase, fit
from immersions.stage.tempo import Tempo, nearest

RATE = 44_100


def marked(bars: int, quarters: int = 4, quarter: int = 4410) -> np.ndarray:
    """A loop whose every quarter has a level of its own: 1, 2, 3, … hundredths."""
    levels = np.arange(1, bars * quarters + 1, dtype=np.float32) / 100
    return np.repeat(levels, quarter)


def going_round(loop: np.ndarray, rate: int) -> float:
    """Loudness of many rounds, in LUFS: of one alone, what is struck at its ends counts less."""
    return audio.loudness_lufs(np.tile(loop, 4), rate)


def order(loop: np.ndarray, quarter: int = 4410) -> list[int]:
    """Which quarters follow each other in a loop made of a marked one."""
    return np.round(100 * loop[quarter // 2 :: quarter]).astype(int).tolist()


@pytest.mark.parametrize(
    ("bars", "beats", "expected"),
    [
        (2, 4, [1, 2, 3, 4, 5, 6, 7, 8]),
        (4, 4, [1, 2, 3, 4, 5, 6, 7, 8] * 2),
        (3, 4, [1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4]),
        (2, 3, [1, 2, 3, 5, 6, 7]),
        (2, 5, [1, 2, 3, 4, 1, 5, 6, 7, 8, 5]),
        (3, 2, [1, 2, 5, 6, 1, 2]),
    ],
)
def test_bars_are_cut_and_repeated(bars: int, beats: int, expected: list[int]) -> None:
    """At the clip's own tempo, 600 BPM taken as 150 by quarters of four times the length."""
    clip = marked(2, quarter=4 * 4410)
    out = fit(clip, RATE, Tempo(150, bars, beats), Phrase(2))
    assert order(out, 4 * 4410) == expected


def test_one_bar_of_two() -> None:
    clip = marked(2, quarter=22_050)
    assert order(fit(clip, RATE, Tempo(120, 1), Phrase(2)), 22_050) == [1, 2, 3, 4]


def test_a_metre_in_eighths_takes_half_quarters() -> None:
    clip = marked(1, quarters=8, quarter=11_025)
    out = fit(clip, RATE, Tempo(120, 1, 7, 8), Phrase(1, quarters=4))
    assert order(out, 11_025) == [1, 2, 3, 4, 5, 6, 7]


def test_what_needs_no_stretching_is_the_very_same_array() -> None:
    clip = marked(2, quarter=22_050)
    assert fit(clip, RATE, Tempo(120, 2), Phrase(2)) is clip
    np.testing.assert_array_equal(fit(clip, RATE, Tempo(120, 4), Phrase(2)), np.tile(clip, 2))


def test_where_bars_are_joined_nothing_clicks_and_the_attack_is_its_own() -> None:
    time = np.arange(4 * RATE) / RATE
    clip = (0.3 * np.sin(2 * np.pi * 101.3 * time)).astype(np.float32)
    clip[:: RATE // 2] += 0.5
    out = fit(clip, RATE, Tempo(120, 2, 3), Phrase(2))
    assert len(out) == 3 * RATE
    np.testing.assert_array_equal(out[RATE * 3 // 2 :][:2000], clip[2 * RATE :][:2000])
    for joint in (RATE * 3 // 2, len(out)):
        steps = np.abs(np.diff(out[joint - 400 : joint - 1]))
        assert steps.max() < 2 * 0.3 * 2 * np.pi * 101.3 / RATE, "of the slope of the tone itself"


@pytest.mark.parametrize(("bpm", "expected"), [(20, 2.0), (300, 1.0)])
def test_far_from_its_tempo_a_clip_goes_at_half_or_double(bpm: float, expected: float) -> None:
    """At 140 BPM: 20 would be seven times slower, so each bar holds two of the clip's."""
    clip = next(each for each in assets.clips() if each.name == "jungle")
    assert clip.bpm == 140
    samples = audio.read(clip.path, RATE).samples
    tempo, _ = nearest(bpm, 2)
    out = fit(samples, RATE, tempo, Phrase(clip.bars))
    assert len(out) == tempo.samples(RATE)
    attacks = [len(audio.onsets(each, RATE)[0]) for each in (samples, out)]
    wanted = attacks[0] * expected * tempo.bars / clip.bars
    assert 0.7 * wanted <= attacks[1] <= 1.35 * wanted


@pytest.mark.parametrize(
    ("seconds", "tempo", "parts"),
    [
        (2.0, Tempo(120, 2), 2),
        (3.0, Tempo(120, 2), 1),
        (2.9, Tempo(60, 4), 6),
        (16.0, Tempo(240, 2), 1 / 8),
        (5.0, Tempo(120, 2), 1),
        (7.0, Tempo(120, 2), 1 / 2),
    ],
)
def test_of_other_sounds_whole_rounds_or_halves_are_taken(
    seconds: float, tempo: Tempo, parts: float
) -> None:
    """Counted by clicks, four in each round of the sound, that stay clicks when stretched."""
    count = round(seconds * RATE)
    clip = (1e-3 * np.random.default_rng(0).standard_normal(count)).astype(np.float32)
    clicks = 8
    for place in range(clicks):
        clip[place * count // clicks + np.arange(300)] += 0.5 * np.exp(-np.arange(300) / 60)
    out = fit(clip, RATE, tempo)
    assert len(out) == tempo.samples(RATE)
    assert len(audio.onsets(out, RATE)[0]) == clicks * parts


@settings(max_examples=20, deadline=None)
@given(
    bpm=st.floats(20, 300),
    bars=st.integers(1, 8),
    beats=st.just(4) | st.integers(1, 16),
    unit=st.just(4) | st.sampled_from([2, 8, 16]),
    clip_bpm=st.floats(60, 180),
    clip_bars=st.sampled_from([None, 1, 2, 4]),
    rate=st.sampled_from([8_000, 11_025]),
    seed=st.integers(0, 1000),
)
def test_any_clip_at_any_tempo(
    bpm: float,
    bars: int,
    beats: int,
    unit: int,
    clip_bpm: float,
    clip_bars: int | None,
    rate: int,
    seed: int,
) -> None:
    tempo, _ = nearest(bpm, bars, beats, unit)
    random = np.random.default_rng(seed)
    count = round(rate * 240 / clip_bpm * (clip_bars or 1))
    beat = np.arange(count) * clip_bpm / 60 / rate % 1
    clip = (0.3 * np.exp(-8 * beat) * random.standard_normal(count)).clip(-0.8, 0.8)
    clip = clip.astype(np.float32)
    out = fit(clip, rate, tempo, None if clip_bars is None else Phrase(clip_bars))
    assert out.shape == (tempo.samples(rate),)
    assert out.dtype == np.float32
    assert np.isfinite(out).all()
    step, allowed = audio.seam(out, rate)
    assert step <= max(allowed, audio.seam(clip, rate)[0])
    if clip_bars is not None and (beats, unit) == (4, 4) and tempo.bars % clip_bars == 0:
        change = going_round(out, rate) - going_round(clip, rate)
        assert abs(change) < 1.0


@pytest.mark.parametrize("clip", list(assets.clips())[::4], ids=lambda clip: clip.name)
@pytest.mark.parametrize("bpm", [60.0, 97.3, 128.0, 175.0])
def test_bundled_clips_keep_their_level_within_a_decibel(clip: assets.Clip, bpm: float) -> None:
    loop = audio.finish(audio.read(clip.path, RATE).samples, RATE, loudness_lufs=None).samples
    out = fit(loop, RATE, Tempo(bpm, 2), Phrase(clip.bars))
    change = going_round(out, RATE) - going_round(loop, RATE)
    assert abs(change) < 1.0
    assert audio.true_peak_dbtp(out) <= -1.0
    step, allowed = audio.seam(out, RATE)
    assert step <= allowed


def test_there_is_no_loop_of_nothing() -> None:
    with pytest.raises(ValueError, match="at least one sample"):
        fit(np.zeros(0, np.float32), RATE, Tempo(120, 2))
