"""Networks that listen to music, by name: the bundled ears, presets, and ears of your own."""

from __future__ import annotations

import importlib
import re
import sys
from pathlib import Path

from torch import nn

from immersions import assets
from immersions.ears.checkpoint import from_pretrained, save_pretrained
from immersions.ears.ear import Activations, Ear, Layer, LayerStatistics
from immersions.ears.module import from_module

__all__ = [
    "Activations",
    "Ear",
    "Layer",
    "LayerStatistics",
    "available",
    "from_module",
    "from_pretrained",
    "load",
    "load_network",
    "save_pretrained",
]

_CALLABLE = re.compile(r"[A-Za-z_][\w.]*:\w+")


def available() -> list[str]:
    """The names of the bundled ears, the default first."""
    return assets.ear_names()


def load(name: str | Path) -> Ear:
    """An ear by bundled name, folder, or `module:callable` that makes one.

    Raises `ValueError` or `OSError` with one line that says what was expected.
    """
    found = load_network(name)
    if not isinstance(found, Ear):
        raise ValueError(f"{name}: expected an Ear, got {type(found).__name__}")
    return found


def load_network(name: str | Path) -> Ear | nn.Module:
    """As `load`; what a `module:callable` makes may be any torch module instead."""
    if _CALLABLE.fullmatch(str(name)) and not Path(name).exists():
        return _made_by(*str(name).split(":"))
    return from_pretrained(name)


def _made_by(module: str, function: str) -> Ear | nn.Module:
    # A module beside where one stands is found too, after everything that is installed.
    sys.path.append(str(Path.cwd()))
    try:
        made = getattr(importlib.import_module(module), function)()
    except Exception as error:  # whatever the user's own code raises
        raise ValueError(
            f"{module}:{function}: expected a callable that makes a network: {error}"
        ) from error
    finally:
        sys.path.remove(str(Path.cwd()))
    if not isinstance(made, Ear | nn.Module):
        raise ValueError(f"{module}:{function}: expected an Ear, got {type(made).__name__}")
    return made
