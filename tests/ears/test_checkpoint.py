"""Ears on disk: what is written comes back, what is not an ear is refused in one line."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from ear_examples import ear, network, statistics
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as some
from safetensors.torch import load_file, save_file
from torch import Tensor

from immersions import ears
from immersions.ears.checkpoint import from_pretrained, save_pretrained

Change = Callable[[dict[str, Any]], Any]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save(tmp_path / "tiny")


def save(folder: Path, half: bool = True) -> Path:
    save_pretrained(folder, "tiny", network("tiny"), statistics(ear("tiny")), "# tiny\n", half)
    return folder


def one_line(error: pytest.ExceptionInfo[BaseException]) -> str:
    said = str(error.value)
    assert said
    assert "\n" not in said
    return said


def refused(folder: Path | str) -> str:
    with pytest.raises((ValueError, OSError)) as error:
        from_pretrained(folder)
    return one_line(error)


def rewrite(folder: Path, change: Callable[[dict[str, Tensor]], None]) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


def reconfigure(folder: Path, change: Change) -> None:
    path = folder / "config.json"
    described = json.loads(path.read_text())
    change(described)
    path.write_text(json.dumps(described))


def test_a_round_trip_in_single_precision(tmp_path: Path) -> None:
    """Exactly the same answers and statistics."""
    loaded, original = from_pretrained(save(tmp_path / "whole", half=False)), ear("tiny")
    assert loaded.name == "tiny"
    assert loaded.config == original.config
    sound = torch.randn(1, 32000, generator=torch.Generator().manual_seed(1)) * 0.1
    names = [layer.name for layer in original.layers]
    before, after = original.listen(sound, names), loaded.listen(sound, names)
    for name in names:
        assert torch.equal(before[name], after[name])
    for name, row in statistics(original).items():
        assert torch.equal(loaded.statistics[name].mean, row.mean)
        assert torch.equal(loaded.statistics[name].deviation, row.deviation)
        assert torch.equal(loaded.statistics[name].quantiles, row.quantiles)


def test_half_precision_halves_the_file_and_hardly_changes_an_answer(tmp_path: Path) -> None:
    sizes = [
        (save(tmp_path / str(half), half) / "model.safetensors").stat().st_size
        for half in (False, True)
    ]
    assert sizes[1] < 0.65 * sizes[0]
    loaded, original = from_pretrained(tmp_path / "True"), ear("tiny")
    sound = torch.randn(1, 32000, generator=torch.Generator().manual_seed(1)) * 0.1
    for layer in original.layers[1:]:
        before = original.listen(sound, [layer.name])[layer.name]
        after = loaded.listen(sound, [layer.name])[layer.name]
        assert after.dtype == torch.float32
        assert (before - after).abs().max() < 0.15 * before.std(), layer.name
        assert (before - after).abs().mean() < 0.005 * before.std(), layer.name


def test_a_number_too_large_for_half_precision_survives(tmp_path: Path) -> None:
    rows = statistics(ear("tiny"))
    rows["scalogram"].mean[0, 0] = 1e6
    save_pretrained(tmp_path, "tiny", network("tiny"), rows, "")
    assert from_pretrained(tmp_path).statistics["scalogram"].mean[0, 0] == 1e6


def test_the_folder_has_the_layout_of_hugging_face(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == [
        *("README.md", "config.json", "model.safetensors")
    ]
    assert (folder / "README.md").read_text() == "# tiny\n"
    assert json.loads((folder / "config.json").read_text())["architecture"] == "contrastive"


def test_an_ear_without_statistics_has_none(tmp_path: Path) -> None:
    save_pretrained(tmp_path, "bare", network("tiny"), {}, "")
    assert from_pretrained(tmp_path).statistics == {}


def test_saving_where_it_cannot_leaves_nothing_behind(tmp_path: Path) -> None:
    (tmp_path / "config.json").mkdir()
    with pytest.raises(OSError, match=r"config\.json"):
        save(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.json", "model.safetensors"]


@pytest.mark.parametrize("preset", ["small", "h20"])
def test_presets_come_back(preset: str, tmp_path: Path) -> None:
    save_pretrained(tmp_path, preset, network(preset), {}, "", half=False)
    loaded = from_pretrained(tmp_path)
    assert loaded.layers == ear(preset).layers
    for key, weight in ear(preset).network.state_dict().items():
        assert torch.equal(loaded.network.state_dict()[key], weight)


def test_the_bundled_ear_loads_by_name() -> None:
    assert ears.available()[0] == "small"
    bundled = ears.load("small")
    assert bundled.name == "small"
    assert [layer.name for layer in bundled.layers] == list(bundled.statistics)
    for row in bundled.statistics.values():
        assert (row.deviation >= 0).all()
        assert (row.quantiles.diff(dim=0) >= 0).all()


def test_unknown_names_and_files_are_refused(tmp_path: Path, folder: Path) -> None:
    assert "no such ear; bundled ears: small" in refused("nobody")
    assert "expected the folder of an ear" in refused(folder / "config.json")
    pickled = tmp_path / "weights.pt"
    torch.save({"a": torch.zeros(1)}, pickled)
    assert "expected the folder of an ear" in refused(pickled)
    assert "found no config.json" in refused(tmp_path)


@pytest.mark.parametrize("file", ["config.json", "model.safetensors"])
def test_missing_files_are_refused(folder: Path, file: str) -> None:
    (folder / file).unlink()
    assert f"found no {file}" in refused(folder)


def test_a_pickle_under_a_safe_name_is_refused(folder: Path) -> None:
    torch.save({"network.a": torch.zeros(1)}, folder / "model.safetensors")
    assert "expected safetensors" in refused(folder)


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.01, 0.5, 0.999])
def test_truncated_weights_are_refused(folder: Path, share: float) -> None:
    path = folder / "model.safetensors"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    assert "expected safetensors" in refused(folder)


def nothing(tensors: dict[str, Tensor]) -> None:
    tensors.clear()


def foreign(tensors: dict[str, Tensor]) -> None:
    tensors.clear()
    tensors["bert.embeddings.weight"] = torch.zeros(3)


def one_too_many(tensors: dict[str, Tensor]) -> None:
    tensors["network.more\nlines"] = torch.zeros(1)


def one_too_few(tensors: dict[str, Tensor]) -> None:
    del tensors["network.encoder.0.conv1.conv.weight"]


def half_the_statistics(tensors: dict[str, Tensor]) -> None:
    del tensors["statistics.encoder.0.mean"]


def other_shape(tensors: dict[str, Tensor]) -> None:
    tensors["network.encoder.0.conv1.conv.weight"] = torch.zeros(6, 1, 3, 4)


def statistics_of_other_shape(tensors: dict[str, Tensor]) -> None:
    tensors["statistics.encoder.0.quantiles"] = torch.zeros(8, 6, 1)


def eight_bits(tensors: dict[str, Tensor]) -> None:
    name = "network.encoder.0.conv1.conv.weight"
    tensors[name] = tensors[name].to(torch.float8_e4m3fn)


def not_a_number(tensors: dict[str, Tensor]) -> None:
    tensors["network.encoder.0.conv1.conv.weight"][0, 0, 0, 0] = torch.nan


def infinite_statistics(tensors: dict[str, Tensor]) -> None:
    tensors["statistics.scalogram.deviation"][0, 3] = torch.inf


def negative_variance(tensors: dict[str, Tensor]) -> None:
    tensors["network.encoder.0.conv1.norm.running_var"][:] = -1


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (nothing, "does not fit its config"),
        (foreign, "'bert.embeddings.weight' is not expected"),
        (one_too_many, "is not expected"),
        (one_too_few, "encoder.0.conv1.conv.weight' is missing"),
        (half_the_statistics, "'statistics.encoder.0.mean' is missing"),
        (other_shape, r"(6, 1, 3, 3) of F16, BF16, F32, F64, I64, got (6, 1, 3, 4)"),
        (statistics_of_other_shape, "got (8, 6, 1)"),
        (eight_bits, "of F8_E4M3"),
        (not_a_number, "holds values that are not finite"),
        (infinite_statistics, "holds values that are not finite"),
        (negative_variance, "a variance below zero"),
    ],
)
def test_odd_weights_are_refused(
    folder: Path, change: Callable[[dict[str, Tensor]], None], says: str
) -> None:
    rewrite(folder, change)
    assert says in refused(folder)


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
