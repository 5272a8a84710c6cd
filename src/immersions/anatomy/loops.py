"""The bundled start clips, as an ear hears them: what changes within a loop is told by these."""

from __future__ import annotations

import torch
from jaxtyping import Float
from torch import Tensor

from immersions import assets, audio
from immersions.ears.ear import Ear


def bundled_loops(ear: Ear) -> list[Float[Tensor, " samples"]]:
    """All of them at the ear's rate. Raises `OSError` or `ValueError` for a broken file."""
    with audio.Decoder() as decoder:
        return [
            torch.from_numpy(decoder.read(clip.path, ear.sample_rate, loop=True).samples)
            for clip in assets.clips()
        ]
