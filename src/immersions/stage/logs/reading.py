"""Reads the log of a performance back. No torch here."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray
from pydantic import ValidationError

from immersions.stage.logs import events as say
from immersions.stage.logs.events import AnyEvent, of_line
from immersions.stage.logs.writing import NAME, Derive, digest

LARGEST_LOG = 512 * 2**20
"""Bytes: ten hours of the busiest hands."""
KNOWN = frozenset(
    each.model_fields["event"].default
    for each in (
        *(say.Opened, say.Ear, say.Sound, say.Begin, say.StateChange, say.MixChange, say.Render),
        *(say.Back, say.LoopMade, say.Sounds, say.Beside, say.Silence, say.Gains),
        *(say.Recording, say.Recorded, say.Gap),
    )
)


@dataclass(frozen=True, eq=False)
class Performance:
    """A log that was read. `torn` says that its last line had not been finished."""

    folder: Path
    opened: say.Opened
    events: tuple[AnyEvent, ...]
    torn: bool

    @property
    def decks(self) -> list[int]:
        """The decks that dreamed, or at least sounded."""
        return sorted({each.deck for each in self.events if isinstance(each, say.LoopMade)})

    def dreaming(self, deck: int) -> Iterator[say.Ear | say.DreamEvent]:
        """What happened to the dream of one deck."""
        kinds = (say.Ear, say.Begin, say.StateChange, say.MixChange, say.Render, say.Back)
        for each in self.events:
            if isinstance(each, (*kinds, say.LoopMade)) and each.deck == deck:
                yield each

    def sounds(self) -> dict[str, say.Sound]:
        """The sounds that the log speaks of, by their digest."""
        return {each.sha256: each for each in self.events if isinstance(each, say.Sound)}

    def samples(self, sound: say.Sound, derive: Derive) -> NDArray[np.float32]:
        """A sound. Raises `ValueError`, one line, when it is no longer what it was."""
        name = sound.file or sound.clip or "sound"
        try:
            if sound.file is not None:
                found, _ = soundfile.read(str(self.folder / sound.file), dtype="float32")
            else:
                common = derive(sound.clip or "", sound.sample_rate, sound.seed)
                found = np.resize(common, sound.samples)
        except (soundfile.LibsndfileError, OSError, LookupError) as error:
            raise ValueError(f"{name}: the log needs this sound ({_words(error)})") from None
        if digest(found) != sound.sha256:
            raise ValueError(f"{name}: is another sound than when the performance was played")
        return np.ascontiguousarray(found, np.float32)


def read(path: Path) -> Performance:
    """The log in a file, or in the folder of a performance.

    A last line without its end, as a crash leaves it, is left out. Raises `ValueError` for what is
    no log or a damaged one, `OSError` for what cannot be read; one line each.
    """
    file = path / NAME if path.is_dir() else path
    if not file.exists():
        raise FileNotFoundError(f"{path}: there is no log of a performance")
    if file.stat().st_size > LARGEST_LOG:
        raise ValueError(f"{path}: expected a log of at most {LARGEST_LOG // 2**20} MB")
    *lines, rest = file.read_bytes().split(b"\n")
    events = [_event(path, number, line) for number, line in enumerate(lines, 1) if line.strip()]
    if not events or not isinstance(events[0], say.Opened):
        raise ValueError(f"{path}: expected the log of a performance, got something else")
    known = tuple(each for each in events[1:] if each is not None)
    return Performance(file.parent, events[0], known, bool(rest.strip()))


def _event(path: Path, number: int, line: bytes) -> AnyEvent | None:
    """The event of a line; None for one that a newer version has and this one does not know."""
    try:
        told = json.loads(line)
        if not isinstance(told, dict) or not isinstance(told.get("event"), str):
            raise ValueError("no event")
    except ValueError:
        what = "no log of a performance" if number == 1 else f"line {number} is damaged"
        raise ValueError(f"{path}: {what}") from None
    if told["event"] == "performance" and told.get("log") != say.FORMAT:
        raise ValueError(
            f"{path}: expected a log of format {say.FORMAT}, got {told.get('log')}; "
            f"it was written by immersions {told.get('version', 'of another version')}"
        )
    if told["event"] not in KNOWN:
        return None
    try:
        return of_line.validate_python(told)
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(each) for each in first["loc"][1:])
        raise ValueError(f"{path}: line {number}: {place}: {first['msg']}") from None


def _words(error: Exception) -> str:
    return " ".join(str(error).split())[:160] or type(error).__name__
