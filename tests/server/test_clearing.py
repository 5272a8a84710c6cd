"""There is always room for another dream, and the performer takes out what is no longer wanted."""

import asyncio
import io
import json

import numpy as np
import pytest
import soundfile
from starlette.testclient import TestClient

from immersions.server import library
from immersions.server.library import Unknown
from immersions.stage.aside import unheard
from immersions.stage.conductor import Loop

LOOP = np.full(20_000, 0.1, np.float32).tobytes()


@pytest.fixture(autouse=True)
def _a_few(monkeypatch):
    monkeypatch.setattr(library, "MOST_UPLOADS", 3)


@pytest.fixture
def client(app):
    return TestClient(app, base_url="http://127.0.0.1:8765")


def own(room):
    return [clip.id for clip in room.library.clips() if clip.kind in ("upload", "dream", "mixture")]


def upload(client):
    buffer = io.BytesIO()
    soundfile.write(buffer, np.full(8000, 0.1), 8000, format="WAV")
    return client.post("/api/clips", files={"file": ("mine.wav", buffer.getvalue())})


def mix(client):
    return client.post("/api/mixtures", json={"parts": [{"id": "noise", "level": -6}]})


def say(room, kind, **body):
    """What the page that said it is told of it."""

    async def play():
        outbox = room.enter()
        while len(outbox):
            await outbox.take()
        await room.obey(outbox, json.dumps({"type": kind, **body}))
        told = [await outbox.take() for _ in range(len(outbox))]
        words = [json.loads(each) for each in told if isinstance(each, str)]
        return {each["type"]: each for each in words}

    return asyncio.run(play())


def place(room, *clips):
    """Put sounds beside the dreams, one after the other, in one place."""
    for clip in clips:
        say(room, "sample", slot=0, id=clip)


def test_the_oldest_that_was_made_goes_and_never_what_the_performer_brought(room, client):
    mine = upload(client).json()["id"]
    first, second, third = (mix(client).json()["id"] for _ in range(3))
    assert own(room) == [mine, second, third]
    with pytest.raises(Unknown):
        room.library.samples(first, 8000)
    another = upload(client).json()["id"]
    assert own(room) == [mine, third, another]
    a_third = upload(client).json()["id"]
    assert own(room) == [mine, another, a_third]
    answer = upload(client)
    assert answer.status_code == 409
    assert answer.json()["detail"].endswith("remove one of them")
    assert mix(client).status_code == 409
    assert own(room) == [mine, another, a_third]


def test_what_is_used_stays_and_what_only_an_undo_would_bring_back_goes_last(room, client):
    used, undone, never = (room.library.keep(LOOP, 8000, f"{at}").id for at in range(3))
    place(room, undone, used)
    say(room, "store", place=0)
    place(room, None)
    newest = mix(client).json()["id"]
    assert own(room) == [used, undone, newest]
    place(room, newest)
    another = mix(client).json()["id"]
    assert own(room) == [used, newest, another]
    told = [say(room, "act", name="undo") for _ in range(3)]
    assert f"left as it is: sample 1: clip '{undone}'" in told[-1]["error"]["message"]
    assert room.samples[0] == used
    assert never not in own(room)


def test_a_dream_can_always_be_started_from(room):
    header = unheard(np.frombuffer(LOOP, np.float32), 8000, room.first.state) | {"kind": "dream"}
    seen = []
    for _ in range(5):
        room.first.conductor.newest = Loop({**header, "id": 7}, LOOP)
        assert "error" not in say(room, "start_from", source=0)
        seen.append(room.first.state.clip)
    assert own(room) == seen[2:]


def test_a_sound_is_removed_where_nothing_uses_it(room, client):
    mine = upload(client).json()["id"]
    place(room, mine)
    told = say(room, "remove_clip", id=mine)
    assert told["error"]["message"] == "the sound is not removed: sample 1 uses it"
    say(room, "store", place=0, name="Dawn")
    place(room, None)
    told = say(room, "remove_clip", id=mine)
    assert told["error"]["message"] == "the sound is not removed: the scene 'Dawn' uses it"
    say(room, "delete", place=0)
    told = say(room, "remove_clip", id=mine)
    assert mine not in [each["id"] for each in told["clips"]["clips"]]
    assert "error" not in told
    told = say(room, "remove_clip", id="noise")
    assert told["error"]["message"] == "no sound of yours has the id 'noise'"
