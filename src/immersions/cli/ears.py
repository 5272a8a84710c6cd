"""`immersions ears`: list the ears, show what neurons one has, and what excites them."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from immersions.cli.places import check_folder, check_places

if TYPE_CHECKING:
    from immersions.ears.ear import Ear

app = typer.Typer(add_completion=False, rich_markup_mode=None, invoke_without_command=True)


@app.callback()
def ears(context: typer.Context) -> None:
    """List the ears, and show what neurons one has."""
    if context.invoked_subcommand is not None:
        return
    from immersions import ears
    from immersions.ears.presets import PRESETS

    names = [*ears.available(), *(name for name in PRESETS if name not in ears.available())]
    for told in map(_description, names):
        neurons = sum(layer["channels"] * layer["pitches"] for layer in told["layers"])
        state = "" if told["trained"] else "  (untrained preset)"
        print(
            f"{told['name']:<12}{told['sample_rate']:>6} Hz  {told['loop_seconds']:g} s  "
            f"{len(told['layers']):>2} layers  {neurons:>6} neurons{state}"
        )


@app.command()
def show(
    name: Annotated[str, typer.Argument(help="A bundled ear, a preset, or an ear's folder.")],
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON document.")] = False,
) -> None:
    """Show an ear's layers, and how many trained numbers it has."""
    told = _description(name)
    if as_json:
        print(json.dumps(told, indent=2))
        return
    state = "" if told["trained"] else ", an untrained preset"
    print(f"{told['name']}: {told['sample_rate']} Hz, loops of {told['loop_seconds']:g} s{state}")
    counts = ", ".join(f"{part} {count:,}" for part, count in told["parameters"].items())
    print(f"parameters: {counts}" if counts else "parameters: not known")
    print(f"{'layer':<18}{'channels':>9}{'pitches':>9}{'frames':>8}{'hears':>9}")
    for layer in told["layers"]:
        seconds = told["hears_seconds"][layer["name"]]
        hears = "" if seconds is None else f"{seconds:.2f} s"
        print(
            f"{layer['name']:<18}{layer['channels']:>9}{layer['pitches']:>9}{layer['frames']:>8}"
            f"{hears:>9}"
        )


@app.command()
def listen(
    name: Annotated[str, typer.Argument(help="A bundled ear, or an ear's folder.")],
    music: Annotated[list[Path], typer.Argument(help="Folders (or files) of music.")],
    channels: Annotated[int, typer.Option(min=1, max=64, help="Channels shown of a layer.")] = 4,
    examples: Annotated[int, typer.Option(min=1, max=64, help="Excerpts shown of each.")] = 3,
    report: Annotated[Path | None, typer.Option(help="JSON file: everything found.")] = None,
    sounds: Annotated[
        Path | None, typer.Option(help="Folder for the excerpts, to be listened to.")
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads; 0: torch's choice.")] = 0,
    cache: Annotated[Path, typer.Option(help="Folder for scalograms, computed once.")] = Path(
        "data/cache/scalograms"
    ),
) -> None:
    """Find what each layer of an ear responds to: the excerpts of music that excite it most."""
    check_places(report=report)
    for folder in (cache, *([sounds] if sounds else [])):
        check_folder(folder)

    import torch

    from immersions.training.excitation.reporting import report as reported
    from immersions.training.excitation.responses import excerpt_frames, excerpts_of, respond
    from immersions.training.excitation.section import markdown
    from immersions.training.excitation.selection import show
    from immersions.training.excitation.sounds import write_sounds
    from immersions.training.library import find_sounds, load_library
    from immersions.training.probing.reading import load_ear

    if threads:
        torch.set_num_threads(threads)
    ear = load_ear(name)
    frames = excerpt_frames(ear)
    paths = find_sounds(music)
    _say(f"listening to {len(paths)} files")
    library = load_library(paths, ear.config.scalogram, cache, frames)
    for path, reason in library.left_out:
        _say(f"left out {path.name}: {reason}")
    for path, flaw in library.warnings:
        _say(f"{path.name}: {flaw}")
    excerpts = excerpts_of(library.tracks, frames)
    heard = respond(ear, library.tracks, excerpts)
    shown = show(ear, heard, channels, examples)
    names = [path.resolve().name for path in music]
    told = reported(ear, names, library.tracks, heard, shown)
    if report is not None:
        report.write_text(json.dumps(told, indent=1, allow_nan=False) + "\n", encoding="utf-8")
    if sounds is not None:
        count = write_sounds(sounds, ear, library.tracks, excerpts, shown)
        _say(f"{count} excerpts in {sounds}")
    print(markdown(told), end="")


def _say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _description(name: str) -> dict[str, Any]:
    """What an ear is, as plain JSON types; `frames` are those of a loop of `loop_seconds`."""
    from immersions.ears.contrastive import ContrastiveEar, parameter_counts

    ear, trained = _find(name)
    layers = [
        {
            "name": layer.name,
            "channels": layer.channels,
            "pitches": layer.pitches,
            "frames": layer.frames,
        }
        for layer in ear.layers
    ]
    return {
        "name": ear.name,
        "sample_rate": ear.sample_rate,
        "loop_seconds": ear.loop_seconds,
        "trained": trained,
        "layers": layers,
        "hears_seconds": {layer.name: layer.hears for layer in ear.layers},
        "parameters": parameter_counts(ear.config) if isinstance(ear, ContrastiveEar) else {},
    }


def _find(name: str) -> tuple[Ear, bool]:
    """The ear and whether it is trained: a bundled one or a folder before a preset."""
    from immersions import ears
    from immersions.ears.presets import PRESETS, build

    if name in PRESETS and name not in ears.available() and not Path(name).exists():
        return build(name), False
    try:
        return ears.load(name), True
    except FileNotFoundError:
        if Path(name).exists():
            raise
        known = ", ".join(dict.fromkeys([*ears.available(), *PRESETS]))
        raise ValueError(f"unknown ear {name!r}; ears: {known}; or give a folder") from None
