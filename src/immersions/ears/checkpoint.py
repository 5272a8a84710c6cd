"""Ears on disk: model.safetensors, config.json and a model card in one folder; no pickle.

The layout is Hugging Face's, so such a folder can be uploaded as it is. What is loaded is checked:
names, shapes and finiteness. Weights may be kept in half precision; they are used in single.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping, Set
from dataclasses import asdict
from functools import partial
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
NETWORK, STATISTICS = "network.", "statistics."
KINDS = ("mean", "deviation", "quantiles")
DTYPES = ("F16", "BF16", "F32", "F64", "I64")


def save_pretrained(
    folder: Path | str,
    name: str,
    network: ContrastiveNetwork,
    statistics: Mapping[str, LayerStatistics],
    card: str,
    half: bool = True,
) -> None:
    """Write an ear's folder from the network as it was trained.

    Each file appears whole or not at all. An ear that listens already has a method of this name,
    since its network is folded. Raises `OSError`, and `ValueError` for a folded network.
    """
    if network.folded:
        raise ValueError(
            "expected the network as it was trained, got an ear's, folded for listening: "
            "ear.save_pretrained(folder) writes that ear"
        )
    dtype = torch.float16 if half else torch.float32
    kept = partial(_kept, dtype=dtype)
    write(Path(folder), name, network.config, network.state_dict(), statistics, card, kept)


def write(
    folder: Path,
    name: str,
    config: ContrastiveConfig,
    weights: Mapping[str, Tensor],
    statistics: Mapping[str, LayerStatistics],
    card: str,
    kept: Callable[[Tensor], Tensor],
) -> None:
    """Write an ear's folder, every tensor as `kept` makes it. Raises `OSError`."""
    folder.mkdir(parents=True, exist_ok=True)
    tensors = {f"{NETWORK}{key}": value for key, value in weights.items()}
    for layer, row in statistics.items():
        tensors |= {f"{STATISTICS}{layer}.{kind}": getattr(row, kind) for kind in KINDS}
    small = {key: kept(value).contiguous().cpu() for key, value in tensors.items()}
    described = {"format": FORMAT, "name": name, "architecture": "contrastive"}
    text = json.dumps(described | {"config": config_to_dict(config)}, indent=1) + "\n"
    _place(folder / WEIGHTS, lambda path: save_file(small, path, {"format": "pt"}))
    _place(folder / CONFIG, lambda path: path.write_text(text))
    _place(folder / CARD, lambda path: path.write_text(card, encoding="utf-8"))


def from_pretrained(name: str | Path) -> ContrastiveEar:
    """An ear by its bundled name or from a folder.

    Raises `ValueError` or `OSError` with one line: no such ear, a foreign or truncated file, a
    shape or number that does not fit.
    """
    folder = _folder(name)
    described, network, tensors = _read(folder)
    ear = ContrastiveEar(described["name"], network, card=_card(folder / CARD))
    if not all(bool(torch.isfinite(weight).all()) for weight in ear.network.parameters()):
        raise ValueError(f"{folder / WEIGHTS}: a batch norm holds a variance below zero")
    if tensors:
        ear.statistics = {
            layer.name: LayerStatistics(
                **{kind: tensors[f"{STATISTICS}{layer.name}.{kind}"] for kind in KINDS}
            )
            for layer in ear.layers
        }
    return ear


def trained_network(name: str | Path) -> ContrastiveNetwork:
    """The network of an ear as it was trained, its batch norms not folded: to train on from.

    Raises as `from_pretrained` does.
    """
    return _read(_folder(name))[1]


def config_to_dict(config: ContrastiveConfig) -> dict[str, Any]:
    """A configuration in plain JSON types; without what earlier versions do not know, if unused."""
    values = asdict(config)
    if config.blur == 1:
        del values["blur"]
    return values


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


def _read(folder: Path) -> tuple[dict[str, Any], ContrastiveNetwork, dict[str, Tensor]]:
    """What config.json says, the network with its weights, and the statistics' tensors."""
    described = _config(folder / CONFIG)
    with torch.device("meta"):  # shapes alone: what the file does not hold is never allocated
        sketch = _sketch(folder / CONFIG, described)
    tensors = _tensors(folder / WEIGHTS, _expected(sketch))
    network = ContrastiveNetwork(sketch.config)
    # Taken out, so that a large network is not held twice from here on.
    weights = [key for key in tensors if key.startswith(NETWORK)]
    network.load_state_dict({key.removeprefix(NETWORK): tensors.pop(key) for key in weights})
    return described, network, tensors


