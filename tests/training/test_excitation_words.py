"""Descriptors of sounds whose answer is known, and where neurons lie in pitch."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from tiny_music import EAR

from immersions.ears.config import ContrastiveConfig, EncoderBlockConfig
from immersions.ears.contrastive import ContrastiveNetwork
from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training.excitation.descriptors import DESCRIPTORS, described, note_of
from immersions.training.excitation.pitches import pitch_axes

SCALE = ScalogramConfig(sample_rate=22_050, hop=512, bins=180, filter_scale=0.43)
SECONDS = 3.0


def told(*sounds: np.ndarray) -> list[dict[str, float]]:
    levels = Scalogram(SCALE).loop(torch.from_numpy(np.stack(sounds).astype(np.float32)), 128)
    rows = described(levels.half().float(), SCALE)
    return [dict(zip(DESCRIPTORS, row, strict=True)) for row in rows.tolist()]


@pytest.fixture(scope="module")
def time() -> np.ndarray:
    return np.arange(round(SECONDS * SCALE.sample_rate)) / SCALE.sample_rate


def test_a_tone_has_its_level_centroid_and_pitch_class(time: np.ndarray) -> None:
    (found,) = told(0.5 * np.sin(2 * np.pi * 440 * time))
    assert found["spectral centroid"] == pytest.approx(0.0, abs=0.02)  # octaves from A4
    assert found["pitch class A"] > 0.4  # the windows are short, so its neighbours answer too
    classes = {name: found[name] for name in DESCRIPTORS if "class" in name}
    assert max(classes, key=lambda name: classes[name]) == "pitch class A"
    assert sum(classes.values()) == pytest.approx(1)
    assert found["middle"] > 0.99
    louder, softer = told(*(level * np.sin(2 * np.pi * 98 * time) for level in (0.8, 0.08)))
    assert louder["level"] - softer["level"] == pytest.approx(20, abs=0.2)
    assert louder["bass"] > 0.99
    assert louder["pitch class G"] == max(value for key, value in louder.items() if "class" in key)


def test_noise_beats_and_silence_are_told(time: np.ndarray) -> None:
    random = np.random.default_rng(0)
    tone = 0.3 * np.sin(2 * np.pi * 1500 * time)
    noise = 0.1 * random.standard_normal(len(time))
    beats = tone * np.exp(-(time % 0.25) * 30)
    steady, noisy, beating, silent = told(tone, noise, beats, 0 * time)
    assert noisy["noisiness"] > steady["noisiness"] + 2
    assert noisy["treble"] > 0.4
    assert beating["onsets"] > 5 * steady["onsets"]
    assert beating["level changes"] > steady["level changes"] + 3
    assert silent["level"] == pytest.approx(-60)
    assert silent["onsets"] == silent["bass"] == silent["pitch class A"] == 0.0
    assert all(np.isfinite(list(silent.values())))


@pytest.mark.parametrize(
    ("hertz", "note"), [(440.0, "A4"), (261.6, "C4"), (41.2, "E1"), (4186.0, "C8"), (466.2, "A♯4")]
)
def test_notes(hertz: float, note: str) -> None:
    assert note_of(hertz) == note


PADDED = replace(
    EAR,
    encoder=(
        EncoderBlockConfig(4, (3, 3), (5, 1), (2, 2), pad_pitches1=1),
        EncoderBlockConfig(4, (3, 1), (3, 1), (3, 1), pad_pitches2=1),
    ),
)


@pytest.mark.parametrize("config", [EAR, PADDED], ids=["plain", "padded"])
def test_a_neuron_hears_the_bins_that_its_axis_names(config: ContrastiveConfig) -> None:
    """Each bin is disturbed in turn: the pitches that then answer otherwise are those that hear."""
    torch.manual_seed(1)
    network = ContrastiveNetwork(config).eval()
    bins = config.scalogram.bins
    sounds = torch.rand(1, 1, bins, 16).repeat(bins + 1, 1, 1, 1)
    for number in range(bins):
        sounds[number, :, number] += 9 * torch.rand(16)
    axes = pitch_axes(config)
    with torch.no_grad():
        for name, activity in network.walk(sounds, False):
            if name not in axes:
                continue
            axis, differs = axes[name], (activity[:-1] != activity[-1]).any(1).any(-1)
            for pitch in range(activity.shape[2]):
                heard = torch.nonzero(differs[:, pitch]).flatten()
                centre, reach = axis.first + pitch * axis.step, (axis.span - 1) / 2
                assert int(heard[0]) == max(0, centre - reach), (name, pitch)
                assert int(heard[-1]) == min(bins - 1, centre + reach), (name, pitch)
    hertz = axes["encoder.0.conv1"].hertz(0, config)
    assert config.scalogram.fmin < hertz < 1.4 * config.scalogram.fmin
