"""What excites an ear's layers, as plain JSON types and as a section of its model card."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

from immersions.ears.contrastive import ContrastiveEar
from immersions.training.excitation.descriptors import HIGHEST_NOTE_HZ, note_of
from immersions.training.excitation.pitches import pitch_axes
from immersions.training.excitation.responses import Heard
from immersions.training.excitation.selection import Shown
from immersions.training.library import Track

TITLE = "What each layer responds to"
CORRELATIONS = 2
"""Shown in words; the report has all of them."""
WIDTH = 110


def report(
    ear: ContrastiveEar, tracks: Sequence[Track], heard: Heard, shown: Sequence[Shown]
) -> dict[str, Any]:
    """Times are in seconds from a track's beginning, correlations those of ranks."""
    scale, pieces = ear.config.scalogram, heard.excerpts
    frame = scale.hop / scale.sample_rate
    axes = pitch_axes(ear.config)
    rows = []
    for one in shown:
        examples = []
        for example in one.examples:
            path = tracks[int(pieces.tracks[example.excerpt])].path
            told: dict[str, Any] = {
                "track": f"{path.parent.name}/{path.name}",
                "seconds": round(int(pieces.starts[example.excerpt]) * frame, 2),
                "deviations": round(example.deviations, 2),
            }
            if example.hertz is not None:
                narrow = axes[one.layer].span <= scale.bins_per_octave
                tone = narrow and example.hertz < HIGHEST_NOTE_HZ
                told |= {"hertz": round(example.hertz, 1), "narrow": narrow}
                told |= {"note": note_of(example.hertz)} if tone else {}
            examples.append(told)
        rows.append(
            {
                "layer": one.layer,
                "channel": one.channel,
                "goes_with": {name: round(value, 3) for name, value in one.goes_with},
                "excerpts": examples,
            }
        )
    return {
        "ear": ear.name,
        "tracks": len(pieces.tracks.unique()),
        "hours": round(len(pieces) * pieces.frames * frame / 3600, 2),
        "excerpts": len(pieces),
        "excerpt_seconds": round(pieces.frames * frame, 2),
        "channels": rows,
    }


def markdown(told: Mapping[str, Any]) -> str:
    """The section of a report, heading included."""
    tracks, most = told["tracks"], max(len(row["excerpts"]) for row in told["channels"])
    words = (
        f"Heard in {told['excerpts']} excerpts of {told['excerpt_seconds']:.1f} s from {tracks} "
        "tracks. Of each layer those channels are shown that some excerpts excite most, and that "
        f"are unlike each other; of each channel {most} excerpts at most, of different tracks: "
        "where they begin, by how many deviations the mean answer of the most excited neuron lies "
        "above its mean on the training music, and the pitch around which that neuron hears "
        "(~: it hears more than an octave). Before them stands what a channel goes with over all "
        "excerpts, as rank correlation with what is computed from their scalograms; with so many "
        f"tracks, less than {2 / math.sqrt(tracks):.2f} says little."
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
