"""What a training step does, and that it learns."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch
from tiny_music import EAR, TRAINING

from immersions.ears.checkpoint import trained_network
from immersions.training.library import Library
from immersions.training.loop import Trainer, TrainingConfig, averaging, run, schedule


def trainer(folder: Path, library: Library, **changes: object) -> Trainer:
    config: TrainingConfig = replace(TRAINING, **changes)  # type: ignore[arg-type]
    return Trainer(folder, EAR, config, library.tracks[2:], library.tracks[:2])


def test_a_tiny_ear_learns(tmp_path: Path, library: Library) -> None:
    """It predicts six melodies, and two that it never heard better than chance."""
    trained = trainer(tmp_path, library, steps=180, validate_every=60, learning_rate=5e-3)
    run(trained)
    rows = trained.rows()
    chance = math.log(TRAINING.items)
    assert [row["step"] for row in rows] == list(range(1, 181))
    assert rows[0]["loss"] == pytest.approx(chance, rel=0.05)
    assert sum(row["loss"] for row in rows[-20:]) / 20 < 0.6 * chance
    last = rows[-1]
    assert last["validation_loss"] < 0.9 * chance
    assert last["validation_all"] > 2 * last["chance_all"]


@pytest.mark.parametrize("loss", ["cpc", "sat"])
def test_every_loss_falls(tmp_path: Path, library: Library, loss: str) -> None:
    trained = trainer(tmp_path, library, steps=70, loss=loss, learning_rate=5e-3)
    run(trained)
    losses = [row["loss"] for row in trained.rows()]
    assert sum(losses[-10:]) < 0.95 * sum(losses[:10])


def test_batch_norm_trains(tmp_path: Path, library: Library) -> None:
    """Batches are normalised by themselves, and their statistics are kept for listening."""
    trained = trainer(tmp_path, library)
    norms = [m for m in trained.model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    before = [norm.running_mean.clone() for norm in norms if norm.running_mean is not None]
    inside: list[torch.Tensor] = []
    norms[0].register_forward_hook(lambda module, given, answer: inside.append(answer))
    run(trained, stop=lambda: trained.step >= 3)
    assert trained.model.training
    for norm, mean in zip(norms, before, strict=True):
        assert norm.num_batches_tracked == 3
        assert not torch.equal(norm.running_mean, mean)
    values = inside[0].detach().transpose(0, 1).flatten(1)
    assert values.mean(1).abs().max() < 1e-3
    assert (values.std(1) - 1).abs().max() < 0.05
    averaged = [m for m in trained.mean_model.modules() if isinstance(m, torch.nn.BatchNorm2d)]
    assert all(norm.num_batches_tracked == 3 for norm in averaged)


def test_validation_compares_with_the_chance_of_its_batches(
    tmp_path: Path, library: Library
) -> None:
    """Two held-out tracks give a batch of four crops each: three others of the same track."""
    row = trainer(tmp_path, library).validate()
    assert row["chance_all"] == pytest.approx(1 / 8)
    assert row["chance_within"] == pytest.approx(1 / 4)
    assert row["chance_across"] == pytest.approx(1 / 5)
    for key in ("all", "across", "within"):
        assert 0 <= row[f"validation_{key}"] <= 1


def test_validation_is_the_same_task_whatever_is_trained(tmp_path: Path, library: Library) -> None:
    rows = [
        trainer(tmp_path / str(items), library, items=items, crops=1).validate() for items in (2, 6)
    ]
    assert rows[0] == rows[1]


def test_validation_does_not_train(tmp_path: Path, library: Library) -> None:
    trained = trainer(tmp_path, library)
    before = {key: value.clone() for key, value in trained.mean_model.state_dict().items()}
    assert trained.validate() == trained.validate()
    for key, value in trained.mean_model.state_dict().items():
        assert torch.equal(value, before[key]), key


def test_without_held_out_music_nothing_is_validated(tmp_path: Path, library: Library) -> None:
    trained = Trainer(tmp_path, EAR, replace(TRAINING, steps=2), library.tracks, [])
    run(trained)
    assert [row["step"] for row in trained.rows()] == [1, 2]
    assert trained.validate() == {}


def test_the_averaged_weights_follow(tmp_path: Path, library: Library) -> None:
    trained = trainer(tmp_path, library, average=0.5)
    start = trained.mean_model.prediction.map.weight.clone()
    trained.advance()
    now, mean = trained.model.prediction.map.weight, trained.mean_model.prediction.map.weight
    keep = 1 / 10  # at first faster than asked for
    assert torch.allclose(mean, keep * start + (1 - keep) * now, atol=1e-7)


def test_the_average_spans_the_last_tenth_of_a_run() -> None:
    """What was before that weighs little in the sum."""
    for steps in (1000, 4000):
        assert averaging(steps) ** (steps / 10) == pytest.approx(math.exp(-2), rel=0.05)
    assert averaging(10) == 0.9


def test_singles_beyond_the_batch_are_refused() -> None:
    with pytest.raises(ValueError, match=r"singles: expected 0 to 8 \(items\), got 9"):
        replace(TRAINING, singles=9)


def test_a_loss_that_is_no_number_stops_with_step_and_files(
    tmp_path: Path, library: Library
) -> None:
    """The last good checkpoint stays, and so do the weights in memory."""
    trained = trainer(tmp_path, library, checkpoint_every=2)
    run(trained, stop=lambda: trained.step >= 3)
    kept = (tmp_path / "checkpoint.safetensors").read_bytes()
    bad = replace(library.tracks[3], levels=np.full_like(library.tracks[3].levels, np.nan))
    trained.training = [bad]
    before = trained.model.prediction.map.weight.clone()
    with pytest.raises(ArithmeticError, match=f"not finite at step 3; batch: {bad.path.name}"):
        run(trained)
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == kept
    assert torch.equal(trained.model.prediction.map.weight, before)
    assert trainer(tmp_path, library, checkpoint_every=2).step == 3


def test_a_gradient_that_is_no_number_stops_before_the_weights_are_lost(
    tmp_path: Path, library: Library
) -> None:
    trained = trainer(tmp_path, library)
    trained.model.prediction.map.weight.register_hook(lambda gradient: gradient * float("inf"))
    with pytest.raises(ArithmeticError, match="the gradient is not finite at step 0"):
        trained.advance()
    assert all(bool(torch.isfinite(p).all()) for p in trained.model.parameters())


def test_the_learning_rate_rises_and_falls() -> None:
    config = replace(TRAINING, steps=100, warmup_steps=10)
    rates = [schedule(step, config) for step in range(101)]
    assert rates[0] == 0.1
    assert rates[9] == rates[10] == 1.0
    assert rates[55] == pytest.approx(0.5)
    assert rates[100] == pytest.approx(0.0)
    assert all(a > b for a, b in pairwise(rates[10:]))


def test_half_precision_agrees_with_single(tmp_path: Path, library: Library) -> None:
    first = [
        trainer(tmp_path / str(half), library, bfloat16=half).advance()["loss"]
        for half in (False, True)
    ]
    assert first[0] == pytest.approx(first[1], rel=0.05)


@pytest.mark.parametrize("changes", [{"items": 1}, {"crops": 0}, {"crops": 9}])
def test_settings_that_cannot_be_are_refused(changes: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="items: expected 2 or more"):
        replace(TRAINING, **changes)  # type: ignore[arg-type]


def test_ears_are_kept_on_the_way(tmp_path: Path, library: Library) -> None:
    """Each is an ear of its own, with the weights that the averaged ones had at that step."""
    trained = trainer(tmp_path, library, steps=5, snapshot_every=2)
    at_four: list[dict[str, torch.Tensor]] = []

    def note(row: dict[str, float]) -> None:
        if row["step"] == 4:
            weights = trained.mean_model.network.state_dict()
            at_four.append({key: value.clone() for key, value in weights.items()})

    run(trained, note)
    kept = sorted(path.name for path in (tmp_path / "snapshots").iterdir())
    assert kept == ["000002", "000004"]
    network = trained_network(tmp_path / "snapshots" / "000004")
    for key, value in network.state_dict().items():
        torch.testing.assert_close(value, at_four[0][key], rtol=1e-3, atol=1e-6)
