"""The loss against the printed formula, written out with loops."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_music import EAR, TRAINING
from torch import Tensor

from immersions.ears import presets
from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training import cpc
from immersions.training.library import Library
from immersions.training.loop import Trainer

CROP = cpc.Crop(steps=14, ends=(3, 5, 7), ratio=2)
ITEMS, Z, C = 3, EAR.encoder[-1].channels, EAR.context[-1].channels


@pytest.fixture
def answers() -> tuple[Tensor, Tensor, cpc.Prediction]:
    torch.manual_seed(5)
    prediction = cpc.Prediction(EAR)
    torch.nn.init.normal_(prediction.map.weight, std=0.1)
    return torch.randn(ITEMS, Z, CROP.steps), torch.randn(ITEMS, C, CROP.steps // 2), prediction


def naive(z: Tensor, c: Tensor, prediction: cpc.Prediction, across_steps: bool) -> float:
    """-log(exp(z_{n,k} . M_k c_n) / sum_m [sum_l] exp(z_{m,l} . M_l c_n)), averaged."""
    maps = prediction.map.weight.detach().reshape(EAR.predicted_steps, Z, C)
    terms = []
    for end in CROP.ends:
        for n in range(ITEMS):
            context = c[n, :, end // CROP.ratio]

            def score(m: int, k: int, end: int = end, context: Tensor = context) -> float:
                later = z[m, :, end + EAR.gap_steps + 1 + k]
                return float(torch.dot(later, maps[k] @ context))

            for k in range(EAR.predicted_steps):
                steps = range(EAR.predicted_steps) if across_steps else [k]
                below = sum(math.exp(score(m, step)) for m in range(ITEMS) for step in steps)
                terms.append(-math.log(math.exp(score(n, k)) / below))
    return sum(terms) / len(terms)


@pytest.mark.parametrize("across_steps", [False, True])
def test_the_loss_is_the_printed_formula(
    answers: tuple[Tensor, Tensor, cpc.Prediction], across_steps: bool
) -> None:
    table = cpc.scores(*answers, CROP, EAR.gap_steps).detach()
    assert table.shape == (len(CROP.ends), ITEMS, EAR.predicted_steps, ITEMS)
    loss = cpc.loss_across_steps if across_steps else cpc.loss
    assert float(loss(table)) == pytest.approx(naive(*answers, across_steps), rel=1e-5)


def test_the_candidates_vary_and_the_context_is_fixed(
    answers: tuple[Tensor, Tensor, cpc.Prediction],
) -> None:
    """A number added to every score of one context changes nothing; of one candidate it does."""
    table = cpc.scores(*answers, CROP, EAR.gap_steps).detach()
    by_context = torch.randn(len(CROP.ends), ITEMS, EAR.predicted_steps, 1)
    by_candidate = torch.randn(1, 1, 1, ITEMS)
    assert float(cpc.loss(table + by_context)) == pytest.approx(float(cpc.loss(table)), rel=1e-4)
    assert abs(float(cpc.loss(table + by_candidate) - cpc.loss(table))) > 0.01


def test_training_starts_at_chance(library: Library, tmp_path: Path) -> None:
    trainer = Trainer(tmp_path, EAR, TRAINING, library.tracks[2:], library.tracks[:2])
    row = trainer.advance()
    assert row["loss"] == pytest.approx(math.log(TRAINING.items), rel=0.05)
    assert row["accuracy"] < 3 / TRAINING.items


@pytest.mark.parametrize("name", presets.PRESETS)
def test_an_item_is_the_shortest_in_which_all_contexts_predict(name: str) -> None:
    config = presets.config(name)
    with torch.device("meta"):
        network = ContrastiveNetwork(config)
    ratio = network.stride // network.encoder_stride
    crop = cpc.crop_of(config, ratio, contexts=4)
    assert len(crop.ends) == 4
    assert crop.ends[0] + 1 >= config.visible_steps
    assert crop.ends[0] + 1 < config.visible_steps + ratio
    last = crop.ends[-1] + config.gap_steps + config.predicted_steps
    assert last < crop.steps <= last + ratio
    assert all((end + 1) % ratio == 0 for end in crop.ends)  # where a step of c is complete
    assert cpc.item_frames(config, 4) == crop.steps * network.encoder_stride


def test_a_context_hears_nothing_that_it_predicts(library: Library) -> None:
    torch.manual_seed(0)
    network = ContrastiveNetwork(EAR).eval()
    crop = cpc.crop_of(EAR, 2, contexts=2)
    frames = crop.steps * network.encoder_stride
    levels = torch.from_numpy(library.tracks[0].levels[:, :, :frames].copy()).float()[None]
    levels.requires_grad_()
    _, c = network(levels)
    c[0, :, crop.ends[0] // crop.ratio].sum().backward()
    heard = levels.grad.abs().sum((0, 1, 2)).nonzero().max()
    assert heard < (crop.ends[0] + 1) * network.encoder_stride


def test_accuracy_by_hand() -> None:
    """One context, one step, four items of which 0, 1 and 2, 3 are of a track each."""
    table = torch.tensor(
        [
            [5.0, 1.0, 2.0, 3.0],  # right among all
            [9.0, 4.0, 2.0, 1.0],  # beaten by its own track only
            [1.0, 8.0, 7.0, 6.0],  # beaten by another track only
            [0.0, 0.0, 3.0, 2.0],  # beaten by its own track only
        ]
    )[None, :, None, :]
    own = torch.eye(4, dtype=torch.bool)
    same = torch.tensor([0, 0, 1, 1])[:, None] == torch.tensor([0, 0, 1, 1])[None]
    assert cpc.accuracy(table, torch.ones_like(own)) == 0.25
    assert cpc.accuracy(table, own | ~same) == 0.75
    assert cpc.accuracy(table, same) == 0.5


def test_an_unknown_loss_names_the_known() -> None:
    with pytest.raises(ValueError, match="'cpc' or 'sat', got 'mse'"):
        replace(TRAINING, loss="mse")
