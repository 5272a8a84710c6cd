"""The worker's ear: loaded by name, folder or `module:callable`, and described for the server."""

from __future__ import annotations

import hashlib
import importlib
import json
import re
import sys
from pathlib import Path
from typing import Any

import torch

from immersions import ears
from immersions.ears.ear import Ear, Layer

_CALLABLE = re.compile(r"[\w.]+:\w+")


def load(name: str) -> Ear:
    """An ear by the name of a bundled one, its folder, or `module:callable` that makes one."""
    if _CALLABLE.fullmatch(name) and not Path(name).exists():
        return _made_by(*name.split(":"))
    return ears.load(name)


def _made_by(module: str, function: str) -> Ear:
    # Bring your own: a module beside where the performer stands, found after everything else.
    sys.path.append(str(Path.cwd()))
    ear = getattr(importlib.import_module(module), function)()
    if not isinstance(ear, Ear):
        raise ValueError(f"{module}:{function}: expected an Ear, got {type(ear).__name__}")
    return ear


def describe(ear: Ear) -> dict[str, Any]:
    """What the server and the page need to know of an ear, as JSON types."""
    return {
        "sample_rate": ear.sample_rate,
        "loop_seconds": ear.loop_seconds,
        "layers": [_shape(layer) for layer in ear.layers],
        "hash": fingerprint(ear),
        "bin_frequencies": [float(each) for each in ear.bin_frequencies],
        "credits": str(getattr(ear, "credits", "")),
    }


def fingerprint(ear: Ear) -> str:
    """The key of an ear's layouts: a hash of its layers and, if torch holds them, its weights."""
    digest = hashlib.sha256()
    digest.update(json.dumps([_shape(layer) for layer in ear.layers]).encode())
    network = getattr(ear, "network", ear)
    if isinstance(network, torch.nn.Module):
        for name, tensor in sorted(network.state_dict().items()):
            digest.update(f"{name} {tuple(tensor.shape)}".encode())
            digest.update(tensor.detach().cpu().contiguous().view(-1).view(torch.uint8).numpy())
    return digest.hexdigest()[:32]


def _shape(layer: Layer) -> dict[str, Any]:
    return {
        "name": layer.name,
        "channels": layer.channels,
        "pitches": layer.pitches,
        "frames": layer.frames,
    }
