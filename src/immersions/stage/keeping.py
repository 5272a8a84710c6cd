"""A performance kept on disk, so that it comes back after whatever ended it. No torch here.

One file holds the performance, in two lines: JSON and the digest of it. It is replaced as a whole,
and the one before is kept beside it. Sounds are files of their own that are never changed once
they are written: the performance names them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any, TextIO, TypeVar

import numpy as np
import soundfile
from numpy.typing import NDArray

from immersions.audio.writing import sync_folder

Samples = NDArray[np.float32]
Parsed = TypeVar("Parsed")

NAME = "performance.json"
BEFORE = f"{NAME}.before"
SOUNDS = "sounds"
LARGEST = 64 * 2**20
"""Bytes of one performance; a file that is larger is none of ours."""


class Place:
    """The folder of one performance at a time; `OSError` or `ValueError`, one line."""

    def __init__(self, where: Path) -> None:
        self.where = where
        try:
            (where / SOUNDS).mkdir(parents=True, exist_ok=True)
            self._lock = _locked(where / "lock")
        except BlockingIOError:
            raise ValueError("another performance is kept there already") from None
        self._written: set[str] = set()

    def close(self) -> None:
        """Let another performance be kept there."""
        self._lock.close()

    def read(self, parse: Callable[[dict[str, Any]], Parsed]) -> tuple[Parsed | None, str]:
        """What was kept last, or where that is damaged before; and a line on what was wrong.

        `parse` raises `ValueError` for what it cannot use.
        """
        wrong = ""
        for name in (NAME, BEFORE):
            if not (self.where / name).exists():
                continue
            try:
                found = parse(unpacked((self.where / name).read_bytes()))
            except (OSError, ValueError) as error:
                wrong = f"{name}: {getattr(error, 'strerror', None) or error}"
            else:
                return found, f"{wrong}; the performance before it is taken" if wrong else ""
        return None, f"{wrong}; a new performance begins" if wrong else ""

    def write(self, data: dict[str, Any]) -> None:
        """Keep this from now on. Whatever happens meanwhile, one of the two is whole."""
        path, before = self.where / NAME, self.where / BEFORE
        fresh = self._put(NAME, packed(data))
        if path.exists():
            with tempfile.TemporaryDirectory(prefix=".before-", dir=self.where) as beside:
                linked = Path(beside) / BEFORE
                try:
                    os.link(path, linked)
                except OSError:  # a file system without links
                    linked.write_bytes(path.read_bytes())
                linked.replace(before)
        fresh.replace(path)
        sync_folder(self.where)

    # Sounds.

    def keep_sound(self, name: str, samples: Samples, sample_rate: int) -> None:
        """Write a sound once, as a WAV file of 32-bit floats."""
        if name in self._written:
            return
        path = self._sound(name)
        if not path.exists():
            with tempfile.NamedTemporaryFile(
                dir=path.parent, prefix=".new-", suffix=".wav", delete=False
            ) as out:
                try:
                    soundfile.write(out, samples, sample_rate, format="WAV", subtype="FLOAT")
                    out.flush()
                    os.fsync(out.fileno())
                except BaseException as error:
                    Path(out.name).unlink(missing_ok=True)
                    if isinstance(error, soundfile.LibsndfileError):
                        raise OSError(str(error)) from None
                    raise
            Path(out.name).replace(path)
        self._written.add(name)

    def sound(self, name: str) -> tuple[Samples, int]:
        """A sound and its sample rate in Hz. `OSError` or `ValueError`, one line."""
        try:
            samples, rate = soundfile.read(self._sound(name), dtype="float32")
        except soundfile.LibsndfileError as error:
            raise OSError(f"{name}: {error}") from None
        if samples.ndim != 1 or len(samples) == 0 or not np.isfinite(samples).all():
            raise ValueError(f"{name}: expected a mono sound of finite numbers")
        self._written.add(name)
        return np.ascontiguousarray(samples), int(rate)

    def prune(self, named: Collection[str]) -> None:
        """Remove sounds that are not `named` by this performance or by the one before."""
        with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
            before = unpacked((self.where / BEFORE).read_bytes())
            named = {*named, *before.get("sounds", ())}
        for path in (self.where / SOUNDS).iterdir():
            if path.stem not in named:
                path.unlink(missing_ok=True)
                self._written.discard(path.stem)

    def _sound(self, name: str) -> Path:
        if not name.replace("-", "").isalnum() or not name.isascii():
            raise ValueError(f"{name[:60]!r} is no name of a sound")
        return self.where / SOUNDS / f"{name}.wav"

    def _put(self, name: str, content: bytes) -> Path:
        path = self.where / f"{name}.new"
        with path.open("wb") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        return path


def packed(data: dict[str, Any]) -> bytes:
    """A performance and the digest by which damage is found."""
    text = json.dumps(data, allow_nan=False, separators=(",", ":"))
    return f"{text}\n{hashlib.sha256(text.encode()).hexdigest()}".encode()


def unpacked(content: bytes) -> dict[str, Any]:
    """`ValueError`, a few words, where it is not what was packed."""
    if len(content) > LARGEST:
        raise ValueError("it is too large")
    text, _, digest = content.rpartition(b"\n")
    if hashlib.sha256(text).hexdigest().encode() != digest:
        raise ValueError("it is not whole")
    data = json.loads(text)
    if not isinstance(data, dict):
        raise ValueError("expected an object")
    return data


def _locked(path: Path) -> TextIO:
    """The lock, held until it is closed or this process ends, however it ends."""
    lock = path.open("a")
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(lock.fileno(), msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        lock.close()
        if isinstance(error, BlockingIOError | PermissionError):
            raise BlockingIOError from None
        raise
    return lock
