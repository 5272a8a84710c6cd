"""A tensor on its way through a network: what its dimensions are, and what it comes from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from torch import Tensor

from immersions.anatomy.axes import Axes
from immersions.anatomy.graph import Matrix
from immersions.anatomy.links import Links
from immersions.anatomy.recording import Node


@dataclass(frozen=True, eq=False)
class Traced:
    """Its axes, and its links to layers of vertices."""

    axes: Axes
    links: Links


Known = Callable[[Node, list[Traced]], Traced]
"""What an operation makes of its inputs. Raises `ValueError` where no terms can say it."""


def numbers(x: Tensor) -> Matrix:
    """A tensor's values for numpy."""
    return np.ascontiguousarray(x.detach().to("cpu", torch.float32).numpy())


def unit(size: int) -> Matrix:
    """Every place joined with itself."""
    return np.eye(size, dtype=np.float32)
