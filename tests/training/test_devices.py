"""An ear is trained where one asks: everything goes there, and comes back for what is kept."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from fake_gpu import elsewhere
from safetensors.torch import load_file
from tiny_music import EAR, SCALE, TRAINING

from immersions import ears
from immersions.scalogram import ScalogramConfig
from immersions.training.devices import device_named, noise_state, set_noise_state
from immersions.training.joined_norm import JoinedNorm
from immersions.training.library import Library
from immersions.training.loop import Trainer, TrainingConfig, run
from immersions.training.run import ship
from immersions.training.sampling import sample
from immersions.training.scalograms import Scalograms, content_key

ON_A_GPU = pytest.mark.skipif(
    not torch.cuda.is_available(), reason="torch sees no GPU on this machine"
)
BLURRED = replace(EAR, blur=3)
KINDS = {
    "cpc": TRAINING,
    "sat": replace(TRAINING, loss="sat"),
    "in parts": replace(TRAINING, accumulate=2),
    "bfloat16": replace(TRAINING, bfloat16=True),
}


@pytest.mark.parametrize("kind", KINDS)
def test_training_and_validation_happen_elsewhere(
    tmp_path: Path, library: Library, kind: str
) -> None:
    """No tensor is left behind on the processor, or is made there and joined with one that is not.

    Then what was trained is kept, and a process that has no such device goes on from it.
    """
    sides = library.tracks[2:], library.tracks[:2]
    with elsewhere() as device:
        trainer = Trainer(tmp_path, BLURRED, KINDS[kind], *sides, device=device)
        assert {p.device for p in trainer.model.parameters()} == {device}
        assert {v.device for v in trainer.mean_model.state_dict().values()} == {device}
        run(trainer, stop=lambda: trainer.step >= 2)
        trainer.validate()
        assert {p.grad.device for p in trainer.model.parameters() if p.grad is not None} == {device}
    kept = load_file(tmp_path / "checkpoint.safetensors")
    assert {value.device for value in kept.values()} == {torch.device("cpu")}
    again = Trainer(tmp_path, BLURRED, KINDS[kind], *sides)
    assert again.step == 2
    again.advance()


def test_an_ear_trained_elsewhere_is_listened_to_there(tmp_path: Path, library: Library) -> None:
    with elsewhere() as device:
        trainer = Trainer(tmp_path / "run", EAR, TRAINING, library.tracks, [], device=device)
        made = ship(trainer, tmp_path / "ear", "tiny", library.tracks)
        assert {p.device for p in made.network.parameters()} == {device}
    ear = ears.load(tmp_path / "ear")
    assert ear.statistics.keys() == {layer.name for layer in ear.layers}


def test_what_is_left_behind_is_noticed(library: Library) -> None:
    """The device in name refuses what a GPU refuses."""
    batch = sample(library.tracks, 4, 2, 64, 0, 0)
    with elsewhere() as device:
        moved = batch.to(device)
        assert moved.same_track().device == moved.own().device == moved.levels.device == device
        with pytest.raises(AssertionError, match="on \\['cpu', 'meta'\\]"):
            moved.levels + batch.levels
        with pytest.raises(AssertionError, match="on \\['cpu', 'meta'\\]"):
            torch.stack([moved.levels.mean(), torch.tensor(1.0)])


def test_scalograms_are_computed_elsewhere(music: Path, tmp_path: Path) -> None:
    path = next(music.iterdir())
    with elsewhere() as device:
        levels = Scalograms(tmp_path, SCALE, device).levels(path, content_key(path))
    assert levels.shape == (1, SCALE.bins, 750)
    assert not levels.any(), "nothing was computed on the processor"


@pytest.mark.parametrize(
    ("name", "processes", "words"),
    [
        ("tpu", 1, "expected cpu, cuda, cuda:N or mps, got 'tpu'"),
        ("cuda:one", 1, "expected cpu, cuda, cuda:N or mps, got 'cuda:one'"),
        ("cuda:99", 1, "--device cuda:99: expected GPU number 99, torch sees "),
        ("cuda:1", 2, "--device cuda:1: each of 2 processes takes its own; say cuda"),
    ],
)
def test_a_device_that_is_not_there_is_one_line(name: str, processes: int, words: str) -> None:
    with pytest.raises(ValueError, match=r"^--device") as why:
        device_named(name, processes)
    assert words in str(why.value)
    assert "\n" not in str(why.value)


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has a GPU")
def test_without_a_gpu_that_is_said() -> None:
    with pytest.raises(ValueError, match=r"--device cuda: expected GPU number 0, torch sees none"):
        device_named("cuda")


def test_the_processor_is_always_there() -> None:
    assert device_named("cpu") == device_named("cpu", 4) == torch.device("cpu")


def test_noise_can_be_drawn_again() -> None:
    cpu = torch.device("cpu")
    before = noise_state(cpu)
    drawn = torch.rand(3)
    set_noise_state(cpu, before)
    assert torch.equal(torch.rand(3), drawn)


@ON_A_GPU
@pytest.mark.parametrize("kind", KINDS)
def test_a_gpu_learns_what_the_processor_does(tmp_path: Path, library: Library, kind: str) -> None:
    """Without dropout, whose noise is another on each: nearly the same loss at every step."""
    still = replace(EAR, dropout=0.0)
    config: TrainingConfig = replace(KINDS[kind], steps=6)
    losses = []
    for name in ("cpu", "cuda"):
        sides = library.tracks[2:], library.tracks[:2]
        trainer = Trainer(tmp_path / name, still, config, *sides, device=device_named(name))
        run(trainer)
        losses.append([row["loss"] for row in trainer.rows()])
        validated = trainer.validate()
        assert 0 <= validated["validation_all"] <= 1
    assert losses[1] == pytest.approx(losses[0], abs=0.05 if config.bfloat16 else 1e-3)
    on_cpu = Trainer(tmp_path / "cuda", still, replace(config, steps=8), *sides)
    assert on_cpu.step == 6
    on_cpu.advance()


@ON_A_GPU
def test_a_scalogram_of_a_gpu_is_that_of_the_processor(music: Path, tmp_path: Path) -> None:
    path, config = next(music.iterdir()), ScalogramConfig(sample_rate=8000, hop=256, bins=100)
    levels = [
        Scalograms(tmp_path / name, config, device_named(name)).levels(path, content_key(path))
        for name in ("cpu", "cuda")
    ]
    assert abs(levels[0].astype("f4") - levels[1].astype("f4")).max() < 0.01


@ON_A_GPU
def test_the_joined_norm_works_on_a_gpu() -> None:
    from immersions.training.ranks import ALONE

    norm = torch.nn.BatchNorm2d(5, affine=False).cuda()
    sound = torch.randn(4, 5, 7, 6, device="cuda")
    assert torch.allclose(JoinedNorm(norm, ALONE).cuda()(sound), norm(sound), atol=1e-5)
