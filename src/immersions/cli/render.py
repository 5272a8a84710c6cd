"""`immersions render`: play a logged performance again, as sound or as a film."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from immersions.cli.places import check_places

if TYPE_CHECKING:
    from immersions.cli.rendering import Asked

SOUND, FILM = ".wav", ".mp4"
LONGEST_SIDE = 7680


def render(
    log: Annotated[Path, typer.Argument(help="The log of a performance, or its folder.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="WAV or MP4 file to write.")],
    recording: Annotated[
        str | None, typer.Option(help="Only what this recording holds, by its name.")
    ] = None,
    begin: Annotated[float, typer.Option(min=0, help="Skip so many seconds.")] = 0.0,
    seconds: Annotated[float | None, typer.Option(help="End after so many seconds.")] = None,
    size: Annotated[str, typer.Option(help="Of the film, WIDTHxHEIGHT in pixels.")] = "1920x1080",
    fps: Annotated[int, typer.Option(min=1, max=240, help="Frames a second.")] = 60,
    quality: Annotated[
        int, typer.Option(min=0, max=51, help="Of the film, x264's: 0 without loss, 51 smallest.")
    ] = 18,
    strip: Annotated[
        bool, typer.Option("--strip/--no-strip", help="The scalogram below the network.")
    ] = True,
    edges: Annotated[
        bool, typer.Option("--edges/--no-edges", help="Threads of light between the neurons.")
    ] = True,
) -> None:
    """Play a logged performance again, as sound or as a film of the network.

    On the machine it was played on, with the same ears, the loops are the same to the sample.
    """
    from immersions.cli.rendering import render as run

    asked = _asked(output, recording, begin, seconds, size, fps, quality, strip, edges)
    check_places(film=output)
    for line in run(log, asked):
        print(line)


def _asked(
    output: Path,
    recording: str | None,
    begin: float,
    seconds: float | None,
    size: str,
    fps: int,
    quality: int,
    strip: bool,
    edges: bool,
) -> Asked:
    from immersions.cli.rendering import Asked

    film = output.suffix.lower() == FILM
    if not film and output.suffix.lower() != SOUND:
        raise ValueError(f"{output}: expected a name ending in {SOUND} or {FILM}")
    found = re.fullmatch(r"(\d{2,4})x(\d{2,4})", size)
    sides = tuple(int(each) // 2 * 2 for each in found.groups()) if found else (0, 0)
    if not (min(sides) >= 32 and max(sides) <= LONGEST_SIDE):
        raise ValueError(f"--size: expected WIDTHxHEIGHT of 32 to {LONGEST_SIDE}, got {size!r}")
    if seconds is not None and not seconds > 0:
        raise ValueError(f"--seconds: expected more than 0, got {seconds:g}")
    if film:
        from immersions.anatomy.pictures import check_film

        check_film(output)
    return Asked(
        output=output,
        film=film,
        recording=recording,
        begin=begin,
        seconds=seconds,
        width=sides[0],
        height=sides[1],
        fps=fps,
        quality=quality,
        strip=strip,
        edges=edges,
    )


def say(line: str) -> None:
    """Tell what does not stop the work."""
    print(f"immersions: {line}", file=sys.stderr, flush=True)
