from __future__ import annotations

import numpy as np
import pytest
import torch
from tiny_ear import RATE, SAMPLES, beat

from immersions import audio
from immersions.dreaming import PARAMETERS, Dreamer, Target
from immersions.ears.contrastive import ContrastiveEar

BARE: dict[str, float] = {
    "momentum": 0,
    "follow": 0,
    "time_shift": 0,
    "pitch_shift": 0,
    "time_mask": 0,
    "pitch_mask": 0,
    "input_noise": 0,
    "gradient_noise": 0,
    "denoise": 0,
    "brightness": 0,
}
TARGET = "encoder.1[3]"


def dreamer(
    ear: ContrastiveEar,
    start: np.ndarray,
    target: str | list[str] = TARGET,
    seed: int = 0,
    **values: float,
) -> Dreamer:
    return Dreamer(ear, start, Target.parse(target, ear.layers_for(len(start))), values, seed)


def test_it_climbs(ear: ContrastiveEar, clip: np.ndarray) -> None:
    dreaming = dreamer(ear, clip, **BARE)
    before = dreaming.standardised(clip)
    seen = [dreaming.step().activation for _ in range(5)]
    assert seen[0] == pytest.approx(before, abs=1e-3)
    assert seen[1] > seen[0]
    assert dreaming.standardised(dreaming.render()) > before + 0.3


@pytest.mark.parametrize(
    "target",
    ["scalogram[0, 30:40]", "encoder.0.conv1[2]", "-1*encoder.1[3]", "context.0[..., 3:6]"],
)
def test_it_climbs_in_every_layer(ear: ContrastiveEar, clip: np.ndarray, target: str) -> None:
    dreaming = dreamer(ear, clip, target, **{**BARE, "follow": 0.9, "learning_rate": 0.002})
    before = dreaming.standardised(clip)
    for _ in range(5):
        dreaming.step()
    assert dreaming.standardised(dreaming.render()) > before + 0.015


