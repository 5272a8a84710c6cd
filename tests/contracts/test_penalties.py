"""What every registered penalty has to keep: a new one passes by being registered."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_ear import RATE, beat, tiny_ear

from immersions.dreaming import PARAMETERS, Dreamer, Target, dreamer
from immersions.dreaming.penalties import PENALTIES, Penalty, Situation
from immersions.dreaming.spectrum import LoopSpectrum
from immersions.parameters import Parameter

WAYS = ("objective", "direction", "step", "project")
each = pytest.mark.parametrize("penalty", PENALTIES, ids=lambda p: type(p).__name__)


def at(parameter: Parameter, position: float) -> float:
    """A place in the range of a parameter that begins at 0; a switch is on."""
    return parameter.maximum * (1 if parameter.curve == "switch" else position)


def names(penalty: Penalty) -> list[str]:
    return [parameter.name for parameter in penalty.parameters]


def ways(penalty: Penalty) -> list[str]:
    return [way for way in WAYS if way in vars(type(penalty))]


def noisy() -> np.ndarray:
    """A loop with everything that a penalty could mind: noise, highs, and not the start clip."""
    noise = np.random.default_rng(0).standard_normal(len(beat())).astype(np.float32)
    return beat(5) + 0.03 * noise


def situation(values: dict[str, float]) -> Situation:
    ear, clip = tiny_ear(), beat()
    grid = LoopSpectrum(len(clip), RATE)
    target = Target.parse("encoder.1[3]", ear.layers)
    mix = grid.of(torch.from_numpy(clip))
    checked = PARAMETERS.check(values)
    return Situation(checked, target, ear.statistics, ear.layers, grid, mix)


@each
def test_it_declares_its_parameters(penalty: Penalty) -> None:
    assert penalty.parameters
    for parameter in penalty.parameters:
        assert PARAMETERS[parameter.name] is parameter
        assert parameter.minimum == 0
        assert parameter.label
        assert parameter.description
        assert parameter.group


@each
def test_it_acts_in_one_way(penalty: Penalty) -> None:
    assert len(ways(penalty)) == 1
    assert penalty.every >= 1


@each
def test_at_zero_it_does_nothing(penalty: Penalty) -> None:
    given = situation(dict.fromkeys(names(penalty), 0.0))
    spectrum = given.grid.of(torch.from_numpy(noisy()))
    assert penalty.objective(given) is None
    assert penalty.direction(spectrum, given) is None
    assert penalty.step(spectrum, 2 * spectrum, given) is spectrum
    assert penalty.project(spectrum, given) is spectrum


@each
@pytest.mark.parametrize("position", [0.02, 0.5, 1.0])
def test_its_whole_range_gives_finite_values(penalty: Penalty, position: float) -> None:
    given = situation({parameter.name: at(parameter, position) for parameter in penalty.parameters})
    loop = torch.from_numpy(noisy())
    spectrum = given.grid.of(loop)
    (way,) = ways(penalty)
    if way == "objective":
        objective = penalty.objective(given)
        assert objective is not None
        leaf = loop[None].requires_grad_()
        value = objective(tiny_ear().listen(leaf, sorted(objective.layers)))
        assert value.shape == (1,)
        assert value.item() < 0
        (gradient,) = torch.autograd.grad(value.sum(), leaf)
        assert torch.isfinite(gradient).all()
        assert gradient.any()
    else:
        change = (0.1 * spectrum.roll(5),) if way == "step" else ()
        result = getattr(penalty, way)(*change, spectrum, given)
        assert result is not None
        assert result.shape == spectrum.shape
        assert torch.isfinite(result.abs()).all()
        assert not torch.equal(result, change[0] if change else spectrum)


@pytest.mark.parametrize(
    "penalty", [p for p in PENALTIES if ways(p) != ["step"]], ids=lambda p: type(p).__name__
)
def test_what_it_minds_falls_in_five_steps(penalty: Penalty) -> None:
    """The dream wants nothing else: the target's weight is zero."""
    parameter = penalty.parameters[0]
    values: dict[str, float] = {"momentum": 0.0, "brightness": 0.0, "denoise": 0.0}
    values |= {parameter.name: at(parameter, 0.5), "learning_rate": 0.005, "gradient_noise": 0.0}
    ear, loop = tiny_ear(), noisy()
    target = Target.parse("0*encoder.1[3]", ear.layers)
    given = situation(values)
    dreaming = Dreamer(ear, loop, target, values, mix=beat())
    start = dreaming.render()
    for _ in range(5):
        dreaming.step()
    assert minded(penalty, dreaming.render(), given) < minded(penalty, start, given)


def minded(penalty: Penalty, loop: np.ndarray, given: Situation) -> float:
    """How much a penalty has to object to a loop."""
    sound = torch.from_numpy(loop)
    objective = penalty.objective(given)
    if objective is not None:
        return -objective(tiny_ear().listen(sound[None], sorted(objective.layers))).item()
    spectrum = given.grid.of(sound)
    (way,) = ways(penalty)
    if way == "direction":
        wish = penalty.direction(spectrum, given)
        return 0.0 if wish is None else given.grid.rms(wish)
    return given.grid.rms(penalty.project(spectrum, given) - spectrum)


def three_steps(values: dict[str, float]) -> np.ndarray:
    ear = tiny_ear()
    target = Target.parse("encoder.1[3]", ear.layers)
    dreaming = Dreamer(ear, noisy(), target, values, seed=2, mix=beat())
    for _ in range(3):
        dreaming.step()
    return dreaming.render()


@each
def test_a_dream_at_zero_is_the_dream_without_it(
    penalty: Penalty, monkeypatch: pytest.MonkeyPatch
) -> None:
    zero = dict.fromkeys(names(penalty), 0.0)
    at_zero = three_steps(zero)
    others = tuple(other for other in PENALTIES if other is not penalty)
    monkeypatch.setattr(dreamer, "PENALTIES", others)
    assert three_steps(zero).tobytes() == at_zero.tobytes()
    monkeypatch.undo()
    changed = {parameter.name: at(parameter, 0.5) for parameter in penalty.parameters}
    assert three_steps(changed).tobytes() != at_zero.tobytes()
