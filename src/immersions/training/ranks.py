"""Several processes that train one ear: which one this is, and what they tell one another.

`torchrun` starts them and numbers them in their environment. A process alone has nobody to tell
anything: every method then gives back what it got, to the last bit.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import torch
from torch import Tensor, distributed, nn
from torch.distributed.rendezvous import rendezvous

LONGEST_WAIT = timedelta(hours=6)
"""For the others to compute their scalograms, say; one that ended is noticed at once."""


@dataclass(frozen=True)
class Ranks:
    """Process `rank` of `size`. What it asks of the others raises `ConnectionError` if one ended.

    Each has to ask the same questions in the same order.
    """

    rank: int = 0
    size: int = 1
    store: Any = None
    """The launcher's `torch.distributed.Store`, which outlives any of them."""

    @property
    def first(self) -> bool:
        """Whether this process writes what the run keeps, and says what it does."""
        return self.rank == 0

    def part(self, items: int) -> slice:
        """This process' share of a batch. Raises `ValueError` if it cannot be shared evenly."""
        each, rest = divmod(items, self.size)
        if rest:
            raise ValueError(
                f"items: expected a multiple of the {self.size} processes, got {items}"
            )
        return slice(self.rank * each, (self.rank + 1) * each)

    def gathered(self, values: Tensor) -> Tensor:
        """Everybody's `values` (of one shape), joined along the first axis; has a gradient."""
        return values if self.size == 1 else _Gathered.apply(values, self)

    def mean(self, value: Tensor) -> Tensor:
        """The mean over the processes, without a gradient."""
        if self.size == 1:
            return value
        total = value.detach().clone(memory_format=torch.contiguous_format)
        with _talking(self.size):
            distributed.all_reduce(total)
        return total / self.size

    def average_gradients(self, parameters: Iterable[nn.Parameter]) -> None:
        """Put the mean over the processes in place of each gradient."""
        gradients = [p.grad for p in parameters if p.grad is not None]
        if self.size == 1 or not gradients:
            return
        # In one message, since each costs time on its way.
        joined = self.mean(torch.cat([gradient.flatten() for gradient in gradients]))
        sizes = [gradient.numel() for gradient in gradients]
        for gradient, values in zip(gradients, joined.split(sizes), strict=True):
            gradient.copy_(values.view(gradient.shape))

    def any(self, flag: bool) -> bool:
        """Whether `flag` is true for one of the processes at least."""
        return bool(self.mean(torch.tensor(float(flag))) > 0)

    def check_same(self, what: str, number: int) -> None:
        """Raise `ValueError` unless `number` is the same for all; also, wait for all."""
        numbers = self.gathered(torch.tensor([number])).tolist()
        if len(set(numbers)) > 1:
            raise ValueError(f"expected {what} to be the same in every process, got {numbers}")

    def speaks(self) -> bool:
        """Whether this process is the first to ask: what ends all of them is said once."""
        if self.store is None:
            return True
        try:
            return self.store.add("said", 1) == 1
        except RuntimeError:
            return True


ALONE = Ranks()


@contextmanager
def joined(device: str = "cpu") -> Iterator[Ranks]:
    """Join the processes that `torchrun` started along with this one, if it did.

    What lies on GPUs they tell one another by NCCL when they are to train on some.
    """
    if int(os.environ.get("WORLD_SIZE", "1")) < 2 or "MASTER_ADDR" not in os.environ:
        yield ALONE
        return
    store, rank, size = next(iter(rendezvous("env://")))
    on_gpus = device.startswith("cuda") and torch.cuda.is_available()
    distributed.init_process_group(
        "cpu:gloo,cuda:nccl" if on_gpus else "gloo",
        store=store,
        rank=rank,
        world_size=size,
        timeout=LONGEST_WAIT,
    )
    try:
        yield Ranks(rank, size, store)
    finally:
        distributed.destroy_process_group()


class _Gathered(torch.autograd.Function):
    """Joins everybody's values; a gradient is the sum of what everybody did with them."""

    @staticmethod
    def forward(context: Any, values: Tensor, ranks: Ranks) -> Tensor:
        context.ranks, context.length = ranks, len(values)
        values = values.contiguous()
        parts = [torch.empty_like(values) for _ in range(ranks.size)]
        with _talking(ranks.size):
            distributed.all_gather(parts, values)
        return torch.cat(parts)

    @staticmethod
    def backward(context: Any, *gradients: Tensor) -> tuple[Tensor, None]:
        total = gradients[0].clone(memory_format=torch.contiguous_format)
        with _talking(context.ranks.size):
            distributed.all_reduce(total)
        return total.narrow(0, context.ranks.rank * context.length, context.length), None


@contextmanager
def _talking(size: int) -> Iterator[None]:
    try:
        yield
    except RuntimeError as error:
        raise ConnectionError(f"lost another of the {size} processes of this run") from error
