"""Items and features of the probe, and the ear of a run that is not finished."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from probing_task import cut
from tiny_music import EAR, RATE, SCALE, TRAINING, pattern

from immersions.ears import presets
from immersions.scalogram import Scalogram
from immersions.training import probe_features, probe_items
from immersions.training.kept import averaged_network
from immersions.training.library import Library
from immersions.training.loop import Trainer, run
from immersions.training.probe import probe

SHAPE = probe_items.item_shape(EAR)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "pattern.wav"
    soundfile.write(path, pattern(4, 20.0), RATE, "FLOAT")
    return path


def test_an_item_is_as_long_as_the_visible_steps() -> None:
    assert SHAPE.frames == 16  # eight steps of two frames, four of c
    assert SHAPE.samples == (16 + 2 * SHAPE.margin) * 256
    small = probe_items.item_shape(presets.config("small"))
    assert small.frames == 160
    assert small.seconds == pytest.approx(4.1, abs=0.1)


def test_ears_get_the_same_sound_as_an_item_of_a_given_length() -> None:
    """Whatever their steps of c are: each hears as many whole ones as fit."""
    for name in ("small", "h20", "h19"):
        shape = probe_items.item_shape(presets.config(name), 7.8)
        assert shape.samples == round(7.8 * 44_100)
        assert shape.frames % 16 == 0
        assert 0 <= shape.samples // 1024 - 2 * shape.margin - shape.frames < 16
    least = (4 + 2 * SHAPE.margin) * 256 / RATE
    assert probe_items.item_shape(EAR, least).frames == 4
    for seconds in (least - 0.01, -1.0, 0.0, math.nan):
        with pytest.raises(ValueError, match=f"--item-seconds: expected {least:.3f} or more"):
            probe_items.item_shape(EAR, seconds)


def test_no_edge_of_an_item_is_heard(path: Path) -> None:
    """Cut out of its item alone, a frame is what it is within the whole track."""
    scalogram = Scalogram(SCALE)
    items = cut(path, SHAPE)
    whole = scalogram.stream(torch.from_numpy(pattern(4, 20.0))[None])[0]
    for number, levels in enumerate(probe_items.levels(items, scalogram, SHAPE)):
        start = number * SHAPE.samples // SCALE.hop + SHAPE.margin
        assert levels.shape == (1, SCALE.bins, SHAPE.frames)
        assert (levels - whole[..., start : start + SHAPE.frames]).abs().max() < 0.01


@pytest.mark.parametrize("count", [0, 1, 3, 10, 11, 44, 79])
def test_no_item_lies_across_the_border(count: int) -> None:
    training, test = probe_items.split_by_time(count)
    assert all(number + 1 <= 0.7 * count for number in training)
    assert all(number >= 0.7 * count for number in test)
    assert not set(training) & set(test)
    assert len(training) + len(test) in (count, count - 1)


def test_disturbing_changes_level_and_colour_within_bounds(path: Path) -> None:
    items = cut(path, SHAPE)

    def disturbed(seed: int, **others: float) -> np.ndarray:
        return probe_items.disturbed(items, RATE, np.random.default_rng(seed), **others)

    assert np.allclose(disturbed(1, decibels=0.0), items, atol=1e-6)
    other = disturbed(1)
    assert np.array_equal(other, disturbed(1))
    assert not np.array_equal(other, disturbed(2))
    before, after = (np.abs(np.fft.rfft(sound)) for sound in (items, other))
    decibels = 20 * np.log10(after / np.maximum(before, 1e-9))[before > 1.0]
    assert np.abs(decibels).max() < 12.1
    assert np.ptp(decibels) > 6
    assert probe_items.disturbed(items[:0], RATE, np.random.default_rng(1)).shape == (
        0,
        SHAPE.samples,
    )


def test_log_mel_by_hand() -> None:
    rate = 44_100
    filters = probe_features.mel_filters(rate)
    assert filters.shape == (64, 1025)
    assert torch.allclose(filters.sum(1), torch.ones(64))
    time = torch.arange(4 * rate) / rate
    sounds = torch.stack([torch.sin(2 * math.pi * 1000 * time), 0 * time])
    features = probe_features.log_mel(sounds, rate)
    assert features.shape == (2, 128)
    loudest = int(features[0, :64].argmax())
    centre = (filters[loudest] * torch.linspace(0, rate / 2, 1025)).sum()
    assert float(centre) == pytest.approx(1000, rel=0.05)
    assert torch.allclose(features[1, :64], torch.full((64,), -100.0))
    assert torch.equal(features[1, 64:], torch.zeros(64))
    quieter = probe_features.log_mel(0.1 * sounds, rate)
    assert float(features[0, loudest] - quieter[0, loudest]) == pytest.approx(20, abs=0.1)


def test_an_untrained_ear_is_scaled_by_what_it_hears(library: Library) -> None:
    levels = torch.from_numpy(np.array(library.tracks[0].levels[..., : 16 * 40], np.float32))
    items = levels.unflatten(-1, (40, 16)).permute(2, 0, 1, 3)
    state = torch.get_rng_state()
    ear = probe_features.untrained(EAR, items, seed=1)
    assert torch.equal(torch.get_rng_state(), state)
    inside: list[torch.Tensor] = []
    # The batch norm is folded into the convolution: what comes out of it is normalised.
    ear.network.context[0].conv.conv.register_forward_hook(lambda m, i, a: inside.append(a))
    heard = probe_features.features(ear, items)
    normalised = torch.cat(inside).transpose(0, 1).flatten(1)
    assert normalised.mean(1).abs().max() < 0.3
    assert float(normalised.std(1).mean()) == pytest.approx(1, abs=0.2)
    again = probe_features.features(probe_features.untrained(EAR, items, seed=1), items)
    other = probe_features.features(probe_features.untrained(EAR, items, seed=2), items)
    for name, table in heard.items():
        assert torch.equal(table, again[name]), name
        assert not torch.allclose(table, other[name]), name


def test_readouts_are_statistics_of_the_layers_they_name(library: Library) -> None:
    levels = torch.from_numpy(np.array(library.tracks[0].levels[..., : 16 * 20], np.float32))
    items = levels.unflatten(-1, (20, 16)).permute(2, 0, 1, 3)
    ear = probe_features.untrained(EAR, items, seed=1)
    blocks, steps = len(EAR.encoder), len(EAR.context)
    c, z, before = f"context.{steps - 1}", f"encoder.{blocks - 1}", f"encoder.{blocks - 2}"
    answers = ear.respond(items, [c, z, before])
    # In batches of another size, so that their order is seen too.
    heard = probe_features.features(ear, items, batch=7)
    expected = {
        "last c": [answers[c][..., -1]],
        "mean of c": [answers[c].mean(-1)],
        "c, mean and deviation": [answers[c].mean(-1), answers[c].std(-1)],
        f"{z} (z), mean and deviation": [answers[z].mean(-1), answers[z].std(-1)],
        f"{before}, mean and deviation": [answers[before].mean(-1), answers[before].std(-1)],
    }
    assert set(heard) == set(expected)
    for name, parts in expected.items():
        table = torch.cat([part.reshape(20, -1) for part in parts], 1)
        assert torch.allclose(heard[name], table, atol=1e-4), name
    assert answers[before].shape[2] > 1  # pitches count as neurons of their own
    assert heard[f"{before}, mean and deviation"].shape[1] == 2 * answers[before][0, ..., 0].numel()


def test_the_ear_of_a_run_is_read_and_nothing_written(tmp_path: Path, library: Library) -> None:
    trainer = Trainer(tmp_path, EAR, replace(TRAINING, steps=3), library.tracks[1:], [])
    run(trainer)
    before = {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()}
    network = averaged_network(tmp_path)
    assert {p.name: (p.stat().st_mtime_ns, p.read_bytes()) for p in tmp_path.iterdir()} == before
    expected = trainer.mean_model.network.state_dict()
    for key, value in network.state_dict().items():
        assert torch.equal(value, expected[key]), key
    (tmp_path / "checkpoint.safetensors").write_bytes(b"damaged")
    with pytest.raises(ValueError, match="expected the checkpoint of a run"):
        averaged_network(tmp_path)


def test_the_probe_tells_synthetic_tracks_apart(tmp_path: Path) -> None:
    """All of it together: sound files to accuracy, with an untrained ear and with log-mel."""
    scalogram, mel, levels, labels, training = Scalogram(SCALE), [], [], [], []
    for number in range(4):
        path = tmp_path / f"{number}.wav"
        soundfile.write(path, pattern(number, 30.0), RATE, "FLOAT")
        items = cut(path, SHAPE)
        first, _ = probe_items.split_by_time(len(items))
        mel.append(probe_features.log_mel(torch.from_numpy(items), RATE))
        levels.append(probe_items.levels(items, scalogram, SHAPE))
        labels += [number] * len(items)
        training += [index in first for index in range(len(items))]
    track, chosen = torch.tensor(labels), torch.tensor(training)
    ear = probe_features.untrained(EAR, torch.cat(levels)[chosen], seed=0)
    contexts = probe_features.features(ear, torch.cat(levels))["mean of c"]
    for features, least in ((torch.cat(mel), 0.8), (contexts, 0.35)):
        assert probe(features, track, chosen, ~chosen, 15, seed=0).accuracy > least
