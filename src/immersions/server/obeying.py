"""What each message of a page does to a room."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immersions.server import describe
from immersions.server import messages as say
from immersions.server.deck import Deck
from immersions.server.logbook import Told
from immersions.server.outbox import Outbox
from immersions.server.pages import put, put_loop

if TYPE_CHECKING:
    from immersions.server.room import Room


async def do(room: Room, outbox: Outbox, message: say.ClientMessage) -> None:
    """What cannot be done raises `ValueError`, one line."""
    if isinstance(message, say.StillThere):
        put(outbox, describe.still_here(message))
    elif isinstance(message, say.OpenDeck):
        room.open_another(message.ear)
    elif isinstance(message, say.CloseDeck):
        await room.close_deck(message.deck)
    elif isinstance(message, say.OfScenes):
        await room.memory.do(message)
    elif isinstance(message, say.Act):
        await room.act(message.name, message.deck)
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


async def _start_from(room: Room, deck: Deck, source: Deck) -> None:
    """Begin again from what another deck, or this one, dreamed last; it is kept as a clip."""
    loop = source.newest
    if loop is None:
        raise ValueError(f"deck {source.number} has nothing to start from yet")
    title = f"Deck {'ABCD'[source.number]}, loop {loop.id}"
    rate = loop.header["sample_rate"]
    clip = room.library.keep(loop.samples, rate, title, source.phrase)
    room.announce_clips()
    await deck.choose_clip(clip.id)
