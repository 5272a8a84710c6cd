"""The server's addresses: the page, its WebSocket, and a few answers over HTTP."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, Response, WebSocket, WebSocketDisconnect
from fastapi.responses import PlainTextResponse
from fastapi.staticfiles import StaticFiles
from starlette.datastructures import UploadFile

from immersions.server import describe
from immersions.server.library import Full, Unknown, wav
from immersions.server.messages import Edges, Uploaded
from immersions.server.outbox import Outbox
from immersions.server.room import Room
from immersions.server.security import Guard

PAGE = Path(__file__).parent / "page"
NOT_BUILT = "The page is not built yet: run make web, then reload."
LARGEST_UPLOAD = 64 * 2**20
"""Bytes of one sound file."""


def make_app(room: Room, host: str = "127.0.0.1", page: Path = PAGE) -> FastAPI:
    """The application that serves one room, to pages of `host` or of this machine."""

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
    app.add_middleware(Guard, host=host)
    _add_answers(app, room)
    _add_socket(app, room)
    if (page / "index.html").is_file():
        app.mount("/", StaticFiles(directory=page, html=True))
    else:
        app.add_api_route("/", lambda: PlainTextResponse(NOT_BUILT, 503), include_in_schema=False)
    return app


def _add_answers(app: FastAPI, room: Room) -> None:
    @app.get("/api/health")
    async def health() -> dict[str, Any]:
        return {
            "status": "ok",
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

    @app.get("/api/edges/{ear_hash}/{neuron}")
    async def edges(ear_hash: str, neuron: int) -> Edges:
        try:
            found = await room.edges(ear_hash, neuron)
        except TimeoutError:
            raise HTTPException(503, "the ear is busy; ask again later") from None
        except ValueError as error:
            raise HTTPException(409, describe.line(error)) from None
        if found is None:
            raise HTTPException(404, "no ear with this hash and neuron listens now")
        return found

    @app.get("/api/clips/{clip}/audio")
    async def sound(clip: str) -> Response:
        try:
            samples = await asyncio.to_thread(room.library.samples, clip, room.first.sample_rate)
        except (Unknown, ValueError, OSError) as error:
            raise HTTPException(404, describe.line(error)) from None
        return Response(wav(samples, room.first.sample_rate), media_type="audio/wav")

    @app.post("/api/clips")
    async def upload(request: Request) -> Uploaded:
        async with request.form(max_files=1, max_fields=4) as form:
            files = [each for each in form.values() if isinstance(each, UploadFile)]
            if len(files) != 1:
                raise HTTPException(422, "expected one sound file in a multipart form")
            clip = await _take_in(room, files[0])
        room.announce_clips()
        return clip


async def _take_in(room: Room, file: UploadFile) -> Uploaded:
    if (file.size or 0) > LARGEST_UPLOAD:
        raise HTTPException(413, f"expected at most {LARGEST_UPLOAD // 2**20} MB")
    try:
        clip, warning = await asyncio.to_thread(
            room.library.add, file.file, file.filename or "", room.first.sample_rate
        )
    except Full as error:
        raise HTTPException(409, describe.line(error)) from None
    except (ValueError, OSError) as error:
        raise HTTPException(422, describe.line(error)) from None
    return Uploaded(id=clip.id, title=clip.title, seconds=clip.seconds, warning=warning)


def _add_socket(app: FastAPI, room: Room) -> None:
    @app.websocket("/ws")
    async def page(socket: WebSocket) -> None:
        await socket.accept()
        try:
            outbox = room.enter()
        except RuntimeError as error:
            await socket.close(1013, describe.line(error))
            return
        sending = asyncio.create_task(_send_all(socket, outbox))
        try:
            while True:
                await room.obey(outbox, await _text(socket))
        except WebSocketDisconnect:
            pass
        finally:
            room.leave(outbox)
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)


async def _text(socket: WebSocket) -> str:
    message = await socket.receive()
    if message["type"] == "websocket.disconnect":
        raise WebSocketDisconnect(message.get("code", 1000))
    # Bytes are no message of ours; as text they are refused with one line like any other.
    text = message.get("text")
    return text if isinstance(text, str) else ""


async def _send_all(socket: WebSocket, outbox: Outbox) -> None:
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            message = await outbox.take()
            if isinstance(message, str):
                await socket.send_text(message)
            else:
                await socket.send_bytes(message)
