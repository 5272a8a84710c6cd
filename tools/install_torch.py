"""Install the torch that constraints.txt pins, without gigabytes of CUDA that nobody will use.

On Linux, PyPI's torch brings CUDA along (about 3 GB); PyTorch's own index has a build for the CPU
alone (about 200 MB). Run with the Python of the environment to fill:

- a torch of the pinned version is there: nothing to do;
- TORCH_INDEX is set: that address is an extra package index (empty: none, whatever pip finds);
- Linux without an NVIDIA driver: PyTorch's CPU index, if it answers within five seconds;
- else pip's own configuration decides: PyPI, or an index or folder of wheels near by.
"""

from __future__ import annotations

import importlib.metadata
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

CONSTRAINTS = Path(__file__).parents[1] / "constraints.txt"
CPU_INDEX = "https://download.pytorch.org/whl/cpu"
PATIENCE_S = 5.0


def pinned() -> str:
    """The requirement that the constraints file holds for torch, as `torch==2.13.0`."""
    lines = CONSTRAINTS.read_text(encoding="utf-8").splitlines()
    return next(line.strip() for line in lines if line.startswith("torch=="))


def installed() -> str:
    """The version of torch in this environment without its build tag; empty when there is none."""
    try:
        return importlib.metadata.version("torch").partition("+")[0]
    except importlib.metadata.PackageNotFoundError:
        return ""


def answers(index: str) -> bool:
    """Whether a package index lists torch, asked once and briefly."""
    try:
        with urllib.request.urlopen(f"{index}/torch/", timeout=PATIENCE_S) as reply:
            return bool(reply.status == 200)
    except (OSError, ValueError):
        return False


def extra_index() -> str:
    """The address of the extra package index to use; empty for none."""
    if "TORCH_INDEX" in os.environ:
        return os.environ["TORCH_INDEX"]
    wants_cpu = sys.platform == "linux" and shutil.which("nvidia-smi") is None
    return CPU_INDEX if wants_cpu and answers(CPU_INDEX) else ""


def main() -> int:
    requirement = pinned()
    if requirement == f"torch=={installed()}":
        return 0
    command = [sys.executable, "-m", "pip", "install", "-qq", requirement]
    index = extra_index()
    if index:
        command += ["--extra-index-url", index]
    print(f"installing {requirement} ({index or 'where pip is configured to look'})", flush=True)
    return subprocess.run(command, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
