"""What `immersions layout` draws: pictures and films, asked for by the ending of their names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from immersions import assets

if TYPE_CHECKING:
    from immersions.anatomy.laying import Laid
    from immersions.anatomy.pictures import Watch
    from immersions.ears.ear import Ear

FILM_WIDTH = 1280
"""Pixels: as wide as a film is without --size."""
PICTURE_WIDTH = 1200


@dataclass(frozen=True)
class Asked:
    """What is to be drawn, and how wide."""

    picture: Path | None
    video: Path | None
    clip: str | None
    """Of a film: the bundled clip or sound file that plays; else the layout comes to rest."""
    size: int | None

    def check(self) -> None:
        """Raise `ValueError` before the work where it cannot be drawn after it."""
        from immersions.anatomy.pictures import check_film, check_picture

        if self.picture is not None:
            check_picture(self.picture)
        if self.video is not None:
            check_film(self.video)
        if self.clip is not None and self.video is None:
            raise ValueError("--clip: expected --video with it")
        if self.clip is not None:
            _place_of(self.clip)
        if self.size is not None and self.picture is None and self.video is None:
            raise ValueError("--size: expected --picture or --video with it")


def draw(asked: Asked, laid: Laid, ear: Ear | None, watch: Watch | None) -> list[str]:
    """Write what was asked for; in words what was left out. Raises `ValueError` or `OSError`."""
    from immersions.anatomy.pictures import film_of_loop, film_of_settling, write_picture

    told: list[str] = []
    layout, graph = laid.layout, laid.graph
    if asked.picture is not None:
        told += write_picture(asked.picture, layout, graph, width=asked.size or PICTURE_WIDTH)
    if asked.video is not None and watch is not None:
        width = even(asked.size or FILM_WIDTH)
        film_of_settling(
            asked.video,
            watch.moments(laid.levels),
            layout.layer,
            layout.channel,
            layout.pitch,
            graph,
            width=width,
            height=even(width * 3 // 4),
        )
    elif asked.video is not None and ear is not None and asked.clip is not None:
        loop = sound(asked.clip, ear.sample_rate)
        width = even(asked.size or FILM_WIDTH)
        film_of_loop(asked.video, layout, graph, ear, loop, turns=2, width=width)
    return told


def even(size: int) -> int:
    """Films have even sides."""
    return size // 2 * 2


def sound(name: str, sample_rate: int) -> NDArray[np.float32]:
    """A bundled clip or a sound file as a loop. Raises `ValueError` or `OSError`."""
    from immersions import audio

    return audio.read(_place_of(name), sample_rate, loop=True).samples


def _place_of(name: str) -> Path:
    clips = {clip.name: clip.path for clip in assets.clips()}
    if name not in clips and not Path(name).exists():
        raise FileNotFoundError(f"{name}: no such sound file, nor a clip: {', '.join(clips)}")
    return clips.get(name, Path(name))
