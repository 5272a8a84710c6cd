"""Our layout of an ear's network against programs that a user would pick instead.

    python benchmarks/layout.py [EAR] [--python PYTHON …] [--peers PROGRAM …] [--limit SECONDS]
    python benchmarks/layout.py --scaling

All get the same graph, uniform, on one core: the whole of it or, where that is not done within the
limit, every second or fourth channel of each layer. Ours lays out the same part, uniform as well,
and again by its defaults: with weights, and charges from music. Seconds are
processor time of the layout alone, a graph already built; Graphviz' include reading and writing
text. Energy is that of our own law, which favours us. What is not installed is named.

`--scaling` times one step of ours on made up networks of up to a million vertices instead. The
last line is one JSON document.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from _graphs import ear_named, pairs_of, thinned
from _layout_scaling import scaling
from _measure import finish, machine
from _peers import PEERS, Limits, Peer, python_for, run_ours, run_peer
from immersions.anatomy import quality
from immersions.anatomy.graph import Graph
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.solver import SolverConfig

PARTS = (1, 2, 4)
IN_WORDS = {1: "whole", 2: "half of the channels", 4: "a quarter of the channels"}
COLUMNS = ("seconds", "peak_rss_mb", "stress", "jaccard", "separation", "spread", "energy")


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ear", nargs="?", default="small")
    parser.add_argument("--python", nargs="*", default=[sys.executable, "/usr/bin/python3"])
    parser.add_argument("--peers", nargs="*", default=[peer.program for peer in PEERS])
    parser.add_argument("--limit", type=float, default=300, help="seconds for each run of a peer")
    parser.add_argument("--memory", type=float, default=16, help="GiB for each")
    parser.add_argument("--exponent", type=float, default=SolverConfig.exponent)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=Path, help="a folder for all positions, to look at")
    parser.add_argument("--scaling", action="store_true")
    parser.add_argument("--most", type=int, default=1_000_000, help="vertices, with --scaling")
    given = parser.parse_args()
    torch.set_num_threads(1)
    if given.scaling:
        finish({"benchmark": "layout scaling", "machine": machine(), **scaling(given.most)})
        return
    before = machine()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.keep or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        document = Comparison(given, folder).document()
    finish({"benchmark": "layout", "machine": before, **document})


class Comparison:
    """One ear's graph, and every program's layout of it."""

    def __init__(self, given: argparse.Namespace, folder: Path) -> None:
        self.given, self.folder = given, folder
        self.limits = Limits(given.limit, given.memory)
        whole = graph_of_ear(ear_named(given.ear))
        self.graphs = {every: thinned(whole, every) for every in PARTS}

    def document(self) -> dict[str, Any]:
        chosen = [peer for peer in PEERS if peer.program in self.given.peers]
        found = {peer: python_for(peer, self.given.python) for peer in chosen}
        missing = {peer.name: peer.install for peer, python in found.items() if python is None}
        for name, install in missing.items():
            print(f"{name:<26}not installed: {install}", flush=True)
        print(f"{'':<26}{'part':>5}" + "".join(f"{name:>12}" for name in COLUMNS), flush=True)
        rows = [row for every in PARTS[:1] for row in self.ours(every)]
        for peer, python in found.items():
            if python is not None:
                rows.append(self.peer(peer, python))
        parts = {row["every"] for row in rows if "failed" not in row} - {PARTS[0]}
        rows += [row for every in sorted(parts) for row in self.ours(every)]
        parted = [describe(every, graph) for every, graph in self.graphs.items()]
        return {
            "ear": self.given.ear,
            "exponent": self.given.exponent,
            "limit_seconds": self.given.limit,
            "parts": parted,
            "missing": missing,
            "rows": rows,
            "against_ours": against_ours(rows),
        }

    def ours(self, every: int) -> list[dict[str, Any]]:
        rows = []
        for kind in ("uniform", "default"):
            answer = self.folder / f"ours_{kind}_{every}.npy"
            exponent, seed = self.given.exponent, self.given.seed
            positions, took = run_ours(
                self.given.ear, every, kind, exponent, seed, answer, self.limits
            )
            rows.append({"name": f"ours, {kind}", "ours": True, "every": every, **took})
            rows[-1].update(self.measured(every, positions))
            show(rows[-1])
        return rows

    def peer(self, peer: Peer, python: str) -> dict[str, Any]:
        """The largest part that it lays out within the limits."""
        row: dict[str, Any] = {"name": peer.name, "ours": False, "forces": peer.forces}
        failed: dict[str, str] = {}
        for every in PARTS:
            path, graph = self.edges(every), self.graphs[every]
            positions, took = run_peer(
                peer, python, path, graph.vertices, self.given.seed, self.limits
            )
            row.update({"every": every, **took})
            if positions is not None:
                row.pop("failed", None)
                row.update(self.measured(every, positions))
                break
            failed[IN_WORDS[every]] = took["failed"]
        row["not_done"] = failed
        show(row)
        return row

    def edges(self, every: int) -> Path:
        path = self.folder / f"edges_{every}" / "edges.npy"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            np.save(path, pairs_of(self.graphs[every]))
        return path

    def measured(self, every: int, positions: NDArray[np.float32]) -> dict[str, float]:
        graph = self.graphs[every]
        apart = quality.apart(graph, positions)
        charges = np.ones(graph.vertices, np.float32)
        return {
            "stress": quality.stress(graph, positions),
            "jaccard": quality.neighbourhood(graph, positions),
            "separation": quality.separation(graph.layer_of(), positions),
            "spread": apart.spread,
            "least_distance": apart.least,
            "hundredth_distance": apart.hundredth,
            "energy": quality.energy(graph.uniform(), charges, positions, self.given.exponent),
        }


def describe(every: int, graph: Graph) -> dict[str, Any]:
    return {
        "every": every,
        "part": IN_WORDS[every],
        "vertices": graph.vertices,
        "edges": graph.edges,
    }


def show(row: dict[str, Any]) -> None:
    """A line of the table: `part` 1, 1/2 or 1/4."""
    part = "1" if row["every"] == 1 else f"1/{row['every']}"
    if "failed" in row:
        print(f"{row['name']:<26}{part:>5}  {row['failed']}", flush=True)
        return
    values = {**row, "seconds": row["cpu_seconds"]}
    cells = "".join(f"{values[name]:>12.4g}" for name in COLUMNS)
    print(f"{row['name']:<26}{part:>5}{cells}", flush=True)


def against_ours(rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each peer beside both our layouts of the same part: times as long, differences."""
    return [
        beside(row, same)
        for row in rows
        if not row["ours"] and "failed" not in row
        for same in rows
        if same["ours"] and same["every"] == row["every"]
    ]


def beside(row: dict[str, Any], same: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": row["name"],
        "beside": same["name"],
        "part": IN_WORDS[row["every"]],
        "times_as_long": row["cpu_seconds"] / same["cpu_seconds"],
        "times_as_long_as_cold": row["cpu_seconds"] / same["cpu_seconds_cold"],
        "times_the_memory": row["peak_rss_mb"] / same["peak_rss_mb"],
        "stress_above": row["stress"] - same["stress"],
        "jaccard_above": row["jaccard"] - same["jaccard"],
        "separation_above": row["separation"] - same["separation"],
    }


if __name__ == "__main__":
    main()
