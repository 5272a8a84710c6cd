"""An ear that seems to lie on another device, on a machine that has none."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from tiny_ear import tiny_ear
from torch import Tensor, nn

from immersions.ears.ear import Activations, Edit

META = torch.device("meta")


class ElsewhereEar:
    """The tiny ear behind a network on the meta device: it refuses sound from the processor.

    Meta tensors hold no numbers, so the sound heard is always the same.
    """

    def __init__(self) -> None:
        self._ear = tiny_ear()
        self.network = nn.Linear(1, 1, device=META)
        self.heard = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ear, name)

    def listen(self, loop: Tensor, layers: Sequence[str], edit: Edit | None = None) -> Activations:
        if loop.device != META:
            raise AssertionError(f"expected sound on {META}, got it on {loop.device}")
        self.heard += 1
        if edit is not None:
            there = edit(torch.zeros(len(loop), 1, 72, 64, device=META))
            assert there.device == META
        return self._ear.listen(torch.zeros(loop.shape), layers)
