"""The classifier of the probe, on features whose answer is known."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from immersions.training.probe import FOLDS, draw, fit, probe, random_folds


def clusters(per_label: int, distance: float, seed: int = 0) -> tuple[Tensor, Tensor]:
    """Four labels around points at `distance`, in ten features of very different scales."""
    random = torch.Generator().manual_seed(seed)
    labels = torch.arange(4).repeat_interleave(per_label)
    centres = distance * torch.eye(4, 10)
    features = centres[labels] + torch.randn(len(labels), 10, generator=random)
    return features * 10.0 ** torch.arange(-4, 6) + 100, labels


def halves(labels: Tensor) -> Tensor:
    return torch.arange(len(labels)) % 2 == 0


def test_it_tells_apart_what_a_line_can() -> None:
    features, labels = clusters(60, distance=8.0)
    training = halves(labels)
    score = probe(features, labels, training, ~training, per_label=30, seed=0)
    assert score.accuracy > 0.99
    assert score.loss < 0.1
    assert score.tested_on == 120


def test_labels_without_meaning_stay_at_chance() -> None:
    features, _ = clusters(250, distance=0.0)
    labels = torch.randint(4, (1000,), generator=torch.Generator().manual_seed(1))
    training = halves(labels)
    score = probe(features, labels, training, ~training, per_label=80, seed=0)
    assert abs(score.accuracy - 0.25) < 0.06
    assert score.penalty >= 0.1  # cross-validation saw that there is nothing to learn
    assert score.loss < 1.5


def test_the_fit_is_the_penalised_optimum() -> None:
    """The gradient of the penalised loss is zero there, in the standardised features."""
    features, labels = clusters(20, distance=2.0)
    found = fit(features, labels)
    standard = (features.double() - features.double().mean(0)) / features.double().std(0)
    weight = found.weight.clone().requires_grad_()
    loss = functional.cross_entropy(standard @ weight.T + found.bias, labels)
    (loss + 0.5 * found.penalty * weight.square().sum()).backward()
    assert weight.grad is not None
    assert weight.grad.abs().max() < 1e-4
    assert torch.allclose(found.scores(features), standard @ found.weight.T + found.bias)


def test_more_features_than_items_have_the_same_optimum() -> None:
    """The gradient is zero in all 200 features, though it was sought among 24 directions."""
    features, labels = clusters(6, distance=2.0)
    mixed = torch.randn(10, 200, generator=torch.Generator().manual_seed(5))
    wide = torch.tanh(((features - 100) / 10.0 ** torch.arange(-4, 6)) @ mixed)
    found = fit(wide, labels)
    standard = (wide.double() - wide.double().mean(0)) / wide.double().std(0)
    weight = found.weight.clone().requires_grad_()
    loss = functional.cross_entropy(standard @ weight.T + found.bias, labels)
    (loss + 0.5 * found.penalty * weight.square().sum()).backward()
    assert weight.grad is not None
    assert weight.grad.abs().max() < 1e-4


def test_test_items_change_nothing_that_is_fitted() -> None:
    features, labels = clusters(40, distance=3.0)
    training = halves(labels)
    other = torch.where(training[:, None], features, features * 0 - 1e6)
    first = probe(features, labels, training, ~training, 10, seed=3)
    second = probe(other, labels, training, ~training, 10, seed=3)
    assert first.penalty == second.penalty
    assert first.accuracy > second.accuracy


def test_a_feature_that_never_moves_does_no_harm() -> None:
    features, labels = clusters(40, distance=8.0)
    features[:, 7] = 5.0
    training = halves(labels)
    assert probe(features, labels, training, ~training, 20, seed=0).accuracy > 0.99


def test_a_seed_draws_equally_among_the_training_items() -> None:
    labels = torch.arange(3).repeat(20)
    training = torch.arange(60) < 45
    drawn = draw(labels, training, 10, seed=4)
    assert bool(training[drawn].all())
    assert labels[drawn].bincount().tolist() == [10, 10, 10]
    assert len(drawn.unique()) == 30
    assert torch.equal(drawn, draw(labels, training, 10, seed=4))
    assert not torch.equal(drawn, draw(labels, training, 10, seed=5))
    with pytest.raises(ValueError, match="expected 16 items or more to train on"):
        draw(labels, training, 16, seed=0)


def test_nothing_to_test_is_said() -> None:
    features, labels = clusters(10, distance=1.0)
    everything = torch.ones(40, dtype=torch.bool)
    with pytest.raises(ValueError, match="items to test"):
        probe(features, labels, everything, ~everything, 5, seed=0)


def test_folds_hold_an_equal_part_of_every_label() -> None:
    labels = torch.arange(3).repeat_interleave(10)
    folds = random_folds(labels, seed=0)
    for fold in range(FOLDS):
        assert labels[folds == fold].bincount(minlength=3).tolist() == [2, 2, 2]


def test_the_folds_that_are_given_choose_the_penalty() -> None:
    """What every group has of its own tells its items, and nothing of those of other groups."""
    random = torch.Generator().manual_seed(0)
    groups = torch.arange(20).repeat_interleave(10)
    own = 3 * torch.randn(20, 30, generator=random)
    features = own[groups] + torch.randn(200, 30, generator=random)
    by_item, by_group = fit(features, groups % 4), fit(features, groups % 4, folds=groups % 5)
    assert by_item.penalty < 0.1
    assert by_group.penalty > 10 * by_item.penalty
