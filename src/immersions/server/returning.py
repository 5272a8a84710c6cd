"""Comes back to the performance that was kept, or begins a new one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from immersions.dreaming import PARAMETERS
from immersions.server import messages as say
from immersions.server.ears import EarChoice, choices
from immersions.server.hands import Wiring
from immersions.server.keeper import Back, Keeper, reason, tell
from immersions.server.library import Library
from immersions.server.logbook import Logbook
from immersions.server.room import Room
from immersions.stage.conductor import Loop
from immersions.stage.desk import DESK
from immersions.stage.folders import folder
from immersions.stage.keeping import Place
from immersions.stage.memory import Kept, kept_of
from immersions.stage.performance import State
from immersions.stage.show import Offer, Show, fitting, possible

USUAL_EAR = "small"


@dataclass(frozen=True)
class Opened:
    """Where a performance is kept, and what was kept there; nothing where it cannot be."""

    place: Place | None = None
    kept: Kept | None = None


def back_to(opened: Opened, library: Library, ears: Mapping[str, EarChoice]) -> Back:
    """What there is to come back to; what there is no longer is told in one line."""
    keeper = None if opened.place is None else Keeper(opened.place)
    if opened.kept is None:
        return Back(keeper)
    give_back(library, opened)
    usual = State(library.first(), next(iter(ears)), 4.0, parameters=PARAMETERS.defaults())
    clips = [each.id for each in library.clips()]
    decks, missing = {}, []
    for number, state in sorted(opened.kept.show.decks.items()):
        found = possible(state, usual, Offer(clips, list(ears), PARAMETERS), f"deck {number}: ")
        decks[number] = found[0]
        missing += found[1]
    desk, wrong = fitting(opened.kept.show.desk, {}, DESK)
    samples = tuple(each if each in clips else None for each in opened.kept.show.samples)
    if missing + wrong:
        tell(f"no longer there: {', '.join(missing + wrong)}; the usual is taken")
    return Back(keeper, Show(decks, desk, samples), opened.kept.scenes, dreams_of(opened))


def open_place(fresh: bool, tell: Callable[[str], None] = tell) -> Opened:
    """Find what was kept, unless `fresh`; what is wrong is told in one line."""
    try:
        place = Place(folder("state"))
    except (OSError, ValueError, RuntimeError) as error:
        tell(f"this performance is not kept: {reason(error)}")
        return Opened()
    if fresh:
        return Opened(place)
    kept, trouble = place.read(kept_of)
    if trouble:
        tell(trouble)
    return Opened(place, None if kept is None else kept.ahead())


def give_back(library: Library, opened: Opened, tell: Callable[[str], None] = tell) -> None:
    """Bring kept sounds back into the library."""
    if opened.place is None or opened.kept is None:
        return
    for each in opened.kept.uploads:
        try:
            samples, rate = opened.place.sound(each.id)
            clip = say.Clip(id=each.id, title=each.title, seconds=each.seconds, kind=each.kind)
            library.give_back(clip, samples, rate)
        except (OSError, ValueError, RuntimeError) as error:
            tell(f"the sound {each.title!r} is lost: {reason(error)}")


def dreams_of(opened: Opened, tell: Callable[[str], None] = tell) -> dict[int, Loop]:
    """Where the dreams of a kept performance had got to, by deck."""
    found: dict[int, Loop] = {}
    if opened.place is None or opened.kept is None:
        return found
    for number, dream in opened.kept.dreams.items():
        state = opened.kept.show.decks.get(number)
        if state is None or (state.clip, state.seed) != (dream.clip, dream.seed):
            continue
        try:
            samples, rate = opened.place.sound(dream.sound)
            header = {"kind": "dream", "sample_rate": rate, "samples": len(samples)}
            found[number] = Loop({**header, "step": dream.step}, samples.tobytes())
        except (OSError, ValueError) as error:
            tell(f"a dream begins again: {reason(error)}")
    return found


def open_room(
    ear: str | None,
    threads: int,
    keep: Path | None = None,
    fresh: bool = False,
    wiring: Wiring | None = None,
) -> Room:
    """The room of the performance that was kept, or of a new one.

    `ear` is a bundled name, a folder or `module:callable`, and takes the place of the one that was
    played; None for that, or for the usual one. `keep` is the folder of all logs and recordings;
    None keeps none. `wiring` is what reaches the room besides pages. Raises `ValueError`, one
    line, when there is no such ear.
    """
    if ear is not None:
        choices(ear)  # a wrong one is told before anything is opened
    opened = open_place(fresh)
    try:
        found, ears, kept = _listeners(ear, opened.kept)
        library = Library()
        back = back_to(replace(opened, kept=kept), library, ears)
        logbook = Logbook(keep, library)
        return Room(library, ears, found, threads, logbook=logbook, back=back, wiring=wiring)
    except BaseException:
        if opened.place is not None:
            opened.place.close()
        raise


def _listeners(
    given: str | None, kept: Kept | None
) -> tuple[str, dict[str, EarChoice], Kept | None]:
    """The first deck's ear, all that there are, and `kept` with that ear."""
    found, ears = choices(given or USUAL_EAR)
    if kept is None:
        return found, ears, None
    for source in kept.ears.values():
        try:
            ears = choices(source)[1] | ears
        except ValueError as error:
            tell(f"an ear is no longer there: {reason(error)}")
    if given is None:
        return found, ears, kept
    decks = {**kept.show.decks, 0: replace(kept.show.decks[0], ear=found)}
    return found, ears, replace(kept, show=replace(kept.show, decks=decks))
