"""Notes of a MIDI file, and which pieces are the same music.

Times are in seconds at the file's own tempo. Percussion (channel 10) is left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import mido

PERCUSSION = 9
SUSTAIN = 64
TOGETHER = 0.06
"""Seconds within which notes that begin are heard as one chord."""
PHRASE = 8
"""Notes of the upper voice that make a phrase to be compared."""


@dataclass(frozen=True, order=True)
class Note:
    """When it begins and ends, in seconds; pitch and velocity as in MIDI."""

    start: float
    end: float
    pitch: int
    velocity: int


def read_notes(path: Path) -> list[Note]:
    """All notes by their beginning. Raises `ValueError` with one line for what is no MIDI."""
    now, sounding, notes = 0.0, dict[tuple[int, int], tuple[float, int]](), list[Note]()
    for message in _messages(path):
        now += message.time
        if message.type not in ("note_on", "note_off") or message.channel == PERCUSSION:
            continue
        key = message.channel, message.note
        if key in sounding:
            start, velocity = sounding.pop(key)
            if now > start:
                notes.append(Note(start, now, message.note, velocity))
        if message.type == "note_on" and message.velocity:
            sounding[key] = now, message.velocity
    return single_voiced(sorted(notes))


def read_pedal(path: Path) -> list[tuple[float, bool]]:
    """(seconds, down?) of the sustain pedal. Raises as `read_notes`."""
    now, changes = 0.0, list[tuple[float, bool]]()
    for message in _messages(path):
        now += message.time
        if message.type == "control_change" and message.control == SUSTAIN:
            changes.append((now, message.value >= 64))
    return changes


def _messages(path: Path) -> list[mido.Message]:
    """With the seconds since the one before."""
    try:
        return list(mido.MidiFile(path, clip=True))
    except (OSError, EOFError, ValueError, KeyError, IndexError) as error:
        raise ValueError(
            f"{path}: expected a MIDI file ({error or type(error).__name__})"
        ) from None


def single_voiced(notes: Sequence[Note]) -> list[Note]:
    """A key can only be struck when it is up: of notes of one pitch that overlap, none is lost
    unless two begin together; a longer one ends where the next begins."""
    last: dict[int, Note] = {}
    kept: list[Note] = []
    for note in notes:
        before = last.get(note.pitch)
        if before and note.start - before.start < TOGETHER / 2:
            continue
        last[note.pitch] = note
        kept.append(note)
    following: dict[int, float] = {}
    ended: list[Note] = []
    for note in reversed(kept):
        end = min(note.end, following.get(note.pitch, note.end))
        following[note.pitch] = note.start
        ended.append(Note(note.start, end, note.pitch, note.velocity))
    return ended[::-1]


def chords(notes: Sequence[Note]) -> list[list[Note]]:
    """Notes that begin together, each group by pitch."""
    groups: list[list[Note]] = []
    for note in notes:
        if groups and note.start - groups[-1][0].start <= TOGETHER:
            groups[-1].append(note)
        else:
            groups.append([note])
    return [sorted(group, key=lambda note: note.pitch) for group in groups]


def phrases(notes: Sequence[Note]) -> set[tuple[int, ...]]:
    """The steps, in semitones, of every run of `PHRASE` notes of the upper voice.

    They do not depend on key, tempo or timing.
    """
    upper = [group[-1].pitch for group in chords(notes)]
    steps = [after - before for before, after in pairwise(upper)]
    length = PHRASE - 1
    return {tuple(steps[place : place + length]) for place in range(len(steps) - length + 1)}


def shared(one: set[tuple[int, ...]], other: set[tuple[int, ...]]) -> float:
    """Share of the phrases of the one that has fewer which are found in the other."""
    return len(one & other) / max(1, min(len(one), len(other)))
