"""Write WAV and FLAC files: whole or not at all."""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import stat
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

from immersions.audio.header import StrPath, shown

FORMATS = {".wav": "WAV", ".flac": "FLAC"}


def write(
    path: StrPath, samples: NDArray[np.floating], sample_rate: int, subtype: str = "PCM_24"
) -> None:
    """Write `samples`, (n,) or (n, channels) in -1 to 1, as WAV or FLAC by the name's ending.

    The file appears complete or not at all: an earlier one of the same name stays until the new
    one is on the disk. Raises `ValueError` for samples that cannot be written and `OSError` for a
    place that cannot be written to, each with one line.
    """
    path = Path(path)
    place(path, _encoded(path, samples, sample_rate, subtype))


def _encoded(path: Path, samples: NDArray[np.floating], sample_rate: int, subtype: str) -> bytes:
    container = FORMATS.get(path.suffix.lower())
    if container is None:
        raise ValueError(f"{shown(path)}: expected a name ending in {' or '.join(FORMATS)}")
    if not soundfile.check_format(container, subtype):
        valid = ", ".join(soundfile.available_subtypes(container))
        raise ValueError(f"{shown(path)}: expected a subtype of {valid}, got {subtype}")
    if samples.ndim not in (1, 2) or samples.size == 0:
        raise ValueError(
            f"{shown(path)}: expected samples of shape (n,) or (n, channels), got {samples.shape}"
        )
    bad = samples.size - int(np.count_nonzero(np.isfinite(samples)))
    if bad:
        raise ValueError(f"{shown(path)}: expected finite samples, got {bad} that are not")
    peak = float(np.max(np.abs(samples)))
    if peak > 1.0 and subtype not in ("FLOAT", "DOUBLE"):
        raise ValueError(f"{shown(path)}: expected samples in -1 to 1, got a peak of {peak:g}")
    buffer = io.BytesIO()
    try:
        # Encoded in memory: a full disk then is Python's OSError, not a half-written header.
        soundfile.write(buffer, samples, sample_rate, subtype=subtype, format=container)
    except soundfile.LibsndfileError as error:
        raise ValueError(
            f"{shown(path)}: cannot be written as {container} {subtype} at {sample_rate} Hz:"
            f" {error.error_string.strip()}"
        ) from None
    # A copy: with a view of it alive the buffer cannot be closed when it is collected.
    return buffer.getvalue()


def place(path: Path, content: bytes) -> None:
    """Put `content` at `path` by renaming a finished temporary file beside it.

    Raises `OSError`, one line, where that cannot be done; an earlier file then is as it was.
    """
    target = Path(os.path.realpath(path))
    temporary = target.with_name(f".{target.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        _check_place(target, shown(path))
        try:
            # Not tempfile: that would keep the file from others, whatever the umask allows.
            with temporary.open("xb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(target)
            sync_folder(target.parent)
        except BaseException:
            with contextlib.suppress(OSError):
                temporary.unlink()
            raise
    except FileNotFoundError:
        raise FileNotFoundError(f"{shown(path)}: there is no folder {shown(path.parent)}") from None
    except NotADirectoryError:
        raise NotADirectoryError(f"{shown(path)}: {shown(path.parent)} is not a folder") from None
    except PermissionError:
        raise PermissionError(
            f"{shown(path)}: no permission to write in {shown(path.parent)}"
        ) from None
    except OSError as error:
        if error.errno is None:
            raise  # in our words already
        raise OSError(f"{shown(path)}: cannot be written ({error.strerror or error})") from None


def place_file(path: Path, written: Path) -> None:
    """Put a finished file of the same disk at `path`. Raises `OSError`, one line."""
    target = Path(os.path.realpath(path))
    _check_place(target, shown(path))
    try:
        with written.open("rb+") as file:
            os.fsync(file.fileno())
        written.replace(target)
    except OSError as error:
        raise OSError(f"{shown(path)}: cannot be written ({error.strerror or error})") from None
    sync_folder(target.parent)


def _check_place(target: Path, name: str) -> None:
    """Only a file, or nothing, may be replaced by a file."""
    try:
        mode = target.stat().st_mode
    except FileNotFoundError:
        return
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{name}: expected a file to write, got a folder")
    if not stat.S_ISREG(mode):
        raise OSError(f"{name}: expected a file to write, got a device or a pipe")


def sync_folder(folder: Path) -> None:
    """Make the renaming itself last through a power cut, where the system can."""
    with contextlib.suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
