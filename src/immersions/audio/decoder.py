"""The parent of the decoding child: sound files in, samples or one clear line out."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from immersions.audio import child
from immersions.audio.header import Header, Limits, StrPath, open_regular, shown
from immersions.audio.sound import Sound, prepared

Result = TypeVar("Result")


class Decoder:
    """Reads sound files in one child process, started at the first file and after each failure.

    For many files: `with Decoder() as decoder: decoder.read(path, 44100)`. Not for use by several
    threads at once.
    """

    def __init__(self, limits: Limits | None = None) -> None:
        self.limits = limits or Limits()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self._deadline = 0.0

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
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def close(self) -> None:
        """End the child."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def read(self, path: StrPath, sample_rate: int | None = None, *, loop: bool = False) -> Sound:
        """Decode, mix to mono and resample; see `immersions.audio.read`."""
        return self._guarded(path, lambda: self._read(path, sample_rate, loop))

    def _guarded(self, path: StrPath, work: Callable[[], Result]) -> Result:
        """Run `work`, turning the child's death or silence into one line about `path`."""
        self._deadline = time.monotonic() + self.limits.decoding_wall_seconds
        try:
            return work()
        except TimeoutError:
            self.close()
            raise ValueError(
                f"{shown(path)}: decoding was stopped after"
                f" {self.limits.decoding_wall_seconds:g} s; is the file damaged?"
            ) from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ValueError(f"{shown(path)}: {self._cause_of_death()}") from None
        except MemoryError:
            self.close()
            raise ValueError(
                f"{shown(path)}: decoding needs more than the"
                f" {self.limits.decoding_memory_bytes / 2**20:g} MiB of memory it may use"
            ) from None
        except (ValueError, OSError):
            raise  # raised between two requests: the child is ready for the next
        except BaseException:
            # What the child still has to say would be taken for the answer to the next request.
            self.close()
            raise

    def _checked_header(self, path: StrPath) -> Header:
        self._request(path)
        kind, body = self._receive()
        if kind == b"x":
            raise ValueError(
                f"{shown(path)}: expected a sound file (WAV, FLAC, AIFF, Ogg, Opus, MP3 …),"
                f" but: {json.loads(body)}"
            )
        header = Header(**json.loads(body))
        try:
            self.limits.check(header, path)
        except ValueError:
            self._send(b"s")
            raise
        self._send(b"g")
        return header

    def _read(self, path: StrPath, sample_rate: int | None, loop: bool) -> Sound:
        header = self._checked_header(path)
        blocks: list[NDArray[np.float32]] = []
        kind, body = self._receive()
        while kind == b"d":
            blocks.append(np.frombuffer(body, "<f4"))
            kind, body = self._receive()
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
            connection = self._connection()
            name = os.fsencode(Path(path).absolute())
            request = child.REQUEST.pack(
                self.limits.decoding_cpu_seconds, self.limits.decoding_memory_bytes, len(name)
            )
            socket.send_fds(connection, [request], [descriptor])
            connection.sendall(name)
        finally:
            os.close(descriptor)

    def _connection(self) -> socket.socket:
        if self._socket is None or self.pid is None:
            self.close()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    # -P: the modules beside the script must not hide others of the same name.
                    [sys.executable, "-P", str(Path(child.__file__))],
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    # Threads would multiply the address space, and decoding has no use for them.
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                )
            self._socket = ours
        return self._socket

    def _send(self, message: bytes) -> None:
        assert self._socket is not None
        self._socket.sendall(message)

    def _receive(self) -> tuple[bytes, bytes]:
        kind, length = child.PREFIX.unpack(self._exactly(child.PREFIX.size))
        if kind == b"m":
            raise MemoryError
        return kind, self._exactly(length)

    def _exactly(self, length: int) -> bytes:
        """So many bytes from the child, or `TimeoutError`, or `EOFError` when it is gone."""
        assert self._socket is not None
        received = bytearray(length)
        view, have = memoryview(received), 0
        while have < length:
            remaining = self._deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining)
            count = self._socket.recv_into(view[have:])
            if count == 0:
                raise EOFError
            have += count
        return bytes(received)

    def _cause_of_death(self) -> str:
        process = self._process
        assert process is not None
        try:
            status = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        self.close()
        if status == -getattr(signal, "SIGXCPU", 0) and status:
            limit = self.limits.decoding_cpu_seconds
            return f"decoding was stopped after {limit} s of processor time; is the file damaged?"
        if status < 0:
            return f"the decoder crashed on this file ({signal.Signals(-status).name})"
        return f"the decoder ended without an answer (status {status})"
