"""The music of `immersions train`: found, told apart, and parted into two sides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import torch

    from immersions.cli.training_display import Display
    from immersions.scalogram import ScalogramConfig
    from immersions.training.library import Library, Track
    from immersions.training.ranks import Ranks


@dataclass(frozen=True)
class Asked:
    """Which music is trained on: folders, those to validate on, or the share held out for it."""

    folders: Sequence[Path]
    beside: Sequence[Path]
    held_out: float
    cache: Path
    workers: int | None
    """Processes that decode; None for one a core."""


@dataclass(frozen=True)
class Music:
    """What was found, and the two sides."""

    library: Library
    training: Sequence[Track]
    validation: Sequence[Track]


def listen(
    asked: Asked,
    scale: ScalogramConfig,
    frames: int,
    device: torch.device,
    shown: Display,
    ranks: Ranks,
) -> Music:
    """The scalograms of all sounds; of several processes each computes its part of them.

    Tracks have at least so many `frames`. Raises `ValueError` or `OSError` with one line.
    """
    from immersions.training.index import summary
    from immersions.training.library import find_sounds, load_library
    from immersions.training.sampling import split
    from immersions.training.workers import cores

    own = find_sounds(asked.folders)
    beside = set(find_sounds(asked.beside)) - set(own)
    # The training's first: of a recording on both sides the first is kept.
    paths = [*own, *sorted(beside)]
    workers = max(1, cores() // ranks.size) if asked.workers is None else asked.workers
    shown.listen(len(paths))
    if ranks.size > 1:
        mine = paths[ranks.rank :: ranks.size]
        load_library(mine, scale, asked.cache, frames, workers=workers, device=device)
        ranks.check_same("the number of sound files", len(paths))
    library = load_library(paths, scale, asked.cache, frames, shown.listened, workers, device)
    for path, reason in library.left_out:
        shown.say(f"left out {path.name}: {reason}")
    for path, flaw in library.warnings:
        shown.say(f"{path.name}: {flaw}")
    training = [track for track in library.tracks if track.path not in beside]
    validation = [track for track in library.tracks if track.path in beside]
    if asked.beside and not validation:
        raise ValueError(
            f"--validate-on: expected music that is not trained on, found none in "
            f"{named(asked.beside)}"
        )
    if not asked.beside:
        training, validation = split(training, asked.held_out)
    if not training:
        raise ValueError(f"expected music to train on in {named(asked.folders)}, found no track")
    shown.say(summary(library, scale))
    if len(validation) == 1:
        shown.say(
            f"held out: {validation[0].path.name} alone, which says little of other music; more "
            "tracks would say more"
        )
    return Music(library, training, validation)


def named(folders: Sequence[Path]) -> str:
    return ", ".join(str(folder) for folder in folders)
