"""Read patterns: rhythms of one character a step, melodies of one word a step.

Rhythm:  `x..x ..x.`  X accent, x hit, o soft, g ghost, . rest; blanks and | are only for the eye.
Melody:  `C2 - . Eb2! | s3 .`  a note or C2+G2 chord, - holds it, . rests; ! accent, , soft; sN is
the slice N of a sampled loop. A pattern of one bar is played in every bar.
"""

import re
from dataclasses import dataclass

VELOCITIES = {"X": 1.0, "x": 0.78, "o": 0.55, "g": 0.32}
DEGREES = {"C": 0, "D": 2, "E": 4, "F": 5, "G": 7, "A": 9, "B": 11}


@dataclass(frozen=True)
class Event:
    """One thing to play: its place and length in steps, velocity 0 to 1, pitch or slice."""

    step: int
    length: int
    velocity: float
    midi: int | None = None
    slice: int | None = None


def midi_of(name: str) -> int:
    """MIDI number of a note name: C4 is 60, Eb4 63, F#3 54."""
    match = re.fullmatch(r"([A-G])([#b]?)(-?\d)", name)
    if not match:
        raise ValueError(f"expected a note such as Eb3, got {name!r}")
    return DEGREES[match[1]] + {"": 0, "#": 1, "b": -1}[match[2]] + 12 * (int(match[3]) + 1)


def rhythm(text: str, bars: int, steps_per_bar: int) -> list[Event]:
    """Events of a rhythm; every one lasts until the next."""
    marks = _in_all_bars(list(re.sub(r"[\s|]", "", text)), bars, steps_per_bar)
    unknown = set(marks) - set(VELOCITIES) - {"."}
    if unknown:
        raise ValueError(f"expected X x o g or . in a rhythm, got {sorted(unknown)}")
    hits = [step for step, mark in enumerate(marks) if mark != "."]
    ends = [*hits[1:], hits[0] + len(marks)] if hits else []
    return [
        Event(hit, end - hit, VELOCITIES[marks[hit]]) for hit, end in zip(hits, ends, strict=True)
    ]


def melody(text: str, bars: int, steps_per_bar: int) -> list[Event]:
    """Events of a melody; a chord gives several with one place and length."""
    words = _in_all_bars(text.replace("|", " ").split(), bars, steps_per_bar)
    events = []
    for step, word in enumerate(words):
        if word in (".", "-"):
            continue
        length = 1
        while length < len(words) and words[(step + length) % len(words)] == "-":
            length += 1
        velocity = {"!": 1.0, ",": 0.5}.get(word[-1], 0.76)
        for name in word.rstrip("!,").split("+"):
            if re.fullmatch(r"s\d+", name):
                events.append(Event(step, length, velocity, slice=int(name[1:])))
            else:
                events.append(Event(step, length, velocity, midi=midi_of(name)))
    return events


def _in_all_bars(steps: list[str], bars: int, steps_per_bar: int) -> list[str]:
    """Steps for all bars from steps for one or for all."""
    if len(steps) == steps_per_bar:
        return steps * bars
    if len(steps) == steps_per_bar * bars:
        return steps
    raise ValueError(
        f"expected {steps_per_bar} or {steps_per_bar * bars} steps, got {len(steps)}: {steps}"
    )
