"""Where an ear is trained: the processor, or a GPU that torch sees."""

from __future__ import annotations

import os
import re

import torch

CPU = torch.device("cpu")


def device_named(name: str, processes: int = 1) -> torch.device:
    """The device called `cpu`, `cuda`, `cuda:N` or `mps`; a GPU becomes this process' own.

    Of several processes of a run (`processes`, as torchrun starts them) each takes the GPU of its
    number on this machine. Raises `ValueError` with one line where there is no such device.
    """
    if name == "cpu":
        return CPU
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise ValueError("--device mps: expected a GPU that Metal reaches, torch sees none")
        if processes > 1:
            raise ValueError(f"--device mps: expected one process, got {processes}")
        return torch.device("mps")
    asked = re.fullmatch(r"cuda(?::(\d+))?", name)
    if not asked:
        raise ValueError(f"--device: expected cpu, cuda, cuda:N or mps, got {name!r}")
    if asked[1] and processes > 1:
        raise ValueError(f"--device {name}: each of {processes} processes takes its own; say cuda")
    there = torch.cuda.device_count() if torch.cuda.is_available() else 0
    number = int(asked[1] or (os.environ.get("LOCAL_RANK", 0) if processes > 1 else 0))
    if number >= there:
        seen = f"{there} of them" if there else "none"
        raise ValueError(f"--device {name}: expected GPU number {number}, torch sees {seen}")
    device = torch.device("cuda", number)
    torch.cuda.set_device(device)
    return device


def noise_state(device: torch.device) -> torch.Tensor:
    """The state of the generator that dropout draws from on a device."""
    if device.type == "cuda":
        return torch.cuda.get_rng_state(device)
    return torch.mps.get_rng_state() if device.type == "mps" else torch.get_rng_state()


def set_noise_state(device: torch.device, state: torch.Tensor) -> None:
    """Let dropout draw again what it drew since `noise_state`."""
    if device.type == "cuda":
        torch.cuda.set_rng_state(state, device)
    elif device.type == "mps":
        torch.mps.set_rng_state(state)
    else:
        torch.set_rng_state(state)
