"""A library of music for training: sound files found, told apart, and kept as scalograms.

A second copy of a file is left out, and so is the same recording in another file: what was held
out would otherwise be trained on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import torch

from immersions.scalogram import ScalogramConfig
from immersions.training.devices import CPU
from immersions.training.duplicates import same_recordings
from immersions.training.fingerprint import FINE, Print, fingerprint
from immersions.training.scalograms import Levels, Scalograms, Stream, content_key
from immersions.training.workers import each

SOUND_SUFFIXES = tuple(
    f".{ending}"
    for ending in (
        *("wav", "wave", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "snd"),
        *("caf", "m4a", "aac", "wma", "mp4", "webm", "mkv", "mod", "xm", "it", "s3m"),
    )
)


@dataclass(frozen=True)
class Track:
    """One piece of music: where it lies, a key of its content, and its kept scalogram."""

    path: Path
    key: str
    levels: Levels

    @property
    def frames(self) -> int:
        return int(self.levels.shape[-1])


@dataclass(frozen=True, eq=False)
class Source:
    """A sound file that was found: what is in it, and why it is left out if it is."""

    path: Path
    key: str = ""
    """A hash of its bytes; empty where they could not be read."""
    levels: Levels = field(default_factory=lambda: np.zeros((1, 1, 0), np.float16), repr=False)
    coarse: Print = field(default_factory=lambda: np.zeros((0, 1), np.int8), repr=False)
    """The coarse fingerprint."""
    flaws: tuple[str, ...] = ()
    """What had to be helped: samples that were not finite, an end lost to damage."""
    left_out: str = ""
    """The reason; empty for a track."""
    twin_of: Path | None = None
    """The other file with the same recording, where that is the reason."""

    @property
    def frames(self) -> int:
        return int(self.levels.shape[-1])

    @property
    def identity(self) -> str:
        """The same for all files with the same bytes."""
        return self.key or str(self.path)


@dataclass(frozen=True)
class Library:
    """The sound files found, in order of their paths."""

    sources: tuple[Source, ...]

    @cached_property
    def tracks(self) -> tuple[Track, ...]:
        used = (source for source in self.sources if not source.left_out)
        return tuple(Track(source.path, source.key, source.levels) for source in used)

    @property
    def left_out(self) -> tuple[tuple[Path, str], ...]:
        """(path, reason)"""
        return tuple((source.path, source.left_out) for source in self.sources if source.left_out)

    @property
    def warnings(self) -> tuple[tuple[Path, str], ...]:
        """(path, what was wrong) of tracks that are used nevertheless."""
        used = (source for source in self.sources if not source.left_out)
        return tuple((source.path, flaw) for source in used for flaw in source.flaws)


def find_sounds(folders: Sequence[Path]) -> list[Path]:
    """Every sound file below the folders, by name's ending, sorted. Raises `OSError`."""
    found: list[Path] = []
    for folder in folders:
        if folder.is_file():
            found.append(folder)
        elif folder.is_dir():
            ending = (p for p in folder.rglob("*") if p.suffix.lower() in SOUND_SUFFIXES)
            found += [path for path in ending if path.is_file()]
        else:
            raise FileNotFoundError(f"{folder}: expected a folder of sound files, found nothing")
    return sorted({path.resolve() for path in found})


def load_library(
    paths: Sequence[Path],
    config: ScalogramConfig,
    cache: Path,
    least_frames: int,
    progress: Callable[[Path], None] = lambda path: None,
    workers: int = 0,
    device: torch.device = CPU,
) -> Library:
    """The scalograms of `paths`, from `cache` or computed on `device`.

    So many `workers`, processes of their own, decode; with 0 this process does. The library is the
    same either way. What is broken, short or there twice is left out, the first by name kept.
    """
    shelf = Scalograms(cache, config, device)

    def heard(source: Source, stream: Stream) -> Source:
        return _heard(source, shelf, stream, least_frames)

    keyed = each(_keyed, paths, workers)
    first = {source.identity: source for source in reversed(keyed)}
    originals = [source for source in keyed if first[source.identity] is source]
    found = each(heard, originals, workers, lambda source: progress(source.path))
    known = {source.identity: source for source in found}
    sources = []
    for source in keyed:
        sources.append(_again(known[source.identity], source.path))
        if first[source.identity] is not source:
            progress(source.path)
    return Library(tuple(_told_apart(sources, config)))


def _again(source: Source, path: Path) -> Source:
    """What is known of another file with the same bytes, of which the first alone is used."""
    if source.path == path:
        return source
    same = f"the same content as {source.path}"
    return replace(source, path=path, left_out=same, twin_of=source.path)


def _keyed(path: Path, stream: Stream) -> Source:
    try:
        return Source(path, content_key(path))
    except OSError as error:
        return Source(path, left_out=_reason(error, path))


def _heard(source: Source, shelf: Scalograms, stream: Stream, least_frames: int) -> Source:
    if source.left_out:
        return source
    try:
        levels = shelf.levels(source.path, source.key, stream)
        flaws = shelf.flaws(source.key)
        found = replace(source, levels=levels, flaws=flaws, coarse=shelf.print(source.key, levels))
    except (OSError, ValueError) as error:
        return replace(source, left_out=_reason(error, source.path))
    if found.frames < least_frames:
        short = f"shorter than an item: {found.frames} frames"
        return replace(found, left_out="; ".join([short, *flaws]))
    return found


def _told_apart(sources: Sequence[Source], config: ScalogramConfig) -> list[Source]:
    """Of each recording the first alone; the others are left out, with the reason."""
    told = list(sources)
    used = [number for number, source in enumerate(sources) if not source.left_out]
    twins = same_recordings(
        [sources[number].coarse for number in used],
        lambda place: fingerprint(sources[used[place]].levels, config, FINE),
    )
    for place, (first, alike) in twins.items():
        original = sources[used[first]].path
        same = f"the same recording as {original} (likeness {alike:.2f})"
        told[used[place]] = replace(sources[used[place]], left_out=same, twin_of=original)
    return told


def _reason(error: Exception, path: Path) -> str:
    return str(error).removeprefix(f"{path}: ")
