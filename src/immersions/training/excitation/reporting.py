"""What excites an ear's layers, as plain JSON types."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from immersions.ears.contrastive import ContrastiveEar
from immersions.training.excitation.descriptors import HIGHEST_NOTE_HZ, note_of
from immersions.training.excitation.pitches import pitch_axes
from immersions.training.excitation.responses import Heard
from immersions.training.excitation.selection import Shown
from immersions.training.library import Track


def report(
    ear: ContrastiveEar,
    music: Sequence[str],
    tracks: Sequence[Track],
    heard: Heard,
    shown: Sequence[Shown],
) -> dict[str, Any]:
    """Times are in seconds from a track's beginning, correlations those of ranks.

    `music` is what the tracks are called together, as the names of their folders.
    """
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
        "music": list(music),
        "tracks": len(pieces.tracks.unique()),
        "hours": round(len(pieces) * pieces.frames * frame / 3600, 2),
        "excerpts": len(pieces),
        "excerpt_seconds": round(pieces.frames * frame, 2),
        "channels": rows,
    }
