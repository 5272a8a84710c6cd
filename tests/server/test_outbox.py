import asyncio

from immersions.server.outbox import Outbox


def taken(outbox):
    async def take_all():
        return [await outbox.take() for _ in range(len(outbox))]

    return asyncio.run(take_all())


def test_of_each_kind_only_the_newest_waits():
    outbox = Outbox()
    for number in range(1000):
        outbox.put("dream", bytes([number % 256]))
        outbox.put("state", str(number))
    assert taken(outbox) == [bytes([999 % 256]), "999"]


def test_kinds_leave_in_the_order_in_which_they_last_came():
    outbox = Outbox()
    for kind in ("welcome", "ear", "start", "ear"):
        outbox.put(kind, kind)
    assert taken(outbox) == ["welcome", "start", "ear"]


def test_taking_waits_for_something_to_be_put():
    async def play():
        outbox = Outbox()
        taking = asyncio.create_task(outbox.take())
        await asyncio.sleep(0)
        assert not taking.done()
        outbox.put("state", "now")
        assert await asyncio.wait_for(taking, 1) == "now"

    asyncio.run(play())
