"""A probe as a picture: of the items of each class, what share was taken for which class."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from immersions.cli.dream_picture import FAINT, INK, PAPER

LONGEST_NAME = 28
NUMBERS_UP_TO = 20
"""Classes; with more, the numbers in the cells would be too small to read."""


def draw(told: dict[str, Any], path: Path | str) -> None:
    """Write the ear's confusion matrix, over all seeds. Raises `OSError`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    counts = np.array(told["confusion"], float)
    shares = counts / np.maximum(counts.sum(1, keepdims=True), 1)
    names = [_short(name) for name in told["class_names"]]
    side = min(16.0, 4.5 + 0.42 * len(names))
    figure = Figure(figsize=(side + 1.5, side), dpi=110, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot()
    axes.imshow(shares, cmap="magma", vmin=0, vmax=1)
    if len(names) <= NUMBERS_UP_TO:
        for (row, column), share in np.ndenumerate(shares):
            if share >= 0.005:
                ink = PAPER if share > 0.6 else INK
                axes.text(
                    column, row, f"{100 * share:.0f}", ha="center", va="center", color=ink, size=8
                )
    axes.set_xticks(range(len(names)), names, rotation=90)
    axes.set_yticks(range(len(names)), names)
    axes.tick_params(colors=FAINT, labelsize=7.5, length=0)
    axes.set_xlabel("taken for", color=FAINT)
    axes.set_ylabel("is", color=FAINT)
    for spine in axes.spines.values():
        spine.set_visible(False)
    ear = told["ear"]
    title = (
        f"{ear['name']} on {told['task']}, split {told['split']}: "
        f"{100 * ear['accuracy']:.1f} % (shares of each row in %)"
    )
    axes.set_title(title.replace("$", r"\$"), color=INK, fontsize=10, loc="left")
    figure.savefig(path, format="png", facecolor=PAPER)


def _short(name: str) -> str:
    """A label that fits; a dollar would begin a formula."""
    short = name if len(name) <= LONGEST_NAME else name[: LONGEST_NAME - 1] + "…"
    return short.replace("$", r"\$")
