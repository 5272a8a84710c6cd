"""`immersions dream`: bend a loop towards chosen neurons and write it to a file."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from immersions.cli import LARGEST_SEED
from immersions.cli.places import check_places
from immersions.dreaming.registry import PARAMETERS

if TYPE_CHECKING:
    from types import FrameType

    from immersions.dreaming import Dream
    from immersions.dreaming.ascent import StepReport
    from immersions.ears.ear import Ear

INTERRUPTED = 130
SOUND_ENDINGS = (".wav", ".flac")


def dream(
    start: Annotated[
        str, typer.Argument(help="A sound file, a bundled clip's name, silence, or noise.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="WAV or FLAC file to write.")],
    target: Annotated[
        list[str] | None,
        typer.Option(
            help="[WEIGHT*]LAYER[channels, pitches, frames], slices as in NumPy; may be repeated."
        ),
    ] = None,
    ear: Annotated[str, typer.Option(help="A bundled ear or an ear's folder.")] = "small",
    steps: Annotated[int, typer.Option(min=0, help="Steps of the ascent.")] = 60,
    seconds: Annotated[float | None, typer.Option(help="Cut or repeat the clip to this.")] = None,
    bpm: Annotated[float | None, typer.Option(help="With --bars: cut or repeat to bars.")] = None,
    bars: Annotated[int | None, typer.Option(help="How many 4/4 bars (default 2).")] = None,
    seed: Annotated[
        int, typer.Option(min=0, max=LARGEST_SEED, help="The same seed gives the same sound.")
    ] = 0,
    mix: Annotated[
        str | None, typer.Option(help="Sound for the parameter mix, instead of the start.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="JSON file: what was reached.")] = None,
    picture: Annotated[
        Path | None, typer.Option(help="PNG file: both scalograms, what was gained.")
    ] = None,
    settings: Annotated[
        list[str] | None,
        typer.Option(
            "--set",
            metavar="NAME=VALUE",
            help=f"A parameter; may be repeated: {', '.join(p.name for p in PARAMETERS)}.",
        ),
    ] = None,
) -> int:
    """Bend a loop towards chosen neurons and write it to a file.

    Ctrl-C writes what there is and exits with status 130.
    """
    from immersions.dreaming import dream

    parameters = PARAMETERS.check(_parsed(settings or []))
    length = _length(seconds, bpm, bars)
    _check_places(output, report, picture)
    network = _load(ear)
    curve: list[tuple[int, float]] = []
    with _interruptible() as interrupted, _progress(steps) as show:

        def on_step(told: StepReport) -> bool:
            curve.append((told.step, told.activation))
            show(told)
            return not interrupted

        result = dream(
            start,
            network,
            target or None,
            steps=steps,
            seed=seed,
            parameters=parameters,
            seconds=length,
            mix=mix,
            on_step=on_step,
            notice=lambda line: typer.echo(f"immersions: {line}", err=True),
        )
        result.save(output)
        if report is not None:
            report.write_text(json.dumps(result.report, indent=2, allow_nan=False) + "\n")
        if picture is not None:
            from immersions.cli.dream_picture import draw

            draw(result, network, curve, picture)
    print(_summary(result, output))
    return INTERRUPTED if interrupted else 0


def _parsed(settings: list[str]) -> dict[str, object]:
    """`name=value` texts as a mapping; names and values are checked by the declarations."""
    pairs = [text.partition("=") for text in settings]
    for name, sign, _ in pairs:
        if not sign:
            raise ValueError(f"--set: expected NAME=VALUE, got {name!r}")
    return {name.strip(): value.strip() for name, _, value in pairs}


def _length(seconds: float | None, bpm: float | None, bars: int | None) -> float | None:
    if bpm is None and bars is None:
        return seconds
    if seconds is not None:
        raise ValueError("expected --seconds or --bpm and --bars, got both")
    if bpm is None:
        raise ValueError("--bars needs --bpm")
    if not 20 <= bpm <= 400:
        raise ValueError(f"--bpm: expected 20 to 400 beats a minute, got {bpm:g}")
    if bars is not None and bars < 1:
        raise ValueError(f"--bars: expected 1 or more, got {bars}")
    return (2 if bars is None else bars) * 4 * 60 / bpm


def _check_places(output: Path, report: Path | None, picture: Path | None) -> None:
    if output.suffix.lower() not in SOUND_ENDINGS:
        raise ValueError(f"{output}: expected a name ending in {' or '.join(SOUND_ENDINGS)}")
    check_places(sound=output, report=report, picture=picture)


def _load(name: str) -> Ear:
    from immersions import ears
    from immersions.ears.presets import PRESETS

    if name in PRESETS and name not in ears.available() and not Path(name).exists():
        known = ", ".join(ears.available()) or "none yet"
        raise ValueError(
            f"the preset {name!r} is untrained and has nothing to dream of; trained ears: {known}; "
            "or give the folder of one"
        )
    return ears.load(name)


@contextmanager
def _interruptible() -> Iterator[list[bool]]:
    """A list that fills at the first Ctrl-C; a second one ends the program at once."""
    interrupted: list[bool] = []

    def note(_number: int, _frame: FrameType | None) -> None:
        if interrupted:
            raise KeyboardInterrupt
        interrupted.append(True)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield interrupted
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _progress(steps: int) -> Iterator[Any]:
    """A bar on the error stream; yields what to call after every step."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

    columns = (
        TextColumn("dreaming"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("activation {task.fields[activation]:+.2f}"),
        TextColumn("{task.fields[rate]:.1f} steps/s"),
    )
    progress = Progress(*columns, console=Console(file=sys.stderr))
    task = progress.add_task("", total=steps, activation=0.0, rate=0.0)
    rate = 0.0

    def show(told: StepReport) -> None:
        nonlocal rate
        # Drawn from the first step on, so that what cannot begin is one line and no bar.
        progress.start()
        now = 1 / max(told.seconds, 1e-9)
        rate = now if rate == 0 else 0.9 * rate + 0.1 * now
        progress.update(task, advance=1, activation=told.activation, rate=rate)

    try:
        yield show
    finally:
        if rate:
            progress.stop()


def _summary(result: Dream, output: Path) -> str:
    told = result.report
    unit = "" if "note" in told else " standard deviations"
    return (
        f"{output}: {told['frames'] / told['sample_rate']:.2f} s after {told['steps']} steps; "
        f"{' + '.join(told['target'])} went from {told['standardised_before']:.2f} "
        f"to {told['standardised_after']:.2f}{unit}" + (f" ({told['note']})" if unit == "" else "")
    )
