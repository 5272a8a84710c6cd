"""What excites an ear's layers, in words: a section of its model card. No torch."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping
from typing import Any

TITLE = "What each layer responds to"
CORRELATIONS = 2
"""Shown in words; the report has all of them."""
WIDTH = 110


def markdown(told: Mapping[str, Any]) -> str:
    """The section of a report, heading included."""
    tracks = told["tracks"]
    most = max((len(row["excerpts"]) for row in told["channels"]), default=0)
    words = (
        f"Heard in {told['excerpts']} excerpts of {told['excerpt_seconds']:.1f} s from {tracks} "
        f"tracks ({', '.join(told['music'])}). Of each layer those channels are shown that some "
        f"excerpts excite most, and that are unlike each other; of each channel {most} excerpts at "
        "most, of different tracks: where they begin, by how many deviations the mean answer of "
        "the most excited neuron lies above its mean on the training music, and the pitch around "
        "which that neuron hears (~: it hears more than an octave). Before them stands what a "
        "channel goes with over all excerpts, as rank correlation with what is computed from their "
        f"scalograms; with so many tracks, less than {2 / math.sqrt(tracks):.2f} says little."
    )
    lines = [
        f"## {TITLE}",
        "",
        *textwrap.wrap(words, WIDTH),
        "",
        "| layer | channel | goes with | excited most by |",
        "|---|---|---|---|",
    ]
    for row in told["channels"]:
        going = list(row["goes_with"].items())[:CORRELATIONS]
        words = ", ".join(f"{name} {value:+.2f}".replace("-", "−") for name, value in going)
        examples = "; ".join(_example(example) for example in row["excerpts"])
        lines.append(f"| {row['layer']} | {row['channel']} | {words} | {examples} |")
    return "\n".join(lines) + "\n"


def _hertz(value: float, digits: int) -> str:
    """Rounded to so many digits, such as 440 Hz and 16 kHz."""
    rounded = float(f"{value:.{digits}g}")
    return f"{rounded:g} Hz" if rounded < 1000 else f"{rounded / 1000:g} kHz"


def clock(seconds: float) -> str:
    """Minutes and seconds, such as 1:04."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


def _example(told: Mapping[str, Any]) -> str:
    name = str(told["track"]).rpartition(".")[0] or str(told["track"])
    pitch = ""
    if "hertz" in told:
        about, note = "" if told["narrow"] else "~", f" {told['note']}" if "note" in told else ""
        pitch = f", {about}{_hertz(told['hertz'], 3 if told['narrow'] else 2)}{note}"
    cell = " ".join(name.split()).replace("|", "\\|")
    number = f"{told['deviations']:+.1f}".replace("-", "−")
    return f"{cell} {clock(told['seconds'])} ({number}{pitch})"
