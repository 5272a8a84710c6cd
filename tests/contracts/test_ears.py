"""What every ear promises, whatever it is made of: bundled ears, presets, modules.

A bundled ear or a preset is tested by being there.
"""

from __future__ import annotations

import functools
from collections.abc import Callable

import pytest
import torch
from ear_examples import Picture, RawAudio

from immersions import ears
from immersions.ears import Ear, from_module
from immersions.ears.presets import PRESETS, build
from immersions.scalogram import ScalogramConfig

SCALE = ScalogramConfig(
    sample_rate=16000, hop=512, bins=60, bins_per_octave=12, fmin=80.0, filter_scale=0.5
)
MADE: dict[str, Callable[[], Ear]] = {
    **{f"bundled {name}": functools.partial(ears.load, name) for name in ears.available()},
    **{f"preset {name}": functools.partial(build, name) for name in PRESETS},
    "module on sound": lambda: from_module(
        RawAudio(), 16000, ["first", "second", "embedding"], loop_seconds=2.0
    ),
    "module on a scalogram": lambda: from_module(
        Picture(), 16000, ["a", "b"], scalogram=SCALE, loop_seconds=2.0
    ),
}


@functools.cache
def made(name: str) -> Ear:
    return MADE[name]()


@pytest.fixture(params=list(MADE))
def ear(request: pytest.FixtureRequest) -> Ear:
    return made(request.param)


def loops(ear: Ear, count: int = 1) -> torch.Tensor:
    samples = round(ear.loop_seconds * ear.sample_rate)
    return 0.1 * torch.randn(count, samples, generator=torch.Generator().manual_seed(1))


def names(ear: Ear) -> list[str]:
    return [layer.name for layer in ear.layers]


def test_it_is_an_ear(ear: Ear) -> None:
    assert isinstance(ear, Ear)
    assert ear.name
    assert 1000 <= ear.sample_rate <= 192_000
    assert 0.1 <= ear.loop_seconds <= 60


def test_layers_have_names_of_their_own_and_sizes(ear: Ear) -> None:
    assert len(set(names(ear))) == len(ear.layers) > 0
    for layer in ear.layers:
        assert min(layer.channels, layer.pitches, layer.frames) >= 1
        assert layer.neurons == layer.channels * layer.pitches


def test_layers_are_those_of_the_loop_it_is_made_for(ear: Ear) -> None:
    samples = round(ear.loop_seconds * ear.sample_rate)
    assert list(ear.layers) == list(ear.layers_for(samples))
    assert [layer.name for layer in ear.layers_for(samples // 2)] == names(ear)


@pytest.mark.parametrize("share", [1.0, 0.37, 1.618])
def test_answers_have_the_shapes_that_layers_state(ear: Ear, share: float) -> None:
    samples = round(share * ear.loop_seconds * ear.sample_rate)
    sound = 0.1 * torch.randn(1, samples, generator=torch.Generator().manual_seed(2))
    with torch.no_grad():
        heard = ear.listen(sound, names(ear))
    assert list(heard) == names(ear)
    for layer in ear.layers_for(samples):
        assert heard[layer.name].shape == (1, layer.channels, layer.pitches, layer.frames)
        assert torch.isfinite(heard[layer.name]).all()


def test_only_what_is_asked_for_is_answered(ear: Ear) -> None:
    first, last = names(ear)[0], names(ear)[-1]
    with torch.no_grad():
        everything = ear.listen(loops(ear), names(ear))
        for asked in ([last], [last, first], []):
            heard = ear.listen(loops(ear), asked)
            assert list(heard) == asked
            for name in asked:
                assert torch.allclose(heard[name], everything[name], atol=1e-5)


def test_a_gradient_reaches_the_sound_from_every_layer(ear: Ear) -> None:
    for name in names(ear)[:: max(1, len(ear.layers) // 6)] + names(ear)[-1:]:
        leaf = loops(ear).requires_grad_()
        ear.listen(leaf, [name])[name].square().mean().backward()
        assert leaf.grad is not None
        assert torch.isfinite(leaf.grad).all()
        assert leaf.grad.abs().max() > 0, name


def test_silence_is_heard_without_trouble(ear: Ear) -> None:
    leaf = torch.zeros_like(loops(ear)).requires_grad_()
    heard = ear.listen(leaf, names(ear))
    assert all(torch.isfinite(answer).all() for answer in heard.values())
    sum(answer.sum() for answer in heard.values()).backward()
    assert leaf.grad is not None
    assert torch.isfinite(leaf.grad).all()


def test_a_batch_is_answered_like_its_loops(ear: Ear) -> None:
    batch, name = loops(ear, 2), names(ear)[-1]
    with torch.no_grad():
        together = ear.listen(batch, [name])[name]
        alone = torch.cat([ear.listen(one[None], [name])[name] for one in batch])
    assert torch.allclose(together, alone, atol=1e-4 * max(1.0, float(alone.abs().max())))


def test_listening_changes_nothing_and_repeats_itself(ear: Ear) -> None:
    sound, name = loops(ear), names(ear)[-1]
    before = sound.clone()
    with torch.no_grad():
        answers = [ear.listen(sound, [name])[name] for _ in range(2)]
    assert torch.equal(*answers)
    assert torch.equal(sound, before)


def test_unknown_layers_are_refused_with_the_valid_ones(ear: Ear) -> None:
    with pytest.raises(ValueError, match="unknown layer 'nowhere'; valid layers: ") as error:
        ear.listen(loops(ear), ["nowhere"])
    assert "\n" not in str(error.value)
    assert all(name in str(error.value) for name in names(ear))


def test_the_scalogram_is_heard_through_the_edit(ear: Ear) -> None:
    if not ear.has_scalogram:
        assert list(ear.bin_frequencies) == []
        return
    name = names(ear)[-1]
    seen: list[torch.Size] = []

    def silence(x: torch.Tensor) -> torch.Tensor:
        seen.append(x.shape)
        return torch.zeros_like(x)

    with torch.no_grad():
        heard = ear.listen(loops(ear), [name], edit=silence)[name]
        silent = ear.listen(torch.zeros_like(loops(ear)), [name])[name]
    assert torch.allclose(heard, silent, atol=1e-4)
    assert seen[0][2] == len(ear.bin_frequencies)
    assert list(ear.bin_frequencies) == sorted(ear.bin_frequencies)


def test_statistics_are_of_every_layer_or_of_none(ear: Ear) -> None:
    assert list(ear.statistics) in ([], names(ear))
    for layer in ear.layers if ear.statistics else []:
        row = ear.statistics[layer.name]
        assert row.mean.shape == row.deviation.shape == (layer.channels, layer.pitches)
        assert row.quantiles.shape == (len(ears.ear.QUANTILES), layer.channels, layer.pitches)
