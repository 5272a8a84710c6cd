"""The worker's ear, described for the server."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import torch

from immersions.ears.ear import Ear, Layer


def describe(ear: Ear) -> dict[str, Any]:
    """What the server and the page need to know of an ear, as JSON types."""
    return {
        "sample_rate": ear.sample_rate,
        "loop_seconds": ear.loop_seconds,
        "layers": [_shape(layer) | {"hears": layer.hears} for layer in ear.layers],
        "hash": fingerprint(ear),
        "torch": str(torch.__version__),
        "bin_frequencies": [float(each) for each in ear.bin_frequencies],
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
