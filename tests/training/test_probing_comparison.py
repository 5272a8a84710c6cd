"""The report as a whole, and the rival that is trained on the labels."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from probing_task import heard, tiny_ear, write_classes
from tiny_music import EAR, TRAINING

from immersions.ears import presets
from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.training.library import Library
from immersions.training.loop import Trainer, run
from immersions.training.probing.comparison import ProbeConfig, architecture, probe_ear
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.reading import READOUT, heard_by, load_ear, untrained
from immersions.training.probing.scoring import chance, classified
from immersions.training.probing.splits import sides_of
from immersions.training.probing.supervised import SupervisedConfig, supervised
from immersions.training.probing.tasks import read_task

RIVAL = SupervisedConfig(steps=60, items=16, learning_rates=(3e-3, 1e-3), checks=6)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("task") / "orders")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def items(folder: Path, cache: Path) -> Items:
    return heard(folder, cache)


def report_of(folder: Path, cache: Path) -> dict[str, Any]:
    torch.manual_seed(0)
    config = ProbeConfig(split="groups", seeds=2, supervised=None)
    return probe_ear(tiny_ear(), read_task(folder), config, cache)


@pytest.fixture(scope="module")
def report(folder: Path, cache: Path) -> dict[str, Any]:
    return report_of(folder, cache)


def test_the_report_has_every_score(report: dict[str, Any], items: Items) -> None:
    assert report["task"] == "orders"
    assert report["split"] == "groups"
    assert report["classes"] == 2
    assert report["items"] == len(items.table)
    assert report["supervised"] is None
    assert report["ear"]["architecture"].startswith("own ")
    assert report["readouts"].keys() == report["untrained_readouts"].keys()
    assert "mean of c" in report["readouts"]
    assert report["damaged"] == []
    for key in ("ear", "untrained", "logmel", "mfcc"):
        row = report[key]
        assert 0 <= row["accuracy"] <= 1
        assert row["accuracy_std"] >= 0
        assert row["loss"] > 0
    assert report["chance"] == pytest.approx(0.5, abs=0.01)
    assert report["training_items"][0] + report["test_items"][0] == report["items"]
    confusion = torch.tensor(report["confusion"])
    assert confusion.sum(1).tolist() == [sum(report["test_items"]) / 2] * 2
    assert float(confusion.diagonal().sum() / confusion.sum()) == pytest.approx(
        report["ear"]["accuracy"], abs=1e-5
    )
    json.dumps(report, allow_nan=False)


def test_it_is_the_same_again(report: dict[str, Any], folder: Path, cache: Path) -> None:
    assert report_of(folder, cache) == report


def test_labels_without_meaning_stay_at_chance(items: Items) -> None:
    """The same items and features with their labels shuffled, however well they are told apart."""
    random = torch.Generator().manual_seed(3)
    shuffled = items.table.labels[torch.randperm(len(items.table), generator=random)]
    for labels, least, most in ((items.table.labels, 0.75, 1.0), (shuffled, 0.3, 0.66)):
        changed = replace(items, table=replace(items.table, labels=labels))
        sides = [sides_of("items", changed.table, seed) for seed in range(4)]
        table = heard_by(tiny_ear(), changed, [READOUT], "cpu")[READOUT]
        accuracy = classified([table] * 4, changed, sides, "items").summary()["accuracy"]
        assert least <= accuracy <= most
        assert chance(changed, sides) == pytest.approx(0.5, abs=0.05)


def test_the_classifier_sees_the_training_items_alone(items: Items) -> None:
    """What tells the classes apart in training says the opposite of the test items."""
    sides = [sides_of("items", items.table, seed) for seed in range(2)]
    tables = []
    for side in sides:
        table = (2.0 * items.table.labels[:, None] - 1) * torch.tensor([1.0, 3.0])
        table[side.test] *= -1
        tables.append(table)
    found = classified(tables, items, sides, "items")
    assert found.accuracies == [0.0, 0.0]
    assert found.confusion.diagonal().sum() == 0
    assert int(found.confusion.sum()) == sum(len(side.test) for side in sides)


def test_the_rival_learns_and_is_not_trained_twice(items: Items, tmp_path: Path) -> None:
    sides = sides_of("items", items.table, 0)
    said: list[str] = []

    def trained(config: SupervisedConfig = RIVAL, seed: int = 0) -> tuple[float, int]:
        said.clear()
        found = supervised(items, EAR, sides, "items", config, seed, tmp_path, say=said.append)
        return found.accuracy, sum("training from scratch" in line for line in said)

    state = torch.get_rng_state()
    accuracy, runs = trained()
    assert torch.equal(torch.get_rng_state(), state)
    assert accuracy > 0.75
    assert runs == 2
    assert trained() == (accuracy, 0)
    kept = sorted(tmp_path.iterdir())
    assert len(kept) == 2
    kept[0].write_text('{"accuracy": ')
    assert trained() == (accuracy, 1)  # the damaged one again, and to the same result
    assert trained(replace(RIVAL, steps=2))[1] == 2
    assert trained(replace(RIVAL, steps=2), seed=1)[1] == 2
    sides = sides_of("items", items.table, 1)
    assert trained(replace(RIVAL, steps=2))[1] == 2


def test_a_learning_rate_that_fails_is_not_taken(items: Items, tmp_path: Path) -> None:
    rival = replace(RIVAL, steps=8, checks=4, learning_rates=(1e30, 1e-3))
    sides = sides_of("items", items.table, 0)
    found = supervised(items, EAR, sides, "items", rival, 0, tmp_path)
    assert found.learning_rate == 1e-3
    assert found.steps == 8


def test_the_rival_learns_in_half_precision_too(items: Items, tmp_path: Path) -> None:
    sides = sides_of("items", items.table, 0)
    rival = replace(RIVAL, learning_rates=(3e-3,), bfloat16=True)
    found = supervised(items, EAR, sides, "items", rival, 0, tmp_path)
    assert found.accuracy > 0.75
    full = supervised(items, EAR, sides, "items", replace(rival, bfloat16=False), 0, tmp_path)
    assert found.loss != full.loss


def test_the_rival_never_sees_a_test_item(items: Items, tmp_path: Path) -> None:
    """With other sound in the test items, all that was held out is scored as before."""
    sides = sides_of("time", items.table, 0)
    rival = replace(RIVAL, steps=6, checks=3, learning_rates=(1e-3,))
    before = supervised(items, EAR, sides, "time", rival, 0, tmp_path / "a")
    silent = replace(sides, test=sides.test[:4])
    after = supervised(items, EAR, silent, "time", rival, 0, tmp_path / "b")
    assert before.held_out_loss == after.held_out_loss
    assert before.loss != after.loss


def test_the_rival_of_longer_items_is_another(folder: Path, tmp_path: Path) -> None:
    """With as many items, though the same files are cut into longer ones."""
    rival = replace(RIVAL, steps=2, checks=1, learning_rates=(1e-3,))
    for number, seconds in enumerate((2.2, 2.3)):
        items = hear(read_task(folder), EAR, tmp_path, seconds=seconds)
        sides = sides_of("items", items.table, 0)
        assert len(items.table) == 30
        supervised(items, EAR, sides, "items", rival, 0, tmp_path)
        names = [READOUT]
        untrained(tiny_ear(), items, sides.training, 0, names, tmp_path, lambda line: None)
        assert len(list(tmp_path.glob("supervised-*"))) == number + 1
        assert len(list(tmp_path.glob("untrained-*"))) == number + 1


def test_an_architecture_has_its_name() -> None:
    assert architecture(presets.build("h19")) == "h19"
    undropped = ContrastiveNetwork(replace(presets.config("h20"), dropout=0.0))
    assert architecture(ContrastiveEar("mine", undropped)) == "h20"
    assert architecture(tiny_ear()) == architecture(tiny_ear())


def test_the_ear_of_a_run_is_probed_as_it_is(tmp_path: Path, library: Library) -> None:
    trainer = Trainer(tmp_path / "mine", EAR, replace(TRAINING, steps=3), library.tracks[1:], [])
    run(trainer)
    ear = load_ear(str(tmp_path / "mine"))
    assert ear.name == "mine at step 3"
    assert ear.config == EAR


@pytest.mark.parametrize(
    ("changed", "words"),
    [({"split": "luck"}, "--split: expected items, time, groups"), ({"seeds": 0}, "seeds")],
)
def test_what_cannot_be_asked_is_said(changed: dict[str, object], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        ProbeConfig(**changed)  # type: ignore[arg-type]
