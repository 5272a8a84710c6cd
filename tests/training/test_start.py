"""A run may begin with the weights of an ear or of another run."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from tiny_music import EAR, TRAINING

from immersions.training.library import Library
from immersions.training.loop import Trainer, run
from immersions.training.run import curve, model_card, ship
from immersions.training.start import Start, start_from


def begun(folder: Path, library: Library, start: Start | None = None, **changes: int) -> Trainer:
    config = replace(TRAINING, **changes)  # type: ignore[arg-type]
    return Trainer(folder, EAR, config, library.tracks[2:], library.tracks[:2], start)


@pytest.fixture(scope="module")
def first(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Trainer:
    trainer = begun(tmp_path_factory.mktemp("runs") / "first", library)
    run(trainer)
    return trainer


def test_a_run_goes_on_with_all_the_weights_of_another(
    first: Trainer, tmp_path: Path, library: Library
) -> None:
    """Its averaged weights, its prediction maps too; step and optimiser begin anew."""
    second = begun(tmp_path / "second", library, start_from(str(first.folder)), items=6, crops=1)
    assert second.step == 0
    assert not second.optimiser.state_dict()["state"]
    assert second.validate() == first.validate()
    run(second, stop=lambda: second.step >= 6)
    assert [row["step"] for row in curve(second)] == [6, 12, 18]
    assert "- begun with: the weights of first, after 12 steps" in model_card("x", second, 6, "")
    assert second.validate() != first.validate()
    second = begun(tmp_path / "third", library, start_from(str(first.folder)))
    for model in (second.model, second.mean_model):
        for key, value in first.mean_model.state_dict().items():
            assert torch.equal(model.state_dict()[key], value), key


def test_a_run_goes_on_from_an_ear(first: Trainer, tmp_path: Path, library: Library) -> None:
    """It has no prediction maps: they are learned anew. Its weights are in half precision."""
    ship(first, tmp_path / "ear", "first", library.tracks)
    start = start_from(str(tmp_path / "ear"))
    assert start.prediction is None
    second = begun(tmp_path / "second", library, start)
    for key, value in first.mean_model.network.state_dict().items():
        got = second.model.network.state_dict()[key]
        assert torch.allclose(got.float(), value.float(), rtol=1e-3, atol=1e-4), key
    expected = first.model.prediction.map.weight
    assert not torch.allclose(second.model.prediction.map.weight, expected, atol=1e-3)
    loss = second.advance()["loss"]
    assert loss == pytest.approx(torch.log(torch.tensor(8.0)).item(), rel=0.1)


def test_a_run_goes_on_only_with_the_weights_that_it_began_with(
    first: Trainer, tmp_path: Path, library: Library
) -> None:
    start = start_from(str(first.folder))
    run(begun(tmp_path / "second", library, start), stop=lambda: True)
    assert begun(tmp_path / "second", library, start).step == 0
    with pytest.raises(ValueError, match="begun with weights from the start"):
        begun(tmp_path / "second", library)


def test_what_is_no_ear_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"expected config\.json and model\.safetensors"):
        start_from(str(tmp_path))
    (tmp_path / "checkpoint.safetensors").write_bytes(b"nonsense")
    with pytest.raises((OSError, ValueError)) as raised:
        start_from(str(tmp_path))
    assert "\n" not in str(raised.value)


def test_large_blocks_are_kept_where_the_library_can() -> None:
    """In a process of its own, since it cannot be undone; and it asks torch for huge pages."""
    told = (
        "import os; from immersions.training.memory import keep_large_blocks;"
        "print(keep_large_blocks(), os.environ['THP_MEM_ALLOC_ENABLE']);"
        "import sys; assert 'torch' not in sys.modules"
    )
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, check=True)
    glibc = "glibc" in " ".join(__import__("platform").libc_ver())
    assert done.stdout.split() == [str(glibc), "1"]
