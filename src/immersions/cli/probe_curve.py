"""How an ear came on, as a picture: what a probe finds in the ears that its run kept on the way."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from immersions.cli.dream_picture import DREAM, FAINT, INK, PAPER, START

MEAN = "mean of c"
SUPERVISED = "#9bc48f"
LEVELS = (("logmel", "log-mel bands", START), ("supervised", "trained on the labels", SUPERVISED))


def draw(told: dict[str, Any], path: Path | str) -> None:
    """Draw the `curve` of a report over the steps, beside what never learned to listen.

    Bands are a deviation over the seeds to either side. Raises `OSError`.
    """
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.2), dpi=110, facecolor=PAPER, layout="constrained")
    FigureCanvasAgg(figure)
    axes = figure.add_subplot(facecolor=PAPER)
    rows = told["curve"]
    steps = [row["step"] for row in rows]
    for name, style in zip(rows[0]["readouts"], _styles(rows[0]["readouts"]), strict=True):
        scores = [row["readouts"][name] for row in rows]
        high = [100 * score["accuracy"] for score in scores]
        axes.plot(steps, high, marker="o", ms=3.5, label=f"the ear, {name}", **style)
        if all(score["accuracy_std"] is not None for score in scores):
            spread = [100 * score["accuracy_std"] for score in scores]
            low, top = zip(
                *((a - b, a + b) for a, b in zip(high, spread, strict=True)), strict=True
            )
            axes.fill_between(steps, low, top, color=style["color"], alpha=0.15, lw=0)
    untrained = told["untrained_readouts"][MEAN]
    _level(axes, untrained, f"untrained, {MEAN}", FAINT)
    for key, words, colour in LEVELS:
        if told[key] is not None:
            _level(axes, told[key], words, colour)
    axes.axhline(100 * told["chance"], color=FAINT, ls=":", lw=1)
    limits = {"xlim": (0, 1.03 * steps[-1]), "ylim": (0, 100)}
    axes.set(xlabel="steps", ylabel="accuracy, % (dotted: chance)", **limits)
    above = axes.secondary_xaxis("top", functions=_hours(rows))
    above.set_xlabel("hours of music heard")
    for each in (axes, above):
        each.xaxis.label.set_color(FAINT)
        each.yaxis.label.set_color(FAINT)
        each.tick_params(colors=FAINT, labelsize=8)
        for spine in each.spines.values():
            spine.set_color(FAINT)
    legend = figure.legend(loc="outside lower center", ncols=3, frameon=False, fontsize=8.5)
    for text in legend.get_texts():
        text.set_color(INK)
    title = f"{told['ear']['name']} on {told['task']}, split {told['split']}"
    axes.set_title(title.replace("$", r"\$"), color=INK, fontsize=10, loc="left")
    figure.savefig(path, format="png", facecolor=PAPER)


def _styles(names: dict[str, Any]) -> list[dict[str, Any]]:
    """The mean of c stands out."""
    others = iter(({"color": INK, "lw": 1.2}, {"color": "#b48ac9", "lw": 1.2}))
    return [{"color": DREAM, "lw": 2.4} if name == MEAN else next(others) for name in names]


def _level(axes: Any, score: dict[str, Any], words: str, colour: str) -> None:
    axes.axhline(100 * score["accuracy"], color=colour, ls="--", lw=1.2, label=words)


def _hours(rows: list[dict[str, Any]]) -> tuple[Any, Any]:
    each = rows[-1]["hours"] / max(1, rows[-1]["step"])
    return lambda steps: steps * each, lambda hours: hours / each
