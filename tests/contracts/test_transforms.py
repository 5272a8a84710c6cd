"""What every registered transform has to keep: a new one passes by being registered."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_ear import RATE, beat, tiny_ear

from immersions.dreaming import PARAMETERS, Dreamer, Target, hearing
from immersions.dreaming.transforms import TRANSFORMS, Moment, Transform

STAGES = ("delays", "loop", "scalogram", "gradient")
each = pytest.mark.parametrize("transform", TRANSFORMS, ids=lambda t: type(t).__name__)


def inputs() -> dict[str, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    return {
        "loop": 0.1 * torch.randn(3, 4000, generator=generator),
        "scalogram": 4 * torch.rand(3, 2, 72, 64, generator=generator),
        "gradient": torch.randn(3, 20, 501, dtype=torch.complex64, generator=generator),
    }


def run(transform: Transform, stage: str, seed: int, value: float) -> torch.Tensor | None:
    values = PARAMETERS.defaults() | dict.fromkeys(names(transform), value)
    moment = Moment(values, torch.Generator().manual_seed(seed), RATE, bins_per_octave=12.0)
    if stage == "delays":
        return transform.delays(3, moment)
    changed: torch.Tensor = getattr(transform, stage)(inputs()[stage], moment)
    return changed


def names(transform: Transform) -> list[str]:
    return [parameter.name for parameter in transform.parameters]


def stages(transform: Transform) -> list[str]:
    return [stage for stage in STAGES if stage in vars(type(transform))]


@each
def test_it_declares_its_parameters(transform: Transform) -> None:
    assert transform.parameters
    for parameter in transform.parameters:
        assert PARAMETERS[parameter.name] is parameter
        assert parameter.minimum == 0
        assert parameter.label
        assert parameter.description
        assert parameter.group


@each
def test_it_acts_at_one_stage(transform: Transform) -> None:
    assert len(stages(transform)) == 1


@each
def test_at_zero_it_returns_what_it_was_given(transform: Transform) -> None:
    given = inputs()
    values = PARAMETERS.defaults() | dict.fromkeys(names(transform), 0.0)
    generator = torch.Generator().manual_seed(0)
    before = generator.get_state()
    moment = Moment(values, generator, RATE, bins_per_octave=12.0)
    assert transform.delays(3, moment) is None
    for stage in STAGES[1:]:
        assert getattr(transform, stage)(given[stage], moment) is given[stage]
    assert torch.equal(generator.get_state(), before)


@each
def test_above_zero_it_changes_every_copy_by_its_seed(transform: Transform) -> None:
    (stage,) = stages(transform)
    first, again, other = (run(transform, stage, seed, 0.5) for seed in (1, 1, 2))
    assert first is not None
    assert again is not None
    assert other is not None
    assert torch.equal(first, again)
    assert not torch.equal(first, other)
    assert torch.isfinite(first.abs()).all()
    if stage == "delays":
        assert first.shape == (3,)
        assert len(set(first.tolist())) == 3
        return
    given = inputs()[stage]
    assert first.shape == given.shape
    assert first.dtype == given.dtype
    assert all((copy != before).any() for copy, before in zip(first, given, strict=True))


@each
def test_a_gradient_passes_through(transform: Transform) -> None:
    (stage,) = stages(transform)
    if stage in ("loop", "scalogram"):
        leaf = inputs()[stage].requires_grad_()
        values = PARAMETERS.defaults() | dict.fromkeys(names(transform), 0.5)
        moment = Moment(values, torch.Generator().manual_seed(0), RATE, bins_per_octave=12.0)
        getattr(transform, stage)(leaf, moment).sum().backward()
        assert leaf.grad is not None
        assert torch.isfinite(leaf.grad).all()
        assert leaf.grad.any()


@each
def test_its_whole_range_gives_finite_values(transform: Transform) -> None:
    (stage,) = stages(transform)
    for parameter in transform.parameters:
        for value in (0.01 * parameter.maximum, parameter.maximum):
            result = run(transform, stage, 3, value)
            assert result is not None
            assert torch.isfinite(result.abs()).all()


def three_steps(values: dict[str, float]) -> np.ndarray:
    ear, clip = tiny_ear(), beat()
    dreaming = Dreamer(ear, clip, Target.parse("encoder.1[3]", ear.layers), values, seed=2)
    for _ in range(3):
        dreaming.step()
    return dreaming.render()


@each
def test_a_dream_at_zero_is_the_dream_without_it(
    transform: Transform, monkeypatch: pytest.MonkeyPatch
) -> None:
    zero = dict.fromkeys(names(transform), 0.0)
    at_zero = three_steps(zero)
    others = tuple(other for other in TRANSFORMS if other is not transform)
    monkeypatch.setattr(hearing, "TRANSFORMS", others)
    assert three_steps(zero).tobytes() == at_zero.tobytes()
    monkeypatch.undo()
    assert three_steps(dict.fromkeys(names(transform), 0.3)).tobytes() != at_zero.tobytes()


@each
def test_the_objective_rises_in_five_steps_with_it(transform: Transform) -> None:
    ear, clip = tiny_ear(), beat()
    values = {name: PARAMETERS[name].default or 0.05 for name in names(transform)}
    dreaming = Dreamer(ear, clip, Target.parse("encoder.1[3]", ear.layers), values, seed=1)
    before = dreaming.standardised(clip)
    for _ in range(5):
        dreaming.step()
    assert dreaming.standardised(dreaming.render()) > before + 0.1
