"""What do weights, charges and the exponent do to a layout? The measures behind the defaults.

    python benchmarks/layout_choices.py [EAR …]

Every choice is laid out and measured as in `layout.py`; `least` is the distance of the nearest two
vertices, `hundredth` that of the nearest hundredth, over an even spacing. `product` is separation
times spread: the default charges are those with the most of it, the mean over `small` and
`electronic`. Of ears after the first only the charges are compared. Prints a table; the last line
is one JSON document.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

import torch

from _graphs import ear_named
from _measure import finish, machine
from immersions.anatomy import quality
from immersions.anatomy.charges import DEFAULT, KINDS
from immersions.anatomy.graph import Graph
from immersions.anatomy.laying import WEIGHTS, LayoutConfig, layout_of_ear
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.solver import SolverConfig
from immersions.ears.ear import Ear

EXPONENTS = (1.0, 1.5, 3.0)
CENTRINGS = (0.02, 0.01, 0.0025)
"""Beside the default, tried with the other defaults."""


COLUMNS = ("stress", "jaccard", "separation", "spread", "product", "least", "hundredth")


def charges_compared() -> list[LayoutConfig]:
    return [LayoutConfig(charges=charges) for charges in KINDS]


def all_choices() -> list[LayoutConfig]:
    uniform = [LayoutConfig(weights=WEIGHTS[1], charges=charges) for charges in KINDS]
    solvers = [SolverConfig(exponent=each) for each in EXPONENTS]
    solvers += [SolverConfig(centring=each) for each in CENTRINGS]
    return charges_compared() + uniform + [LayoutConfig(each) for each in solvers]


def measured(ear: Ear, graph: Graph, config: LayoutConfig) -> dict[str, Any]:
    laid = layout_of_ear(ear, config, ear.name)
    assert laid.rested, f"{config} did not come to rest: {laid.residual}"
    points = laid.layout.positions[0]
    apart = quality.apart(graph, points)
    separation = quality.separation(laid.layout.layer, points)
    return {
        "ear": ear.name,
        "weights": config.weights,
        "charges": config.charges,
        "exponent": config.solver.exponent,
        "centring": config.solver.centring,
        "stress": quality.stress(graph, points),
        "jaccard": quality.neighbourhood(graph, points),
        "separation": separation,
        "spread": apart.spread,
        "product": separation * apart.spread,
        "least": apart.least,
        "hundredth": apart.hundredth,
    }


def best_charges(rows: Sequence[dict[str, Any]]) -> dict[str, float]:
    """Of each kind the mean product over the ears, weights, exponent and centring by default."""
    compared = [row for row in rows if row["compared"]]
    return {
        kind: sum(products) / len(products)
        for kind in KINDS
        if (products := [row["product"] for row in compared if row["charges"] == kind])
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("ears", nargs="*", default=["small", "electronic"])
    given = parser.parse_args()
    torch.set_num_threads(1)
    rows = []
    print(f"| ear | weights | charges | k | centring | {' | '.join(COLUMNS)} |")
    print(f"|{'---|' * (5 + len(COLUMNS))}")
    for number, name in enumerate(given.ears):
        ear = ear_named(name)
        graph = graph_of_ear(ear)
        compared = charges_compared()
        for config in all_choices() if number == 0 else compared:
            row = {**measured(ear, graph, config), "compared": config in compared}
            cells = [f"{row[each]:.3f}" for each in COLUMNS]
            said = config.weights, config.charges, f"{row['exponent']:g}", f"{row['centring']:g}"
            print(f"| {' | '.join((name, *said, *cells))} |", flush=True)
            rows.append(row)
    means = best_charges(rows)
    print("product, mean over the ears:", {kind: round(mean, 4) for kind, mean in means.items()})
    print(f"most: {max(means, key=means.__getitem__)}; the default: {DEFAULT}")
    finish({"benchmark": "layout choices", "machine": machine(), "rows": rows, "products": means})


if __name__ == "__main__":
    main()
