"""Programs that lay out graphs, run apart from this package, one after another, within limits.

Nothing of them is imported here or declared as a dependency: some are under the GPL. Each is a
program of `peers/`, run by whichever of the given Pythons has its library.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Peer:
    name: str
    program: str
    needs: str
    """A module, or a command after an exclamation mark."""
    install: str
    forces: bool = True


PEERS = (
    Peer("OGDF FME", "ogdf_fme", "ogdf_python", "pip install ogdf-python ogdf-wheel cppyy"),
    Peer("OGDF FMME", "ogdf_fmme", "ogdf_python", "pip install ogdf-python ogdf-wheel cppyy"),
    Peer("NetworKit MaxentStress", "networkit_maxent", "networkit", "pip install networkit"),
    Peer("NetworKit PivotMDS", "networkit_pivotmds", "networkit", "pip install networkit", False),
    Peer("graph-tool sfdp", "graph_tool_sfdp", "graph_tool", "apt install python3-graph-tool"),
    Peer("Graphviz sfdp", "graphviz_sfdp", "!sfdp", "apt install graphviz"),
    Peer("igraph DrL", "igraph_drl", "igraph", "pip install igraph"),
    Peer("igraph FR", "igraph_fr", "igraph", "pip install igraph"),
    Peer("ForceAtlas2", "forceatlas2", "fa2_modified", "pip install fa2_modified"),
)


@dataclass(frozen=True)
class Limits:
    seconds: float
    gigabytes: float


def python_for(peer: Peer, pythons: Sequence[str]) -> str | None:
    """The first Python that has what the peer needs."""
    module = peer.needs
    if module.startswith("!"):
        return sys.executable if shutil.which(module[1:]) else None
    asked = f"from importlib.util import find_spec as f; raise SystemExit(f({module!r}) is None)"
    for python in pythons:
        found = shutil.which(python)
        if found and not subprocess.run([found, "-c", asked], env=_apart(), check=False).returncode:
            return found
    return None


def run_peer(
    peer: Peer, python: str, edges: Path, vertices: int, seed: int, limits: Limits
) -> tuple[NDArray[np.float32] | None, dict[str, Any]]:
    """Positions, or none where it did not finish, and what it took."""
    answer = edges.with_name(f"{peer.program}.npy")
    program = HERE / "peers" / f"{peer.program}.py"
    arguments = [str(edges), str(vertices), str(answer), str(seed)]
    took = limited([python, str(program), *arguments], limits, _apart())
    if "failed" in took:
        return None, took
    return _checked(np.load(answer), vertices, peer.name), took


def run_ours(
    ear: str, every: int, kind: str, exponent: float, seed: int, answer: Path, limits: Limits
) -> tuple[NDArray[np.float32], dict[str, Any]]:
    """Run twice as a program, so that the second one finds its compiled kernels."""
    command = [sys.executable, str(HERE / "_ours.py"), ear, str(every), kind, str(exponent)]
    for _ in range(2):
        took = limited([*command, str(answer), str(seed)], limits, dict(os.environ))
        if "failed" in took:
            raise AssertionError(f"our own layout failed: {took['failed']}")
    positions = np.load(answer)
    return _checked(positions, len(positions), "ours"), took


def limited(command: Sequence[str], limits: Limits, environment: dict[str, str]) -> dict[str, Any]:
    """What the program says of itself, and what the system says of it."""
    launcher = [sys.executable, str(HERE / "_limited.py"), str(limits.seconds)]
    ran = subprocess.run(
        [*launcher, str(limits.gigabytes), *command],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    whole = json.loads(ran.stdout.splitlines()[-1])
    counted = {
        "seconds_program": whole["seconds"],
        "cpu_seconds_program": whole["cpu_seconds"],
        "peak_rss_mb": whole["peak_rss_mb"],
    }
    if whole["ended"] is None:
        took = f"{whole['cpu_seconds']:.0f} s ({whole['seconds']:.0f} s by the clock)"
        return {**counted, "failed": f"not done in {took}"}
    if whole["ended"]:
        lines = whole["errors"].strip().splitlines() or [f"ended with {whole['ended']}"]
        return {**counted, "failed": f"{lines[-1][:160]} after {whole['cpu_seconds']:.0f} s"}
    return {**counted, **json.loads(whole["said"].splitlines()[-1])}


def _apart() -> dict[str, str]:
    """Without what would let a peer see this package."""
    return {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def _checked(positions: NDArray[np.float32], vertices: int, name: str) -> NDArray[np.float32]:
    if positions.shape != (vertices, 2):
        raise AssertionError(f"{name}: expected {vertices} positions, got {positions.shape}")
    if not np.isfinite(positions).all():
        raise AssertionError(f"{name}: positions are not finite")
    return positions.astype(np.float32)
