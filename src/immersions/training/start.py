"""What a new run begins with when it does not begin with random weights."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

from immersions.ears.checkpoint import trained_network
from immersions.ears.contrastive import ContrastiveNetwork
from immersions.training.kept import CHECKPOINT, METRICS, Row, averaged_network, read_metrics


@dataclass(frozen=True)
class Start:
    """A trained network; of a run also its prediction maps, and what every step reported."""

    name: str
    network: ContrastiveNetwork
    prediction: Tensor | None = None
    rows: tuple[Row, ...] = ()

    @property
    def key(self) -> str:
        """A hash of the weights."""
        digest = hashlib.sha256()
        for value in self.network.state_dict().values():
            digest.update(value.numpy().tobytes())
        return digest.hexdigest()[:12]


def start_from(name: str) -> Start:
    """The weights of an ear (by name or folder), or the averaged ones of a run's folder.

    An ear has no prediction maps, so they are learned anew; a run has. Raises `ValueError` or
    `OSError` with one line.
    """
    kept = Path(name) / CHECKPOINT
    if not kept.is_file():
        return Start(name, trained_network(name))
    network = averaged_network(kept.parent)
    maps = load_file(kept)["mean.prediction.map.weight"]
    return Start(name, network, maps, tuple(read_metrics(kept.parent / METRICS)))
