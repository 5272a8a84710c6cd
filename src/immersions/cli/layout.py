"""`immersions layout`: where all neurons of a network lie, as a file and as pictures."""

from __future__ import annotations

import json
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from immersions.cli import LARGEST_SEED
from immersions.cli.layout_pictures import Asked, draw
from immersions.cli.places import check_places

if TYPE_CHECKING:
    from torch import nn

    from immersions.anatomy.laying import Laid, LayoutConfig
    from immersions.anatomy.solver import Moment, Positions, Report
    from immersions.ears.ear import Ear

CHARGES = ("deviation", "equalised", "variance", "uniform")
WEIGHTS = ("magnitude", "uniform")
METHODS = ("heavy-ball", "verlet")
KEEP = ("rows", "columns")


def layout(
    network: Annotated[
        str,
        typer.Argument(
            metavar="network",
            help="A bundled ear, an ear's folder, or module:callable that makes an ear or a torch "
            "module.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="NPZ file: positions, what each is.")
    ] = None,
    exponent: Annotated[
        float,
        typer.Option(min=1, max=4, help="k of the repulsion: low is clustered, high is even."),
    ] = 2.0,
    weights: Annotated[
        str, typer.Option(help="Of edges: magnitude (|W|) or uniform.")
    ] = "magnitude",
    charges: Annotated[
        str,
        typer.Option(
            help="How neurons vary on music: their variance with layers made alike (equalised), "
            "its root (deviation), or as it is (variance); or uniform."
        ),
    ] = "equalised",
    dimensions: Annotated[int, typer.Option(min=2, max=3, help="2 or 3.")] = 2,
    snapshots: Annotated[
        int, typer.Option(min=1, max=64, help="Layouts for so many parts of a loop.")
    ] = 1,
    seed: Annotated[
        int,
        typer.Option(
            min=0, max=LARGEST_SEED, help="Same seed, machine and threads: the same layout."
        ),
    ] = 0,
    method: Annotated[
        str, typer.Option(help="heavy-ball, or verlet as in the papers, which takes longer.")
    ] = "heavy-ball",
    shape: Annotated[
        str | None,
        typer.Option(
            "--input", help="Of a torch module: what it is given, such as 3x224x224, no batch."
        ),
    ] = None,
    keep: Annotated[
        str, typer.Option(help="Which axis of a picture is kept: rows or columns.")
    ] = "rows",
    device: Annotated[
        str, typer.Option(help="cpu, cuda, cuda:N or mps; a GPU sums all pairs.")
    ] = "cpu",
    picture: Annotated[
        Path | None, typer.Option(help="PNG or SVG file: neurons by layer, edges behind.")
    ] = None,
    video: Annotated[
        Path | None, typer.Option(help="MP4 file: how it comes to rest, or what --clip says.")
    ] = None,
    clip: Annotated[
        str | None,
        typer.Option(help="With --video: this clip or sound file plays through the ear."),
    ] = None,
    size: Annotated[
        int | None, typer.Option(min=64, max=16384, help="Width of picture and video, pixels.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="JSON file: size, time, how far at rest.")] = (
        None
    ),
) -> None:
    """Lay out every neuron of a network: what is joined pulls, everything pushes.

    Edges pull by their weights' magnitude and are never listed; neurons push the harder the more
    their answers vary on music.
    """
    begun = time.perf_counter()
    for name, value, known in (
        ("--charges", charges, CHARGES),
        ("--weights", weights, WEIGHTS),
        ("--method", method, METHODS),
        ("--keep", keep, KEEP),
    ):
        if value not in known:
            raise ValueError(f"{name}: expected {', '.join(known)}, got {value!r}")
    if output is not None and output.suffix.lower() != ".npz":
        raise ValueError(f"{output}: expected a name ending in .npz")
    if not any((output, report, picture, video)):
        raise ValueError("nothing to write: expected --output, --picture, --video or --report")
    check_places(sound=output, report=report, drawing=picture, film=video)
    asked = Asked(picture, video, clip, size)
    asked.check()
    given = _sizes(shape)

    from immersions import ears
    from immersions.anatomy.laying import LayoutConfig, warm_up
    from immersions.anatomy.pictures import Watch
    from immersions.anatomy.solver import SolverConfig
    from immersions.training.devices import device_named

    config = LayoutConfig(
        SolverConfig(
            exponent=exponent,
            dimensions=dimensions,
            method=method,  # type: ignore[arg-type]
            seed=seed,
            device=str(device_named(device)),
        ),
        weights=weights,  # type: ignore[arg-type]
        charges=charges,  # type: ignore[arg-type]
        snapshots=snapshots,
    )
    warm_up(config)
    watch = Watch() if video is not None and clip is None else None
    with _progress(watch) as show:
        found = ears.load_network(network)
        if clip is not None and not isinstance(found, ears.Ear):
            raise ValueError("--clip: expected an ear, which hears it")
        laid = _laid_out(found, network, config, given, keep == "columns", show)
    if charges != "uniform" and not getattr(found, "statistics", None):
        _say("immersions: nothing is known of how these neurons vary: all charges are one")
    for line in laid.unconnected:
        _say(f"immersions: {line}")
    if output is not None:
        laid.layout.write(output)
    seconds, most = time.perf_counter() - begun, _peak_rss_mb()
    ear = found if isinstance(found, ears.Ear) else None
    for line in draw(asked, laid, ear, watch):
        _say(f"immersions: {line}")
    if report is not None:
        text = json.dumps(_told(laid, seconds, most), indent=1, allow_nan=False) + "\n"
        report.write_text(text, encoding="utf-8")
    rest = "at rest to" if laid.rested else "not at rest, forces left"
    print(
        f"{network}: {laid.vertices} vertices, {laid.edges} edges; {rest} "
        f"{laid.residual:.3f} after {laid.iterations} steps, {laid.seconds:.1f} s"
    )


def _laid_out(
    found: Ear | nn.Module,
    network: str,
    config: LayoutConfig,
    given: tuple[int, ...] | None,
    keep_columns: bool,
    show: Report,
) -> Laid:
    import torch

    from immersions import ears
    from immersions.anatomy.laying import lay_out, layout_of_ear
    from immersions.anatomy.loops import bundled_loops
    from immersions.anatomy.network import graph_of

    if isinstance(found, ears.Ear):
        if given is not None:
            raise ValueError("--input: expected with a torch module, got it with an ear")
        loops = bundled_loops(found) if config.snapshots > 1 else []
        return layout_of_ear(found, config, found.name, loops, show)
    if given is None:
        raise ValueError(f"{network}: expected --input with a torch module, such as 3x224x224")
    if config.snapshots > 1:
        raise ValueError("--snapshots: expected an ear, whose answers tell them apart")
    graph = graph_of(found, torch.zeros(1, *given), keep_columns)
    return lay_out(graph, config, type(found).__name__, None, show)


def _sizes(shape: str | None) -> tuple[int, ...] | None:
    if shape is None:
        return None
    if not re.fullmatch(r"[1-9]\d{0,5}(x[1-9]\d{0,5}){0,2}", shape):
        raise ValueError(f"--input: expected 1 to 3 sizes such as 3x224x224, got {shape!r}")
    return tuple(map(int, shape.split("x")))


def _told(laid: Laid, seconds: float, most: float | None) -> dict[str, Any]:
    return {
        "vertices": laid.vertices,
        "edges": laid.edges,
        "seconds": round(laid.seconds, 3),
        "seconds_cold": round(seconds, 3),
        "iterations": laid.iterations,
        "residual": laid.residual,
        "rested": laid.rested,
        "energy": laid.energy(),
        "peak_rss_mb": most,
        "snapshots": len(laid.layout.positions),
        "unconnected": list(laid.unconnected),
    }


def _peak_rss_mb() -> float | None:
    """Of this process; not known on Windows."""
    try:
        import resource
    except ImportError:
        return None
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(most / (2**20 if sys.platform == "darwin" else 2**10), 1)


@contextmanager
def _progress(also: Report | None) -> Iterator[Report]:
    """A bar on the error stream: level, step, how far from rest, how much still moves."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (
        TextColumn("level {task.fields[level]} of {task.fields[vertices]} vertices"),
        BarColumn(),
        TextColumn("step {task.fields[step]}"),
        TextColumn("{task.fields[residual]:.3f} from rest"),
        TextColumn("moving {task.fields[movement]:.3f}"),
    )
    progress = Progress(*columns, console=Console(file=sys.stderr), transient=True)
    task = progress.add_task("", total=1.0, level=0, vertices=0, step=0, residual=0.0, movement=0.0)
    shown, highest = progress.console.is_terminal, 0

    def show(moment: Moment, points: Positions) -> None:
        nonlocal highest
        if also is not None:
            also(moment, points)
        if highest == 0:
            highest = moment.level + 1
            if shown:
                progress.start()
        done = (highest - 1 - moment.level) / highest
        progress.update(
            task,
            completed=done,
            level=moment.level,
            vertices=moment.vertices,
            step=moment.iteration,
            residual=moment.residual,
            movement=moment.movement,
        )

    try:
        yield show
    finally:
        if shown:  # stopping writes an empty line elsewhere
            progress.stop()


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)
