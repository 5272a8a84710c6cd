"""How fast is a step of training, beside what its multiply-adds need at the matrix rate?

    python benchmarks/training.py [small] [h20] [--rounds 5] [--threads 1 2]

A step is the loss of a batch, its gradient, clipping and Adam; reading the batch is not in it. The
multiply-adds of convolutions, prediction and scores, forward and backward, are counted as torch
does them, and must agree with a formula. The matrix rate is that of a large square product in the
same precision with the same threads, in turns with the step. Each time is the best of the rounds,
by the wall and by processor time, which others' work disturbs less; with several threads waiting
counts as work unless OMP_WAIT_POLICY is PASSIVE. With a GPU there are rows for it too.

In float32 a share above 100 % says that the convolutions use wider instructions than the product.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from typing import Any

from immersions.training.memory import keep_large_blocks

keep_large_blocks()  # before torch is imported, as `immersions train` does

import torch  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from _measure import both_clocks, finish, machine, multiply_adds, product  # noqa: E402
from _trials import step_multiply_adds  # noqa: E402
from immersions import assets, audio  # noqa: E402
from immersions.ears import presets  # noqa: E402
from immersions.ears.contrastive import ContrastiveConfig  # noqa: E402
from immersions.scalogram import Scalogram  # noqa: E402
from immersions.training import cpc  # noqa: E402
from immersions.training.config import TrainingConfig  # noqa: E402
from immersions.training.objective import Objective, Trainee  # noqa: E402

TARGET_SHARE = 0.5
AGREEMENT = 0.02
PRECISIONS = {"bfloat16": torch.bfloat16, "float32": torch.float32}
SIDES = {"cpu": 2048, "cuda": 8192}
"""Of the matrices: as large as is needed for the full rate."""


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("presets", nargs="*", default=["small", "h20"])
    parser.add_argument("--items", type=int, default=32)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, nargs="+", default=[1, 2])
    given = parser.parse_args()
    rows: dict[str, dict[str, float]] = {}
    for name in given.presets:
        graphics = [("cuda", 1)] * torch.cuda.is_available()
        for device, threads in (*(("cpu", count) for count in given.threads), *graphics):
            torch.set_num_threads(threads)
            for precision in PRECISIONS:
                where = "GPU" if device == "cuda" else f"{threads} thread{'s' * (threads > 1)}"
                row = measured(presets.config(name), given.items, given.rounds, device, precision)
                rows[f"{name}, {where}, {precision}"] = row
                print(f"{name}, {where}, {precision}: {row}", flush=True)
    finish(
        {
            "benchmark": "training",
            "question": f"a step of {given.items} excerpts beside a product of matrices",
            "machine": machine(),
            "rows": rows,
            "target_share": TARGET_SHARE,
            "reached": {key: row["processor_share"] >= TARGET_SHARE for key, row in rows.items()},
        }
    )


def measured(
    config: ContrastiveConfig, items: int, rounds: int, device: str, precision: str
) -> dict[str, float]:
    """Times of a step and of a product, and the share of the product's rate that is used."""
    step, needed = training_step(config, items, device, precision == "bfloat16")
    counted = multiply_adds(step)
    assert abs(counted / needed - 1) < AGREEMENT, (counted, needed)
    side = SIDES[device]
    calls = {"step": step, "product": product(side, PRECISIONS[precision], device)}
    waiting = {name: _finished(call, device) for name, call in calls.items()}
    wall, busy = both_clocks(waiting, rounds, of=min)
    work = counted / side**3
    return {
        "giga_multiply_adds": round(counted / 1e9, 1),
        "step_seconds": round(wall["step"], 3),
        "clips_per_second": round(items / wall["step"], 2),
        "allowed_clips_per_second": round(items / (work * wall["product"]), 2),
        "matrix_giga_per_second": round(side**3 / wall["product"] / 1e9, 1),
        "share": round(work * wall["product"] / wall["step"], 3),
        "processor_step_seconds": round(busy["step"], 3),
        "processor_share": round(work * busy["product"] / busy["step"], 3),
    }


def training_step(
    config: ContrastiveConfig, items: int, device: str, bfloat16: bool
) -> tuple[Callable[[], Tensor], int]:
    """A step that may be called again and again, and the multiply-adds that it should need."""
    torch.manual_seed(0)
    settings = TrainingConfig(items=items)
    model = Trainee(config).to(device).to(memory_format=torch.channels_last).train()  # type: ignore[call-overload]
    network = model.network
    ratio = network.stride // network.encoder_stride
    crop = cpc.crop_of(config, ratio, settings.contexts)
    levels = excerpts(config, items, crop.steps * network.encoder_stride).to(device)
    objective = Objective(crop, config.gap_steps, bfloat16=bfloat16)
    optimiser = torch.optim.Adam(model.parameters(), lr=settings.learning_rate)

    def step() -> Tensor:
        optimiser.zero_grad(set_to_none=True)
        loss, _ = objective.learn(model, levels)
        nn.utils.clip_grad_norm_(model.parameters(), settings.clip_norm)
        optimiser.step()
        return loss

    return step, step_multiply_adds(config, settings)


def excerpts(config: ContrastiveConfig, items: int, frames: int) -> Tensor:
    """Excerpts of a drum loop, each from another place on."""
    scale = config.scalogram
    clip = next(clip for clip in assets.clips() if clip.name == "breakbeat")
    sound = torch.from_numpy(audio.read(clip.path, scale.sample_rate).samples)[None]
    with torch.no_grad():
        loop = Scalogram(scale).loop(sound, sound.shape[1] // scale.hop)
    endless = loop.repeat(1, 1, 1, -(-frames // loop.shape[-1]))
    return torch.cat([endless.roll(-5 * item, -1)[..., :frames] for item in range(items)])


def _finished(call: Callable[[], object], device: str) -> Callable[[], Any]:
    """The call, ended only when the device has done its work."""
    if device == "cpu":
        return call

    def waiting() -> None:
        call()
        torch.cuda.synchronize()

    return waiting


if __name__ == "__main__":
    main()
