"""Agreement with the strided convolution that the transform stands for."""

from __future__ import annotations

import pytest
from scalogram_sounds import Sound, batch, clip, noise
from strided import amplitudes, amplitudes_of

from immersions.scalogram import Scalogram, ScalogramConfig

TOLERANCE = 1e-3  # of each bin's own maximum
REFERENCE = ScalogramConfig()


def worst(
    sound: Sound, config: ScalogramConfig, frames: int, first: int = 0, step: int = 1
) -> float:
    """The largest difference, bin by bin in parts of the bin's maximum; every `step`-th bin."""
    bins = range(first, config.bins, step)
    expected = amplitudes(sound, config, frames, bins)
    got = amplitudes_of(Scalogram(config).loop(batch(sound), frames)[0, 0].numpy())[bins]
    assert got.shape == expected.shape
    assert (expected.max(1) > 0).all()
    return float((abs(got - expected).max(1) / expected.max(1)).max())


@pytest.mark.parametrize(
    ("name", "first"), [("breakbeat", 0), ("pads", 1), ("piano-fifths", 2), ("acid", 3)]
)
def test_music_at_the_reference_setting(name: str, first: int) -> None:
    """Every fourth bin; hops are no whole number of samples. Some bins are 80 dB below others."""
    sound = clip(name)
    frames = 16 * round(len(sound) / 16384)
    assert len(sound) % (2 * frames)
    assert worst(sound, REFERENCE, frames, first, 4) < TOLERANCE


@pytest.mark.parametrize(
    ("samples", "frames"),
    [
        pytest.param(172 * 1024, 172, id="whole hop"),
        pytest.param(176400, 176, id="4 s, the reference frames"),
        pytest.param(88211, 96, id="prime length"),
        pytest.param(22051, 16, id="half a second"),
    ],
)
def test_noise_at_the_reference_setting(samples: int, frames: int) -> None:
    assert worst(noise(samples), REFERENCE, frames, step=3) < TOLERANCE / 10


def settings(
    rate: int, hop: int, bins: int, octave: int, fmin: float, scale: float, dense: int = 2
) -> ScalogramConfig:
    return ScalogramConfig(rate, hop, bins, octave, fmin, scale, dense)


@pytest.mark.parametrize(
    "config",
    [
        pytest.param(settings(16000, 128, 256, 32, 30.0, 0.5), id="m19"),
        pytest.param(settings(22050, 512, 84, 12, 32.7, 1.0), id="librosa's usual"),
        pytest.param(settings(48000, 1000, 100, 12, 55.0, 0.2), id="short windows, 48 kHz"),
        pytest.param(settings(8000, 256, 40, 7, 60.0, 0.8, dense=3), id="three times as dense"),
        pytest.param(settings(96000, 2048, 90, 9, 41.0, 0.3, dense=1), id="never pooled"),
        pytest.param(settings(44100, 4096, 110, 12, 38.0, 0.1), id="windows of four samples"),
    ],
)
@pytest.mark.parametrize(
    ("hops", "extra", "frames"),
    [(30, 0, 30), (31, -2, 17), (29, 1, 41), (9, 5, 16)],
    ids=["whole hop", "long hop", "short hop", "short loop"],
)
def test_other_settings(config: ScalogramConfig, hops: int, extra: int, frames: int) -> None:
    sound = noise(hops * config.hop + extra, level=0.3)
    assert worst(sound, config, frames) < TOLERANCE


def test_a_loop_shorter_than_its_windows() -> None:
    """41 milliseconds under windows of up to 368: heard as if repeated for ever.

    Only bins near a partial of so short a loop hear anything; the others hold rounding errors.
    """
    sound = noise(1811, level=0.3)
    expected = amplitudes(sound, REFERENCE, 16)
    got = amplitudes_of(Scalogram(REFERENCE).loop(batch(sound), 16)[0, 0].numpy())
    audible = expected.max(1) > 1e-3
    assert audible.sum() > 150
    difference = abs(got - expected).max(1)
    assert (difference[audible] / expected.max(1)[audible]).max() < TOLERANCE
    assert difference.max() < 1e-5


def test_the_comparison_can_fail() -> None:
    """Frames up to a sample off are found out."""
    sound = noise(176400)
    bins = range(150, 216, 10)
    moved = amplitudes(sound[1:], REFERENCE, 176, bins)
    got = amplitudes_of(Scalogram(REFERENCE).loop(batch(sound), 176)[0, 0].numpy())[bins]
    assert (abs(got - moved).max(1) / moved.max(1)).max() > 10 * TOLERANCE
