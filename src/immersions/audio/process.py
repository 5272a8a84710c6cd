"""A decoding process at the other end of a socket: what happens there ends nothing here."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from immersions.audio.child import PREFIX
from immersions.audio.header import StrPath, shown


class DecodingProcess:
    """Runs `python -P ARGUMENTS…`, started at the first request and after each failure.

    Its standard input is one end of a socket pair. It answers with messages of `child.PREFIX` and
    a body. Not for use by several threads at once, `kill` apart.
    """

    def __init__(self, *arguments: str) -> None:
        # -P: the modules beside a script must not hide others of the same name.
        self._command = [sys.executable, "-P", *arguments]
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None
        self.deadline = 0.0
        """On the monotonic clock: until when the next answer has to be here."""

    @property
    def pid(self) -> int | None:
        """Its id, while it runs."""
        process = self._process
        return process.pid if process is not None and process.poll() is None else None

    def close(self) -> None:
        """End it."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        if self._process is not None:
            self.kill()
            self._process.wait()
            self._process = None

    def kill(self) -> None:
        """End it, and what it started; who waits for its answer is told that it died."""
        if (pid := self.pid) is not None:
            with suppress(ProcessLookupError, PermissionError):  # it ended by itself just now
                os.killpg(pid, signal.SIGKILL)

    def send(self, message: bytes, descriptor: int | None = None) -> None:
        """A request, with an open file where one is given."""
        connection = self._connection()
        if descriptor is None:
            connection.sendall(message)
        else:
            socket.send_fds(connection, [message], [descriptor])

    def receive(self) -> tuple[bytes, bytes]:
        """Kind and body of the next message.

        Raises `TimeoutError`, `EOFError` when the process is gone, and `MemoryError` when it said
        that it has no more: `guarded` makes one line of each.
        """
        kind, length = PREFIX.unpack(self._exactly(PREFIX.size))
        if kind == b"m":
            raise MemoryError
        return kind, self._exactly(length)

    @contextmanager
    def guarded(
        self, path: StrPath, late: str, memory_bytes: int, cpu_seconds: int = 0
    ) -> Iterator[None]:
        """Turn its death or silence into a `ValueError` with one line about `path`.

        `late` says for how long it was waited, `cpu_seconds` what the kernel ends it after.
        """
        try:
            yield
        except TimeoutError:
            self.close()
            raise ValueError(
                f"{shown(path)}: decoding was stopped after {late}; is the file damaged?"
            ) from None
        except (EOFError, BrokenPipeError, ConnectionResetError):
            raise ValueError(f"{shown(path)}: {self._cause_of_death(cpu_seconds)}") from None
        except MemoryError:
            self.close()
            raise ValueError(
                f"{shown(path)}: decoding needs more than the"
                f" {memory_bytes / 2**20:g} MiB of memory it may use"
            ) from None
        except (ValueError, OSError):
            raise  # raised between two requests: it is ready for the next
        except BaseException:
            # What it still has to say would be taken for the answer to the next request.
            self.close()
            raise

    def _connection(self) -> socket.socket:
        if self._socket is None or self.pid is None:
            self.close()
            ours, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    self._command,
                    stdin=theirs.fileno(),
                    stdout=subprocess.DEVNULL,
                    stderr=subprocess.DEVNULL,
                    # Threads would multiply the address space, and decoding has no use for them.
                    env={**os.environ, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
                    # A group of its own: an ffmpeg that hangs is ended with it.
                    start_new_session=True,
                )
            self._socket = ours
        return self._socket

    def _exactly(self, length: int) -> bytes:
        """So many bytes from the process, or `TimeoutError`, or `EOFError` when it is gone."""
        assert self._socket is not None
        received = bytearray(length)
        view, have = memoryview(received), 0
        while have < length:
            remaining = self.deadline - time.monotonic()
            if remaining <= 0:
                raise TimeoutError
            self._socket.settimeout(remaining)
            count = self._socket.recv_into(view[have:])
            if count == 0:
                raise EOFError
            have += count
        return bytes(received)

    def _cause_of_death(self, cpu_seconds: int) -> str:
        process = self._process
        assert process is not None
        try:
            status = process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            status = 0
        self.close()
        if status == -getattr(signal, "SIGXCPU", 0) and status:
            return (
                f"decoding was stopped after {cpu_seconds} s of processor time;"
                " is the file damaged?"
            )
        if status < 0:
            return f"the decoder crashed on this file ({signal.Signals(-status).name})"
        return f"the decoder ended without an answer (status {status})"
