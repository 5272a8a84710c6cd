"""Ears on disk: what is written comes back, what is not an ear is refused in one line."""

from __future__ import annotations

import json
from collections.abc import Callable
from copy import deepcopy
from pathlib import Path

import pytest
import torch
from ear_examples import ear, network, statistics
from safetensors.torch import load_file, save_file
from saved_ears import one_line, refused, save
from torch import Tensor

from immersions import ears
from immersions.assets import ear_folder
from immersions.ears.checkpoint import from_pretrained, save_pretrained
from immersions.ears.contrastive import ContrastiveEar


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return save(tmp_path / "tiny")


def rewrite(folder: Path, change: Callable[[dict[str, Tensor]], None]) -> None:
    path = folder / "model.safetensors"
    tensors = load_file(path)
    change(tensors)
    save_file(tensors, path)


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


@pytest.mark.parametrize("half", [True, False])
def test_a_loaded_ear_saves_itself_bit_for_bit(tmp_path: Path, half: bool) -> None:
    """Weights as they were trained, not folded; statistics; name and card."""
    loaded = from_pretrained(save(tmp_path / "first", half))
    loaded.save_pretrained(tmp_path / "second")
    for file in ("config.json", "README.md"):
        assert (tmp_path / "second" / file).read_bytes() == (tmp_path / "first" / file).read_bytes()
    before, after = (load_file(tmp_path / n / "model.safetensors") for n in ("first", "second"))
    assert before.keys() == after.keys()
    for key, value in before.items():
        assert torch.equal(after[key].to(value.dtype), value), key
    again = from_pretrained(tmp_path / "second")
    for key, value in loaded.network.state_dict().items():
        assert torch.equal(again.network.state_dict()[key], value), key
    assert again.statistics.keys() == loaded.statistics.keys()


def test_the_bundled_ear_saves_itself_byte_for_byte(tmp_path: Path) -> None:
    from_pretrained("small").save_pretrained(tmp_path)
    for file in ("config.json", "README.md", "model.safetensors"):
        assert (tmp_path / file).read_bytes() == (ear_folder("small") / file).read_bytes(), file


def test_an_ear_keeps_its_weights_when_its_network_is_trained_on(tmp_path: Path) -> None:
    trained = deepcopy(network("tiny"))
    listening = ContrastiveEar("tiny", trained)
    for weight in trained.parameters():
        weight.data.zero_()
    listening.save_pretrained(tmp_path)
    assert from_pretrained(tmp_path).weights.keys() == listening.weights.keys()
    for key, value in network("tiny").state_dict().items():
        assert torch.equal(from_pretrained(tmp_path).weights[key].to(value.dtype), value), key


def test_a_folded_network_is_not_written(tmp_path: Path) -> None:
    listening = ear("tiny")
    with pytest.raises(
        ValueError, match=r"folded for listening: ear\.save_pretrained\(folder\)"
    ) as error:
        save_pretrained(tmp_path / "ear", "tiny", listening.network, {}, "")
    one_line(error)
    assert not (tmp_path / "ear").exists()


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
