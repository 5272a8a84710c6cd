from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_music import EAR, counted_track

from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.ears.ear import QUANTILES
from immersions.training.library import Library, Track
from immersions.training.statistics import take_statistics


@pytest.fixture
def ear() -> ContrastiveEar:
    torch.manual_seed(2)
    return ContrastiveEar("tiny", ContrastiveNetwork(EAR))


def test_every_neuron_has_its_statistics(ear: ContrastiveEar, library: Library) -> None:
    statistics = take_statistics(ear, library.tracks, crops=6)
    assert list(statistics) == [layer.name for layer in ear.layers]
    for layer in ear.layers:
        row, shape = statistics[layer.name], (layer.channels, layer.pitches)
        assert row.mean.shape == row.deviation.shape == shape
        assert row.quantiles.shape == (len(QUANTILES), *shape)
        for values in (row.mean, row.deviation, row.quantiles):
            assert bool(torch.isfinite(values).all())
        assert bool((row.deviation >= 0).all())
        assert bool((row.quantiles.diff(dim=0) >= 0).all())
        assert float(row.deviation.max()) > 0


def test_they_are_those_of_the_music(ear: ContrastiveEar, library: Library) -> None:
    """Against one long stream of every track, listened to at once."""
    statistics = take_statistics(ear, library.tracks, crops=64)
    name = "encoder.2"
    with torch.no_grad():
        heard = torch.cat(
            [
                ear.respond(torch.from_numpy(np.array(t.levels, np.float32))[None], [name])[name]
                for t in library.tracks
            ],
            -1,
        )[0]
    error = (statistics[name].mean - heard.mean(-1)).abs() / heard.std(-1)
    assert error.max() < 0.2
    assert torch.allclose(statistics[name].deviation, heard.std(-1), rtol=0.2)


def test_what_was_before_an_excerpt_is_left_out(ear: ContrastiveEar) -> None:
    """On unchanging sound every answer is the same, once the network is filled with it."""
    levels = np.full((1, 36, 3000), 2.0, np.float16)
    track = Track(Path("steady.wav"), "key", levels)
    for row in take_statistics(ear, [track], crops=2).values():
        assert row.deviation.max() < 2e-3
        assert (row.quantiles[-1] - row.quantiles[0]).max() < 2e-3
    name = "context.1"
    with torch.no_grad():
        first = ear.respond(torch.full((1, 1, 36, 400), 2.0), [name])[name]
    assert first.std(-1).max() > 2e-3  # the warm-up that has to be left out


def test_short_tracks_are_heard_one_after_another(ear: ContrastiveEar) -> None:
    tracks = [counted_track(number, 120) for number in range(3)]
    statistics = take_statistics(ear, tracks, crops=3)
    numbers = statistics["scalogram"].mean[0, 1]
    assert 0.5 < float(numbers) < 1.5  # all three tracks were heard
    assert float(statistics["scalogram"].quantiles[0, 0, 1]) == 0
    assert float(statistics["scalogram"].quantiles[-1, 0, 1]) == 2


def test_the_same_seed_gives_the_same(ear: ContrastiveEar, library: Library) -> None:
    first = take_statistics(ear, library.tracks, crops=2, seed=1)
    again = take_statistics(ear, library.tracks, crops=2, seed=1)
    for name, row in first.items():
        assert torch.equal(row.quantiles, again[name].quantiles)
