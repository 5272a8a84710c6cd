"""Play a score as a person might: tempo, timing, touch and pedal vary, the notes stay.

Mechanical MIDI lets an ear lean on the grid. The variations are those that measurements of piano
performances describe: tempo that drifts and slows towards the end of a phrase, an upper voice that
is a little earlier and louder, chords that are never quite together (after Goebl 2001, Repp 1996).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import mido
import numpy as np
from notes import Note, chords
from numpy.typing import NDArray

LOWEST, HIGHEST = 21, 108
TICKS = 960
"""Of half a second, so that a tick is about half a millisecond."""
GRID = 0.05
"""Seconds of score time between two points of the curves."""


@dataclass(frozen=True)
class Manner:
    """How one performance differs from the score; drawn by `manner`."""

    tempo: float
    """Seconds played a second of the score, on average."""
    drift: float
    """Deviation of the logarithm of the tempo's slow changes."""
    phrase_seconds: float
    slowing: float
    """How much slower the end of a phrase is."""
    looseness: float
    """Deviation of a note's beginning, in seconds."""
    lead: float
    """Seconds by which the upper voice is early."""
    voicing: float
    """By how much the upper voice is louder, in steps of velocity."""
    loudness: float
    swell: float
    touch: float
    """Length of a note beside the written one."""
    pedal: bool
    transposition: int
    programme: int


def manner(random: np.random.Generator) -> Manner:
    """One way to play, at random."""
    return Manner(
        tempo=float(np.exp(random.normal(0, 0.1))),
        drift=random.uniform(0.02, 0.08),
        phrase_seconds=random.uniform(5, 12),
        slowing=random.uniform(0.0, 0.25),
        looseness=random.uniform(0.003, 0.012),
        lead=random.uniform(0.0, 0.03),
        voicing=random.uniform(2, 14),
        loudness=random.uniform(50, 80),
        swell=random.uniform(2, 14),
        touch=random.uniform(0.75, 1.05),
        pedal=bool(random.random() < 0.7),
        transposition=int(random.integers(-4, 5)),
        programme=int(random.choice([0, 0, 0, 1])),
    )


def perform(notes: Sequence[Note], how: Manner, random: np.random.Generator) -> list[Note]:
    """The notes as played, by their beginning. Raises `ValueError` where there are none."""
    if not notes:
        raise ValueError("expected notes to perform, got none")
    grid = np.arange(0, max(note.end for note in notes) + 2 * GRID, GRID)
    phrase = _phrases(grid[-1], how.phrase_seconds, random)
    place = _place_in_phrase(grid, phrase)
    pace = how.drift * _slow_noise(len(grid), 4 / GRID, random)
    pace += how.slowing * np.clip((place - 0.8) / 0.2, 0, 1) ** 2
    played = np.concatenate([[0.0], np.cumsum(GRID * how.tempo * np.exp(pace[:-1]))])
    arch = how.swell * (np.sin(np.pi * place) - 0.5)
    arch += 0.5 * how.swell * _slow_noise(len(grid), 6 / GRID, random)
    performed = []
    written = float(np.median([note.velocity for note in notes]))
    for group in chords(notes):
        for number, note in enumerate(group):
            upper = number == len(group) - 1
            start = float(np.interp(note.start, grid, played)) + random.normal(0, how.looseness)
            start -= how.lead * random.random() if upper and len(group) > 1 else 0.0
            end = float(np.interp(note.end, grid, played))
            length = max(0.04, (end - start) * how.touch * np.exp(random.normal(0, 0.08)))
            loud = how.loudness + 0.7 * (note.velocity - written)
            loud += float(np.interp(note.start, grid, arch)) + random.normal(0, 4)
            loud += how.voicing / 2 if upper else -how.voicing / 2
            pitch = note.pitch + how.transposition
            while not LOWEST <= pitch <= HIGHEST:
                pitch += 12 if pitch < LOWEST else -12
            start = max(0.0, start + 0.2)
            velocity = int(np.clip(round(loud), 10, 120))
            performed.append(Note(start, start + length, pitch, velocity))
    return _keys_up(sorted(performed))


def pedalled(notes: Sequence[Note], random: np.random.Generator) -> list[tuple[float, bool]]:
    """(seconds, down?) of the sustain pedal, changed with the bass, at most 1.5 times a second."""
    changes: list[tuple[float, bool]] = []
    last = -1.0
    for group in chords(notes):
        bass, now = group[0], group[0].start
        if bass.pitch > 60 or now - last < 0.7 + 0.8 * random.random():
            continue
        if changes:
            changes.append((now + 0.02, False))
        changes.append((now + 0.12, True))
        last = now
    if changes:
        changes.append((max(note.end for note in notes), False))
    return changes


def write(
    path: Path, notes: Sequence[Note], pedal: Sequence[tuple[float, bool]], programme: int
) -> None:
    """A MIDI file of one track at 120 beats a minute."""
    events: list[tuple[float, int, mido.Message]] = []
    for note in notes:
        on = mido.Message("note_on", note=note.pitch, velocity=note.velocity)
        off = mido.Message("note_off", note=note.pitch)
        events += [(note.start, 1, on), (note.end, 0, off)]
    for seconds, down in pedal:
        message = mido.Message("control_change", control=64, value=127 if down else 0)
        events.append((seconds, 0, message))
    file = mido.MidiFile(ticks_per_beat=TICKS)
    track = mido.MidiTrack([mido.Message("program_change", program=programme)])
    now = 0
    for seconds, _, message in sorted(events, key=lambda event: event[:2]):
        tick = round(seconds * 2 * TICKS)
        track.append(message.copy(time=tick - now))
        now = tick
    file.tracks.append(track)
    file.save(path)


def _phrases(seconds: float, mean: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Where phrases begin, and the end of the last."""
    borders = [0.0]
    while borders[-1] < seconds:
        borders.append(borders[-1] + mean * random.uniform(0.6, 1.4))
    return np.array(borders)


def _place_in_phrase(
    grid: NDArray[np.float64], borders: NDArray[np.float64]
) -> NDArray[np.float64]:
    """From 0 where a phrase begins to 1 where it ends."""
    number = np.clip(np.searchsorted(borders, grid, "right") - 1, 0, len(borders) - 2)
    return (grid - borders[number]) / (borders[number + 1] - borders[number])


def _slow_noise(length: int, span: float, random: np.random.Generator) -> NDArray[np.float64]:
    """Noise of deviation 1 that changes over `span` points."""
    half = max(1, int(2 * span))
    window = np.exp(-0.5 * (np.arange(-half, half + 1) / span) ** 2)
    smooth = np.convolve(random.normal(size=length + 2 * half), window / np.sqrt(window @ window))
    return smooth[2 * half : 2 * half + length]


def _keys_up(notes: Sequence[Note]) -> list[Note]:
    """A key that is struck again was let go before."""
    following: dict[int, float] = {}
    ended: list[Note] = []
    for note in reversed(notes):
        end = min(note.end, following.get(note.pitch, note.end) - 0.005)
        following[note.pitch] = note.start
        ended.append(replace(note, end=max(end, note.start + 0.01)))
    return ended[::-1]
