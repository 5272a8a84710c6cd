"""What do weights, charges and the exponent do to a layout? The measures behind the defaults.

    python benchmarks/layout_choices.py [EAR]

Every choice is laid out and measured as in `layout.py`; `least` is the distance of the nearest two
vertices, `hundredth` that of the nearest hundredth, over an even spacing. Prints a table; the last
line is one JSON document.
"""

from __future__ import annotations

import argparse
from typing import Any

import torch

from _graphs import ear_named
from _measure import finish, machine
from immersions.anatomy import quality
from immersions.anatomy.charges import KINDS
from immersions.anatomy.laying import LayoutConfig, layout_of_ear
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.solver import SolverConfig

EXPONENTS = (1.0, 2.0, 3.0)
"""Beside the default, tried with the other defaults."""


def choices() -> list[LayoutConfig]:
    crossed = [
        LayoutConfig(weights=weights, charges=charges)  # type: ignore[arg-type]
        for weights in ("magnitude", "uniform")
        for charges in KINDS
    ]
    return crossed + [LayoutConfig(SolverConfig(exponent=each)) for each in EXPONENTS]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ear", nargs="?", default="small")
    given = parser.parse_args()
    torch.set_num_threads(1)
    ear = ear_named(given.ear)
    graph = graph_of_ear(ear)
    rows = []
    print("| weights | charges | k | stress | Jaccard | separation | spread | least | hundredth |")
    print(f"|{'---|' * 9}")
    for config in choices():
        laid = layout_of_ear(ear, config, given.ear)
        assert laid.rested, f"{config} did not come to rest: {laid.residual}"
        points = laid.layout.positions[0]
        apart = quality.apart(graph, points)
        row: dict[str, Any] = {
            "weights": config.weights,
            "charges": config.charges,
            "exponent": config.solver.exponent,
            "stress": quality.stress(graph, points),
            "jaccard": quality.neighbourhood(graph, points),
            "separation": quality.separation(laid.layout.layer, points),
            "spread": apart.spread,
            "least": apart.least,
            "hundredth": apart.hundredth,
        }
        cells = [f"{value:.3f}" if isinstance(value, float) else value for value in row.values()]
        cells[2] = f"{config.solver.exponent:g}"
        print(f"| {' | '.join(cells)} |", flush=True)
        rows.append(row)
    finish({"benchmark": "layout choices", "machine": machine(), "ear": given.ear, "rows": rows})


if __name__ == "__main__":
    main()
