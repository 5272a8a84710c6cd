"""What `immersions render` does: dream, mix and draw a logged performance again."""

from __future__ import annotations

import functools
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from immersions.audio.recording import SPARE_BYTES, WavRecorder, room
from immersions.audio.writing import place_file
from immersions.cli.render import say
from immersions.stage import logs
from immersions.stage.logs import Performance
from immersions.stage.logs.timeline import Timeline, timeline
from immersions.stage.mixdown.lanes import Samples
from immersions.stage.workers.playback import Playback
from immersions.stage.workers.replay import Dreamed

BLOCK_SECONDS = 0.5


@dataclass(frozen=True)
class Asked:
    """What is to be written."""

    output: Path
    film: bool
    recording: str | None
    begin: float
    seconds: float | None
    width: int
    height: int
    fps: int
    quality: int
    strip: bool
    edges: bool


class Agreement:
    """How the loops compare with those that were played."""

    def __init__(self) -> None:
        self.loops = self.known = self.same = 0
        self.away: list[float] = []

    def note(self, deck: int, dreamed: Dreamed) -> None:
        self.loops += 1
        if dreamed.kind == "dream":
            self.known += dreamed.same is not None
            self.same += dreamed.same is True
        if dreamed.away_db is not None:
            self.away.append(dreamed.away_db)

    def __str__(self) -> str:
        if not self.known:
            return f"{self.loops} loops"
        if self.same == self.known:
            return f"{self.loops} loops, the {self.known} dreamed ones the same to the sample"
        told = f"{self.loops} loops, of {self.known} known ones {self.same} the same to the sample"
        if self.away:
            told += (
                f"; the others are away by {np.median(self.away):.0f} dB in the median, "
                f"{max(self.away):.0f} dB at most"
            )
        return told


def render(log: Path, asked: Asked) -> list[str]:
    """Write what was asked for; what there is to say of it. `ValueError` or `OSError`, one line."""
    performance = logs.read(log)
    if performance.torn:
        say("the last line of the log was not finished; it is left out")
    line = _cut(timeline(performance, asked.recording), asked)
    _check_room(asked, line)
    if not line.complete:
        say("samples beside the dreams are not all in this log: what is not there is left out")
    agreement = Agreement()
    with _progress(line.seconds) as show:
        playback = _playback(performance, line, agreement, asked.film, show)
        if asked.film:
            from immersions.cli.render_film import film

            film(asked, playback, lambda path: _recorder(path, performance, line), show)
        else:
            _sound(asked.output, playback, performance, line, show)
    kind = f"{asked.width}x{asked.height}, {asked.fps} frames/s" if asked.film else "24 bits"
    return [f"{asked.output}: {line.seconds:.1f} s, {kind}; {agreement}"]


def _cut(line: Timeline, asked: Asked) -> Timeline:
    begin = line.begin + round(asked.begin * line.rate)
    end = line.end
    if asked.seconds is not None:
        end = min(end, begin + round(asked.seconds * line.rate))
    if end - begin < 1:
        raise ValueError(f"--begin: the performance lasts {line.seconds:.1f} s")
    return replace(line, begin=begin, end=end)


def _check_room(asked: Asked, line: Timeline) -> None:
    """Raise `OSError` before the work where the sound alone will not fit the disk."""
    needed = round(line.seconds * line.rate * 3) + SPARE_BYTES
    free = room(asked.output.parent)
    if free < needed:
        raise OSError(
            f"{asked.output}: no room on the disk: expected {needed / 2**20:.0f} MB, "
            f"there are {free / 2**20:.0f}"
        )


def _playback(
    performance: Performance, line: Timeline, agreement: Agreement, seen: bool, show: Any
) -> Playback:
    from immersions import ears
    from immersions.stage.start_sounds import common
    from immersions.stage.workers.replay import Replay

    known = performance.sounds()

    def sound(digest: str) -> tuple[Samples, int]:
        return performance.samples(known[digest], common), known[digest].sample_rate

    load = functools.lru_cache(maxsize=None)(ears.load)
    replays = {
        deck: Replay(performance, deck, load, common, lambda: show(0.0, 1)) for deck in line.decks
    }
    return Playback(line, replays, sound, agreement.note, seen)


def _sound(
    output: Path, playback: Playback, performance: Performance, line: Timeline, show: Any
) -> None:
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".render-") as folder:
        path = Path(folder) / output.name
        recorder = _recorder(path, performance, line)
        try:
            for count in _blocks(line.end - line.begin, round(BLOCK_SECONDS * line.rate)):
                recorder.append(playback.sound(count)[:, None])
                show(count / line.rate, 0)
        finally:
            recorder.close()
        place_file(output, path)


def _recorder(path: Path, performance: Performance, line: Timeline) -> WavRecorder:
    """A WAV file with the time at which its first sample was played."""
    started = datetime.fromisoformat(performance.opened.started).astimezone()
    first = next(iter(line.decks.values()))[0]
    since = first.time + (line.begin - first.frame) / line.rate
    name = performance.folder.resolve().name
    return WavRecorder(path, line.rate, 1, started + timedelta(seconds=since), name)


def _blocks(frames: int, size: int) -> Iterator[int]:
    for begin in range(0, frames, size):
        yield min(size, frames - begin)


@contextmanager
def _progress(seconds: float) -> Iterator[Any]:
    """A bar on the error stream; yields what to call with seconds and steps that were made."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("rendering"),
        BarColumn(),
        TextColumn("{task.completed:.1f} of {task.total:.1f} s"),
        TextColumn("{task.fields[steps]} steps dreamed"),
        TimeRemainingColumn(),
    )
    progress = Progress(*columns, console=Console(file=sys.stderr))
    task = progress.add_task("", total=seconds, steps=0)
    steps = 0

    def show(more: float, dreamed: int) -> None:
        nonlocal steps
        # Drawn when there is something done: what cannot begin is one line and no bar.
        progress.start()
        steps += dreamed
        progress.update(task, advance=more, steps=steps)

    try:
        yield show
    finally:
        if progress.live.is_started:
            progress.stop()
