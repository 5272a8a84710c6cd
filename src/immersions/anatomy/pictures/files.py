"""Pictures into files: the ending of the name says how."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from jaxtyping import Float
from numpy.typing import NDArray

from immersions.anatomy.graph import Graph
from immersions.anatomy.pictures.picture import USUAL, Placed, Style, picture
from immersions.anatomy.pictures.png import png
from immersions.anatomy.pictures.vector import svg
from immersions.audio.writing import place

ENDINGS = (".png", ".svg")


def check_picture(path: Path) -> None:
    """Raise `ValueError` where a picture cannot be of that name: before the work, not after."""
    if path.suffix.lower() not in ENDINGS:
        raise ValueError(f"{path.name}: expected a picture's name to end in {' or '.join(ENDINGS)}")


def write_picture(
    path: Path,
    layout: Placed,
    graph: Graph | None = None,
    *,
    width: int = 1200,
    height: int | None = None,
    activation: Float[NDArray[np.floating], " vertices"] | None = None,
    snapshot: int = 0,
    style: Style = USUAL,
) -> tuple[str, ...]:
    """Write `picture` as PNG, or `svg`; in words what was left out of a drawing.

    Raises `ValueError` for another ending or an activation in a drawing, and `OSError` where the
    file cannot be written, each with one line. An earlier file stays until the new one is whole.
    """
    check_picture(path)
    if path.suffix.lower() == ".png":
        image = picture(
            layout, graph, width=width, height=height,
            activation=activation, snapshot=snapshot, style=style,
        )  # fmt: skip
        place(path, png(image))
        return ()
    if activation is not None:
        raise ValueError(f"{path.name}: activations are drawn as .png only")
    drawn = svg(layout, graph, width=width, height=height, snapshot=snapshot, style=style)
    place(path, drawn.text.encode("ascii"))
    return drawn.notes
