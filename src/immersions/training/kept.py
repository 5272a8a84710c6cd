"""What a run keeps in its folder: a checkpoint, the metrics of every step, and its settings.

Training can be cut off at any moment, by a crash too: each file is whole, or the one before.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import load_file, save_file
from torch import Tensor, nn

from immersions.ears.checkpoint import config_from_dict
from immersions.ears.contrastive import ContrastiveNetwork

CHECKPOINT, METRICS, SETTINGS = "checkpoint.safetensors", "metrics.jsonl", "training.json"
SNAPSHOTS = "snapshots"
Row = dict[str, float]

MAY_CHANGE = (
    *("steps", "warmup_steps", "average", "bfloat16", "accumulate"),
    *("validate_every", "checkpoint_every", "snapshot_every"),
    *("validation_batches", "validation_items", "validation_crops"),
)
"""Settings with which a run may go on although it was begun with others."""


def save_state(
    path: Path, step: int, modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer
) -> None:
    """Write weights and optimiser; the file before survives until the new one is whole.

    Raises `OSError` with one line where it cannot be written, as on a full disk.
    """
    tensors = {
        f"{name}.{key}": value
        for name, module in modules.items()
        for key, value in module.state_dict().items()
    }
    for number, state in optimiser.state_dict()["state"].items():
        tensors |= {f"adam.{number}.{key}": value for key, value in state.items()}
    kept = {key: value.detach().contiguous().cpu() for key, value in tensors.items()}
    temporary = path.with_name(f".{path.name}.partial")
    try:
        save_file(kept, temporary, {"step": str(step)})
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        temporary.replace(path)
    except (OSError, SafetensorError) as error:
        temporary.unlink(missing_ok=True)  # it may be what fills the disk
        said = " ".join(str(error).split())[:200]
        before = "; the one before is kept" if path.exists() else ""
        raise OSError(f"{path}: could not write the checkpoint ({said}){before}") from None


def load_state(
    path: Path, modules: Mapping[str, nn.Module], optimiser: torch.optim.Optimizer
) -> int:
    """Put a checkpoint's weights and optimiser in place and return its step.

    Raises `ValueError` with one line for a file that is damaged or of another network.
    """
    try:
        tensors, step = load_file(path), saved_step(path)
        for name, module in modules.items():
            module.load_state_dict(part(tensors, f"{name}."))
        state: dict[int, dict[str, Tensor]] = {}
        for key, value in part(tensors, "adam.").items():
            number, _, kind = key.partition(".")
            state.setdefault(int(number), {})[kind] = value
        described: dict[str, Any] = optimiser.state_dict()
        optimiser.load_state_dict(described | {"state": state})
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise ValueError(
            f"{path}: expected the checkpoint of this network; remove it to begin anew ({said})"
        ) from None
    return step


def saved_step(path: Path) -> int:
    """The step at which a checkpoint was written."""
    with safe_open(path, framework="pt") as file:
        return int(file.metadata()["step"])


def part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix`, without it."""
    return {k.removeprefix(prefix): v for k, v in tensors.items() if k.startswith(prefix)}


def check_settings(path: Path, settings: Mapping[str, Any], defaults: Mapping[str, Any]) -> None:
    """Raise `ValueError` when the run at `path` was begun with other settings than these.

    A run of the same name on other music would else go on from weights that it never trained. A
    setting that did not exist yet when it was begun had the value in `defaults`.
    """
    try:
        begun = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return
    asked = json.loads(json.dumps(settings))
    for group in begun.keys() & asked.keys():
        before = _flat(defaults.get(group, {}), group) | _flat(begun[group], group)
        now = _flat(asked[group], group)
        for key in sorted(before.keys() | now.keys()):
            if before.get(key) != now.get(key) and key.split(".")[-1] not in MAY_CHANGE:
                raise ValueError(
                    f"{path.parent}: this run was begun with {key} {before.get(key)}, not "
                    f"{now.get(key)}; choose another name or --work folder, or remove it"
                )


def read_metrics(path: Path) -> list[Row]:
    """The rows of a metrics.jsonl; a row cut off by a crash is left out."""
    rows = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else []:
        try:
            rows.append(json.loads(line))
        except ValueError:
            continue
    return rows


def add_row(path: Path, row: Row) -> None:
    """Append to a metrics.jsonl. Raises `OSError` with one line."""
    try:
        with path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")
    except OSError as error:
        raise OSError(f"{path}: could not be written ({error.strerror})") from None


def forget_after(path: Path, step: int) -> None:
    """Drop what was cut off, and the rows of steps that a run that goes on from `step` repeats."""
    kept = [row for row in read_metrics(path) if row["step"] <= step]
    text = "".join(json.dumps(row) + "\n" for row in kept)
    if path.exists() and path.read_text(encoding="utf-8") != text:
        write_whole(path, text)


def write_whole(path: Path, text: str) -> None:
    """Write a small file; the one before survives until it is whole. Raises `OSError`."""
    temporary = path.with_name(f".{path.name}.partial")
    try:
        with temporary.open("w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except OSError as error:
        temporary.unlink(missing_ok=True)
        raise OSError(f"{path}: could not be written ({error.strerror})") from None


def _flat(value: Any, name: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        return {name: value}
    rows: dict[str, Any] = {}
    for key, inner in value.items():
        rows |= _flat(inner, f"{name}.{key}")
    return rows


def averaged_network(folder: Path) -> ContrastiveNetwork:
    """The averaged weights of the run in `folder`, finished or not; nothing there is changed.

    Raises `ValueError` or `OSError` with one line.
    """
    path = folder / CHECKPOINT
    settings = json.loads((folder / SETTINGS).read_text(encoding="utf-8"))
    network = ContrastiveNetwork(config_from_dict(settings["ear"]))
    try:
        network.load_state_dict(part(load_file(path), "mean.network."))
    except (SafetensorError, RuntimeError) as error:
        said = " ".join(str(error).split())[:200]
        raise ValueError(f"{path}: expected the checkpoint of a run ({said})") from None
    return network.eval()
