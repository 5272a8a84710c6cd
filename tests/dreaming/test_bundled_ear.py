"""The ear that comes with the package dreams as promised."""

from __future__ import annotations

from immersions import ears
from immersions.assets import DEFAULT_EAR
from immersions.dreaming import dream
from immersions.dreaming.dreams import STEPS


def test_the_bundled_ear_gains_two_deviations_and_keeps_them() -> None:
    """As one dreams who chooses nothing; under eight time and two pitch shifts never used."""
    report = dream("house", ears.load(DEFAULT_EAR)).report
    before = report["standardised_before"]
    gain = report["standardised_after"] - before
    assert report["steps"] == STEPS
    assert gain >= 2
    assert report["after_time_shift"] - before >= 0.8 * gain
    assert report["after_pitch_shift"] - before >= 0.8 * gain
    assert report["peak_dbtp"] <= -1
