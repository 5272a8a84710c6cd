import numpy as np
import pytest
import torch

from figures import FIGURES, column, main, row, scalogram, titled
from image_networks import resnet18, vgg16
from immersions import ears
from immersions.anatomy.network import graph_of


@pytest.mark.parametrize(("make", "parameters"), [(vgg16, 138_357_544), (resnet18, 11_689_512)])
def test_the_image_networks_have_the_papers_parameters(make, parameters):
    with torch.device("meta"):
        network = make()
        assert network(torch.zeros(1, 3, 224, 224)).shape == (1, 1000)
    assert sum(each.numel() for each in network.parameters()) == parameters


def test_resnet18_is_cut_and_joined_whole():
    graph = graph_of(resnet18(10), torch.zeros(1, 3, 64, 64), keep_columns=True)
    assert graph.unconnected == ()
    assert [layer.pitches for layer in graph.layers][:4] == [64, 32, 16, 16]
    # The image, the stem, two nonlinearities of each of eight blocks, the answer.
    assert len(graph.layers) == 1 + 1 + 16 + 1
    assert {one.target for one in graph.connections} == set(range(1, 19))


def test_figures_are_put_together_and_titled():
    white = np.full((40, 60, 3), 255, np.uint8)
    panel = titled(white, "k = 1")
    assert panel.shape == (84, 60, 3)
    assert panel[40:].max() > 150
    assert row([panel, panel]).shape == (84, 136, 3)
    assert column([panel, panel]).shape == (184, 60, 3)
    with pytest.raises(SystemExit, match="figures: layers"):
        main(None, ["nothing"])
    assert {"layers", "h20", "levels", "exponents", "resnet18", "vgg16"} < set(FIGURES)


def test_a_tone_is_a_line_in_the_scalogram():
    ear = ears.load("small")
    time = np.arange(2 * ear.sample_rate) / ear.sample_rate
    image = scalogram(ear, np.sin(2 * np.pi * 440 * time).astype(np.float32), 80, 100)
    expected = np.argmin(np.abs(np.log(np.array(ear.bin_frequencies) / 440)))
    brightest = int(image.sum((1, 2)).argmax())
    share = 1 - (brightest + 0.5) / 100
    assert share == pytest.approx((expected + 0.5) / len(ear.bin_frequencies), abs=0.02)
