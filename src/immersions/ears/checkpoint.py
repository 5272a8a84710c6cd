"""Ears on disk: model.safetensors, config.json and a model card in one folder; no pickle.

The layout is Hugging Face's, so such a folder can be uploaded as it is. What is loaded is checked:
names, shapes and finiteness. Weights may be kept in half precision; they are used in single.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from immersions import assets
from immersions.ears.contrastive import (
    ContextBlockConfig,
    ContrastiveConfig,
    ContrastiveEar,
    ContrastiveNetwork,
    EncoderBlockConfig,
)
from immersions.ears.ear import QUANTILES, LayerStatistics
from immersions.scalogram import ScalogramConfig

FORMAT = 1
WEIGHTS, CONFIG, CARD = "model.safetensors", "config.json", "README.md"
LARGEST_CONFIG = 1 << 20
STATISTICS = ("mean", "deviation", "quantiles")


def save_pretrained(
    folder: Path | str,
    name: str,
    network: ContrastiveNetwork,
    statistics: Mapping[str, LayerStatistics],
    card: str,
    half: bool = True,
) -> None:
    """Write an ear's folder; each file appears whole or not at all. Raises `OSError`."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    dtype = torch.float16 if half else torch.float32
    tensors = {f"network.{key}": value for key, value in network.state_dict().items()}
    for layer, row in statistics.items():
        tensors |= {f"statistics.{layer}.{kind}": getattr(row, kind) for kind in STATISTICS}
    kept = {
        key: (value.to(dtype) if value.is_floating_point() else value).contiguous().cpu()
        for key, value in tensors.items()
    }
    described = {"format": FORMAT, "name": name, "architecture": "contrastive"}
    config = described | {"config": asdict(network.config)}
    _place(folder / WEIGHTS, lambda path: save_file(kept, path, {"format": "pt"}))
    _place(folder / CONFIG, lambda path: path.write_text(json.dumps(config, indent=1) + "\n"))
    _place(folder / CARD, lambda path: path.write_text(card))


def from_pretrained(name: str | Path) -> ContrastiveEar:
    """An ear by its bundled name or from a folder.

    Raises `ValueError` or `OSError` with one line: no such ear, a foreign or truncated file, a
    shape or number that does not fit.
    """
    folder = _folder(name)
    described = _config(folder / CONFIG)
    network = ContrastiveNetwork(_parsed(folder / CONFIG, described))
    tensors = _tensors(folder / WEIGHTS)
    expected = {f"network.{key}": value for key, value in network.state_dict().items()}
    weights = {key: value for key, value in tensors.items() if key.startswith("network.")}
    _compare(folder / WEIGHTS, weights, expected)
    network.load_state_dict({key.removeprefix("network."): v for key, v in weights.items()})
    ear = ContrastiveEar(str(described.get("name", folder.name)), network)
    ear.statistics = _statistics(folder / WEIGHTS, tensors, ear)
    return ear


def config_from_dict(values: Mapping[str, Any]) -> ContrastiveConfig:
    """A configuration from plain JSON types. Raises `TypeError`, `KeyError` or `ValueError`."""
    rest = dict(values)
    scalogram = ScalogramConfig(**rest.pop("scalogram"))
    encoder = tuple(EncoderBlockConfig(**_pairs(row)) for row in rest.pop("encoder"))
    context = tuple(ContextBlockConfig(**row) for row in rest.pop("context"))
    return ContrastiveConfig(scalogram=scalogram, encoder=encoder, context=context, **rest)


def _pairs(row: Mapping[str, Any]) -> dict[str, Any]:
    return {key: tuple(value) if isinstance(value, list) else value for key, value in row.items()}


def _folder(name: str | Path) -> Path:
    if isinstance(name, str) and name in assets.ear_names():
        return assets.ear_folder(name)
    folder = Path(name)
    if folder.is_file():
        raise ValueError(f"{folder}: expected the folder of an ear (with {CONFIG}), got a file")
    if not folder.is_dir():
        known = ", ".join(assets.ear_names()) or "none"
        raise FileNotFoundError(f"{name}: no such ear; bundled ears: {known}; or give a folder")
    for file in (CONFIG, WEIGHTS):
        if not (folder / file).is_file():
            raise FileNotFoundError(f"{folder}: expected {CONFIG} and {WEIGHTS}, found no {file}")
    return folder


def _config(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_CONFIG:
        raise ValueError(f"{path}: expected a short JSON file, got {path.stat().st_size} bytes")
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path}: expected JSON, got: {error}") from None
    if not isinstance(described, dict) or described.get("architecture") != "contrastive":
        raise ValueError(f"{path}: expected an ear with architecture 'contrastive'")
    if described.get("format") != FORMAT:
        raise ValueError(f"{path}: expected format {FORMAT}, got {described.get('format')!r}")
    return described


def _parsed(path: Path, described: dict[str, Any]) -> ContrastiveConfig:
    try:
        return config_from_dict(described["config"])
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise ValueError(f"{path}: this does not describe an ear: {error}") from None


def _tensors(path: Path) -> dict[str, Tensor]:
    try:
        with safe_open(path, framework="pt") as file:
            tensors = {key: file.get_tensor(key) for key in file.keys()}  # noqa: SIM118
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{path}: expected safetensors, got a file it cannot read: {error}"
        ) from None
    for key, value in tensors.items():
        if value.is_floating_point():
            if not bool(torch.isfinite(value).all()):
                raise ValueError(f"{path}: {key} holds values that are not finite")
            tensors[key] = value.float()
    return tensors


def _compare(path: Path, got: Mapping[str, Tensor], expected: Mapping[str, Tensor]) -> None:
    if odd := sorted(set(got) ^ set(expected)):
        raise ValueError(f"{path}: does not fit its config: {odd[0]} is missing or not expected")
    for key, value in expected.items():
        if got[key].shape != value.shape:
            raise ValueError(
                f"{path}: {key}: expected shape {tuple(value.shape)}, got {tuple(got[key].shape)}"
            )


def _statistics(
    path: Path, tensors: Mapping[str, Tensor], ear: ContrastiveEar
) -> dict[str, LayerStatistics]:
    found = {key for key in tensors if key.startswith("statistics.")}
    if not found:
        return {}
    expected = {}
    for layer in ear.layers:
        shape = (layer.channels, layer.pitches)
        for kind in STATISTICS:
            full = (len(QUANTILES), *shape) if kind == "quantiles" else shape
            expected[f"statistics.{layer.name}.{kind}"] = torch.empty(full)
    _compare(path, {key: tensors[key] for key in found}, expected)
    return {
        layer.name: LayerStatistics(
            **{kind: tensors[f"statistics.{layer.name}.{kind}"] for kind in STATISTICS}
        )
        for layer in ear.layers
    }


def _place(path: Path, write: Any) -> None:
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        write(temporary)
        temporary.chmod(0o644)  # safetensors makes files that only their owner can read
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
