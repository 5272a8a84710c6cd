"""What is kept of a performance, as plain JSON types and back. No torch here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from immersions.stage.scenes import Scenes, scenes_of, scenes_to
from immersions.stage.show import Show, show_of, show_to

FORMAT = 1
AHEAD = 1000
"""Changes by which a performance that came back counts ahead: more than could have been lost."""


@dataclass(frozen=True)
class KeptSound:
    """A start sound that came from outside; its samples are a sound of the same name."""

    id: str
    title: str
    kind: str
    seconds: float


@dataclass(frozen=True)
class KeptDream:
    """What a deck had dreamed last, out of which clip, with which seed, in how many steps."""

    sound: str
    clip: str
    seed: int
    step: int


@dataclass(frozen=True)
class Kept:
    """Everything that comes back."""

    show: Show
    scenes: Scenes = field(default_factory=Scenes)
    uploads: tuple[KeptSound, ...] = ()
    dreams: Mapping[int, KeptDream] = field(default_factory=dict)
    ears: Mapping[str, str] = field(default_factory=dict)
    """Where ears of one's own came from, by their ids."""

    @property
    def sounds(self) -> list[str]:
        """Names of all sounds that belong to it."""
        dreams = [each.sound for each in self.dreams.values()]
        return [each.id for each in self.uploads] + dreams

    def ahead(self) -> Kept:
        """The same, counted on, so that a page tells its states from those before."""
        decks = {
            number: replace(state, generation=state.generation + AHEAD)
            for number, state in self.show.decks.items()
        }
        return replace(self, show=replace(self.show, decks=decks))


_UPLOADS = TypeAdapter(tuple[KeptSound, ...])
_DREAMS = TypeAdapter(dict[int, KeptDream])
_EARS = TypeAdapter(dict[str, str])
_FIELDS = {"format", "show", "scenes", "uploads", "dreams", "ears", "sounds"}


def kept_to(kept: Kept) -> dict[str, Any]:
    return {
        "format": FORMAT,
        "show": show_to(kept.show),
        "scenes": scenes_to(kept.scenes),
        "uploads": _UPLOADS.dump_python(kept.uploads, mode="json"),
        "dreams": _DREAMS.dump_python(dict(kept.dreams), mode="json"),
        "ears": dict(kept.ears),
        "sounds": kept.sounds,
    }


def kept_of(data: Mapping[str, Any]) -> Kept:
    """`ValueError`, one line, for anything that is not expected there."""
    if data.get("format") != FORMAT:
        raise ValueError(f"expected format {FORMAT}, got {data.get('format')!r}")
    if set(data) != _FIELDS:
        raise ValueError(f"expected {', '.join(sorted(_FIELDS))}")
    try:
        return Kept(
            show_of(data["show"]),
            scenes_of(data["scenes"]),
            _UPLOADS.validate_python(data["uploads"]),
            _DREAMS.validate_python(data["dreams"]),
            _EARS.validate_python(data["ears"]),
        )
    except ValidationError as error:
        first = error.errors(include_url=False, include_context=False)[0]
        place = ".".join(str(each) for each in first["loc"])
        raise ValueError(f"{place or 'performance'}: {first['msg']}") from None
