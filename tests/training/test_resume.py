"""A run that was stopped, at any moment and in any way, goes on as if it had not been."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from tiny_music import EAR, TRAINING

from immersions.training import kept
from immersions.training.library import Library
from immersions.training.loop import Trainer, run

NEVER = 0


def train(folder: Path, sounds: Path, dies_at: int) -> int:
    command = [sys.executable, str(Path(__file__).with_name("train_tiny.py"))]
    done = subprocess.run(
        [*command, str(folder), str(sounds), str(dies_at)], capture_output=True, text=True
    )
    assert done.stderr == ""
    return done.returncode


def begun(folder: Path, library: Library, steps: int = 2) -> Trainer:
    trainer = Trainer(folder, EAR, TRAINING, library.tracks[2:], library.tracks[:2])
    run(trainer, stop=lambda: trainer.step >= steps)
    return trainer


def test_a_killed_run_ends_with_the_same_weights(tmp_path: Path, music: Path) -> None:
    """Twelve steps at once, or killed at step nine and on from the checkpoint of step six."""
    assert train(tmp_path / "whole", music, NEVER) == 0
    assert train(tmp_path / "killed", music, dies_at=9) == -signal.SIGKILL
    assert kept.saved_step(tmp_path / "killed" / "checkpoint.safetensors") == 6
    assert [row["step"] for row in kept.read_metrics(tmp_path / "killed" / "metrics.jsonl")][
        -1
    ] in (8, 9)
    assert train(tmp_path / "killed", music, NEVER) == 0

    whole = load_file(tmp_path / "whole" / "checkpoint.safetensors")
    killed = load_file(tmp_path / "killed" / "checkpoint.safetensors")
    assert whole.keys() == killed.keys()
    assert any(key.startswith("adam.") for key in whole)
    for key, value in whole.items():
        assert torch.equal(value, killed[key]), key
    rows = [kept.read_metrics(tmp_path / name / "metrics.jsonl") for name in ("whole", "killed")]
    for row in (*rows[0], *rows[1]):
        del row["seconds"], row["waited"]
    assert rows[0] == rows[1]
    assert [row["step"] for row in rows[0]] == list(range(1, 13))


def test_a_finished_run_is_not_trained_again(tmp_path: Path, library: Library) -> None:
    begun(tmp_path, library, steps=12)
    before = load_file(tmp_path / "checkpoint.safetensors")
    again = begun(tmp_path, library, steps=100)
    assert again.step == 12
    for key, value in load_file(tmp_path / "checkpoint.safetensors").items():
        assert torch.equal(value, before[key])


def test_fewer_steps_than_were_taken_are_refused(tmp_path: Path, library: Library) -> None:
    """It would be finished as it is: an ear of more steps than were asked for."""
    begun(tmp_path, library, steps=4)
    before = (tmp_path / "training.json").read_text()
    with pytest.raises(ValueError, match=r"has taken 4 steps already; expected --steps 4 or more"):
        Trainer(tmp_path, EAR, replace(TRAINING, steps=3), library.tracks[2:], [])
    assert (tmp_path / "training.json").read_text() == before
    assert Trainer(tmp_path, EAR, replace(TRAINING, steps=4), library.tracks[2:], []).finished


@pytest.mark.parametrize("share", [0.0, 0.5, 0.99])
def test_a_cut_off_checkpoint_is_one_line(tmp_path: Path, library: Library, share: float) -> None:
    begun(tmp_path, library)
    path = tmp_path / "checkpoint.safetensors"
    path.write_bytes(path.read_bytes()[: int(share * path.stat().st_size)])
    with pytest.raises(ValueError, match=r"checkpoint.safetensors: expected the checkpoint") as why:
        begun(tmp_path, library)
    assert "\n" not in str(why.value)


def test_a_checkpoint_of_another_network_is_one_line(tmp_path: Path, library: Library) -> None:
    begun(tmp_path, library)
    (tmp_path / "training.json").unlink()
    wider = replace(EAR, context=(replace(EAR.context[0], channels=48), EAR.context[1]))
    with pytest.raises(ValueError, match="expected the checkpoint of this network") as why:
        Trainer(tmp_path, wider, TRAINING, library.tracks[2:], [])
    assert "\n" not in str(why.value)


def test_a_run_goes_on_only_with_its_own_settings(tmp_path: Path, library: Library) -> None:
    begun(tmp_path, library)
    longer = replace(TRAINING, steps=20, checkpoint_every=3)
    assert Trainer(tmp_path, EAR, longer, library.tracks[2:], []).step == 2
    for changed, words in (
        (replace(TRAINING, seed=1), "begun with training.seed 0, not 1"),
        (replace(TRAINING, learning_rate=1.0), "begun with training.learning_rate 0.002, not 1.0"),
    ):
        with pytest.raises(ValueError, match=words):
            Trainer(tmp_path, EAR, changed, library.tracks[2:], [])
    with pytest.raises(ValueError, match=r"begun with ear.slope 0.1, not 0.0"):
        Trainer(tmp_path, replace(EAR, slope=0.0), TRAINING, library.tracks[2:], [])
    with pytest.raises(ValueError, match="a hash of the music"):
        Trainer(tmp_path, EAR, TRAINING, library.tracks[1:], [])


def test_a_crash_while_writing_keeps_the_checkpoint_before(
    tmp_path: Path, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = begun(tmp_path, library)
    before = (tmp_path / "checkpoint.safetensors").read_bytes()

    def half(tensors: object, path: Path, metadata: object) -> None:
        path.write_bytes(before[:1000])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(kept, "save_file", half)
    with pytest.raises(OSError, match=r"could not write the checkpoint \(.*No space"):
        trainer.save()
    assert (tmp_path / "checkpoint.safetensors").read_bytes() == before
    assert not list(tmp_path.glob(".*"))
    monkeypatch.undo()
    assert begun(tmp_path, library, steps=3).step == 3
    assert not list(tmp_path.glob(".*"))


def test_rows_cut_off_by_a_crash_are_left_out(tmp_path: Path) -> None:
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"step": 1.0}\n{"step": 2.0}\n{"step": 3.0}\n{"st')
    assert [row["step"] for row in kept.read_metrics(path)] == [1, 2, 3]
    kept.forget_after(path, 2)
    assert path.read_text() == '{"step": 1.0}\n{"step": 2.0}\n'
    assert kept.read_metrics(tmp_path / "missing") == []


def test_a_run_begun_before_a_setting_existed_goes_on(tmp_path: Path, library: Library) -> None:
    """With the value that says: as it was."""
    begun(tmp_path, library)
    path = tmp_path / "training.json"
    settings = json.loads(path.read_text())
    for name in ("augmentation", "accumulate", "singles"):
        del settings["training"][name]
    del settings["ear"]["blur"]
    path.write_text(json.dumps(settings))
    assert begun(tmp_path, library, steps=3).step == 3
    path.write_text(json.dumps(settings))
    with pytest.raises(ValueError, match=r"begun with training.singles 0, not 2"):
        Trainer(tmp_path, EAR, replace(TRAINING, singles=2), library.tracks[2:], [])
    path.write_text(json.dumps(settings))
    with pytest.raises(ValueError, match=r"begun with ear.blur 1, not 3"):
        Trainer(tmp_path, replace(EAR, blur=3), TRAINING, library.tracks[2:], [])
