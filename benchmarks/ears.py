"""How fast do the ears answer, beside what their multiply-adds need at the matrix rate?

Network alone, deepest layer, 4 s loop, batch 1: forward and the gradient to the scalogram, for
`small` and `h20`, one and two threads, single precision and bfloat16 (autocast). The matrix rate is
that of a large product of the same precision and threads, timed in turns with the network. Also:
what bfloat16 changes in the answers, layer by layer, in parts of the layer's deviation.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable

import torch
from torch import Tensor

from _measure import both_clocks, finish, machine, multiply_adds, product
from immersions import assets, audio, ears
from immersions.ears import presets
from immersions.ears.contrastive import ContrastiveEar

TARGET_RATIO = 1.5
SIDE = 1536  # of the matrices: large enough for the peak rate, small enough for its turn
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}


def ear(name: str) -> ContrastiveEar:
    """Trained where it is bundled; for speed the weights' values do not matter."""
    torch.manual_seed(0)
    return ears.from_pretrained(name) if name in ears.available() else presets.build(name)


def scalogram_of_music(listener: ContrastiveEar) -> Tensor:
    clip = next(clip for clip in assets.clips() if clip.name == "breakbeat")
    sound = torch.from_numpy(audio.read(clip.path, listener.sample_rate).samples)
    loop = sound.repeat(2)[: round(4 * listener.sample_rate)][None]
    with torch.no_grad():
        return listener.listen(loop, ["scalogram"])["scalogram"]


def both_ways(listener: ContrastiveEar, x: Tensor, precision: str) -> Callable[[], object]:
    deepest = listener.layers[-1].name
    at = (
        torch.autocast("cpu", torch.bfloat16)
        if precision == "bfloat16"
        else contextlib.nullcontext()
    )

    def call() -> Tensor:
        leaf = x.clone().requires_grad_()
        with at:
            answer = listener.respond(leaf, [deepest], circular=True)[deepest]
        (gradient,) = torch.autograd.grad(answer.float().sum(), leaf)
        return gradient

    return call


def bfloat16_changes(listener: ContrastiveEar, x: Tensor) -> dict[str, float]:
    """The largest difference in each layer, in parts of the layer's deviation."""
    names = [layer.name for layer in listener.layers[1:]]
    with torch.no_grad():
        exact = listener.respond(x, names, circular=True)
        with torch.autocast("cpu", torch.bfloat16):
            rough = listener.respond(x, names, circular=True)
    return {
        name: round(float((rough[name].float() - exact[name]).abs().max() / exact[name].std()), 4)
        for name in names
    }


def measured(listener: ContrastiveEar, x: Tensor, precision: str) -> dict[str, float]:
    """Times by the wall and by the processor, whose ratio others' work disturbs less."""
    calls = {
        "network": both_ways(listener, x, precision),
        "product": product(SIDE, PRECISIONS[precision]),
    }
    needed = multiply_adds(calls["network"])
    wall, busy = both_clocks(calls, rounds=9)
    share = needed / SIDE**3
    return {
        "million_multiply_adds": needed // 10**6,
        "wall_ms": round(1000 * wall["network"], 2),
        "processor_ms": round(1000 * busy["network"], 2),
        "matrix_giga_per_second": round(SIDE**3 / wall["product"] / 1e9, 1),
        "ratio": round(wall["network"] / (share * wall["product"]), 2),
        "processor_ratio": round(busy["network"] / (share * busy["product"]), 2),
    }


def main() -> None:
    rows, changes = {}, {}
    for name in sys.argv[1:] or ("small", "h20"):
        listener = ear(name)
        x = scalogram_of_music(listener)
        assert bool(torch.isfinite(both_ways(listener, x, "float32")()).all())  # type: ignore[call-overload]
        changes[name] = bfloat16_changes(listener, x)
        for threads in (1, 2):
            torch.set_num_threads(threads)
            for precision in PRECISIONS:
                key = f"{name}, {threads} thread{'s' * (threads > 1)}, {precision}"
                rows[key] = measured(listener, x, precision)
                print(key, rows[key])
    finish(
        {
            "benchmark": "ears",
            "question": "deepest layer of a 4 s loop and its gradient to the scalogram",
            "machine": machine(),
            "rows": rows,
            "target_ratio": TARGET_RATIO,
            "reached": {key: row["ratio"] <= TARGET_RATIO for key, row in rows.items()},
            "bfloat16_changes_in_deviations": changes,
        }
    )


if __name__ == "__main__":
    main()
