"""`immersions ears`: list the ears, and show what neurons one has."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

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
