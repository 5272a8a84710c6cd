from __future__ import annotations

import base64
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
from tiny_ear import RATE, SAMPLES, network

from immersions.dreaming import dream
from immersions.dreaming.evaluation import delayed
from immersions.dreaming.starts import start_clip
from immersions.ears.contrastive import ContrastiveEar


def test_five_lines_to_a_player(ear: ContrastiveEar, clip: np.ndarray, tmp_path: Path) -> None:
    result = dream(clip, ear, "encoder.1[3]", steps=4)
    html = result._repr_html_()
    found = re.search(r'<audio controls loop src="data:audio/wav;base64,([^"]+)"', html)
    assert found is not None
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(found[1])), dtype="float32")
    assert rate == RATE
    np.testing.assert_allclose(sound, result.sound, atol=1e-4)
    result.save(tmp_path / "dream.wav")
    written, _ = soundfile.read(tmp_path / "dream.wav", dtype="float32")
    np.testing.assert_array_equal(written, result.sound)
    json.dumps(result.report, allow_nan=False)


def test_gain_is_kept_under_shifts_never_used(ear: ContrastiveEar, clip: np.ndarray) -> None:
    report = dream(clip, ear, "encoder.1[3]", steps=20).report
    gain = report["standardised_after"] - report["standardised_before"]
    assert gain > 0.5
    assert report["after_time_shift"] - report["standardised_before"] > 0.8 * gain
    assert len(report["time_shifts"]) == 8
    assert len(report["pitch_shifts"]) == 2


def test_an_ear_without_statistics_says_so(clip: np.ndarray) -> None:
    bare = ContrastiveEar("bare", network())
    report = dream(clip, bare, "encoder.1[3]", steps=3).report
    assert "no statistics" in report["note"]
    assert report["standardised_after"] == pytest.approx(report["activation_after"], rel=1e-4)
    assert report["activation_after"] > report["activation_before"]


def test_a_callback_may_end_it(ear: ContrastiveEar, clip: np.ndarray) -> None:
    result = dream(clip, ear, steps=100, on_step=lambda told: told.step < 3)
    assert result.report["steps"] == 3
    assert dream(clip, ear, steps=0).report["seconds_per_step"] is None
    with pytest.raises(ValueError, match="steps: expected 0 or more"):
        dream(clip, ear, steps=-1)


def test_a_loudness_that_peaks_do_not_allow_is_told(ear: ContrastiveEar) -> None:
    """A square wave at full scale is louder than anything below -1 dBTP can be."""
    square = np.sign(np.sin(2 * np.pi * 110 * np.arange(SAMPLES) / RATE)).astype(np.float32)
    told: list[str] = []
    report = dream(square, ear, "encoder.1[3]", steps=2, notice=told.append).report
    short = report["start_loudness_lufs"] - report["loudness_lufs"]
    assert short > 1
    assert told == [report["loudness_note"]]
    assert told[0].startswith(
        f"the loop is {short:.1f} LU short of the {report['start_loudness_lufs']:.1f} "
    )
    assert told[0].endswith("its true peak may not be above -1 dBTP")
    assert report["peak_dbtp"] <= -1


def test_a_loudness_that_is_reached_is_not_mentioned(ear: ContrastiveEar, clip: np.ndarray) -> None:
    told: list[str] = []
    report = dream(clip, ear, "encoder.1[3]", steps=2, notice=told.append).report
    assert "loudness_note" not in report
    assert told == []


def test_starts() -> None:
    assert not start_clip("silence", RATE, 1.5).any()
    noise = start_clip("noise", RATE, seed=1)
    assert len(noise) == 4 * RATE
    assert not np.array_equal(noise, start_clip("noise", RATE, seed=2))
    house = start_clip("house", RATE)
    assert len(start_clip("house", RATE, 10)) == 10 * RATE
    np.testing.assert_array_equal(start_clip("house", RATE), house)
    long = np.zeros(RATE * 30, np.float32)
    assert len(start_clip(long, RATE)) == 4 * RATE
    with pytest.raises(FileNotFoundError, match="one of: silence, noise, house"):
        start_clip("hause", RATE)


def test_a_delay_of_whole_samples_is_a_roll(clip: np.ndarray) -> None:
    np.testing.assert_allclose(delayed(clip, 37), np.roll(clip, 37), atol=1e-5)
    assert len(delayed(clip, 0.5)) == SAMPLES


def test_statistics_change_the_yardstick_alone(ear: ContrastiveEar, clip: np.ndarray) -> None:
    known = ear.statistics["encoder.1"]
    doubled = ContrastiveEar(
        "doubled",
        network(),
        dict(ear.statistics) | {"encoder.1": replace(known, deviation=2 * known.deviation)},
    )
    once, twice = (dream(clip, e, "encoder.1[3]", steps=0).report for e in (ear, doubled))
    assert twice["standardised_before"] == pytest.approx(once["standardised_before"] / 2, rel=1e-3)
    assert twice["activation_before"] == once["activation_before"]
