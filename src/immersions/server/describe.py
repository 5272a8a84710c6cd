"""The house's own objects in the words of the messages."""

from __future__ import annotations

import re
import time
from collections.abc import Collection, Iterable, Sequence
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import ValidationError

from immersions.server import messages as say
from immersions.server.ears import EarChoice
from immersions.stage import board
from immersions.stage.aside import Progress
from immersions.stage.frames import Header
from immersions.stage.layouts import Laying
from immersions.stage.selection import Range

if TYPE_CHECKING:
    from immersions.server.room import Room

FIRST_DEPTH = 0.6
"""A performance begins at a layer this deep in the ear: past notes, before whole phrases."""
FIRST_CHANNELS = (0.0, 0.1)
_PATH = re.compile(r"""(?<![\w./])/(?:[^\s/:;,'"()]+/)+([^\s/:;,'"()]+)""")


def still_here(asked: say.StillThere) -> say.StillHere:
    """The answer, with the server's time: that of all clocks that are followed."""
    return say.StillHere(asked=asked.at, now=time.monotonic())


def welcome(room: Room, ears: Iterable[EarChoice]) -> say.Welcome:
    """What a page needs to begin."""
    return say.Welcome(
        version=version("immersions"),
        parameters=controls(),
        clips=room.library.clips(),
        ears=[say.EarName(id=each.id, title=each.title) for each in ears],
        decks=[say.DeckState(deck=deck.number, state=deck.state) for deck in room.decks.values()],
        desk=room.desk,
        performance=room.logbook.name,
        samples=room.samples,
    )


def ear(choice: EarChoice, hello: Header, deck: int = 0) -> say.EarDescription:
    """What a page needs to know of the ear that a deck's worker has loaded."""
    layers, offset = [], 0
    for layer in hello["layers"]:
        layers.append(say.LayerShape(**layer, offset=offset))
        offset += layer["channels"] * layer["pitches"]
    return say.EarDescription(
        deck=deck,
        id=choice.id,
        sample_rate=hello["sample_rate"],
        loop_seconds=hello["loop_seconds"],
        layers=layers,
        neurons=offset,
        hash=hello["hash"],
        layout_url=f"/api/layout/{hello['hash']}",
        bin_frequencies=hello["bin_frequencies"],
        credits=choice.credits,
    )


def controls() -> list[say.ParameterDeclaration]:
    """Everything that can be turned."""
    return [
        say.ParameterDeclaration(**each.as_dict(), place=place) for place, each in board.placed()
    ]


def status(progress: Progress, folders: Collection[str] = (), deck: int = 0) -> say.Status:
    """How it goes; `folders` are those of ears, of which a page is told the names alone."""
    history = list(progress.history)
    return say.Status(
        deck=deck,
        worker=progress.life,
        steps_per_second=progress.steps_per_second,
        steps=progress.steps,
        loops=progress.loops,
        activation=history[-1][1] if history else None,
        history=history,
        message=without_places(progress.message, folders),
    )


def laying(each: Laying, folders: Collection[str] = ()) -> say.LayoutProgress:
    """How a layout comes along; `folders` as in `status`."""
    return say.LayoutProgress(
        hash=each.ear_hash,
        going=each.going,
        share=each.share,
        message=without_places(each.message, folders),
    )


def without_places(text: str, folders: Collection[str] = ()) -> str:
    """A line for the page: of each folder its last name, of every other path too."""
    for folder in sorted(folders, key=len, reverse=True):
        if Path(folder).is_absolute():
            text = text.replace(folder, Path(folder).name)
    return _PATH.sub(r"\1", text)


def first_target(layers: Sequence[str]) -> Range:
    """What is dreamed of until somebody chooses: a tenth of the channels of a middling layer."""
    return Range(layers[round(FIRST_DEPTH * (len(layers) - 1))], channel=FIRST_CHANNELS)


def line(error: Exception) -> str:
    """An error in one line."""
    return " ".join(str(error).split())[:500] or type(error).__name__


def validation(error: ValidationError) -> str:
    """What is wrong with a message, in one line: where, what was expected, what came."""
    first = error.errors(include_url=False, include_context=False)[0]
    place = ".".join(str(each) for each in first["loc"])
    got = "" if isinstance(first["input"], dict) else f", got {str(first['input'])[:60]!r}"
    return line(ValueError(f"{place or 'message'}: {first['msg']}{got}"))
