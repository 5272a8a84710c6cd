"""The architectures are those of the papers: sizes, counts, causality, receptive fields."""

from __future__ import annotations

import pytest
import torch
from ear_examples import ARCHITECTURES, ear, network

from immersions.ears.contrastive import parameter_counts
from immersions.ears.presets import build, config

ALL = pytest.mark.parametrize("preset", ARCHITECTURES)


def test_h20_has_the_papers_parameters() -> None:
    assert parameter_counts(config("h20")) == {
        "encoder": 4_896_720,
        "context": 4_722_176,
        "prediction": 2_097_152,
    }


def test_h20_has_41_thousand_neurons() -> None:
    layers = build("h20").layers
    assert layers[0].neurons == 432
    assert sum(layer.neurons for layer in layers) == 40_992


def test_h20_reaches_one_pitch() -> None:
    sizes = [layer.pitches for layer in build("h20").layers[:17]]
    assert sizes == [216, 107, 83, 81, 79, 77, 63, 61, 59, 29, 15, 13, 11, 9, 5, 3, 1]


def test_h20_names_and_frames_of_a_4_second_loop() -> None:
    layers = build("h20").layers
    names = [layer.name for layer in layers]
    assert names[:4] == ["scalogram", "encoder.0.conv1", "encoder.0", "encoder.1.conv1"]
    assert names[16:] == ["encoder.7", *(f"context.{number}" for number in range(9))]
    assert [layer.frames for layer in layers] == [176] + 8 * [88] + 8 * [44] + 2 * [44] + [
        *(3 * [22]),
        *(4 * [11]),
    ]


@ALL
def test_layers_say_what_is_answered(preset: str) -> None:
    listener = ear(preset)
    layers = listener.layers
    samples = round(listener.loop_seconds * listener.sample_rate)
    with torch.no_grad():
        heard = listener.listen(torch.zeros(1, samples), [layer.name for layer in layers])
    assert list(heard) == [layer.name for layer in layers]
    for layer in layers:
        assert heard[layer.name].shape == (1, layer.channels, layer.pitches, layer.frames)
    assert layers[-1].pitches == 1


@ALL
def test_weights_are_counted_without_building(preset: str) -> None:
    built = network(preset)
    convolutions = sum(w.numel() for name, w in built.named_parameters() if "weight" in name)
    assert built.config.weights >= convolutions
    assert built.config.weights < 1.2 * convolutions
    assert built.config.stride == built.stride


@ALL
def test_the_receptive_field_is_what_is_stated(preset: str) -> None:
    """The oldest frame that moves the newest answer."""
    stated = network(preset).receptive_frames()
    assert list(stated) == [layer.name for layer in ear(preset).layers[1:]]
    longest = max(stated.values())
    frames = -(-(longest + 16) // 32) * 32
    oldest = {
        name: frames - int(moved.nonzero()[0]) for name, moved in oldest_hears(preset, frames)
    }
    assert oldest == stated


def oldest_hears(preset: str, frames: int) -> list[tuple[str, torch.Tensor]]:
    """For each layer, which frames move its newest answer: by gradient.

    Pools are made to pass everything on, and no nonlinearity stands in the way.
    """
    model = network(preset)
    scale = model.config.scalogram
    x = torch.zeros(1, scale.parts, scale.bins, frames, requires_grad=True)
    found = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("torch.nn.functional.max_pool2d", torch.nn.functional.avg_pool2d)
        patch.setattr("torch.nn.functional.relu", lambda x: x)
        patch.setattr("torch.nn.functional.leaky_relu", lambda x, slope: x)
        for name, activity in model.walk(x, circular=False):
            (gradient,) = torch.autograd.grad(activity[..., -1].sum(), x, retain_graph=True)
            found.append((name, gradient.abs().sum((0, 1, 2)) > 0))
    return found


@ALL
def test_the_future_changes_nothing(preset: str) -> None:
    """By gradient: an answer moves with nothing later than the last frame of its own step."""
    model = network(preset)
    scale = model.config.scalogram
    frames = 16 * model.stride
    x = torch.rand(1, scale.parts, scale.bins, frames, generator=torch.Generator().manual_seed(2))
    x.requires_grad_()
    for name, activity in model.walk(x, circular=False):
        steps = activity.shape[-1]
        step = steps // 2
        (gradient,) = torch.autograd.grad(activity[..., step].sum(), x, retain_graph=True)
        moved = gradient.abs().sum((0, 1, 2)).nonzero()
        assert len(moved), name
        assert int(moved[-1]) < (step + 1) * frames // steps, name


@ALL
def test_the_future_changes_nothing_in_numbers(preset: str) -> None:
    model = network(preset)
    scale = model.config.scalogram
    frames = 12 * model.stride
    x = torch.rand(1, scale.parts, scale.bins, frames, generator=torch.Generator().manual_seed(3))
    changed = x.clone()
    changed[..., frames // 2 :] = 4
    with torch.no_grad():
        pairs = zip(model.walk(x, False), model.walk(changed, False), strict=True)
        for (name, before), (_, after) in pairs:
            half = before.shape[-1] // 2
            assert torch.allclose(before[..., :half], after[..., :half], atol=1e-5), name
            assert not torch.allclose(before[..., half:], after[..., half:], atol=1e-3), name


def test_unknown_presets_are_named() -> None:
    with pytest.raises(ValueError, match="unknown preset 'h21'; presets: small, h20, h19, m19"):
        build("h21")
