"""Several processes compute what one does."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_music import SCALE, TRAINING
from torch import nn
from train_ranks import FIRST_STEPS, STILL, STOPPED_AT, first_step

from immersions.training import kept
from immersions.training.joined_norm import JoinedNorm
from immersions.training.library import Library, find_sounds, load_library
from immersions.training.loop import Trainer, run
from immersions.training.ranks import ALONE, Ranks

TORCHRUN = [
    *(sys.executable, "-m", "torch.distributed.run", "--standalone"),
    *("--local-addr", "127.0.0.1", "--nproc-per-node", "2"),
]
TOLERANCE = 1e-5


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory, library: Library) -> tuple[Path, str]:
    """What two gloo processes leave and say; some 10 s, since three interpreters load torch."""
    folder = tmp_path_factory.mktemp("ranks")
    sounds = library.tracks[0].path.parent
    script = Path(__file__).with_name("train_ranks.py")
    command = [*TORCHRUN, str(script), str(folder), str(sounds)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


@pytest.fixture
def tracks(library: Library) -> Library:
    folder = library.tracks[0].path.parent
    return load_library(find_sounds([folder]), SCALE, folder.parent / "cache", 100)


@pytest.mark.parametrize("name", FIRST_STEPS)
def test_two_processes_have_the_gradients_of_one(
    both: tuple[Path, str], tmp_path: Path, tracks: Library, name: str
) -> None:
    """Loss, gradients, weights after the step and batch norm's statistics, of the joined batch."""
    config = FIRST_STEPS[name]
    first_step(Trainer(tmp_path, STILL, config, tracks.tracks[1:], tracks.tracks[:1]))
    alone = load_file(tmp_path / "rank0.safetensors")
    ranks = [load_file(both[0] / name / f"rank{rank}.safetensors") for rank in (0, 1)]
    assert any("running_var" in key for key in alone)
    assert float(alone["gradient_norm"]) > 0.01
    for key, value in alone.items():
        assert torch.equal(ranks[0][key], ranks[1][key]), key
        if key.startswith("gradient.") or "running" in key or key in ("loss", "gradient_norm"):
            difference = (ranks[0][key] - value).abs().max()
            assert difference <= TOLERANCE * max(1.0, float(value.abs().max())), key
    assert ranks[0]["accuracy"] == pytest.approx(float(alone["accuracy"]), abs=1e-6)


def test_two_processes_are_one_run(both: tuple[Path, str], tmp_path: Path, tracks: Library) -> None:
    """Stopped by its second process and gone on with alone, it is as the one that never was two."""
    folder = both[0] / "run"
    assert kept.saved_step(folder / "checkpoint.safetensors") == STOPPED_AT
    rows = []
    for place in (folder, tmp_path):
        trainer = Trainer(place, STILL, TRAINING, tracks.tracks[1:], tracks.tracks[:1])
        run(trainer)
        rows.append(trainer.rows())
    assert [row["step"] for row in rows[0]] == [row["step"] for row in rows[1]]
    for shared, alone in zip(*rows, strict=True):
        assert shared.keys() == alone.keys()
        assert shared["loss"] == pytest.approx(alone["loss"], abs=1e-3)


def test_processes_that_differ_say_so_once(both: tuple[Path, str]) -> None:
    assert both[1] == "expected a number to be the same in every process, got [0, 1]\n"


def test_a_batch_that_cannot_be_shared_is_refused(tmp_path: Path, library: Library) -> None:
    with pytest.raises(ValueError, match="items: expected a multiple of the 3 processes, got 8"):
        Trainer(tmp_path, STILL, TRAINING, library.tracks, [], ranks=Ranks(1, 3))
    config = replace(TRAINING, accumulate=5)
    with pytest.raises(ValueError, match="accumulate: expected 1 to 4, got 5"):
        Trainer(tmp_path, STILL, config, library.tracks, [], ranks=Ranks(1, 2))


@pytest.mark.parametrize("training", [True, False])
def test_the_joined_norm_of_one_process_is_batch_norm(training: bool) -> None:
    torch.manual_seed(3)
    norm = nn.BatchNorm2d(5, affine=False).train(training)
    joined = JoinedNorm(norm, ALONE).train(training)
    sound, weights = 3 + 2 * torch.randn(4, 5, 7, 6), torch.randn(4, 5, 7, 6)
    answers = []
    for module in (norm, joined):
        x = sound.clone().requires_grad_()
        y = module(x)
        (y * weights).sum().backward()
        answers.append((y, x.grad, module.running_mean, module.running_var))
    for expected, got in zip(*answers, strict=True):
        assert torch.allclose(got, expected, atol=1e-5)
    assert joined.num_batches_tracked == norm.num_batches_tracked == int(training)
    assert joined.state_dict().keys() == norm.state_dict().keys()
