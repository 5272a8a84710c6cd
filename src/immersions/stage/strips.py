"""The mixer's faders and switches: what is heard of the decks, the start clip and the samples."""

from __future__ import annotations

from collections.abc import Iterator

from immersions.parameters import Parameter

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


PARAMETERS = (
    _level("master_level", "the master", 0),
    _switch("ab", "Start clip", "the start clip is heard instead of the dream"),
    _switch("hold", "Hold", "the loop that plays stays while newer ones are computed"),
    *_strips(),
)
