"""Mappings as TOML files: those of the package, and those that the performer learned."""

from __future__ import annotations

import contextlib
import json
import os
import re
import tempfile
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from immersions.stage import folders
from immersions.stage.controls.control import LETTERS, Surface
from immersions.stage.controls.mapping import Entry, Feedback, Mapping, read

LARGEST_FILE = 256 * 1024
"""Bytes."""
MOST_FILES = 200
CHOICES = "ports.json"
_NOT_IN_ID = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True)
class Kept:
    """A mapping and the name of its file, without the suffix."""

    id: str
    mapping: Mapping
    bundled: bool


class Shelf:
    """Mappings by id. The performer's own come first, and hide a bundled one of the same id."""

    def __init__(
        self, surface: Surface, folder: Path | None = None, bundle: Iterable[Mapping] = ()
    ) -> None:
        self._surface = surface
        self._folder = folder or default_folder()
        self._bundled = {id_of(each.name): Kept(id_of(each.name), each, True) for each in bundle}
        self._own: dict[str, Kept] = {}
        self.problems: list[str] = []
        """What was wrong with files, one line each; the others are there all the same."""
        self.read_again()

    def read_again(self) -> None:
        """Read the performer's folder. What cannot be read becomes a line of `problems`."""
        self._own, self.problems = {}, []
        try:
            found = sorted(self._folder.glob("*.toml"))[:MOST_FILES]
        except OSError as error:
            self.problems.append(f"{self._folder}: cannot be read ({error.strerror})")
            return
        for path in found:
            try:
                self._own[path.stem] = Kept(path.stem, load(path, self._surface), False)
            except (OSError, ValueError) as error:
                self.problems.append(str(error))

    def __iter__(self) -> Iterator[Kept]:
        return iter([*self._own.values(), *self._unhidden()])

    def _unhidden(self) -> list[Kept]:
        return [each for each in self._bundled.values() if each.id not in self._own]

    def __getitem__(self, id: str) -> Kept:
        found = self._own.get(id) or self._bundled.get(id)
        if found is None:
            raise ValueError(f"unknown mapping {id!r}")
        return found

    def for_port(self, port: str) -> Kept | None:
        """The mapping whose pattern fits a port, the performer's own before bundled ones."""
        return next((each for each in self if each.mapping.fits(port)), None)

    def choices(self) -> dict[str, str | None]:
        """Ids of mappings by names of ports, as they were last chosen; None is none."""
        path = self._folder / CHOICES
        try:
            told = json.loads(path.read_bytes()[:LARGEST_FILE])
        except FileNotFoundError:
            return {}
        except (OSError, ValueError, RecursionError):
            self.problems.append(f"{path.name}: cannot be read; which mapping a port has is lost")
            return {}
        known = {each.id for each in self}
        items = told.items() if isinstance(told, dict) else ()
        return {name: id for name, id in items if id is None or id in known}

    def keep_choices(self, choices: dict[str, str | None]) -> None:
        """Keep which mapping each port has. Raises `OSError` in one line."""
        path = self._folder / CHOICES
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _replace(path, json.dumps(choices, ensure_ascii=False, indent=1) + "\n")
        except OSError as error:
            raise OSError(f"{path}: cannot be written ({error.strerror})") from None

    def save(self, mapping: Mapping) -> Kept:
        """Keep a mapping under its name; one of the performer's with that name is replaced.

        Raises `OSError` in one line, and leaves what was there.
        """
        kept = Kept(id_of(mapping.name), mapping, False)
        path = self._folder / f"{kept.id}.toml"
        try:
            self._folder.mkdir(parents=True, exist_ok=True)
            _replace(path, text(mapping))
        except OSError as error:
            raise OSError(f"{path}: cannot be written ({error.strerror})") from None
        self._own[kept.id] = kept
        return kept

    def delete(self, id: str) -> None:
        """Remove one of the performer's own. `ValueError` for any other."""
        if id not in self._own:
            raise ValueError(f"{id!r} is no mapping of yours; bundled ones stay")
        path = self._folder / f"{id}.toml"
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            raise OSError(f"{path}: cannot be deleted ({error.strerror})") from None
        del self._own[id]


def default_folder() -> Path:
    """Where the performer's mappings lie: `$XDG_CONFIG_HOME/immersions/mappings`."""
    return folders.folder("config") / "mappings"


def bundled(surface: Surface | None = None) -> list[Mapping]:
    """The mappings of the package."""
    folder = files("immersions.stage.controls") / "mappings"
    found = sorted(each.name for each in folder.iterdir() if each.name.endswith(".toml"))
    return [parse((folder / name).read_text("utf-8"), name, surface) for name in found]


def load(path: Path, surface: Surface | None = None) -> Mapping:
    """A mapping from a file. `ValueError` or `OSError` in one line names file and entry."""
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST_FILE + 1)
    except OSError as error:
        raise OSError(f"{path.name}: cannot be read ({error.strerror})") from None
    if len(data) > LARGEST_FILE:
        raise ValueError(f"{path.name}: expected at most {LARGEST_FILE // 1024} kB")
    return parse(data.decode("utf-8", "replace"), path.name, surface)


def parse(told: str, name: str, surface: Surface | None = None) -> Mapping:
    """A mapping from TOML; `ValueError` in one line begins with `name`."""
    try:
        return read(tomllib.loads(told), surface)
    except RecursionError:
        raise ValueError(f"{name}: nested too deeply") from None
    except ValueError as error:
        raise ValueError(f"{name}: {' '.join(str(error).split())}") from None


def id_of(name: str) -> str:
    """A file's name made from a mapping's."""
    return _NOT_IN_ID.sub("-", name.lower()).strip("-")[:60].strip("-") or "mapping"


def text(mapping: Mapping) -> str:
    """A mapping as TOML."""
    head = [f"name = {_quoted(mapping.name)}"]
    head.append(f"devices = [{', '.join(map(_quoted, mapping.devices))}]")
    if mapping.about:
        head.append(f"about = {_quoted(mapping.about)}")
    return "\n".join([*head, *(_entry(each) for each in mapping.entries)]) + "\n"


def _entry(entry: Entry) -> str:
    lines = ["", "[[entry]]", f'message = "{entry.message}"', f"channel = {entry.channel}"]
    if entry.message != "pitch_bend":
        lines.append(f"number = {entry.number}")
    lines.append(f"control = {_quoted(entry.control)}")
    if entry.deck is not None:
        lines.append(f'deck = "{LETTERS[entry.deck]}"')
    lines.append(f'behaviour = "{entry.behaviour}"')
    if entry.behaviour == "relative":
        lines.append(f'encoding = "{entry.encoding}"')
    lines.append(f'takeover = "{entry.takeover}"')
    if entry.feedback is not None:
        lines.append(f"feedback = {_feedback(entry.feedback)}")
    return "\n".join(lines)


def _feedback(each: Feedback) -> str:
    number = "" if each.message == "pitch_bend" else f", number = {each.number}"
    values = f", on = {each.on}, off = {each.off}"
    return f'{{ message = "{each.message}", channel = {each.channel}{number}{values} }}'


def _quoted(text: str) -> str:
    # A JSON string is a TOML string, but for a character that JSON leaves alone.
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _replace(path: Path, told: str) -> None:
    """Write a file whole or not at all."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(told)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            Path(name).unlink()
        raise
