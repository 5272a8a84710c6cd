"""Graphviz' sfdp, which reads and writes text: both are part of its time."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
from _peer import Edges, run


def build(edges: Edges, vertices: int) -> tuple[Path, int]:
    path = Path(sys.argv[3]).with_suffix(".gv")
    with path.open("w") as file:
        file.write("graph {\n" + "".join(f"{number};\n" for number in range(vertices)))
        for part in np.array_split(edges, max(1, len(edges) // 100_000)):
            file.write("".join(f"{one}--{other};\n" for one, other in part.tolist()))
        file.write("}\n")
    return path, vertices


def lay_out(graph: tuple[Path, int], seed: int) -> Any:
    path, vertices = graph
    options = ["-Tplain", "-Goverlap=true", "-Gsplines=none", f"-Gstart={seed}"]
    positions = np.full((vertices, 2), np.nan, np.float32)
    command = ["sfdp", *options, str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as drawn:
        assert drawn.stdout is not None
        for line in drawn.stdout:
            if line.startswith("node "):
                _, name, x, y, *_ = line.split()
                positions[int(name)] = float(x), float(y)
    if drawn.returncode:
        raise SystemExit(f"sfdp ended with {drawn.returncode}")
    path.unlink()
    return positions


def child_seconds() -> float:
    """Processor time of the program that was run, which `process_time` leaves out."""
    spent = os.times()
    return spent.children_user + spent.children_system


if __name__ == "__main__":
    time.process_time = child_seconds
    said = subprocess.run(["sfdp", "-V"], capture_output=True, text=True, check=True).stderr
    run(said.split("version ")[1].split()[0], build, lay_out)
