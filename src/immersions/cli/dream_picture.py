"""A dream as a picture: the scalogram before and after, what was added, and the activation gained.

Made here, above the rooms that dream and that listen.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from numpy.typing import NDArray

from immersions.dreaming.objectives import standardised
from immersions.ears.ear import device_of
from immersions.scalogram import Scalogram, ScalogramConfig

if TYPE_CHECKING:
    from immersions.dreaming import Dream, Target
    from immersions.ears.ear import Ear

INK = "#e9e4d8"
FAINT = "#8f8a99"
PAPER = "#14121a"
START = "#7fa6c9"
DREAM = "#f2a65a"
TICKS = (50, 100, 200, 500, 1000, 2000, 5000, 10000)
LIFT_BELOW = 0.35
"""The share of the loudest cells' height that is drawn as black."""

Rows = NDArray[np.float32]


def draw(dream: Dream, ear: Ear, curve: Sequence[tuple[int, float]], path: Path | str) -> None:
    """Write the picture; `curve` is the activation at each step. Raises `OSError`."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(13, 8.6), dpi=130, facecolor=PAPER)
    FigureCanvasAgg(figure)
    grid = figure.add_gridspec(
        2, 3, height_ratios=(2, 1), left=0.06, right=0.98, top=0.86, bottom=0.075,
        wspace=0.1, hspace=0.3,
    )  # fmt: skip
    seconds = len(dream.sound) / dream.sample_rate
    before, after, frequencies = _scalograms(dream, ear)
    images = [figure.add_subplot(grid[0, column]) for column in range(3)]
    top = float(np.quantile(np.concatenate([before, after]), 0.9995))
    for axes, rows, name in zip(images, (before, after), ("start", "dream"), strict=False):
        _image(axes, rows, frequencies, seconds, name, cmap="magma", span=(LIFT_BELOW * top, top))
    change = after - before
    reach = float(np.quantile(np.abs(change), 0.995)) or 1.0
    _image(
        images[2],
        change,
        frequencies,
        seconds,
        "what changed",
        cmap=_diverging(),
        span=(-reach, reach),
    )
    for axes in images[1:]:
        axes.set_yticklabels([])
    images[0].set_ylabel("Hz", color=FAINT)
    _over_time(figure.add_subplot(grid[1, :2]), dream, ear, seconds)
    _ascent(figure.add_subplot(grid[1, 2]), dream, curve)
    _titles(figure, dream)
    figure.savefig(path, format="png", facecolor=PAPER)


def _scalograms(dream: Dream, ear: Ear) -> tuple[Rows, Rows, list[float]]:
    """Both scalograms (bins, frames) by the ear's own transform, or by H20's for other ears."""
    if ear.has_scalogram:
        frequencies = list(ear.bin_frequencies)
        name = ear.layers[0].name
        with torch.no_grad():
            heard = [ear.listen(_batch(loop, ear), [name])[name] for loop in _both(dream)]
        rows = [scalogram[0, 0] for scalogram in heard]
    else:
        octaves = np.log2(0.45 * dream.sample_rate / 40.0)
        config = ScalogramConfig(sample_rate=dream.sample_rate, bins=min(216, int(24 * octaves)))
        frequencies, transform = config.frequencies, Scalogram(config)
        frames = 16 * max(1, round(len(dream.sound) / 16384))
        with torch.no_grad():
            rows = [transform.loop(_batch(loop, ear), frames)[0, 0] for loop in _both(dream)]
    before, after = (row.cpu().numpy() for row in rows)
    return before, after, frequencies


def _both(dream: Dream) -> tuple[Rows, Rows]:
    return dream.start, dream.sound


def _batch(loop: Rows, ear: Ear) -> torch.Tensor:
    return torch.from_numpy(np.ascontiguousarray(loop))[None].to(device_of(ear))


def _image(
    axes: Any,
    rows: Rows,
    frequencies: Sequence[float],
    seconds: float,
    name: str,
    cmap: Any,
    span: tuple[float, float],
) -> None:
    bins = np.arange(len(frequencies))
    axes.imshow(
        rows, origin="lower", aspect="auto", cmap=cmap, vmin=span[0], vmax=span[1],
        extent=(0, seconds, -0.5, len(frequencies) - 0.5), interpolation="bilinear",
    )  # fmt: skip
    shown = [f for f in TICKS if frequencies[0] <= f <= frequencies[-1]]
    axes.set_yticks(np.interp(np.log(shown), np.log(frequencies), bins))
    axes.set_yticklabels([f"{f // 1000} k" if f >= 1000 else str(f) for f in shown])
    axes.set_title(name, color=INK, fontsize=11, loc="left")
    axes.set_xlabel("s", color=FAINT)
    _plain(axes)


def _over_time(axes: Any, dream: Dream, ear: Ear, seconds: float) -> None:
    """The target's standardised activation along the loop, before and after."""
    from immersions.dreaming import Target

    target = Target.parse(dream.report["target"], ear.layers_for(len(dream.sound)))
    before, after = (_activation(target, ear, loop, seconds) for loop in _both(dream))
    axes.fill_between(*after, np.interp(after[0], *before), color=DREAM, alpha=0.18, lw=0)
    axes.plot(*before, color=START, lw=1.8, label="start")
    axes.plot(*after, color=DREAM, lw=2.2, label="dream")
    axes.set_xlim(0, seconds)
    axes.set_title("activation along the loop", color=INK, fontsize=11, loc="left")
    axes.set_xlabel("s", color=FAINT)
    axes.set_ylabel(_unit(dream), color=FAINT)
    axes.legend(
        frameon=False,
        labelcolor=INK,
        ncols=2,
        loc="lower right",
        bbox_to_anchor=(1, 0.98),
        fontsize=9,
    )
    _plain(axes, grid=True)


