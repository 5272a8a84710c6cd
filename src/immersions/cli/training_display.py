"""What `immersions train` shows: two progress bars, or plain lines where no terminal looks on."""

from __future__ import annotations

import sys
from pathlib import Path
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)

LINE_EVERY = 100
"""Steps between two lines where no music is held out."""
LONGEST_WAIT = 0.05
"""Share of a run that waiting for data may take before something should be done."""


class Display(Protocol):
    """How a run is shown; used as a context manager."""

    def __enter__(self) -> Display: ...

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None: ...

    def say(self, line: str) -> None:
        """A line that stays."""

    def listen(self, count: int) -> None:
        """So many files will be heard first."""

    def listened(self, path: Path) -> None:
        """One of them was heard."""

    def train(self, done: int, steps: int) -> None:
        """Training begins, `done` of `steps` are behind it."""

    def trained(self, row: dict[str, float]) -> None:
        """A step was taken."""


def display(shown: bool = True) -> Display:
    """Bars on a terminal, else lines that can be read in a file; nothing if not `shown`."""
    if not shown:
        return Silence()
    return Bars() if sys.stderr.isatty() else Lines()


class Silence:
    """Nothing: another process of the same run is shown."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        pass

    def say(self, line: str) -> None:
        pass

    def listen(self, count: int) -> None:
        pass

    def listened(self, path: Path) -> None:
        pass

    def train(self, done: int, steps: int) -> None:
        pass

    def trained(self, row: dict[str, float]) -> None:
        pass


class Lines(Silence):
    """A line for each validation, on standard error."""

    def say(self, line: str) -> None:
        print(line, file=sys.stderr, flush=True)

    def listen(self, count: int) -> None:
        self.say(f"listening to {count} files")

    def train(self, done: int, steps: int) -> None:
        self.say(f"training from step {done} to {steps}")

    def trained(self, row: dict[str, float]) -> None:
        if line := milestone(row):
            self.say(line)


class Bars:
    """A progress bar for listening and one for training, and the lines above them."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[shown]}", markup=False),
            console=Console(stderr=True),
        )
        self._listening: TaskID | None = None
        self._training: TaskID | None = None
        self._held_out = ""

    def __enter__(self) -> Bars:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def say(self, line: str) -> None:
        self._progress.console.print(line, highlight=False, markup=False)

    def listen(self, count: int) -> None:
        self._listening = self._progress.add_task("listening", total=count, shown="")

    def listened(self, path: Path) -> None:
        if self._listening is not None:
            self._progress.update(self._listening, advance=1, shown=path.name[:40])

    def train(self, done: int, steps: int) -> None:
        self._training = self._progress.add_task("training", total=steps, completed=done, shown="")

    def trained(self, row: dict[str, float]) -> None:
        self._held_out = held_out(row) or self._held_out
        if line := milestone(row):
            self.say(line)
        if self._training is not None:
            shown = f"loss {row['loss']:.3f}{self._held_out}{waited(row)}"
            self._progress.update(self._training, completed=int(row["step"]), shown=shown)


def milestone(row: dict[str, float]) -> str:
    """The line of a step that was validated, or that stands for a hundred; else nothing."""
    if "validation_all" not in row and row["step"] % LINE_EVERY:
        return ""
    return f"step {row['step']:.0f}: loss {row['loss']:.3f}{held_out(row)}{waited(row)}"


def held_out(row: dict[str, float]) -> str:
    """The accuracies on music never trained on, where a step measured them, and their chance."""
    if "validation_all" not in row:
        return ""
    parts = {"across": "other tracks", "within": "same track"}
    found = {key: words for key, words in parts.items() if f"validation_{key}" in row}
    told = [f"{words} {100 * row[f'validation_{key}']:.1f} %" for key, words in found.items()]
    chances = [row[f"chance_{key}"] for key in ("all", *found) if f"chance_{key}" in row]
    chance = ", ".join(f"{100 * each:.1f}" for each in chances)
    said = ", ".join(told) + (f"; by chance {chance} %" if chance else "")
    return f"  held out {100 * row['validation_all']:.1f} % ({said})"


def waited(row: dict[str, float]) -> str:
    """The share of the step in which nothing was computed, since its music was still being read."""
    return f"  waited {100 * row['waited']:.0f} %" if "waited" in row else ""


def waited_line(share: float) -> str:
    """What is said of it at the end, and what may help where it was too long."""
    line = f"waited {100 * share:.1f} % of the time for data"
    if share <= LONGEST_WAIT:
        return line
    return (
        f"{line}: a faster disk for --cache would help, or memory enough to hold what lies there; "
        "--pitch, --stretch and --mix take time too"
    )
