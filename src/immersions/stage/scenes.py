"""Scenes: whole performances under a name, to come back to. No torch here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from immersions.stage.show import Show, show_of, show_to

MOST_SCENES = 64
LONGEST_NAME = 60


@dataclass(frozen=True)
class Scene:
    name: str
    show: Show


class Scenes:
    """Scenes by place, from 0 to 63. What cannot be done raises `ValueError` with one line."""

    def __init__(self, kept: Mapping[int, Scene] | None = None) -> None:
        self._places = dict(sorted((kept or {}).items()))
        for place in self._places:
            _check_place(place)

    def __iter__(self) -> Iterator[tuple[int, Scene]]:
        """Places and scenes, in order."""
        return iter(sorted(self._places.items()))

    def __len__(self) -> int:
        return len(self._places)

    def __getitem__(self, place: int) -> Scene:
        if place not in self._places:
            raise ValueError(f"there is no scene {place + 1}")
        return self._places[place]

    def store(self, place: int, show: Show, name: str = "") -> None:
        """Keep `show` there. A scene that was there is overwritten; its name stays, without one."""
        _check_place(place)
        usual = self._places[place].name if place in self._places else f"Scene {place + 1}"
        self._places[place] = Scene(_tidy(name) or usual, show)

    def rename(self, place: int, name: str) -> None:
        scene = self[place]
        if not _tidy(name):
            raise ValueError("expected a name for the scene")
        self._places[place] = Scene(_tidy(name), scene.show)

    def delete(self, place: int) -> None:
        _ = self[place]
        del self._places[place]


def _check_place(place: int) -> None:
    if not 0 <= place < MOST_SCENES:
        raise ValueError(f"expected a scene from 1 to {MOST_SCENES}, got {place + 1}")


def _tidy(name: str) -> str:
    shown = "".join(each if each.isprintable() else " " for each in name)
    return " ".join(shown.split())[:LONGEST_NAME]


def scenes_to(scenes: Scenes) -> list[dict[str, Any]]:
    """As plain JSON types."""
    return [
        {"place": place, "name": scene.name, "show": show_to(scene.show)} for place, scene in scenes
    ]


def scenes_of(data: object) -> Scenes:
    """From plain JSON types; `ValueError`, one line, for anything that is not expected there."""
    if not isinstance(data, list):
        raise ValueError("scenes: expected a list")
    found: dict[int, Scene] = {}
    for each in data:
        if not isinstance(each, dict) or set(each) != {"place", "name", "show"}:
            raise ValueError("scenes: expected place, name and show of each")
        place, name = each["place"], each["name"]
        if not isinstance(place, int) or not isinstance(name, str):
            raise ValueError("scenes: expected a number as place and a text as name")
        found[place] = Scene(_tidy(name) or f"Scene {place + 1}", show_of(each["show"]))
    return Scenes(found)