def _activation(
    target: Target, ear: Ear, loop: Rows, seconds: float
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times and the weighted sum of the parts' activations; 0 where a part selects nothing."""
    with torch.no_grad():
        heard = ear.listen(_batch(loop, ear), target.layers)
    most = max(part.layer.frames for part in target.parts)
    times = (np.arange(most) + 0.5) * seconds / most
    total = np.zeros(most)
    for part in target.parts:
        name, frames = part.layer.name, part.layer.frames
        along = standardised(heard[name], name, ear.statistics)[(0, *part.neurons)].mean(dim=(0, 1))
        chosen = np.zeros(frames)
        chosen[list(part.frames)] = along.cpu().numpy()[list(part.frames)] * part.weight
        total += np.interp(times, (np.arange(frames) + 0.5) * seconds / frames, chosen)
    return times, total


def _ascent(axes: Any, dream: Dream, curve: Sequence[tuple[int, float]]) -> None:
    """The activation that the ascent saw, step by step, and what the finished loop has."""
    if curve:
        axes.plot(*np.transpose(curve), color=DREAM, lw=1.8)
    for key, colour in (("standardised_before", START), ("standardised_after", DREAM)):
        axes.axhline(dream.report[key], color=colour, lw=1, ls=(0, (2, 3)))
    axes.set_title("activation along the ascent", color=INK, fontsize=11, loc="left")
    axes.set_xlabel("step", color=FAINT)
    _plain(axes, grid=True)


def _titles(figure: Any, dream: Dream) -> None:
    told = dream.report
    target = " + ".join(told["target"])
    if len(target) > 90:
        target = target[:87] + "…"
    figure.text(0.06, 0.94, target, color=INK, fontsize=17, weight="bold")
    gained = told["standardised_after"] - told["standardised_before"]
    line = f"ear {told['ear']}, {told['steps']} steps: {gained:+.2f} {_unit(dream)}"
    for key, name in (("after_time_shift", "time"), ("after_pitch_shift", "pitch")):
        if told[key] is not None:
            change = told[key] - told["standardised_before"]
            line += f", {change:+.2f} shifted in {name}"
    figure.text(0.06, 0.906, line, color=FAINT, fontsize=11)


def _unit(dream: Dream) -> str:
    return "activation" if "note" in dream.report else "standard deviations"


def _diverging() -> Any:
    """What was taken away in the start's colour, what was added in the dream's."""
    from matplotlib.colors import LinearSegmentedColormap

    return LinearSegmentedColormap.from_list(
        "change", ["#cfe6fa", START, "#2b3a4a", PAPER, "#5a3417", DREAM, "#fff0d8"]
    )


def _plain(axes: Any, grid: bool = False) -> None:
    axes.set_facecolor(PAPER)
    axes.tick_params(colors=FAINT, labelsize=8.5, length=0)
    for spine in axes.spines.values():
        spine.set_visible(False)
    if grid:
        axes.grid(color="#2a2733", lw=0.8)
        axes.set_axisbelow(True)
