"""Configurations of ears on disk: what is none is refused in one line, before anything is built."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ear_examples import network
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from saved_ears import refused, save

from immersions.ears.checkpoint import from_pretrained

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save(tmp_path / "tiny")


def reconfigure(folder: Path, change: Change) -> None:
    path = folder / "config.json"
    described = json.loads(path.read_text())
    change(described)
    path.write_text(json.dumps(described))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{",
        '"contrastive"',
        "[" * 100_000,
        '{"architecture": "vit"}',
        "\0",
        "1e999",
    ],
)
def test_texts_that_are_no_configuration_are_refused(folder: Path, text: str) -> None:
    (folder / "config.json").write_text(text)
    refused(folder)


def test_bytes_that_are_no_text_are_refused(folder: Path) -> None:
    (folder / "config.json").write_bytes(b"\xff\xfe\x00\x80")
    assert "expected JSON" in refused(folder)


def test_a_configuration_of_a_gigabyte_is_not_read(folder: Path) -> None:
    with (folder / "config.json").open("wb") as file:
        file.truncate(1 << 30)
    assert "expected a short JSON file" in refused(folder)


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda d: d.update(format=2), "expected format 1, got 2"),
        (lambda d: d.update(name=["a"]), "expected a name"),
        (lambda d: d.pop("config"), "nothing called 'config'"),
        (lambda d: d["config"].pop("encoder"), "nothing called 'encoder'"),
        (lambda d: d["config"].update(encoder=[]), "expected 1 to 64 blocks, got 0"),
        (lambda d: d["config"].update({"a\nb": 1}), "unexpected keyword"),
        (lambda d: d["config"]["encoder"][0].update(channels=10**9), "channels: expected"),
        (lambda d: d["config"]["encoder"][0].update(kernel1=[100, 1]), "does not fit on 72"),
        (lambda d: d["config"]["encoder"][0].update(kernel1=[3]), "kernel1: expected"),
        (lambda d: d["config"]["scalogram"].update(bins=10**9), "bins: expected"),
        (lambda d: d["config"]["scalogram"].update(fmin=float("nan")), "fmin: expected"),
        (lambda d: d["config"]["scalogram"].update(fmin=1.0, filter_scale=900.0), "filter_scale"),
        (lambda d: d["config"]["context"][0].update(channels=8000, kernel=512), "is missing"),
        (lambda d: d["config"].update(context=[{"channels": 8192, "kernel": 512}] * 9), "weights"),
        (lambda d: d["config"].update(loop_seconds=1e9), "loop_seconds: expected"),
        (lambda d: d["config"].update(blur=9), "blur: expected"),
        (lambda d: d["config"].update(blur=2), "blur: expected an odd number of taps, got 2"),
        (lambda d: d["config"]["encoder"][0].update(channels=7), "expected (7,) of F16"),
    ],
)
def test_odd_configurations_are_refused(folder: Path, change: Change, says: str) -> None:
    reconfigure(folder, change)
    assert says in refused(folder)


SCALARS = (
    some.none()
    | some.booleans()
    | some.integers()
    | some.integers(-2, 5000)
    | some.floats()
    | some.text(max_size=5)
    | some.sampled_from([10**9, 2**63, 10**30, 1e308, -0.0, [], {}, [1, 2], [[1]], ["a", 3]])
)
PLACES = some.sampled_from(
    [("config", "scalogram", key) for key in vars(network("tiny").config.scalogram)]
    + [("config", "encoder", 0, key) for key in vars(network("tiny").config.encoder[0])]
    + [("config", "context", 1, key) for key in vars(network("tiny").config.context[1])]
    + [("config", key) for key in vars(network("tiny").config)]
    + [("config", "encoder", 1), ("config",), ("format",), ("name",), ("architecture",)]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(changes=some.lists(some.tuples(PLACES, SCALARS), min_size=1, max_size=3))
def test_any_configuration_loads_or_is_refused_in_one_line(
    tmp_path: Path, changes: list[tuple[tuple[Any, ...], Any]]
) -> None:
    folder = tmp_path / "fuzzed"
    shutil.rmtree(folder, ignore_errors=True)
    save(folder)
    described = json.loads((folder / "config.json").read_text())
    for place, value in changes:
        part = described
        try:
            for key in place[:-1]:
                part = part[key]
            part[place[-1]] = value
        except (KeyError, IndexError, TypeError):
            continue
    (folder / "config.json").write_text(json.dumps(described))
    loaded, said = None, ""
    try:
        loaded = from_pretrained(folder)
    except (ValueError, OSError) as error:
        said = str(error)
    assert "\n" not in said
    assert len(said) < 500
    assert loaded is None or loaded.layers
