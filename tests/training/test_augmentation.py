"""Changes on the scalogram against the same changes of the sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from tiny_music import EAR, RATE, SCALE, TRAINING, counted_track, pattern
from torch import Tensor

from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.scalogram.transform import LOG_SCALE
from immersions.training.augmentation import (
    UNCHANGED,
    Augmentation,
    Changer,
    equaliser,
    louder,
    mixed,
    shifted,
)
from immersions.training.library import Library, Track
from immersions.training.loop import Trainer, run
from immersions.training.sampling import Excerpt, draw, read

FRAMES = 64
WITH_PHASE = replace(SCALE, phase=True)
EVERYTHING = Augmentation(gain=6, equaliser=6, pitch=2, stretch=0.1, mix=0.5)
ONE_EACH = [
    *(Augmentation(gain=6), Augmentation(equaliser=6), Augmentation(pitch=2)),
    *(Augmentation(stretch=0.1), Augmentation(mix=1.0)),
]


def heard(sound: NDArray[np.float32], scale: ScalogramConfig = SCALE) -> NDArray[np.float32]:
    return Scalogram(scale).stream(torch.from_numpy(sound)[None])[0].numpy()


def tone(frequency: float) -> NDArray[np.float32]:
    time = np.arange(2 * RATE) / RATE
    return (0.3 * np.sin(2 * np.pi * frequency * time)).astype(np.float32)


def levels(changes: Augmentation, tracks: Sequence[Track], step: int = 0) -> Tensor:
    excerpts = draw(tracks, 8, 2, FRAMES, 0, step)
    return Changer(changes, SCALE, tracks, 0, step).read(excerpts, FRAMES).levels


@pytest.mark.parametrize("decibels", [-20.0, -3.0, 0.0, 6.0])
def test_louder_is_the_scalogram_of_a_louder_sound(decibels: float) -> None:
    """In single precision: the floor of the logarithm is a billionth of full scale."""
    sound = pattern(1, 2.0)
    expected = heard((sound * 10 ** (decibels / 20)).astype(np.float32))
    got = louder(heard(sound), np.full(SCALE.bins, decibels))
    assert np.abs(got - expected).max() < 2e-3


def test_an_equaliser_acts_where_its_curve_says() -> None:
    curve = np.linspace(-12, 12, SCALE.bins)
    for number in (8, 16, 24):
        sound = tone(SCALE.frequencies[number])
        expected = heard((sound * 10 ** (curve[number] / 20)).astype(np.float32))
        difference = louder(heard(sound), curve)[0, number] - expected[0, number]
        assert np.abs(difference).max() < 2e-3


def test_the_curve_is_smooth_and_within_its_bounds() -> None:
    curves = [equaliser(SCALE, 6.0, np.random.default_rng(number)) for number in range(200)]
    assert all(curve.shape == (SCALE.bins,) for curve in curves)
    assert 5 < max(np.abs(curve).max() for curve in curves) <= 6
    assert np.abs(np.diff(curves)).max() < 12 * np.pi / 2 / SCALE.bins_per_octave
    assert not np.abs(equaliser(SCALE, 0.0, np.random.default_rng(0))).any()


@pytest.mark.parametrize("bins", [-5, 3])
def test_shifted_is_the_scalogram_of_a_shifted_tone(bins: int) -> None:
    """In the middle of the tone; its phases at its own bin, from which it is a tenth away."""
    frequencies = np.array(WITH_PHASE.frequencies) * 2 ** (0.1 / WITH_PHASE.bins_per_octave)
    before, after = (heard(tone(frequencies[n]), WITH_PHASE) for n in (18, 18 + bins))
    got = shifted(before, bins, WITH_PHASE)
    near = slice(18 + bins - 4, 18 + bins + 5), slice(20, 40)
    assert np.abs(got[0][near] - after[0][near]).max() < 0.05
    assert np.abs(after[1, 18 + bins, 20:40]).min() > 0.05
    assert np.abs(got[1] - after[1])[18 + bins, 20:40].max() < 0.01
    assert np.array_equal(shifted(before, 0, WITH_PHASE), before)
    assert np.array_equal(shifted(before[:1], 3, SCALE)[0, :4], before[[0] * 4, 0])


def test_mixed_is_the_scalogram_of_both_sounds() -> None:
    """Far apart, so that they do not beat. Each keeps its own phases."""
    low, high = WITH_PHASE.frequencies[6], WITH_PHASE.frequencies[30]
    sounds = tone(low), tone(high)
    expected = heard((sounds[0] + np.sqrt(0.25) * sounds[1]).astype(np.float32), WITH_PHASE)
    got = mixed(heard(sounds[0], WITH_PHASE), heard(sounds[1], WITH_PHASE), 0.25)
    for number in (6, 30):
        assert np.abs(got[:, number, 20:40] - expected[:, number, 20:40]).max() < 0.02
    quiet = mixed(heard(sounds[0], WITH_PHASE), heard(sounds[1], WITH_PHASE), 0.0)
    assert np.abs(quiet - heard(sounds[0], WITH_PHASE)).max() < 1e-5


@pytest.mark.parametrize("rate", [0.8, 1.25])
def test_stretched_is_between_neighbouring_frames(rate: float) -> None:
    track = counted_track(0, 200)
    times = torch.from_numpy(np.arange(40) * rate)
    got = read([track], [Excerpt(0, 100, rate)], 40).levels[0, 0, 0]
    assert torch.allclose(got.double(), 100 + times, atol=1e-3)
    late = read([track], [Excerpt(0, 199, rate)], 40).levels[0, 0, 0]
    assert torch.allclose(late.double(), 199 - times[-1] + times, atol=1e-3)
    whole = read([track], [Excerpt(0, 0, 8.0)], 40).levels[0, 0, 0]
    assert whole[0] == 0
    assert whole[-1] == 199


def test_phases_are_those_of_the_nearer_frame() -> None:
    track = counted_track(0, 200)
    track = replace(track, levels=np.concatenate([track.levels, track.levels]))
    got = read([track], [Excerpt(0, 100, 1.25)], 5).levels[0, :, 0]
    assert got.tolist() == [[100, 101.25, 102.5, 103.75, 105], [100, 101, 102, 104, 105]]


def test_at_zero_nothing_changes(library: Library) -> None:
    for step in range(3):
        excerpts = draw(library.tracks, 8, 2, FRAMES, 0, step)
        expected = read(library.tracks, excerpts, FRAMES)
        changed = Changer(UNCHANGED, SCALE, library.tracks, 0, step).read(excerpts, FRAMES)
        assert torch.equal(changed.levels, expected.levels)
        assert torch.equal(changed.tracks, expected.tracks)
        assert changed.names == expected.names


@pytest.mark.parametrize("changes", [*ONE_EACH, EVERYTHING])
def test_changes_are_a_function_of_seed_and_step(library: Library, changes: Augmentation) -> None:
    tracks = library.tracks
    plain, changed = levels(UNCHANGED, tracks), levels(changes, tracks)
    assert torch.equal(changed, levels(changes, tracks))
    assert bool(torch.isfinite(changed).all())
    assert not torch.equal(changed, plain)
    excerpts = draw(tracks, 8, 2, FRAMES, 0, 0)
    for seed, step in ((0, 1), (1, 0)):
        other = Changer(changes, SCALE, tracks, seed, step).read(excerpts, FRAMES).levels
        assert not torch.equal(other, changed)
    part = Changer(changes, SCALE, tracks, 0, 0).read(excerpts[4:], FRAMES).levels
    assert torch.equal(part, changed[4:])  # as another process has it


def test_crops_of_a_track_are_changed_alike(library: Library) -> None:
    """And tracks differently: else the ear would tell crops apart by how they were changed."""
    tracks = [replace(track, levels=np.ones_like(track.levels)) for track in library.tracks]
    for changes in ONE_EACH[:2]:
        change = levels(changes, tracks)[:, 0, :, 0] - 1
        assert torch.equal(change[0::2], change[1::2])
        assert len({round(float(value), 4) for value in change[:, 5]}) == 4


def test_gain_and_pitch_are_as_large_as_asked(library: Library) -> None:
    tracks = [replace(track, levels=np.full_like(track.levels, 2)) for track in library.tracks]
    steps = [levels(Augmentation(gain=6), tracks, step) - 2 for step in range(40)]
    decibels = torch.cat(steps)[:, 0, 0, 0] / LOG_SCALE * 10 / np.log(10)
    assert 5 < float(decibels.abs().max()) <= 6.01
    assert abs(float(decibels.mean())) < 1
    ramp = np.arange(SCALE.bins, dtype=np.float16)[None, :, None] / 16
    tracks = [replace(t, levels=np.broadcast_to(ramp, t.levels.shape)) for t in library.tracks]
    steps = [levels(Augmentation(pitch=3), tracks, step) for step in range(40)]
    bins = 18 - torch.cat(steps)[:, 0, 18, 0] * 16
    assert set(bins.tolist()) == {-2, -1, 0, 1, 2}  # three semitones are two bins of the tiny ear


def test_a_run_with_every_change_goes_on_bit_by_bit(tmp_path: Path, library: Library) -> None:
    config = replace(TRAINING, augmentation=EVERYTHING)
    rows = []
    for name, stops in (("whole", [12]), ("stopped", [5, 12])):
        for stop in stops:
            trainer = Trainer(tmp_path / name, EAR, config, library.tracks[2:], library.tracks[:2])
            run(trainer, stop=lambda: trainer.step >= stop)  # noqa: B023
        rows.append([row["loss"] for row in trainer.rows()])
    assert rows[0] == rows[1]
    assert len(rows[0]) == 12
    with pytest.raises(ValueError, match=r"begun with training.augmentation.equaliser 6, not 0"):
        Trainer(tmp_path / "whole", EAR, TRAINING, library.tracks[2:], library.tracks[:2])


@pytest.mark.parametrize(
    ("name", "value"),
    [("gain", -1), ("equaliser", 61), ("pitch", 13), ("stretch", 0.6), ("mix", 2)],
)
def test_changes_that_cannot_be_are_refused(name: str, value: float) -> None:
    with pytest.raises(ValueError, match=f"{name}: expected 0 to .*, got {value}"):
        Augmentation(**{name: value})
