"""Several sounds made into one, in time with the first; and what comes of it over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import json
from typing import Any

import numpy as np
import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from immersions import audio
from immersions.server.library import Library, Unknown
from immersions.server.mixture import Part, Recipe, fitted, mixed
from immersions.server.outbox import Outbox
from immersions.server.room import Room

RATE = 8000


def ones(count: int) -> np.ndarray:
    return np.ones(count, np.float32)


class TestFitted:
    def test_a_loop_of_the_same_length_stays_as_it_is(self) -> None:
        loop = np.random.default_rng(0).normal(size=4000).astype(np.float32)
        np.testing.assert_array_equal(fitted(loop, 4000, RATE), loop)

    def test_a_shorter_one_waits_for_its_turn(self) -> None:
        out = fitted(ones(1900), 4000, RATE)
        assert out[[0, 1000, 1950, 2000, 3950]].tolist() == [1, 1, 0, 1, 0]

    def test_a_longer_one_is_cut_without_a_click(self) -> None:
        out = fitted(ones(8300), 4000, RATE)
        assert len(out) == 4000
        assert out[3000] == 1
        assert abs(out[-1]) < 0.01

    @pytest.mark.parametrize("count", [1, 7, 1333, 3999, 4001, 9999])
    def test_any_length_fills_one_loop(self, count: int) -> None:
        out = fitted(ones(count), 4000, RATE)
        assert len(out) == 4000
        assert np.isfinite(out).all()


class TestMixed:
    def test_is_the_sum_of_its_parts_at_their_levels(self) -> None:
        library = Library()
        first, second = (clip.id for clip in library.clips()[:2])
        clip = mixed(library, [Part(id=first, level=-12), Part(id=second, level=-20)], 16000)
        loop = library.samples(first, 16000)
        other = fitted(library.samples(second, 16000), len(loop), 16000)
        expected = loop * 10 ** (-12 / 20) + other * 10 ** (-20 / 20)
        got = library.samples(clip.id, 16000)
        assert clip.id.startswith("mixture-")
        assert clip.kind == "mixture"
        assert clip in library.clips()
        # Finishing closes the seam, a few ms of it; all else is the sum itself.
        inside = slice(800, -800)
        np.testing.assert_allclose(got[inside], expected[inside], atol=2e-4)

    def test_keeps_its_peak_below_the_ceiling(self) -> None:
        library = Library()
        clips = [clip.id for clip in library.clips()[:3]]
        clip = mixed(library, [Part(id=each, level=12) for each in clips], 16000)
        got = library.samples(clip.id, 16000)
        assert -2 < audio.peaks.true_peak_dbtp(got) <= -1

    def test_refuses_what_it_does_not_know(self) -> None:
        with pytest.raises(Unknown, match="unknown clip 'nothing'"):
            mixed(Library(), [Part(id="nothing", level=0)], 16000)
        with pytest.raises(ValueError, match="parts"):
            Recipe(parts=[])


class TestOverHttp:
    @pytest.fixture
    def client(self, app: FastAPI) -> TestClient:
        return TestClient(app, base_url="http://127.0.0.1:8765")

    def test_a_mixture_is_a_clip_like_any_other(self, client: TestClient, room: Room) -> None:
        first, second = (clip.id for clip in room.library.clips()[:2])
        parts = [{"id": first, "level": -6}, {"id": second, "level": -9.5}]
        answer = client.post("/api/mixtures", json={"parts": parts})
        assert answer.status_code == 200, answer.text
        made = answer.json()["id"]
        assert client.get(f"/api/clips/{made}/audio").status_code == 200
        assert made in [clip.id for clip in room.library.clips()]

    @pytest.mark.parametrize(
        "body",
        [
            {"parts": []},
            {"parts": [{"id": "no such clip", "level": 0}]},
            {"parts": [{"id": "noise", "level": 90}]},
            {"parts": [{"id": "noise", "level": 0}], "deck": 3},
            {"path": "/etc/passwd"},
        ],
    )
    def test_a_bad_recipe_is_refused_in_one_line(self, client: TestClient, body: object) -> None:
        answer = client.post("/api/mixtures", json=body)
        assert answer.status_code == 422
        detail = answer.json()["detail"]
        assert isinstance(detail, str)
        assert detail
        assert "\n" not in detail


class TestSamples:
    def test_a_place_takes_a_clip_and_all_pages_are_told(self, room: Room) -> None:
        outbox = room.enter()
        clip = room.library.first()
        asyncio.run(room.obey(outbox, f'{{"type": "sample", "slot": 2, "id": "{clip}"}}'))
        assert room.samples == [None, None, clip, None]
        assert [m["ids"] for m in taken(outbox) if m["type"] == "samples"] == [room.samples]
        asyncio.run(room.obey(outbox, '{"type": "sample", "slot": 2, "id": null}'))
        assert room.samples == [None] * 4
        assert taken(room.enter())[0]["samples"] == [None] * 4

    @pytest.mark.parametrize(("slot", "clip"), [(0, "no such clip"), (4, "noise"), (-1, "noise")])
    def test_what_there_is_not_is_refused(self, room: Room, slot: int, clip: str) -> None:
        outbox = room.enter()
        asyncio.run(room.obey(outbox, f'{{"type": "sample", "slot": {slot}, "id": "{clip}"}}'))
        assert room.samples == [None] * 4
        assert taken(outbox)[-1]["type"] == "error"


def taken(outbox: Outbox) -> list[dict[str, Any]]:
    """What waits in an outbox, as a page would read it."""

    async def take() -> list[dict[str, Any]]:
        found = []
        with contextlib.suppress(TimeoutError):
            while True:
                message = await asyncio.wait_for(outbox.take(), 0.05)
                if isinstance(message, str):
                    found.append(json.loads(message))
        return found

    return asyncio.run(take())
