"""What is kept of a performance: its log, and recordings of its master. No torch here."""

from __future__ import annotations

import asyncio
import contextlib
import re
import sys
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

import numpy as np
import soundfile

from immersions import assets
from immersions.audio.recording import WavRecorder
from immersions.dreaming.starts import NOISE, SILENCE
from immersions.server import messages as say
from immersions.server.library import Library
from immersions.stage import logs
from immersions.stage.conductor import Samples
from immersions.stage.logs import events, places
from immersions.stage.logs.tracing import Trace
from immersions.stage.start_sounds import common

ABANDONED_SECONDS = 600.0
"""A recording whose page has fallen silent for so long is ended."""
MOST_LISTED = 200
Told = say.Sounded | say.Beside | say.Silenced | say.Mixed
"""What pages say of their sound."""
_ID = re.compile(r"rec-[0-9]{8}-[0-9]{6}(-[0-9]{1,3})?")


class _Going:
    """A recording that a page is making."""

    def __init__(self, recorder: WavRecorder, started: datetime) -> None:
        self.recorder = recorder
        self.started = started
        self.timer: asyncio.TimerHandle | None = None


class Logbook:
    """For one performance and one event loop; keeps nothing where `folder` is None.

    `folder` is where all performances lie.
    """

    def __init__(self, folder: Path | None = None, library: Library | None = None) -> None:
        self._tell: Callable[[say.Recordings], None] = lambda recordings: None
        self._warn: Callable[[str], None] = lambda line: None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._library = library
        self._folder = folder
        self._log: logs.Log | None = None
        self._traces: dict[int, Trace] = {}
        self._going: dict[str, _Going] = {}
        self.name = ""
        """Of this performance: another one's loops have nothing to do with its own."""
        if folder is not None:
            places.prune(folder)
            place = places.new(folder)
            self.name = place.name
            self._log = logs.Log(place, version("immersions"), self._derived, self._trouble)

    def _trouble(self, line: str) -> None:
        """Called from the log's own thread."""
        print(f"immersions: {line}", file=sys.stderr)
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._warn, line)

    def _derived(self, clip: str, sample_rate: int, seed: int) -> Samples:
        """What every machine has, from where it is decoded already. `LookupError` for the rest."""
        if clip not in (SILENCE, NOISE) and clip not in {each.name for each in assets.clips()}:
            raise LookupError(clip)
        samples = common if self._library is None else self._library.samples
        return samples(clip, sample_rate, seed)

    def begin(self, tell: Callable[[say.Recordings], None], warn: Callable[[str], None]) -> None:
        """In the event loop, once. `tell` is called there with the list of recordings when that has
        changed, `warn` with one line when the log cannot be written any more."""
        self._loop = asyncio.get_running_loop()
        self._tell, self._warn = tell, warn

    def close(self) -> None:
        """End all recordings, and the log."""
        for name in tuple(self._going):
            with contextlib.suppress(OSError):
                self.end(name)
        if self._log is not None:
            self._log.close()

    def trace(self, deck: int) -> Trace | None:
        """What writes down the dreaming of a deck; the same for whoever has this number."""
        if self._log is None:
            return None
        if deck not in self._traces:
            self._traces[deck] = Trace(self._log, deck)
        return self._traces[deck]

    def keep(self, samples: Samples, sample_rate: int, clip: str, seed: int) -> str:
        """Have a sound be there when the log is read; by what it is called there. "" where nothing
        is kept."""
        return "" if self._log is None else self._log.keep(samples, sample_rate, clip, seed)

    def note(self, message: Told) -> None:
        """What a page says of its sound. Loops that this performance did not make are left out."""
        if self._log is None:
            return
        at: dict[str, Any] = {"page": message.page, "frame": message.frame, "rate": message.rate}
        match message:
            case say.Mixed():
                self._log.note(events.Gains(**at, gains=message.gains))
            case say.Silenced():
                self._log.note(events.Silence(**at, place=message.place))
            case say.Beside():
                self._log.note(
                    events.Beside(
                        **at,
                        place=message.place,
                        fade=message.fade,
                        into=message.into,
                        loop=message.id,
                        # Of one that this performance did not give, nothing is known.
                        sound=message.sound if self._log.knows(message.sound or "") else None,
                        length=message.length,
                    )
                )
            case say.Sounded() if self._made(message.deck, message.id):
                self._log.note(
                    events.Sounds(
                        **at,
                        deck=message.deck,
                        loop=message.id,
                        fade=message.fade,
                        into=message.into,
                    )
                )

    def _made(self, deck: int, loop: int) -> bool:
        return deck in self._traces and loop <= self._traces[deck].ids

    # Recordings.

    def start(self, wanted: say.StartRecording) -> str:
        """Begin a recording; its id. Raises `ValueError` or `OSError`, one line."""
        if self._log is None:
            raise ValueError("nothing is kept of this performance")
        now = datetime.now().astimezone()
        # What is recorded was heard already: the page says how long ago it began.
        started = now - timedelta(seconds=wanted.since)
        self._log.folder.mkdir(parents=True, exist_ok=True)
        name = stem = f"rec-{now:%Y%m%d-%H%M%S}"
        number = 1
        while (self._log.folder / f"{name}.wav").exists():
            number += 1
            name = f"{stem}-{number}"
        path = self._log.folder / f"{name}.wav"
        recorder = WavRecorder(path, wanted.rate, wanted.channels, started, self.name)
        self._going[name] = _Going(recorder, started)
        self._log.note(
            events.Recording(page=wanted.page, id=name, frame=wanted.frame, rate=wanted.rate)
        )
        self._wait(name)
        self._tell(self.list())
        return name

    def append(self, name: str, at: int, data: bytes) -> int:
        """Add what was heard from frame `at` of the recording on; how many frames there are now.

        What is there already is passed over, what never came is silence. Raises `LookupError` when
        no such recording is going on, `ValueError` or `OSError` with one line.
        """
        going = self._of(name)
        recorder = going.recorder
        if len(data) % (4 * recorder.channels):
            raise ValueError("expected whole frames of float32")
        block = np.frombuffer(data, "<f4").reshape(-1, recorder.channels)
        missing = at - recorder.frames
        if missing > ABANDONED_SECONDS * recorder.sample_rate:
            raise ValueError(f"expected the frames from {recorder.frames} on, got those from {at}")
        if missing > 0:
            if self._log is not None:
                self._log.note(events.Gap(id=name, at=recorder.frames, frames=missing))
            recorder.append(np.zeros((missing, recorder.channels), np.float32))
        recorder.append(block[max(0, -missing) :])
        self._wait(name)
        return recorder.frames

    def end(self, name: str) -> None:
        """End a recording. Raises `LookupError` or `OSError`."""
        going = self._of(name)
        del self._going[name]
        if going.timer is not None:
            going.timer.cancel()
        if self._log is not None:
            self._log.note(events.Recorded(id=name, frames=going.recorder.frames))
        going.recorder.close()
        self._tell(self.list())

    def path(self, name: str) -> Path:
        """The file of a recording, of any performance. `LookupError`, one line, when there is none.

        A recording that is going on is whole as far as it goes.
        """
        if self._folder is None or not _ID.fullmatch(name):
            raise LookupError(f"no recording is called {name[:60]!r}")
        if name in self._going:
            self._going[name].recorder.sync()
        found = next(self._folder.glob(f"*/{name}.wav"), None)
        if found is None:
            raise LookupError(f"no recording is called {name!r}")
        return found

    def list(self) -> say.Recordings:
        """All recordings that are kept, the newest first."""
        return say.Recordings(recordings=[*self._recordings()])

    def _recordings(self) -> Sequence[say.RecordingMade]:
        if self._folder is None:
            return []
        found = {path.stem: path for path in self._folder.glob("*/rec-*.wav")}
        newest = sorted((name for name in found if _ID.fullmatch(name)), reverse=True)
        listed = (self._described(name, found[name]) for name in newest[:MOST_LISTED])
        return [each for each in listed if each is not None]

    def _described(self, name: str, path: Path) -> say.RecordingMade | None:
        going = self._going.get(name)
        try:
            size = path.stat().st_size
            if going is not None:
                seconds = going.recorder.seconds
            else:
                seconds = soundfile.info(str(path)).duration
        except (OSError, soundfile.LibsndfileError):
            return None
        performance = path.parent.name
        return say.RecordingMade(
            id=name, performance=performance, seconds=seconds, size=size, going=going is not None
        )

    def _of(self, name: str) -> _Going:
        if name not in self._going:
            raise LookupError(f"no recording {name[:60]!r} is going on")
        return self._going[name]

    def _wait(self, name: str) -> None:
        """End it when nothing comes any more."""
        going = self._going[name]
        if going.timer is not None:
            going.timer.cancel()
        loop = asyncio.get_running_loop()
        going.timer = loop.call_later(ABANDONED_SECONDS, self._abandon, name)

    def _abandon(self, name: str) -> None:
        with contextlib.suppress(LookupError, OSError):
            self.end(name)
