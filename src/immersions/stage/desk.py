"""What is set for all decks together: how they sound beside each other."""

from __future__ import annotations

from collections.abc import Iterator

from immersions.parameters import Parameter, Parameters
from immersions.stage.tempo import FASTEST_BPM, MOST_BARS, MOST_BEATS, SLOWEST_BPM, UNITS

DECKS = "abcd"
SAMPLES = 4
"""Places for sounds beside the dreams."""
OFF_DB = -60.0
"""A fader at its lower end lets nothing through."""
LOUDEST_DB = 6.0
GROUP = "Mix"


def _level(name: str, what: str, default: float) -> Parameter:
    return Parameter(
        name=name,
        unit="dB",
        minimum=OFF_DB,
        maximum=LOUDEST_DB,
        default=default,
        label=f"Level of {what}",
        description=f"how loud {what} is; silent at the lower end",
        group=GROUP,
    )


def _switch(name: str, label: str, description: str) -> Parameter:
    return Parameter(
        name=name,
        unit="",
        minimum=0,
        maximum=1,
        default=0,
        curve="switch",
        label=label,
        description=description,
        group=GROUP,
    )


def _strip(name: str, what: str, default: float) -> Iterator[Parameter]:
    """A channel of the mixer: its fader, and what silences it or all others."""
    yield _level(f"{name}_level", what, default)
    yield _switch(f"{name}_mute", f"Mute {what}", f"{what} is not heard")
    yield _switch(f"{name}_solo", f"Solo {what}", f"only {what} is heard, and what else is soloed")


def _strips() -> Iterator[Parameter]:
    for letter in DECKS:
        yield from _strip(f"deck_{letter}", f"deck {letter.upper()}", 0)
    yield from _strip("start", "the start clip", OFF_DB)
    for number in range(1, SAMPLES + 1):
        yield from _strip(f"sample_{number}", f"sample {number}", -6)


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
            group=GROUP,
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
        _level("master_level", "the master", 0),
        _switch("ab", "Start clip", "the start clip is heard instead of the dream"),
        _switch("hold", "Hold", "the loop that plays stays while newer ones are computed"),
        _switch(
            "take", "Take", "turned on, it lets the newest loop in, once, while loops are held"
        ),
        *_strips(),
    ]
)
TEMPO = ("tempo_sync", "bpm", "bars", "beats", "beat_unit")
