"""How many steps a second a dream makes: 4 s loop, one copy, default parameters.

    python benchmarks/dreaming.py [EAR …] [--steps 40]

Every ear is asked for its deepest layer. Presets without trained weights are timed with random
ones: time does not depend on them. The last line is one JSON document.
"""

from __future__ import annotations

import argparse
import math

import numpy as np
import torch

from _measure import finish, interleaved, machine
from immersions import assets
from immersions.dreaming import Dreamer, Target
from immersions.dreaming.starts import start_clip
from immersions.ears import available, load, presets
from immersions.ears.ear import Ear

SECONDS = 4.0


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("ears", nargs="*", default=["small", "h20"])
    arguments.add_argument("--steps", type=int, default=40)
    given = arguments.parse_args()
    document = {"benchmark": "dreaming", "machine": machine(), "seconds": SECONDS, "ears": {}}
    for name in given.ears:
        ear = load(name) if name in available() else presets.build(name)
        rows = {threads: steps_per_second(ear, threads, given.steps) for threads in (1, 2)}
        for threads, rate in rows.items():
            print(f"{name:8} {threads} thread(s): {rate:6.1f} steps a second")
        document["ears"][name] = {
            "layer": ear.layers[-1].name,
            "trained": name in available(),
            "steps_per_second": {str(threads): round(rate, 2) for threads, rate in rows.items()},
        }
    finish(document)


def steps_per_second(ear: Ear, threads: int, steps: int) -> float:
    """The inverse of the median step; asserts that the loop stays sound and has been bent."""
    torch.set_num_threads(threads)
    clip = start_clip(assets.clips()[0].name, ear.sample_rate, SECONDS)
    dreamer = Dreamer(ear, clip, Target.parse([ear.layers[-1].name], ear.layers_for(len(clip))))
    seconds = interleaved({"step": dreamer.step}, rounds=steps, warm_up=5)["step"]
    loop = dreamer.render()
    if not (np.isfinite(loop).all() and math.isfinite(dreamer.standardised(loop))):
        raise AssertionError("the dream is not finite")
    if np.allclose(loop, clip, atol=1e-3):
        raise AssertionError("the dream did not bend the loop")
    return 1 / seconds


if __name__ == "__main__":
    main()
