"""What every benchmark needs: interleaved timing, the machine in words, one JSON document."""

from __future__ import annotations

import json
import os
import platform
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

Of = Callable[[Sequence[float]], float]


def interleaved(
    calls: Mapping[str, Callable[[], object]],
    rounds: int = 15,
    warm_up: int = 2,
    of: Of = statistics.median,
) -> dict[str, float]:
    """Seconds of each call, the median; they take turns, so that a noisy machine is so to all."""
    seconds: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(warm_up + rounds):
        for name, call in calls.items():
            began = time.perf_counter()
            call()
            if number >= warm_up:
                seconds[name].append(time.perf_counter() - began)
    return {name: of(taken) for name, taken in seconds.items()}


def both_clocks(
    calls: Mapping[str, Callable[[], object]], rounds: int, of: Of = statistics.median
) -> tuple[dict[str, float], dict[str, float]]:
    """As `interleaved`: by the wall clock, and by processor time, which others disturb less."""
    spent: dict[str, list[float]] = {name: [] for name in calls}

    def counting(name: str) -> Callable[[], object]:
        def call() -> None:
            began = time.process_time()
            calls[name]()
            spent[name].append(time.process_time() - began)

        return call

    wall = interleaved({name: counting(name) for name in calls}, rounds, of=of)
    return wall, {name: of(taken) for name, taken in spent.items()}


def multiply_adds(call: Callable[[], object]) -> int:
    """Of all products of matrices and convolutions that torch does in the call."""
    from torch.utils.flop_counter import FlopCounterMode

    with FlopCounterMode(display=False) as counter:
        call()
    return counter.get_total_flops() // 2


def product(side: int, dtype: torch.dtype, device: str = "cpu") -> Callable[[], object]:
    """A square product of matrices, which needs side³ multiply-adds: what a machine can do."""
    import torch

    a, b = (torch.randn(side, side).to(device, dtype) for _ in range(2))
    return lambda: a @ b


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    import torch

    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "torch": torch.__version__,
        "load_before": round(os.getloadavg()[0], 2),
    }


def finish(document: Mapping[str, Any]) -> None:
    """Print the document as the last line."""
    print(json.dumps(document))


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()
