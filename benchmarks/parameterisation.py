"""Does it help to dream on scaled partials and not on samples?

    python benchmarks/parameterisation.py [--ear small] [--steps 60] [--rates 0.01 0.03 0.1]

Both parameterisations climb from the same clips to the same targets with the same random numbers,
at several learning rates, since each may prefer its own. Compared is the gain in standard
deviations that is left under transforms never used in the ascent: eight time shifts and two pitch
shifts. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import statistics

import torch

from _measure import finish, machine
from dreaming_study import _Plain, add_choices, dreams, find, some_layers

KINDS = {"fourier": 1.0, "waveform": 0.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=_Plain)
    add_choices(parser)
    parser.add_argument("--rates", nargs="+", type=float, default=[0.01, 0.03, 0.1])
    given = parser.parse_args()
    torch.set_num_threads(given.threads)
    ear = find(given.ear)
    layers = given.layers or some_layers(ear)
    rows = []
    print(f"{'':<10}{'rate':>8}{'gain':>8}{'new time':>10}{'new pitch':>11}{'> 5 kHz':>9}")
    for rate in given.rates:
        for kind, switch in KINDS.items():
            values = {"learning_rate": rate, "fourier": switch}
            found = [told for told, _ in dreams(ear, layers, given.clips, values, given.steps)]
            row = {
                key: statistics.fmean(told[key] for told in found)
                for key in ("gain", "gain_in_time", "gain_in_pitch", "above_5_khz", "flatness_db")
            }
            rows.append({"kind": kind, "rate": rate, "dreams": len(found), **row})
            print(
                f"{kind:<10}{rate:>8g}{row['gain']:>8.2f}{row['gain_in_time']:>10.2f}"
                f"{row['gain_in_pitch']:>11.2f}{row['above_5_khz']:>9.3f}",
                flush=True,
            )
    best = {
        kind: max(
            (row for row in rows if row["kind"] == kind),
            key=lambda row: row["gain_in_time"] + row["gain_in_pitch"],
        )
        for kind in KINDS
    }
    finish(
        {
            "benchmark": "parameterisation",
            "machine": machine(),
            "ear": given.ear,
            "steps": given.steps,
            "clips": given.clips,
            "layers": layers,
            "best": best,
            "all": rows,
        }
    )


if __name__ == "__main__":
    main()
