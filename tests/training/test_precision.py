"""Weights are kept in half precision only where no neuron would answer otherwise."""

from __future__ import annotations

import pytest
import torch
from tiny_music import EAR

from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training.library import Library
from immersions.training.precision import TOLERANCE, half_precision_error


def network() -> ContrastiveNetwork:
    torch.manual_seed(0)
    return ContrastiveNetwork(EAR).eval()


def test_usual_weights_may_be_halved(library: Library) -> None:
    assert 0 < half_precision_error(network(), library.tracks) < TOLERANCE


def test_weights_that_half_precision_holds_change_nothing(library: Library) -> None:
    halved = network()
    for value in halved.state_dict().values():
        if value.dtype == torch.float32:
            value.copy_(value.half().float())
    assert half_precision_error(halved, library.tracks) == 0


def test_weights_too_small_for_it_are_noticed(library: Library) -> None:
    """A millionth of the usual ones: half precision has hardly a digit left for them."""
    small = network()
    conv = small.encoder[1].conv1
    with torch.no_grad():
        conv.conv.weight.mul_(1e-6)
        conv.conv.bias.zero_()
        conv.norm.running_var.fill_(1e-10)
        small.encoder[1].conv2.conv.weight.mul_(1e3)
    assert half_precision_error(small, library.tracks) > TOLERANCE


@pytest.mark.parametrize("tracks", [1, 3])
def test_few_tracks_will_do(library: Library, tracks: int) -> None:
    assert half_precision_error(network(), library.tracks[:tracks]) < TOLERANCE
