"""Whether what a command is asked to write can be written: found out before the work, not after."""

from __future__ import annotations

import contextlib
import importlib.util
import json
import os
import secrets
import stat
from pathlib import Path

CONFIG = "config.json"
TRIAL = ".immersions-"
LONGEST_NAME = 100
"""Of an ear, in characters: no longer one is loaded."""


def check_places(
    *,
    sound: Path | None = None,
    report: Path | None = None,
    picture: Path | None = None,
    curve: Path | None = None,
    drawing: Path | None = None,
    film: Path | None = None,
) -> None:
    """Raise `ValueError` or `OSError` where one of the files to write cannot be, or two are one.

    A temporary file is made beside each and removed: only that tells what a system allows.
    `picture` and `curve` need matplotlib, `drawing` and `film` do not.
    """
    names: dict[Path, Path] = {}
    for path in (sound, report, picture, curve, drawing, film):
        if path is None:
            continue
        _check_file(path, special=path is report)
        place = Path(os.path.realpath(path))
        if place in names:
            raise ValueError(f"{path}: expected a file for each output, got the same one twice")
        names[place] = path
    for option, path in (("--picture", picture), ("--curve", curve)):
        if path is not None and importlib.util.find_spec("matplotlib") is None:
            raise ValueError(f"{option} needs matplotlib: pip install 'immersions[pictures]'")


def check_tensorboard() -> None:
    """Raise `ValueError` where the package that writes for TensorBoard is not installed."""
    if importlib.util.find_spec("tensorboard") is None:
        raise ValueError("--tensorboard needs tensorboard: pip install 'immersions[tensorboard]'")


def check_folder(folder: Path) -> None:
    """Raise `OSError` where files cannot be written into a folder that may have to be made."""
    if folder.exists() and not folder.is_dir():
        raise NotADirectoryError(f"{folder}: expected a folder, got a file")
    there = folder.resolve()
    while not there.exists():
        there = there.parent
    _try(there, folder)


def place_for_ear(folder: Path) -> Path:
    """The absolute path of a folder for an ear: new, empty, or with an ear to replace.

    Raises `ValueError` or `OSError`.
    """
    check_folder(folder)
    # A link is not resolved: its own name is the ear's.
    whole = folder.resolve() if folder.name in ("", "..") else folder.absolute()
    if not 1 <= len(whole.name) <= LONGEST_NAME or not whole.name.isprintable():
        raise ValueError(
            f"{folder}: expected a folder with a name of up to {LONGEST_NAME} characters, which "
            "becomes the ear's"
        )
    # Another process of the same training may be trying this folder right now.
    found = (path.name for path in whole.iterdir()) if whole.is_dir() else ()
    if any(not name.startswith(TRIAL) for name in found) and not _holds_ear(whole):
        raise ValueError(
            f"{folder}: expected a new or empty folder, or that of an ear, got one that holds "
            "something else"
        )
    return whole


def _holds_ear(folder: Path) -> bool:
    try:
        told = json.loads((folder / CONFIG).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return False
    return isinstance(told, dict) and "architecture" in told


def _check_file(path: Path, special: bool) -> None:
    """Only a regular file is replaced; a `special` one, such as /dev/stdout, may be written to."""
    try:
        mode = path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        if not path.parent.is_dir():
            raise FileNotFoundError(f"{path}: there is no folder {path.parent}") from None
        mode = 0
    except OSError as error:
        raise OSError(f"{path}: cannot be written ({error.strerror})") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{path}: expected a file to write, got a folder")
    if mode and not os.access(path, os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(f"{path}: no permission to write to this file")
    if mode and not stat.S_ISREG(mode):
        if not special:
            raise OSError(f"{path}: expected a file to write, got a device or a pipe")
        return
    _try(Path(os.path.realpath(path)).parent, path)


def _try(folder: Path, asked: Path) -> None:
    """Make a file in a folder and remove it; `OSError` that names what was asked for."""
    trial = folder / f"{TRIAL}{secrets.token_hex(4)}"
    try:
        trial.touch(exist_ok=False)
    except PermissionError:
        raise PermissionError(f"{asked}: no permission to write in {folder}") from None
    except FileNotFoundError:
        # /proc says so too, though it is there.
        said = "it takes no files" if folder.is_dir() else "there is no such folder"
        raise OSError(f"{asked}: cannot be written in {folder} ({said})") from None
    except OSError as error:
        said = error.strerror or str(error)
        raise OSError(f"{asked}: cannot be written in {folder} ({said})") from None
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()
