import numpy as np
import pytest
import torch

from immersions.ears.ear import QUANTILES, LayerStatistics
from immersions.stage.workers import brightness


class Ear:
    """As much of an ear as brightness reads."""

    def __init__(self, **statistics):
        self.statistics = statistics


def statistics(low, high):
    """Of neurons (channels, pitches), with so many quantiles at `low` and `high`."""
    quantiles = torch.zeros(len(QUANTILES), *low.shape)
    quantiles[QUANTILES.index(0.1)] = low
    quantiles[QUANTILES.index(0.999)] = high
    return LayerStatistics(mean=low, deviation=high, quantiles=quantiles)


def bytes_of(ear, **heard):
    blocks = brightness.blocks(ear, {name: values[None] for name, values in heard.items()})
    return {block.name: block.values for block in blocks}


def test_dark_and_bright_are_each_neuron_s_own_quantiles():
    low = torch.tensor([[0.0, 1.0], [-2.0, 5.0]])
    high = low + torch.tensor([[1.0, 2.0], [4.0, 1.0]])
    heard = torch.stack([low - 1, low, (low + high) / 2, high, high + 9], dim=-1)
    drawn = bytes_of(Ear(layer=statistics(low, high)), layer=heard)["layer"]
    assert drawn.dtype == np.uint8
    assert drawn.tolist() == [[0, 0, 128, 255, 255]] * 4


def test_the_scalogram_is_drawn_from_silence_to_full_scale():
    heard = torch.tensor([0.0, 1.0, 2.0, 4.0, 5.0]).expand(1, 3, 5)
    ear = Ear(scalogram=statistics(torch.ones(1, 3), 2 * torch.ones(1, 3)))
    assert bytes_of(ear, scalogram=heard)["scalogram"].tolist() == [[0, 64, 128, 255, 255]] * 3


def test_the_phase_beside_the_power_is_drawn_on_its_own_scale():
    heard = torch.tensor([[[2.0, 4.0]], [[-1.0, 1.0]]])
    known = Ear(scalogram=statistics(torch.tensor([[0.0], [-1.0]]), torch.tensor([[1.0], [1.0]])))
    for ear in (known, Ear()):
        drawn = bytes_of(ear, scalogram=heard)["scalogram"]
        assert drawn[0].tolist() == [128, 255]
    assert bytes_of(known, scalogram=heard)["scalogram"][1].tolist() == [0, 255]


def test_neurons_are_in_the_order_of_their_numbers():
    low, high = torch.zeros(2, 3), torch.full((2, 3), 255.0)
    number = torch.arange(6.0).reshape(2, 3, 1)
    drawn = bytes_of(Ear(layer=statistics(low, high)), layer=number)["layer"]
    assert drawn[:, 0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_neuron_that_hardly_ever_moves_stays_dark():
    low, high = torch.zeros(1, 2), torch.tensor([[10.0, 0.0]])
    heard = torch.full((1, 2, 4), 0.01)
    assert bytes_of(Ear(layer=statistics(low, high)), layer=heard)["layer"].max() < 20


@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize("poison", [float("nan"), float("inf"), float("-inf")])
def test_whatever_is_heard_the_picture_is_drawn(known, poison):
    heard = torch.linspace(0, 1, 12).reshape(1, 3, 4).clone()
    heard[0, 1, 2] = poison
    ear = Ear(layer=statistics(torch.zeros(1, 3), torch.ones(1, 3))) if known else Ear()
    drawn = bytes_of(ear, layer=heard)["layer"]
    assert drawn.shape == (3, 4)
    assert drawn[1, 2] == (255 if poison == float("inf") else 0)
    assert drawn.max() == 255


def test_blocks_are_described_by_where_they_lie():
    ear = Ear()
    heard = {"a": torch.rand(1, 2, 3, 4), "b": torch.rand(1, 5, 1, 2)}
    places, data = brightness.describe(brightness.blocks(ear, heard))
    assert places == [
        {"name": "a", "frames": 4, "neurons": 6, "at": 0},
        {"name": "b", "frames": 2, "neurons": 5, "at": 24},
    ]
    assert len(data) == 34
    assert data[24:] == bytes_of(ear, b=heard["b"][0])["b"].tobytes()
