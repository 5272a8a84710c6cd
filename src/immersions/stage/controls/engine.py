"""The mapping engine: all MIDI ports, wherever they are, on one hand."""

from __future__ import annotations

from collections.abc import Callable

from immersions.stage.controls.control import Hand, Place, Surface
from immersions.stage.controls.learning import Learner
from immersions.stage.controls.mapping import Entry, Mapping
from immersions.stage.controls.midi import Beat
from immersions.stage.controls.port import Port

MOST_PORTS = 64

OnClock = Callable[[str, Beat, float], None]
"""Port, message, and when it came, in seconds of the engine's clock."""
OnLearned = Callable[[str, Entry], None]
"""Port, and what its controller does from now on."""


class Engine:
    """Ports by an id of the owner's; `send` is given bytes for one of them.

    Call `tick` at the time that `due` tells, or sooner; 0 means at once. Bytes that are no MIDI
    do nothing.
    """

    def __init__(
        self,
        surface: Surface,
        hand: Hand,
        send: Callable[[str, bytes], None],
        on_learned: OnLearned,
        on_clock: OnClock | None = None,
    ) -> None:
        self.surface = surface
        self._hand = hand
        self._send = send
        self._on_learned = on_learned
        self._on_clock = on_clock
        self._ports: dict[str, Port] = {}
        self._changed: set[str | None] = set()
        self._learner: Learner | None = None

    @property
    def ports(self) -> dict[str, Port]:
        return dict(self._ports)

    @property
    def learning(self) -> Place | None:
        """The control that waits for a controller to move."""
        return None if self._learner is None else self._learner.place

    def connect(self, port: str, name: str, mapping: Mapping) -> None:
        """A port is there; its device is told at the next tick how everything stands."""
        if port not in self._ports:
            if len(self._ports) >= MOST_PORTS:
                raise ValueError(f"expected at most {MOST_PORTS} MIDI ports")
            self._ports[port] = Port(name, self.surface, self._hand)
        self._ports[port].use(mapping)

    def disconnect(self, port: str) -> None:
        self._ports.pop(port, None)

    def receive(self, port: str, data: bytes, now: float, at: float | None = None) -> None:
        """Bytes of a port have come, at `at` where that is known better than `now`.

        What a port sends that was not connected is passed over.
        """
        found = self._ports.get(port)
        if found is None:
            return
        self._refresh()
        for message in found.decoder.feed(data):
            if isinstance(message, Beat):
                if self._on_clock is not None:
                    self._on_clock(port, message, now if at is None else at)
            elif self._learner is not None:
                self._learner.offer(port, message, now)
            else:
                found.receive(message, now)
        found.apply()

    def changed(self, control: str | None = None) -> None:
        """A control has another value, or all may have (None). May be called by the hand itself."""
        self._changed.add(control)

    def _refresh(self) -> None:
        changed, self._changed = self._changed, set()
        for control in {None} if None in changed else changed:
            for port in self._ports.values():
                port.refresh(control)

    def learn(self, place: Place | None) -> None:
        """Map the next controller that moves to a control; None gives it up."""
        parameter = None if place is None else self.surface.parameter(place.name)
        self._learner = None if place is None else Learner(place, parameter)

    def tick(self, now: float) -> None:
        """Do what is due. `ValueError` when what moved cannot do what was to be learned."""
        self._refresh()
        for id, port in self._ports.items():
            for data in port.tick(now):
                self._send(id, data)
        learner = self._learner
        if learner is not None and learner.due is not None and now >= learner.due:
            self._learner = None
            entry = learner.entry()
            if entry is not None and learner.port in self._ports:
                assert learner.port is not None
                self._on_learned(learner.port, entry)

    def due(self) -> float | None:
        """When `tick` is to be called next; None while nothing waits."""
        if self._changed and self._ports:
            return 0.0
        times = [port.due() for port in self._ports.values()]
        if self._learner is not None:
            times.append(self._learner.due)
        return min((each for each in times if each is not None), default=None)
