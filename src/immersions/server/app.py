"""The server's addresses: the page, its WebSocket, and a few answers over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Collection
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse, PlainTextResponse
from fastapi.staticfiles import StaticFiles
from pydantic import ValidationError
from starlette.datastructures import UploadFile

from immersions.server import clearing, describe, mixture
from immersions.server.access import Access
from immersions.server.library import Unknown, wav
from immersions.server.messages import Edges, Uploaded
from immersions.server.recordings import add_recordings
from immersions.server.room import Room
from immersions.server.security import Guard
from immersions.server.sockets import add_socket

PAGE = Path(__file__).parent / "page"
NOT_BUILT = "The page is not built yet: run make web, then reload."
LARGEST_UPLOAD = 64 * 2**20
"""Bytes of one sound file."""


def make_app(
    room: Room, hosts: Collection[str] = (), page: Path = PAGE, access: Access | None = None
) -> FastAPI:
    """The application that serves one room, to its own pages.

    `hosts` are names by which it may be called beside this machine's own; with `access`, only to
    those who have a cookie for it.
    """

    @contextlib.asynccontextmanager
    async def playing(_: FastAPI) -> AsyncIterator[None]:
        task = asyncio.create_task(room.run())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    # No pages of documentation: they would load scripts from elsewhere.
    app = FastAPI(title="immersions", lifespan=playing, docs_url=None, redoc_url=None)
    app.add_middleware(Guard, hosts=hosts, access=access)
    _add_answers(app, room)
    add_recordings(app, room.logbook)
    add_socket(app, room)
    if (page / "index.html").is_file():
        watched = next(filter(Path.is_file, (page / "stage.html", page / "index.html")))
        app.add_api_route("/stage", lambda: FileResponse(watched), include_in_schema=False)
        app.mount("/", StaticFiles(directory=page, html=True))
    else:
        app.add_api_route("/", lambda: PlainTextResponse(NOT_BUILT, 503), include_in_schema=False)
    return app


def _add_answers(app: FastAPI, room: Room) -> None:
    @app.get("/api/health")
    async def health(response: Response) -> dict[str, Any]:
        response.status_code = 503 if room.over else 200
        return {
            "status": "over" if room.over else "ok",
            "version": version("immersions"),
            "worker": room.first.conductor.progress.life,
            "worker_pid": room.first.conductor.pid,
            "pages": room.pages,
        }

    @app.get("/api/layout/{ear_hash}")
    async def positions(ear_hash: str) -> Response:
        found = await room.layout(ear_hash)
        if found is None:
            raise HTTPException(404, "no ear with this hash listens now")
        return Response(found, media_type="application/octet-stream")

    @app.get("/api/mappings/{mapping}")
    async def mapping_file(mapping: str) -> Response:
        try:
            told = room.hands.book.file(mapping)
        except ValueError as error:
            raise HTTPException(404, describe.line(error)) from None
        return PlainTextResponse(told, media_type="application/toml")

    @app.get("/api/edges/{ear_hash}/{neuron}")
    async def edges(ear_hash: str, neuron: int) -> Edges:
        try:
            found = await room.edges.find(room.decks.values(), ear_hash, neuron)
        except TimeoutError:
            raise HTTPException(503, "the ear is busy; ask again later") from None
        except ValueError as error:
            raise HTTPException(409, describe.line(error)) from None
        if found is None:
            raise HTTPException(404, "no ear with this hash and neuron listens now")
        return found

    @app.get("/api/clips/{clip}/audio")
    async def sound(clip: str) -> Response:
        first, rate = room.first, room.first.sample_rate
        given = clip, rate, first.state.seed, first.tempo

        def found() -> tuple[bytes, str]:
            samples = room.library.samples(*given)
            return wav(samples, rate), room.logbook.keep(samples, rate, clip, given[2])

        try:
            data, name = await asyncio.to_thread(found)
        except (Unknown, ValueError, OSError) as error:
            raise HTTPException(404, describe.line(error)) from None
        # By this name a page tells the log what it plays.
        headers = {"ETag": f'"{name}"'} if name else {}
        return Response(data, media_type="audio/wav", headers=headers)

    @app.post("/api/clips")
    async def upload(request: Request) -> Uploaded:
        async with request.form(max_files=1, max_fields=4) as form:
            files = [each for each in form.values() if isinstance(each, UploadFile)]
            if len(files) != 1:
                raise HTTPException(422, "expected one sound file in a multipart form")
            clip = await _take_in(room, files[0])
        room.announce_clips()
        return clip

    @app.post("/api/mixtures")
    async def mix(request: Request) -> Uploaded:
        try:
            recipe = mixture.Recipe.model_validate_json(await request.body())
            deck = room.deck(recipe.deck)
            clip = await asyncio.to_thread(
                mixture.mixed, room.library, recipe.parts, deck.sample_rate, deck.tempo
            )
            clearing.make_room(room, clip.id)
        except ValidationError as error:
            raise HTTPException(422, describe.validation(error)) from None
        except (Unknown, ValueError, OSError) as error:
            raise HTTPException(422, describe.line(error)) from None
        except clearing.Full as error:
            raise HTTPException(409, describe.line(error)) from None
        room.announce_clips()
        return Uploaded(id=clip.id, title=clip.title, seconds=clip.seconds, warning="")


async def _take_in(room: Room, file: UploadFile) -> Uploaded:
    if (file.size or 0) > LARGEST_UPLOAD:
        raise HTTPException(413, f"expected at most {LARGEST_UPLOAD // 2**20} MB")
    try:
        clip, warning = await asyncio.to_thread(
            room.library.add, file.file, file.filename or "", room.first.sample_rate
        )
        clearing.make_room(room, clip.id)
    except clearing.Full as error:
        raise HTTPException(409, describe.line(error)) from None
    except (ValueError, OSError) as error:
        raise HTTPException(422, describe.line(error)) from None
    return Uploaded(id=clip.id, title=clip.title, seconds=clip.seconds, warning=warning)
