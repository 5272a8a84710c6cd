"""What is set for all decks together: how they sound beside each other."""

from __future__ import annotations

from immersions.parameters import Parameter, Parameters
from immersions.stage import strips
from immersions.stage.tempo import FASTEST_BPM, MOST_BARS, MOST_BEATS, SLOWEST_BPM, UNITS

DESK = Parameters(
    [
        Parameter(
            name="crossfade",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.0,
            label="Crossfade",
            description="from decks A and C alone (0) to decks B and D alone (1)",
            group=strips.GROUP,
        ),
        Parameter(
            name="tempo_sync",
            unit="",
            minimum=0,
            maximum=1,
            default=0,
            curve="switch",
            label="In tempo",
            description="all loops in one tempo and of one length; else each clip in its own",
            group="Tempo",
        ),
        Parameter(
            name="bpm",
            unit="BPM",
            minimum=SLOWEST_BPM,
            maximum=FASTEST_BPM,
            default=120.0,
            label="Tempo",
            description="quarter notes a minute",
            group="Tempo",
        ),
        Parameter(
            name="bars",
            unit="",
            minimum=1,
            maximum=MOST_BARS,
            default=2,
            curve="integer",
            label="Bars",
            description="in a loop, which lasts 1 to 16 s",
            group="Tempo",
        ),
        Parameter(
            name="beats",
            unit="",
            minimum=1,
            maximum=MOST_BEATS,
            default=4,
            curve="integer",
            label="Beats",
            description="in a bar",
            group="Tempo",
        ),
        Parameter(
            name="beat_unit",
            unit="",
            minimum=UNITS[0],
            maximum=UNITS[-1],
            default=4,
            curve="integer",
            label="Beat unit",
            description="note value of a beat: 2, 4, 8 or 16; others become the nearest",
            group="Tempo",
        ),
        *strips.PARAMETERS,
    ]
)
TEMPO = ("tempo_sync", "bpm", "bars", "beats", "beat_unit")
