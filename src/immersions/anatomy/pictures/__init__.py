"""Pictures and films of layouts: the neurons by layer or by activation, the edges as light behind.

No library draws: numpy puts lines and discs on pixels. Films need ffmpeg (`immersions[pictures]`).
"""

from __future__ import annotations

from immersions.anatomy.pictures.files import check_picture, write_picture
from immersions.anatomy.pictures.film import check_film, write_film
from immersions.anatomy.pictures.picture import Placed, Style, picture
from immersions.anatomy.pictures.placing import upright
from immersions.anatomy.pictures.playing import activations, film_of_loop, playing
from immersions.anatomy.pictures.settling import film_of_settling, settling
from immersions.anatomy.pictures.vector import Drawing, svg
from immersions.anatomy.pictures.watching import Watch, expanded

__all__ = [
    "Drawing",
    "Placed",
    "Style",
    "Watch",
    "activations",
    "check_film",
    "check_picture",
    "expanded",
    "film_of_loop",
    "film_of_settling",
    "picture",
    "playing",
    "settling",
    "svg",
    "upright",
    "write_film",
    "write_picture",
]