def _config(path: Path) -> dict[str, Any]:
    if path.stat().st_size > LARGEST_CONFIG:
        raise ValueError(f"{path}: expected a short JSON file, got {path.stat().st_size} bytes")
    try:
        described = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError(f"{path}: expected JSON, got: {error}") from None
    if not isinstance(described, dict) or described.get("architecture") != "contrastive":
        raise ValueError(f"{path}: expected an ear with architecture 'contrastive'")
    if described.get("format") != FORMAT:
        raise ValueError(f"{path}: expected format {FORMAT}, got {described.get('format')!r:.60}")
    name = described.setdefault("name", path.parent.name)
    if not isinstance(name, str) or not 1 <= len(name) <= 100 or not name.isprintable():
        raise ValueError(f"{path}: expected a name of up to 100 characters, got {name!r:.60}")
    return described


def _card(path: Path) -> str:
    """The model card: credits travel with an ear. A folder may be without one."""
    try:
        with path.open(encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST_CONFIG)
    except OSError:
        return ""


def _sketch(path: Path, described: dict[str, Any]) -> ContrastiveNetwork:
    """The network that a configuration describes; `ValueError` in one line if it does not."""
    try:
        return ContrastiveNetwork(config_from_dict(described["config"]))
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        missing = "nothing called " if isinstance(error, KeyError) else ""
        said = " ".join(f"{missing}{error}".split())[:200]
        raise ValueError(f"{path}: this does not describe an ear: {said}") from None


def _expected(network: ContrastiveNetwork) -> dict[str, tuple[int, ...]]:
    """The shape of every tensor that an ear's file may hold, its statistics included."""
    shapes = {f"{NETWORK}{key}": tuple(v.shape) for key, v in network.state_dict().items()}
    for name, channels, pitches, _ in network.layer_rows():
        neurons = (channels, pitches)
        for kind in KINDS:
            shape = (len(QUANTILES), *neurons) if kind == "quantiles" else neurons
            shapes[f"{STATISTICS}{name}.{kind}"] = shape
    return shapes


def _tensors(path: Path, expected: Mapping[str, tuple[int, ...]]) -> dict[str, Tensor]:
    """The tensors of a file, in single precision: its names and shapes are checked first."""
    try:
        with safe_open(path, framework="pt") as file:
            names = set(file.keys())
            _check_names(path, names, expected)
            for key in sorted(names):
                part = file.get_slice(key)
                got, kind = tuple(part.get_shape()), part.get_dtype()
                if got != expected[key] or kind not in DTYPES:
                    wanted = f"{expected[key]} of {', '.join(DTYPES)}"
                    raise ValueError(f"{path}: {key}: expected {wanted}, got {got} of {kind}")
            tensors = {key: file.get_tensor(key) for key in names}
    except (SafetensorError, OSError) as error:
        raise ValueError(
            f"{path}: expected safetensors, got a file it cannot read: {error}"
        ) from None
    for key, value in tensors.items():
        if not bool(torch.isfinite(value).all()):
            raise ValueError(f"{path}: {key} holds values that are not finite")
        tensors[key] = value.float() if value.is_floating_point() else value
    return tensors


def _check_names(path: Path, got: Set[str], expected: Mapping[str, tuple[int, ...]]) -> None:
    """All the network's tensors, and of the statistics all or none."""
    wanted = set(expected)
    if not any(key.startswith(STATISTICS) for key in got):
        wanted = {key for key in wanted if key.startswith(NETWORK)}
    if odd := sorted(got ^ wanted):
        fault = "is missing" if odd[0] in wanted else "is not expected"
        raise ValueError(f"{path}: does not fit its config: {odd[0]!r:.100} {fault}")


def _kept(value: Tensor, dtype: torch.dtype) -> Tensor:
    """A number too large for half precision stays in single."""
    if not value.is_floating_point():
        return value
    small = value.to(dtype)
    return small if bool(torch.isfinite(small).all()) else value.float()


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
