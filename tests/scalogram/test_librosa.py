"""Agreement with librosa's constant-Q transform on real music.

librosa spans a window of filter_scale / alpha periods with alpha = (r^2 - 1) / (r^2 + 1) for
r = 2^(1 / bins per octave); ours is filter_scale / (r - 1), after Herrmann (2020). With `scale`,
librosa multiplies by the square root of a window's samples. Frames of both are centred on
multiples of the hop with silence around the music; neither pools.
"""

from __future__ import annotations

import numpy as np
import pytest
from scalogram_sounds import batch, clip
from strided import amplitudes_of

from immersions.scalogram import Scalogram, ScalogramConfig

librosa = pytest.importorskip("librosa")

CONFIG = ScalogramConfig(oversampling=1)


def librosas(sound: np.ndarray, config: ScalogramConfig) -> np.ndarray:
    """|X| (bins, frames) in our scale."""
    ratio = 2 ** (1 / config.bins_per_octave)
    alpha = (ratio**2 - 1) / (ratio**2 + 1)
    answer = librosa.cqt(
        sound,
        sr=config.sample_rate,
        hop_length=config.hop,
        fmin=config.fmin,
        n_bins=config.bins,
        bins_per_octave=config.bins_per_octave,
        tuning=0.0,
        filter_scale=config.filter_scale * alpha / (ratio - 1),
        norm=1,
        sparsity=0,
        window="hann",
        scale=True,
        pad_mode="constant",
    )
    window_samples = config.cycles / np.array(config.frequencies) * config.sample_rate
    return np.abs(answer) / np.sqrt(window_samples)[:, None]


@pytest.mark.timeout(600)  # the library compiles itself when it is first asked
@pytest.mark.parametrize("name", ["breakbeat", "piano-fifths", "dub-chords"])
def test_log_magnitudes_agree_on_music(name: str) -> None:
    sound = clip(name)
    expected = librosas(sound, CONFIG)
    got = amplitudes_of(Scalogram(CONFIG).stream(batch(sound))[0, 0].numpy())
    expected = expected[:, : got.shape[1]]
    floor = 10 ** (-80 / 20)
    logs = np.log(np.maximum(got, floor)), np.log(np.maximum(expected, floor))
    correlation = np.corrcoef(logs[0].ravel(), logs[1].ravel())[0, 1]
    print(f"{name}: correlation of log-magnitudes {correlation:.5f}")
    assert correlation >= 0.99
    loud = expected > 0.01 * expected.max()
    ratio = got[loud] / expected[loud]
    assert np.median(ratio) == pytest.approx(1, abs=0.01)
    assert abs(np.log(ratio)).mean() < 0.05
