"""Fetch and unpack Debian packages without root: `apt-get download` and `dpkg-deb -x`.

Shared by the recipes. Every function raises RuntimeError with one line that a user can act on.
"""

import shutil
import subprocess
import zipfile
from pathlib import Path


def require(*programs: str) -> None:
    """Say in one line which of `programs` this machine lacks."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        raise RuntimeError(
            f"not found: {', '.join(missing)}. On Debian or Ubuntu: "
            f"apt install {' '.join(missing)} (apt-get and dpkg-deb belong to the system)"
        )


def run(command: list[str], folder: Path | None = None) -> str:
    """Standard output of `command`; RuntimeError with the last line of its errors if it fails."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace")
    if done.returncode != 0:
        lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
        raise RuntimeError(f"{' '.join(command[:3])}: {lines[-1]}")
    return done.stdout


def download(package: str, folder: Path) -> Path:
    """The .deb of `package` in `folder`, downloaded unless it is there already."""
    folder.mkdir(parents=True, exist_ok=True)
    found = sorted(folder.glob(f"{package}_*.deb"))
    if not found:
        run(["apt-get", "download", package], folder)
        found = sorted(folder.glob(f"{package}_*.deb"))
    if not found:
        raise RuntimeError(f"apt-get download {package}: no .deb arrived in {folder}")
    return found[-1]


def version(deb: Path) -> str:
    """The version of the package in the file `deb`."""
    return run(["dpkg-deb", "-f", str(deb), "Version"]).strip()


def unpack(deb: Path, folder: Path) -> Path:
    """Extract `deb` into `folder`; a .pk3 (a zip) is extracted beside itself as `NAME.pk3!/`."""
    folder.mkdir(parents=True, exist_ok=True)
    run(["dpkg-deb", "-x", str(deb), str(folder)])
    for archive in folder.rglob("*.pk3"):
        with zipfile.ZipFile(archive) as opened:
            opened.extractall(archive.with_name(archive.name + "!"))
    return folder


def copyright_text(folder: Path, package: str) -> str:
    """The copyright file of an unpacked package."""
    path = folder / "usr/share/doc" / package / "copyright"
    return path.read_text(encoding="utf-8", errors="replace")
