"""Which ports there are, which mapping each obeys, and where that is kept."""

from __future__ import annotations

from immersions.server import messages as say
from immersions.server.surface import SURFACE
from immersions.stage.controls.control import Hand, Place
from immersions.stage.controls.engine import Engine
from immersions.stage.controls.mapping import Entry, Mapping
from immersions.stage.controls.port import Port
from immersions.stage.controls.shelf import Kept, Shelf, text

MACHINE = "machine: "
"""Begins the ids of this machine's ports; those of pages begin otherwise."""
NOTHING = Mapping("none")


class PortBook:
    """Connects ports with their mappings. `ValueError` or `OSError`, one line, where it cannot."""

    def __init__(self, engine: Engine, shelf: Shelf) -> None:
        self._engine = engine
        self._shelf = shelf
        self._chosen = shelf.choices()
        """Ids of mappings by the names of ports, as chosen; None is none."""
        self._ids: dict[str, str | None] = {}
        """Ids of mappings by the ids of ports, as they are."""

    def connect(self, id: str, name: str, hand: Hand | None = None) -> None:
        """A port has come. It obeys what was chosen for its name, else what is made for it.

        It acts on `hand`; None for the engine's own.
        """
        kept = self._shelf.for_port(name)
        if name in self._chosen:
            chosen = self._chosen[name]
            kept = self._shelf[chosen] if chosen else None
        self._engine.connect(id, name, kept.mapping if kept else NOTHING, hand)
        self._ids[id] = kept.id if kept else None

    def disconnect(self, id: str) -> None:
        self._engine.disconnect(id)
        self._ids.pop(id, None)

    def choose(self, id: str, mapping: str | None) -> None:
        """Have a port, and all of its name later, obey a mapping or none."""
        name = self._port(id).name
        if mapping is not None:
            self._shelf[mapping]
        self._choose(name, mapping)
        self.connect(id, name)

    def learned(self, id: str, entry: Entry) -> None:
        self._keep(id, self._port(id).mapping.with_entry(entry))

    def forget(self, id: str, place: Place) -> None:
        """Take what moves a control out of a port's mapping."""
        self._keep(id, self._port(id).mapping.without(place))

    def save(self, id: str, name: str) -> None:
        """Keep a port's mapping under a name, for ports of its name."""
        port = self._port(id)
        was = port.mapping
        self._use(id, self._shelf.save(Mapping(name, (port.name,), was.about, was.entries)))

    def delete(self, mapping: str) -> None:
        """Delete one of the performer's own mappings; its ports obey what is made for them."""
        self._shelf.delete(mapping)
        self._chosen = {name: id for name, id in self._chosen.items() if id != mapping}
        self._shelf.keep_choices(self._chosen)
        for id, chosen in tuple(self._ids.items()):
            if chosen == mapping:
                self.connect(id, self._port(id).name)

    def file(self, mapping: str) -> str:
        """A mapping as TOML."""
        return text(self._shelf[mapping].mapping)

    def described(self) -> say.Controllers:
        """Everything that pages are told of controllers."""
        learning = self._engine.learning
        return say.Controllers(
            ports=[self._described(id, port) for id, port in self._engine.ports.items()],
            mappings=[
                say.MappingName(
                    id=each.id,
                    name=each.mapping.name,
                    about=each.mapping.about,
                    bundled=each.bundled,
                )
                for each in self._shelf
            ],
            learning=None
            if learning is None
            else say.Learning(control=learning.name, deck=learning.deck),
        )

    def _described(self, id: str, port: Port) -> say.ControllerPort:
        return say.ControllerPort(
            id=id,
            name=port.name,
            place="machine" if id.startswith(MACHINE) else "page",
            mapping=self._ids[id],
            mapped=[
                say.MappedControl(control=each.control, deck=each.deck, by=moved_by(each))
                for each in port.mapping.entries
            ],
        )

    def _port(self, id: str) -> Port:
        ports = self._engine.ports
        if id not in ports:
            raise ValueError(f"no MIDI port {id!r} is there now")
        return ports[id]

    def _keep(self, id: str, mapping: Mapping) -> None:
        """Save what a port's mapping has become; a bundled one becomes one of the port's own."""
        port, current = self._port(id), self._ids[id]
        if current is None or self._shelf[current].bundled:
            mapping = Mapping(port.name, (port.name,), mapping.about, mapping.entries)
        self._use(id, self._shelf.save(mapping))

    def _choose(self, name: str, mapping: str | None) -> None:
        self._chosen[name] = mapping
        self._shelf.keep_choices(self._chosen)

    def _use(self, id: str, kept: Kept) -> None:
        self._choose(self._port(id).name, kept.id)
        for other, mapping in tuple(self._ids.items()):
            if other == id or mapping == kept.id:
                self._engine.connect(other, self._port(other).name, kept.mapping)
                self._ids[other] = kept.id


def moved_by(entry: Entry) -> str:
    """What moves a control, as a musician says it: CC 81, or note 60 of channel 10."""
    names = {"cc": "CC", "cc14": "CC", "pitch_bend": "pitch bend", "nrpn": "NRPN"}
    name = names.get(entry.message, entry.message)
    number = "" if entry.message == "pitch_bend" else f" {entry.number}"
    fine = " + fine" if entry.message == "cc14" else ""
    channel = "" if entry.channel in (0, 1) else f", channel {entry.channel}"
    turns = ", endless" if entry.behaviour == "relative" else ""
    return f"{name}{number}{fine}{channel}{turns}"


def controls() -> say.Controls:
    """Everything that a controller can do, as pages are told."""
    turned = [
        say.ControlName(
            name=each.name,
            label=each.label or each.name.replace("_", " ").capitalize(),
            description=each.description,
            group=each.group or "Dreaming",
            per_deck=SURFACE.of_decks(each.name),
            action=False,
        )
        for each in SURFACE.parameters
    ]
    done = [
        say.ControlName(
            name=each.name,
            label=each.label,
            description=each.description,
            group="Actions",
            per_deck=each.per_deck,
            action=True,
        )
        for each in SURFACE.actions
    ]
    return say.Controls(controls=turned + done)
