"""What each message of a page does to a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.dreaming import PARAMETERS
from immersions.server import clearing, describe
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.logbook import Told
from immersions.server.outbox import Outbox
from immersions.server.pages import put, put_loop
from immersions.stage.performance import State

if TYPE_CHECKING:
    from immersions.server.room import Room


async def do(room: Room, outbox: Outbox, message: say.ClientMessage) -> None:
    """What cannot be done raises `ValueError`, one line."""
    if isinstance(message, say.StillThere):
        put(outbox, describe.still_here(message))
    elif isinstance(message, say.OpenDeck):
        _open(room, message.ear)
    elif isinstance(message, say.CloseDeck):
        await room.close_deck(message.deck)
    elif isinstance(message, say.OfScenes):
        await room.memory.do(message)
    elif isinstance(message, say.Act):
        await room.hands.act(outbox, message)
    elif isinstance(message, say.OfHands):
        room.hands.obey(outbox, message)
    elif isinstance(message, say.Tap | say.Clock):
        room.time.hear(message)
    elif isinstance(message, Told):
        room.logbook.note(message)
    elif isinstance(message, say.Lead):
        room.tell(message)
    elif isinstance(message, say.ChooseSample):
        room.choose_sample(message.slot, message.id)
    elif isinstance(message, say.RemoveClip):
        clearing.remove(room, message.id)
    else:
        await _do_with(room, room.deck(message.deck), outbox, message)


async def _do_with(room: Room, deck: Deck, outbox: Outbox, message: say.ClientMessage) -> None:
    match message:
        case say.SetParameters():
            room.set(message.parameters, deck.number)
        case say.ChooseTarget():
            deck.choose_targets(message)
        case say.Run():
            deck.run_or_rest(message.running)
        case say.ChooseClip():
            await deck.choose_clip(message.id)
        case say.ChooseMix():
            await deck.choose_mix(message.id)
        case say.Solo(range=None):
            deck.solo.let_go(outbox)
        case say.Solo(range=chosen) if chosen is not None:
            deck.solo.hold(outbox, chosen)
        case say.Seed():
            await deck.set_seed(message.seed)
        case say.Restart():
            await deck.restart()
        case say.ChooseEar():
            await deck.choose_ear(message.id)
        case say.StartFrom():
            await _start_from(room, deck, room.deck(message.source))
        case say.Pull():
            loop = deck.pull(message.id)
            if loop is not None:
                put_loop(outbox, deck.number, loop)


def _open(room: Room, ear: str) -> None:
    """Open another deck, which begins with the first one's clip, in time with it."""
    free = [number for number in range(say.MOST_DECKS) if number not in room.decks]
    if not free:
        raise ValueError(f"expected at most {say.MOST_DECKS} decks")
    if ear not in room.ears:
        raise ValueError(f"unknown ear {ear!r}; valid names: {', '.join(room.ears)}")
    clip, seconds = room.first.state.clip, room.first.state.seconds
    with room.memory.one_step():
        room.time.agree(seconds, room.library.phrase(clip))
        room.open_deck(free[0], State(clip, ear, seconds, parameters=PARAMETERS.defaults()))


async def _start_from(room: Room, deck: Deck, source: Deck) -> None:
    """Begin again from what another deck, or this one, dreamed last; it is kept as a clip."""
    loop = source.newest
    if loop is None:
        raise ValueError(f"deck {source.number} has nothing to start from yet")
    title = f"Deck {'ABCD'[source.number]}, loop {loop.id}"
    rate = loop.header["sample_rate"]
    clip = room.library.keep(loop.samples, rate, title, source.phrase)
    clearing.make_room(room, clip.id)
    room.announce_clips()
    await deck.choose_clip(clip.id)
