"""Sound is brought to where the ear lies."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from elsewhere import META, ElsewhereEar
from tiny_ear import network, tiny_ear

from immersions.cli import dream_picture
from immersions.dreaming import Dream, Target, dream
from immersions.dreaming.evaluation import Evaluation
from immersions.ears.contrastive import ContrastiveEar
from immersions.ears.ear import device_of


def test_the_device_of_an_ear(ear: ContrastiveEar) -> None:
    assert device_of(ear) == torch.device("cpu")
    assert device_of(ElsewhereEar()) == META  # type: ignore[arg-type]


def test_evaluation_listens_where_the_ear_lies(clip: np.ndarray) -> None:
    ear = ElsewhereEar()
    measure = Evaluation(ear, Target.parse("encoder.1[3]", ear.layers))  # type: ignore[arg-type]
    assert np.isfinite([measure.plain(clip), measure.standardised(clip)]).all()
    assert len(measure.after_pitch_shifts(clip) or []) == 2
    assert ear.heard == 4


def test_the_picture_listens_where_the_ear_lies(
    ear: ContrastiveEar, clip: np.ndarray, tmp_path: Path
) -> None:
    elsewhere = ElsewhereEar()
    made = dream(clip, ear, "encoder.1[3]", steps=1)
    dream_picture.draw(made, elsewhere, [(1, 0.0)], tmp_path / "p.png")  # type: ignore[arg-type]
    assert elsewhere.heard == 4


@pytest.mark.skipif(not torch.cuda.is_available(), reason="torch sees no GPU on this machine")
def test_a_whole_dream_on_a_gpu(clip: np.ndarray, tmp_path: Path) -> None:
    ear = ContrastiveEar("tiny", network(), tiny_ear().statistics).to("cuda")
    values = {"sparsity": 1.0, "activation_penalty": 1.0, "input_noise": 0.1, "copies": 2}
    made: Dream = dream(clip, ear, "encoder.1[3]", steps=5, parameters=values)
    assert made.report["standardised_after"] > made.report["standardised_before"]
    dream_picture.draw(made, ear, [(1, 0.0)], tmp_path / "p.png")
