"""Over HTTP: a page hands in what it recorded, block by block, and anyone may fetch it."""

from __future__ import annotations

from fastapi import FastAPI, HTTPException, Request, Response
from fastapi.responses import FileResponse

from immersions.server import describe
from immersions.server.logbook import Logbook
from immersions.server.messages import RecordingStarted, StartRecording

LARGEST_BLOCK = 16 * 2**20
"""Bytes: what a page holds back while the server is away, a minute of two channels at 32 kHz."""


def add_recordings(app: FastAPI, logbook: Logbook) -> None:
    @app.post("/api/recordings")
    async def start(wanted: StartRecording, request: Request) -> RecordingStarted:
        _check_performer(request)
        try:
            return RecordingStarted(id=logbook.start(wanted))
        except (ValueError, OSError) as error:
            raise HTTPException(409, describe.line(error)) from None

    @app.post("/api/recordings/{name}/blocks")
    async def append(name: str, at: int, request: Request) -> dict[str, int]:
        _check_performer(request)
        body = await request.body()
        if len(body) > LARGEST_BLOCK or at < 0:
            raise HTTPException(413, f"expected at most {LARGEST_BLOCK // 2**20} MB")
        try:
            return {"frames": logbook.append(name, at, body)}
        except LookupError as error:
            raise HTTPException(404, describe.line(error)) from None
        except ValueError as error:
            raise HTTPException(422, describe.line(error)) from None
        except OSError as error:
            raise HTTPException(507, describe.line(error)) from None

    @app.post("/api/recordings/{name}/end")
    async def end(name: str, request: Request) -> dict[str, str]:
        _check_performer(request)
        try:
            logbook.end(name)
        except LookupError as error:
            raise HTTPException(404, describe.line(error)) from None
        except OSError as error:
            raise HTTPException(507, describe.line(error)) from None
        return {"id": name}

    @app.get("/api/recordings/{name}/audio")
    async def audio(name: str) -> Response:
        try:
            path = logbook.path(name)
        except (LookupError, OSError) as error:
            raise HTTPException(404, describe.line(error)) from None
        return FileResponse(path, media_type="audio/wav", filename=f"{name}.wav")


def _check_performer(request: Request) -> None:
    if request.scope.get("state", {}).get("role") != "performer":
        raise HTTPException(403, "viewers watch, and change nothing")
