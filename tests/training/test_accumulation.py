"""A batch encoded in parts has the candidates, the loss and the gradients of a whole one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_music import EAR, TRAINING
from torch import Tensor, nn

from immersions.ears.blocks import NormedConv
from immersions.training import cpc
from immersions.training.library import Library
from immersions.training.loop import Trainer, run
from immersions.training.objective import Objective, Trainee
from immersions.training.sampling import sample

CROP = cpc.crop_of(EAR, 2, 2)
TOLERANCE = 1e-5


@pytest.fixture
def levels(library: Library) -> Tensor:
    frames = CROP.steps * 2
    return sample(library.tracks, 8, 2, frames, seed=0, step=0).levels


def gradients(model: Trainee) -> dict[str, Tensor]:
    return {name: p.grad for name, p in model.named_parameters() if p.grad is not None}


@pytest.mark.parametrize("parts", [2, 3, 8])
@pytest.mark.parametrize("sat", [False, True])
def test_without_batch_norm_it_is_the_undivided_batch(
    levels: Tensor, parts: int, sat: bool
) -> None:
    learned = []
    for count in (1, parts):
        torch.manual_seed(1)
        model = Trainee(replace(EAR, dropout=0.0))
        for module in model.modules():
            if isinstance(module, NormedConv):
                module.norm = nn.Identity()
        loss, accuracy = Objective(CROP, EAR.gap_steps, sat, parts=count).learn(model, levels)
        learned.append(gradients(model) | {"loss": loss, "accuracy": torch.tensor(accuracy)})
    assert learned[0].keys() == learned[1].keys()
    for name, value in learned[0].items():
        assert float(value.abs().max()) > 0, name
        difference = float((learned[1][name] - value).abs().max())
        assert difference <= TOLERANCE * max(1.0, float(value.abs().max())), name


def test_with_batch_norm_and_dropout_it_is_the_parts_side_by_side(levels: Tensor) -> None:
    """The same with everything kept in memory: each part by its own statistics and noise."""
    objective = Objective(CROP, EAR.gap_steps)
    models = []
    for _ in range(2):
        torch.manual_seed(1)
        models.append(Trainee(EAR))
    torch.manual_seed(2)
    pieces = [objective.encoded(models[0], levels[number::2]) for number in range(2)]
    order = torch.tensor([0, 4, 1, 5, 2, 6, 3, 7])
    z, c = (torch.cat(kind)[order] for kind in zip(*pieces, strict=True))
    expected = cpc.loss(cpc.scores(z, c, models[0].prediction, CROP, EAR.gap_steps))
    expected.backward()
    torch.manual_seed(2)
    loss, _ = replace(objective, parts=2).learn(models[1], levels)
    assert float(loss) == pytest.approx(float(expected.detach()), abs=TOLERANCE)
    for name, value in gradients(models[0]).items():
        assert torch.allclose(gradients(models[1])[name], value, atol=TOLERANCE), name
    for key, value in models[0].state_dict().items():  # the statistics for listening too
        assert torch.allclose(models[1].state_dict()[key], value, atol=TOLERANCE), key
    norms = [module for module in models[1].modules() if isinstance(module, nn.BatchNorm2d)]
    assert all(norm.num_batches_tracked == 2 for norm in norms)


def test_a_run_may_go_on_in_other_parts(tmp_path: Path, library: Library) -> None:
    """So that it may move to a machine with less memory."""
    for accumulate, steps in ((1, 2), (4, 4)):
        config = replace(TRAINING, accumulate=accumulate)
        trainer = Trainer(tmp_path, EAR, config, library.tracks[2:], library.tracks[:2])
        run(trainer, stop=lambda: trainer.step >= steps)  # noqa: B023
    assert [row["step"] for row in trainer.rows()] == [1, 2, 3, 4]


@pytest.mark.parametrize("accumulate", [0, 9])
def test_more_parts_than_items_are_refused(accumulate: int) -> None:
    with pytest.raises(ValueError, match=f"accumulate: expected 1 to 8, got {accumulate}"):
        replace(TRAINING, accumulate=accumulate)
