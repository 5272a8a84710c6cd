"""A loop is heard as its endless repetition, for one loop's cost."""

from __future__ import annotations

import pytest
import torch
from ear_examples import ARCHITECTURES, ear, network
from hypothesis import given, settings
from hypothesis import strategies as some
from torch import nn

from immersions.ears.blocks import CausalConv
from immersions.ears.contrastive import ContrastiveNetwork

ALL = pytest.mark.parametrize("preset", ARCHITECTURES)


def unrolled(model: ContrastiveNetwork, x: torch.Tensor) -> dict[str, torch.Tensor]:
    """Every layer on so many repetitions that the last hears nothing before the first."""
    frames = x.shape[-1]
    times = -(-max(model.receptive_frames().values()) // frames) + 1
    with torch.no_grad():
        return {
            name: activity[..., -activity.shape[-1] // times :]
            for name, activity in model.walk(x.repeat(1, 1, 1, times), circular=False)
        }


@ALL
@pytest.mark.parametrize("steps", [1, 2, 3, 5, 11])
def test_a_loop_equals_its_endless_repetition(preset: str, steps: int) -> None:
    """From loops of a sixtieth of the receptive field on; `steps` are those of c."""
    model = network(preset)
    scale = model.config.scalogram
    random = torch.Generator().manual_seed(steps)
    x = 4 * torch.rand(1, scale.parts, scale.bins, steps * model.stride, generator=random)
    expected = unrolled(model, x)
    with torch.no_grad():
        for name, activity in model.walk(x, circular=True):
            assert activity.shape == expected[name].shape, name
            scale_of_layer = max(1.0, float(expected[name].abs().max()))
            assert (activity - expected[name]).abs().max() < 1e-4 * scale_of_layer, name


@ALL
def test_a_sound_equals_its_endless_repetition(preset: str) -> None:
    """From the samples on, the folded network against the one that is trained."""
    listener, model = ear(preset), network(preset)
    names = [layer.name for layer in listener.layers]
    hop = model.config.scalogram.hop
    samples = hop * model.stride * 8
    sound = 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        heard = listener.listen(sound, names)
        x = listener.scalogram.loop(sound.repeat(1, 2), 2 * samples // hop)
        expected = unrolled(model, x[..., samples // hop :])
    for name in names[1:]:
        size = max(1.0, float(expected[name].abs().max()))
        # The scalograms themselves agree to 1e-3 where next to nothing sounds, else far better.
        assert (heard[name] - expected[name]).abs().max() < 2e-3 * size, name
        assert (heard[name] - expected[name]).abs().mean() < 1e-5 * size, name


def test_a_loop_that_begins_later_is_answered_later() -> None:
    listener = ear("small")
    stride, hop = listener.network.stride, 1024
    sound = 0.1 * torch.randn(1, hop * stride * 6, generator=torch.Generator().manual_seed(2))
    names = ["encoder.2", "context.3"]
    with torch.no_grad():
        before = listener.listen(sound, names)
        after = listener.listen(sound.roll(-2 * hop * stride, 1), names)
    for name in names:
        steps = 2 * before[name].shape[-1] // 6
        away = (before[name].roll(-steps, -1) - after[name]).abs()
        assert away.max() < 2e-3 * before[name].abs().max()


@settings(deadline=None)
@given(some.integers(20_000, 2_000_000))
def test_the_frame_rate_is_kept_within_a_tenth(samples: int) -> None:
    listener = ear("small")
    frames = listener.loop_frames(samples)
    heard = samples * listener.tiles(samples)
    assert frames % listener.network.stride == 0
    assert heard >= 2 * listener.sample_rate
    assert abs(frames / (heard / 1024) - 1) <= 0.1


@ALL
def test_loops_under_2_seconds_are_tiled(preset: str) -> None:
    listener = ear(preset)
    rate = listener.sample_rate
    assert [listener.tiles(round(s * rate)) for s in (4, 2, 1.99, 1, 0.7, 0.25)] == [
        *(1, 1, 2, 2, 3, 8)
    ]
    short = 0.1 * torch.randn(1, round(0.7 * rate), generator=torch.Generator().manual_seed(3))
    last = listener.layers[-1].name
    with torch.no_grad():
        alone = listener.listen(short, [last])[last]
        tiled = listener.listen(short.repeat(1, 3), [last])[last]
    assert torch.equal(alone, tiled)


@pytest.mark.parametrize("seconds", [1.3, 2.0, 3.1, 4.0, 7.77])
def test_layers_say_what_loops_of_other_lengths_give(seconds: float) -> None:
    listener = ear("small")
    samples = round(seconds * listener.sample_rate)
    layers = listener.layers_for(samples)
    with torch.no_grad():
        heard = listener.listen(torch.zeros(1, samples), [layer.name for layer in layers])
    for layer in layers:
        assert heard[layer.name].shape == (1, layer.channels, layer.pitches, layer.frames)


@pytest.mark.parametrize(
    ("asked", "convolutions"),
    [
        (["scalogram"], 0),
        (["encoder.0.conv1"], 1),
        (["encoder.0"], 3),
        (["encoder.0", "scalogram"], 3),
        (["encoder.1.conv1"], 4),
        (["encoder.4"], 15),
        (["context.0"], 16),
        (["encoder.2", "context.3"], 19),
    ],
)
def test_nothing_is_computed_beyond_what_is_asked(asked: list[str], convolutions: int) -> None:
    """An encoder block whose channels change has three convolutions, the shortcut included."""
    listener = ear("small")
    calls: list[nn.Module] = []
    for module in listener.network.modules():
        if isinstance(module, CausalConv):
            module.register_forward_hook(lambda module, given, answer: calls.append(module))
    heard = listener.listen(torch.zeros(1, 88200), asked)
    assert list(heard) == asked
    assert len(calls) == convolutions


def test_unknown_layers_are_refused_in_one_line() -> None:
    listener = ear("small")
    with pytest.raises(ValueError, match=r"unknown layer 'encoder.9'; valid layers: scal") as e:
        listener.listen(torch.zeros(1, 88200), ["encoder.0", "encoder.9"])
    assert "context.3" in str(e.value)
    assert "\n" not in str(e.value)


@pytest.mark.parametrize("samples", [0, 1])
def test_loops_of_nothing_are_refused(samples: int) -> None:
    with pytest.raises(ValueError, match="expected a loop of 2 samples or more"):
        ear("small").listen(torch.zeros(1, samples), ["scalogram"])


def test_an_edit_changes_what_is_heard() -> None:
    listener = ear("small")
    sound = 0.1 * torch.randn(1, 88200, generator=torch.Generator().manual_seed(4))
    heard = listener.listen(sound, ["scalogram", "encoder.0"], edit=lambda x: x * 0)
    silent = listener.listen(sound * 0, ["scalogram", "encoder.0"])
    assert heard["scalogram"].abs().max() == 0
    assert torch.allclose(heard["encoder.0"], silent["encoder.0"], atol=1e-5)


@ALL
def test_folded_batch_norms_answer_the_same(preset: str) -> None:
    model = network(preset)
    scale = model.config.scalogram
    random = torch.Generator().manual_seed(6)
    x = 4 * torch.rand(1, scale.parts, scale.bins, 2 * model.stride, generator=random)
    listener = ear(preset)
    assert not any(isinstance(m, nn.BatchNorm2d) for m in listener.network.modules())
    assert any(isinstance(m, nn.BatchNorm2d) for m in model.modules())
    with torch.no_grad():
        names = [layer.name for layer in listener.layers]
        for circular in (False, True):
            folded = listener.respond(x, names, circular)
            for name, expected in model.walk(x, circular):
                size = max(1.0, float(expected.abs().max()))
                assert (folded[name] - expected).abs().max() < 1e-4 * size, name
