"""A device in name: shapes of every tensor are followed, nothing is computed.

What a GPU refuses is refused here too: an operation on tensors that lie on two devices.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from typing import Any
from unittest.mock import patch

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

META = torch.device("meta")
READ = 0.5
"""What every number that is read from a tensor there is."""
BRINGS = (torch.ops.aten._to_copy.default, torch.ops.aten.copy_.default)
JOINS = (torch.ops.aten.cat.default, torch.ops.aten.stack.default)


class _OneDevice(TorchDispatchMode):
    """Raises `AssertionError` for an operation on two devices, and lets numbers be read."""

    def __torch_dispatch__(
        self, function: Any, types: Any, arguments: Any = (), options: Any = None
    ) -> Any:
        given = [leaf for leaf in tree_leaves((arguments, options)) if isinstance(leaf, Tensor)]
        # A single number may come from the processor, and indices too.
        small = function not in JOINS
        devices = {t.device for t in given if not (small and t.ndim == 0 and t.device != META)}
        indexes = function is torch.ops.aten.index.Tensor
        if len(devices) > 1 and function not in BRINGS and not indexes:
            raise AssertionError(f"{function}: on {sorted(map(str, devices))}")
        if function is torch.ops.aten._local_scalar_dense.default and given[0].is_meta:
            return READ
        options = options or {}
        if function in BRINGS and given[-1].is_meta and not _to(function, given, options).is_meta:
            return _brought(function, given, options)
        return function(*arguments, **options)


def _to(function: Any, given: list[Tensor], options: dict[str, Any]) -> Tensor:
    """What has the device that is copied to."""
    if function is torch.ops.aten.copy_.default:
        return given[0]
    return torch.empty(0, device=options.get("device", given[0].device))


def _brought(function: Any, given: list[Tensor], options: dict[str, Any]) -> Tensor:
    """What was computed elsewhere holds zeros, seen from here."""
    if function is torch.ops.aten.copy_.default:
        return given[0].zero_()
    return torch.zeros(given[0].shape, dtype=options.get("dtype", given[0].dtype))


@contextmanager
def elsewhere() -> Iterator[torch.device]:
    """Within, a device that is no processor; torch has no autocast for it."""
    with _OneDevice(), patch("torch.autocast", lambda *given, **more: nullcontext()):
        yield META
