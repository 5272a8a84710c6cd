"""What an ear is measured by on music that it never heard, and what it is compared with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_music import EAR, TRAINING, counted_track

from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training import cpc
from immersions.training.library import Library, Track
from immersions.training.loop import Trainer, run
from immersions.training.nearest import spectrum_scores
from immersions.training.run import model_card

STRIDE, COVERS = 2, 8
"""Frames a step of z, and those that it hears: the tiny ear's."""
CROP = cpc.crop_of(EAR, 2, 2)


def coloured(number: int, frames: int) -> Track:
    """A track that is one bin for ever, and so tells itself by its spectrum."""
    track = counted_track(number, frames)
    track.levels[:] = 0
    track.levels[0, 4 * number] = 3
    return track


def test_the_distances_are_those_of_the_mean_spectra() -> None:
    """Written out frame by frame."""
    torch.manual_seed(0)
    network = ContrastiveNetwork(EAR)
    assert network.encoder_stride == STRIDE
    assert network.receptive_frames()["encoder.2"] == COVERS
    levels = torch.rand(3, 1, 36, CROP.steps * STRIDE)
    table = spectrum_scores(levels, network, CROP, EAR.gap_steps)
    assert table.shape == (len(CROP.ends), 3, EAR.predicted_steps, 3)
    for j, end in enumerate(CROP.ends):
        heard_frames = [
            frame
            for step in range(end - EAR.visible_steps + 1, end + 1)
            for frame in range(step * STRIDE, (step + 1) * STRIDE)
        ]
        for k in range(EAR.predicted_steps):
            last = (end + 1 + EAR.gap_steps + k) * STRIDE + STRIDE - 1
            for n in range(3):
                heard = sum(levels[n, 0, :, f] for f in heard_frames) / len(heard_frames)
                for m in range(3):
                    frames = range(last - COVERS + 1, last + 1)
                    later = sum(levels[m, 0, :, f] for f in frames) / COVERS
                    expected = -float((heard - later).square().sum().sqrt())
                    assert float(table[j, n, k, m]) == pytest.approx(expected, abs=1e-5)


def test_spectra_tell_tracks_apart_that_are_one_tone_each(tmp_path: Path) -> None:
    """Among tracks they are always right; within one, all are equally near: the first is taken."""
    tracks = [coloured(number, 600) for number in range(4)]
    config = replace(TRAINING, validation_items=8, validation_crops=2)
    row = Trainer(tmp_path, EAR, config, tracks, tracks).validate()
    assert row["validation_spectrum_across"] == 1.0
    assert row["validation_spectrum_within"] == row["validation_spectrum_all"] == 0.5
    assert row["chance_within"] == 0.5


def test_nothing_is_told_from_other_tracks_where_there_are_none(tmp_path: Path) -> None:
    """Each would be right; and so within tracks where none has two excerpts."""
    tracks = [coloured(number, 600) for number in range(4)]
    for crops, used, left_out in ((2, tracks[:1], "across"), (1, tracks, "within")):
        config = replace(TRAINING, validation_items=4, validation_crops=crops)
        trainer = Trainer(tmp_path / left_out, EAR, config, tracks, used)
        row = trainer.validate()
        assert not [key for key in row if key.endswith(left_out)]
        assert row["chance_all"] == 0.25
        trainer.log({"step": 0.0, "loss": 1.0} | row)
        words = {"across": "other tracks", "within": "other places of the same track"}
        card = model_card("x", trainer, 4, "")
        for key, said in words.items():
            assert (f"| {said} |" in card) == (key != left_out)


def test_the_spectrum_stands_beside_the_ear(tmp_path: Path, library: Library) -> None:
    """Melodies are told better than by chance, if not by much: a note is no mean of a melody."""
    trainer = Trainer(tmp_path, EAR, TRAINING, library.tracks[4:], library.tracks[:4])
    row = trainer.validate()
    assert row["chance_across"] < row["validation_spectrum_across"] < 0.5
    run(trainer)
    for key in ("all", "across", "within"):  # whatever the ear has learned since
        name = f"validation_spectrum_{key}"
        assert [r[name] for r in trainer.rows() if name in r] == [row[name], row[name]]
    card = model_card("x", trainer, 4, "")
    assert "| tell the coming sound from | accuracy | nearest spectrum | chance |" in card
    spectrum = f"{100 * row['validation_spectrum_across']:.1f} %"
    assert f" % | {spectrum} | {100 * row['chance_across']:.1f} % |" in card


def test_the_card_of_a_run_without_the_figure_leaves_it_out(
    tmp_path: Path, library: Library
) -> None:
    """Such as one that was begun before it was measured."""
    trainer = Trainer(tmp_path, EAR, TRAINING, library.tracks[2:], library.tracks[:2])
    old = {"validation_all": 0.5, "validation_across": 0.75, "validation_within": 0.5}
    chance = {"chance_all": 0.125, "chance_across": 0.2, "chance_within": 0.25}
    trainer.log({"step": 0.0, "loss": 1.0} | old | chance)
    assert "| other tracks | 75.0 % | – | 20.0 % |" in model_card("x", trainer, 4, "")
