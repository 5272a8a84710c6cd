"""How an ear came on: what its run kept on the way, probed."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from probing_task import heard, tiny_ear, write_classes
from tiny_music import EAR, RATE, TRAINING

from immersions.ears import save_pretrained
from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training.library import Library
from immersions.training.loop import Trainer, run
from immersions.training.probing.comparison import ProbeConfig, probe_ear
from immersions.training.probing.curve import curve, snapshots_of
from immersions.training.probing.reading import load_ear
from immersions.training.probing.splits import sides_of
from immersions.training.probing.tasks import read_task

Z = "encoder.2 (z), mean and deviation"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory, library: Library) -> Path:
    """A run of five steps that kept an ear at every second one."""
    folder = tmp_path_factory.mktemp("runs") / "mine"
    config = replace(TRAINING, steps=5, snapshot_every=2)
    run(Trainer(folder, EAR, config, library.tracks[1:], []))
    return folder


@pytest.fixture(scope="module")
def task(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("task") / "orders")


def test_snapshots_come_in_order_with_the_music_that_they_heard(trained: Path) -> None:
    found = snapshots_of(trained)
    assert [one.step for one in found] == [2, 4, 5]
    assert found[-1].folder == trained  # where the run stands now
    # Eight excerpts a step, each of 14 steps of z: 8 heard, 1 between, 3 told, 2 contexts.
    seconds = 8 * 14 * 2 * 256 / RATE
    assert [3600 * one.hours for one in found] == pytest.approx(
        [2 * seconds, 4 * seconds, 5 * seconds]
    )


def test_the_curve_ends_with_the_scores_of_the_ear(
    trained: Path, task: Path, tmp_path: Path
) -> None:
    ear, config = load_ear(str(trained)), ProbeConfig(seeds=2, supervised=None)
    told = probe_ear(ear, read_task(task), config, tmp_path, snapshots=snapshots_of(trained))
    assert [row["step"] for row in told["curve"]] == [2, 4, 5]
    for row in told["curve"]:
        assert row["readouts"].keys() == {"last c", "mean of c", Z}
    last = told["curve"][-1]["readouts"]
    assert last["last c"] == {key: told["ear"][key] for key in last["last c"]}
    assert last["mean of c"] == told["readouts"]["mean of c"]
    assert last != told["curve"][0]["readouts"]
    json.dumps(told, allow_nan=False)


def test_what_is_no_run_with_snapshots_is_one_line(trained: Path, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="--snapshot-every` leaves it, found none"):
        snapshots_of(tmp_path)
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    (copy / "training.json").write_text('{"ear": {}}')
    with pytest.raises(ValueError, match=r"training\.json: expected the settings of a run"):
        snapshots_of(copy)


def test_a_snapshot_of_another_ear_is_refused(trained: Path, task: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(trained, copy)
    other = ContrastiveNetwork(replace(EAR, visible_steps=9))
    save_pretrained(copy / "snapshots" / "000004", "other", other, {}, "")
    items = heard(task, tmp_path / "cache")
    sides = [sides_of("items", items.table, 0)]
    torch.manual_seed(0)
    with pytest.raises(ValueError, match="000004: expected an ear of the architecture of tiny"):
        curve(snapshots_of(copy), tiny_ear(), items, sides, "time", "cpu")
