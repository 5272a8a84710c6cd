"""A folder of MIDI files, or an archive of one, as a folder; its files verified."""

from __future__ import annotations

import hashlib
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def opened(place: Path) -> Iterator[Path]:
    """The folder that holds the files; of an archive, its only folder, unpacked for a while.

    Raises `OSError` with one line.
    """
    if place.is_dir():
        yield place
        return
    if not place.is_file():
        raise FileNotFoundError(f"{place}: expected a folder or a .tar.gz of MIDI files")
    with tempfile.TemporaryDirectory() as scratch:
        try:
            with tarfile.open(place) as archive:
                archive.extractall(scratch, filter="data")
        except tarfile.TarError as error:
            raise OSError(f"{place}: expected a .tar.gz of MIDI files ({error})") from None
        inside = [path for path in Path(scratch).iterdir() if path.is_dir()]
        yield inside[0] if len(inside) == 1 else Path(scratch)


def verified(folder: Path, path: str, sha256: str, listed: str) -> Path:
    """The file at `path`. Raises `ValueError` where it is not the one that the list names."""
    found = folder / path
    if not found.is_file():
        raise ValueError(f"{path}: not in the archive")
    if hashlib.sha256(found.read_bytes()).hexdigest() != sha256:
        raise ValueError(f"{path}: not the file that {listed} lists (SHA-256)")
    return found
