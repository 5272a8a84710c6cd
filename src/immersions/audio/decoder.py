"""The parent of the decoding child: sound files in, samples or one clear line out."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path
from types import TracebackType

import numpy as np
from numpy.typing import NDArray

from immersions.audio import child
from immersions.audio.header import Header, Limits, StrPath, open_regular, shown
from immersions.audio.process import DecodingProcess
from immersions.audio.sound import Sound, prepared


class Decoder:
    """Reads sound files in one child process, started at the first file and after each failure.

    For many files: `with Decoder() as decoder: decoder.read(path, 44100)`. Not for use by several
    threads at once.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._child = DecodingProcess(str(Path(child.__file__)))

    def __enter__(self) -> Decoder:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def pid(self) -> int | None:
        """The child's process id, while it runs."""
        return self._child.pid

    def close(self) -> None:
        """End the child."""
        self._child.close()

    def read(self, path: StrPath, sample_rate: int | None = None, *, loop: bool = False) -> Sound:
        """Decode, mix to mono and resample; see `immersions.audio.read`."""
        limits = self.limits
        self._child.deadline = time.monotonic() + limits.decoding_wall_seconds
        with self._child.guarded(
            path,
            f"{limits.decoding_wall_seconds:g} s",
            limits.decoding_memory_bytes,
            limits.decoding_cpu_seconds,
        ):
            return self._read(path, sample_rate, loop)

    def _checked_header(self, path: StrPath) -> Header:
        self._request(path)
        kind, body = self._child.receive()
        if kind == b"x":
            raise ValueError(
                f"{shown(path)}: expected a sound file (WAV, FLAC, AIFF, Ogg, Opus, MP3 …),"
                f" but: {json.loads(body)}"
            )
        header = Header(**json.loads(body))
        try:
            self.limits.check(header, path)
        except ValueError:
            self._child.send(b"s")
            raise
        self._child.send(b"g")
        return header

    def _read(self, path: StrPath, sample_rate: int | None, loop: bool) -> Sound:
        header = self._checked_header(path)
        blocks: list[NDArray[np.float32]] = []
        kind, body = self._child.receive()
        while kind == b"d":
            blocks.append(np.frombuffer(body, "<f4"))
            kind, body = self._child.receive()
        if kind == b"x":
            raise ValueError(f"{shown(path)}: {json.loads(body)}")
        found = json.loads(body)
        if not blocks:
            reason = found["damage"] or "not one sample could be decoded"
            raise ValueError(
                f"{shown(path)}: expected {header.seconds:.2f} s of sound, got none ({reason})"
            )
        return prepared(np.concatenate(blocks), header, found, sample_rate, loop=loop)

    def _request(self, path: StrPath) -> None:
        descriptor = open_regular(path)
        try:
            if os.fstat(descriptor).st_size == 0:
                raise ValueError(f"{shown(path)}: expected a sound file, got an empty file")
            name = os.fsencode(Path(path).absolute())
            request = child.REQUEST.pack(
                self.limits.decoding_cpu_seconds, self.limits.decoding_memory_bytes, len(name)
            )
            self._child.send(request, descriptor)
            self._child.send(name)
        finally:
            os.close(descriptor)