def test_a_step_that_follows_the_rhythm_leaves_the_gaps_alone(
    ear: ContrastiveEar, clip: np.ndarray
) -> None:
    """The time well before each stroke changes less, relative to all, the more it follows."""
    quiet = np.abs(np.arange(SAMPLES) % (SAMPLES // 8) - 2700) < 300

    def share(follow: float) -> float:
        dreaming = dreamer(ear, clip, **{**BARE, "follow": follow})
        dreaming.step()
        change = (dreaming._grid.loop(dreaming._spectrum).numpy() - clip) ** 2
        return float(change[quiet].mean() / change.mean())

    assert share(1.0) < 0.5 * share(0.5) < 0.25 * share(0.0)


@pytest.mark.parametrize("start", ["beat", "silence", "hot", "awkward length", "short"])
def test_what_comes_out_may_be_played(ear: ContrastiveEar, start: str) -> None:
    clip = {
        "beat": beat(),
        "silence": np.zeros(SAMPLES, np.float32),
        "hot": np.clip(beat() * 3, -1, 1),
        "awkward length": beat(samples=31991),
        "short": beat(samples=9973),
    }[start]
    dreaming = dreamer(ear, clip)
    for _ in range(12):
        dreaming.step()
    loop = dreaming.render()
    assert loop.shape == clip.shape
    assert loop.dtype == np.float32
    assert np.isfinite(loop).all()
    assert audio.true_peak_dbtp(loop) <= -1
    step, allowed = audio.seam(loop, RATE)
    assert step <= allowed
    wanted = -20 if start == "silence" else audio.loudness_lufs(clip, RATE)
    assert audio.loudness_lufs(loop, RATE) == pytest.approx(wanted, abs=1)


def test_the_same_seed_gives_the_same_bytes(ear: ContrastiveEar, clip: np.ndarray) -> None:
    def run(seed: int) -> bytes:
        dreaming = dreamer(ear, clip, seed=seed, copies=2, input_noise=0.1)
        for _ in range(3):
            dreaming.step()
        return dreaming.render().tobytes()

    state = torch.random.get_rng_state()
    assert run(4) == run(4)
    assert run(4) != run(5)
    assert torch.equal(torch.random.get_rng_state(), state)


@pytest.mark.parametrize("rate", [0.001, 0.1])
def test_the_learning_rate_is_the_relative_change_of_a_step(
    ear: ContrastiveEar, clip: np.ndarray, rate: float
) -> None:
    dreaming = dreamer(ear, clip, learning_rate=rate, **BARE)
    before = dreaming.render()
    dreaming.step()
    change = dreaming.render() - before
    relative = np.sqrt(np.mean(change**2) / np.mean(before**2))
    # Holding the loudness takes back a part of the step.
    assert 0.6 * rate < relative < 1.1 * rate


def test_by_maximum_the_rate_is_one_of_peaks(ear: ContrastiveEar, clip: np.ndarray) -> None:
    dreaming = dreamer(ear, clip, learning_rate=0.01, gradient_by_maximum=1, **BARE)
    before = dreaming.render()
    dreaming.step()
    change = np.abs(dreaming.render() - before).max() / np.abs(before).max()
    assert 0.006 < change < 0.011


def test_loudness_is_held_inside_the_ascent(ear: ContrastiveEar, clip: np.ndarray) -> None:
    """So that what is rendered needs next to no gain: no activation is bought by level."""
    dreaming = dreamer(ear, clip)
    for _ in range(10):
        dreaming.step()
    inside = dreaming._grid.loop(dreaming._spectrum).numpy()
    level = audio.loudness_lufs(inside, RATE) - audio.loudness_lufs(clip, RATE)
    assert abs(level) < 1.0


def test_from_silence_it_rises_by_what_is_dreamed(ear: ContrastiveEar) -> None:
    dreaming = dreamer(ear, np.zeros(SAMPLES, np.float32))
    assert not audio.loudness_lufs(dreaming.render(), RATE) > -60
    levels = []
    for _ in range(20):
        dreaming.step()
        levels.append(audio.loudness_lufs(dreaming.render(), RATE))
    assert levels == sorted(levels) or np.diff(levels).min() > -0.5
    assert levels[-1] == pytest.approx(-20, abs=0.2)
    assert dreaming.standardised(dreaming.render()) > 0.5


def test_parameters_and_target_change_with_the_next_step(
    ear: ContrastiveEar, clip: np.ndarray
) -> None:
    dreaming = dreamer(ear, clip, learning_rate=0.001, **BARE)
    first = dreaming.step()
    dreaming.update({"learning_rate": 0.5})
    before = dreaming.render()
    dreaming.step()
    assert np.abs(dreaming.render() - before).max() > 0.02
    other = Target.parse("-1*encoder.1[3]", ear.layers)
    dreaming.update(target=other)
    assert dreaming.step().activation < first.activation
    assert dreaming.target == other
    assert dreaming.parameters["learning_rate"] == 0.5
    assert dreaming.step().step == 4


def test_restart_begins_again(ear: ContrastiveEar, clip: np.ndarray) -> None:
    dreaming = dreamer(ear, clip)
    first = [dreaming.step().activation for _ in range(3)]
    dreaming.restart(clip)
    assert [dreaming.step().activation for _ in range(3)] == first


def test_mix_holds_the_dream_at_the_provided_sound(ear: ContrastiveEar, clip: np.ndarray) -> None:
    other = beat(9)
    target = Target.parse(TARGET, ear.layers)
    dreaming = Dreamer(ear, clip, target, {"mix": 1.0}, mix=other[: SAMPLES // 2])
    dreaming.step()
    loop, mixed = dreaming.render(), np.tile(other[: SAMPLES // 2], 2)
    assert np.corrcoef(loop, mixed)[0, 1] > 0.99


def test_of_several_copies_one_is_never_transformed(ear: ContrastiveEar, clip: np.ndarray) -> None:
    """With two copies, half of what is seen is the loop as it is."""
    extreme = {"time_mask": 1.0, "pitch_mask": 1.0, "input_noise": 1.0}
    dreaming = dreamer(ear, clip, seed=1, copies=2, **{**BARE, **extreme})
    plain = dreaming.standardised(clip)
    alone = dreamer(ear, clip, seed=1, **{**BARE, **extreme}).step().activation
    assert abs(alone - plain) > 0.1
    assert dreaming.step().activation == pytest.approx((plain + alone) / 2, abs=0.02)


@pytest.mark.parametrize(
    ("clip", "says"),
    [
        (np.zeros((2, 100), np.float32), "expected a mono clip"),
        (np.zeros(1, np.float32), "expected a mono clip"),
        (np.full(1000, np.nan, np.float32), "finite"),
    ],
)
def test_clips_that_cannot_be_dreamed_on(ear: ContrastiveEar, clip: np.ndarray, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Dreamer(ear, clip, Target.parse(TARGET, ear.layers))


def test_a_value_outside_its_range_is_refused(ear: ContrastiveEar, clip: np.ndarray) -> None:
    dreaming = dreamer(ear, clip)
    with pytest.raises(ValueError, match="mix: expected 0 to 1"):
        dreaming.update({"mix": 2})
    with pytest.raises(
        ValueError, match="unknown parameter 'nonsense'; valid names: learning_rate"
    ):
        dreaming.update({"nonsense": 2})
    with pytest.raises(ValueError, match=f"expected a clip of {SAMPLES} samples"):
        dreaming.restart(clip[:-1])
    assert dreaming.parameters == PARAMETERS.defaults()
