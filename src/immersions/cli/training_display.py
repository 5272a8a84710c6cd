"""What `immersions train` shows: two progress bars and lines that stay."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)


class Display:
    """A rich progress display; used as a context manager."""

    def __init__(self) -> None:
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeRemainingColumn(),
            TextColumn("{task.fields[shown]}"),
            console=Console(stderr=True),
        )
        self._listening: TaskID | None = None
        self._training: TaskID | None = None
        self._held_out = ""

    def __enter__(self) -> Display:
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
        if "validation_all" in row:
            self._held_out = (
                f"  held out {100 * row['validation_all']:.1f} % "
                f"(other tracks {100 * row['validation_across']:.1f} %, "
                f"same track {100 * row['validation_within']:.1f} %)"
            )
            self.say(f"step {row['step']:.0f}: loss {row['loss']:.3f}{self._held_out}")
        if self._training is not None:
            shown = f"loss {row['loss']:.3f}{self._held_out}"
            self._progress.update(self._training, completed=int(row["step"]), shown=shown)
