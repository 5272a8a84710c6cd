"""Bring your own network: any torch module that takes mono sound or a scalogram, as an ear.

The layers that are named are heard by forward hooks, so the module needs no change. A module is
not known to be causal or circular, so it hears the loop repeated and the last repetition counts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

from immersions.ears.ear import Activations, Edit, Layer, LayerStatistics, check_names
from immersions.scalogram import Scalogram, ScalogramConfig

Prepare = Callable[[Float[Tensor, "batch samples"]], Tensor]


class _Heard(Exception):
    """Everything asked for has been heard: the rest of the module need not run."""


class ModuleEar:
    """A torch module as an `Ear`; made by `from_module`."""

    def __init__(
        self,
        module: nn.Module,
        sample_rate: int,
        layers: Sequence[str],
        scalogram: ScalogramConfig | None,
        prepare: Prepare | None,
        loop_seconds: float,
        repeats: int,
        name: str,
    ) -> None:
        self.name, self.sample_rate, self.loop_seconds = name, sample_rate, loop_seconds
        self.network = module.eval().requires_grad_(False)
        self.statistics: Mapping[str, LayerStatistics] = {}
        self.scalogram = None if scalogram is None else Scalogram(scalogram)
        self._names = list(layers)
        self._prepare, self._repeats = prepare, repeats
        self._known: dict[int, list[Layer]] = {}
        modules = dict(module.named_modules())
        check_names(layers, [key for key in modules if key])
        self._modules = {key: modules[key] for key in layers}

    @property
    def layers(self) -> Sequence[Layer]:
        return self.layers_for(round(self.loop_seconds * self.sample_rate))

    def layers_for(self, samples: int) -> Sequence[Layer]:
        if samples not in self._known:
            with torch.no_grad():
                heard = self.listen(torch.zeros(1, samples, device=self._device), self._valid)
            self._known[samples] = [
                Layer(name, *(int(size) for size in heard[name].shape[1:])) for name in self._valid
            ]
        return self._known[samples]

    @property
    def has_scalogram(self) -> bool:
        return self.scalogram is not None

    @property
    def bin_frequencies(self) -> Sequence[float]:
        return self.scalogram.config.frequencies if self.scalogram else []

    @property
    def _device(self) -> torch.device | None:
        return next((weight.device for weight in self.network.parameters()), None)

    @property
    def _valid(self) -> list[str]:
        return (["scalogram"] if self.scalogram else []) + self._names

    def listen(
        self,
        loop: Float[Tensor, "batch samples"],
        layers: Sequence[str],
        edit: Edit | None = None,
    ) -> Activations:
        check_names(layers, self._valid)
        heard: Activations = {}
        x = self._first(loop)
        if self.scalogram is not None:
            x = edit(x) if edit else x
            heard["scalogram"] = x
            x = x.repeat(1, 1, 1, self._repeats)
        else:
            x = x.repeat(1, self._repeats)
        wanted = [name for name in self._names if name in layers]
        heard |= self._hear(self._prepare(x) if self._prepare else x, wanted)
        return {name: heard[name] for name in layers}

    def _first(self, loop: Float[Tensor, "batch samples"]) -> Tensor:
        """The scalogram if there is one, else the sound."""
        if self.scalogram is None:
            return loop
        return self.scalogram.loop(loop, max(1, round(loop.shape[1] / self.scalogram.config.hop)))

    @torch.no_grad()
    def follow(
        self,
        begin: Callable[[Tensor], None],
        answered: Callable[[str, Any], None],
        during: AbstractContextManager[Any],
    ) -> None:
        """Run the module once on silence: `begin` gets what it hears, scalogram or sound, and
        `answered` each named layer's answer; `during` is entered for the time of the run."""
        x = self._first(torch.zeros(1, round(self.loop_seconds * self.sample_rate)))
        x = x.to(self._device)

        def told(name: str) -> Callable[..., None]:
            return lambda module, given, answer: answered(name, answer)

        hooks = [each.register_forward_hook(told(name)) for name, each in self._modules.items()]
        begin(x)
        try:
            with during:
                self.network(self._prepare(x) if self._prepare else x)
        finally:
            for hook in hooks:
                hook.remove()

    def _hear(self, x: Tensor, wanted: Sequence[str]) -> Activations:
        heard: dict[str, Tensor] = {}

        def keep(name: str) -> Callable[..., None]:
            def hook(module: nn.Module, given: Any, answer: Any) -> None:
                # A copy: the module's next step may write into the same memory.
                heard[name] = self._last_repeat(name, answer).clone()
                if len(heard) == len(wanted):
                    raise _Heard

            return hook

        hooks = [self._modules[name].register_forward_hook(keep(name)) for name in wanted]
        try:
            if wanted:
                self.network(x)
        except _Heard:
            pass
        finally:
            for hook in hooks:
                hook.remove()
        if silent := [name for name in wanted if name not in heard]:
            raise ValueError(f"layer {silent[0]!r} was not reached when the module heard the loop")
        return heard

    def _last_repeat(
        self, name: str, answer: Any
    ) -> Float[Tensor, "batch channels pitches frames"]:
        answer = answer[0] if isinstance(answer, tuple) else answer
        if not isinstance(answer, Tensor) or not 2 <= answer.ndim <= 4:
            shape = tuple(answer.shape) if isinstance(answer, Tensor) else type(answer).__name__
            raise ValueError(
                f"layer {name!r}: expected (batch, channels[, pitches][, frames]), got {shape}"
            )
        if answer.ndim == 2:
            answer = answer[:, :, None]
        if answer.ndim == 3:
            answer = answer[:, :, None, :]
        kept = max(1, answer.shape[-1] // self._repeats)
        return answer[..., answer.shape[-1] - kept :]


def from_module(
    module: nn.Module,
    sample_rate: int,
    layers: Sequence[str],
    *,
    scalogram: ScalogramConfig | None = None,
    prepare: Prepare | None = None,
    loop_seconds: float = 4.0,
    repeats: int = 2,
    name: str | None = None,
) -> ModuleEar:
    """Turn a torch module into an ear that can be dreamed on.

    The module gets mono sound (batch, samples) at `sample_rate` Hz, or with `scalogram` that
    transform's (batch, parts, bins, frames); `prepare` reshapes or normalises it first. `layers`
    names submodules (as in `named_modules`) whose outputs are (batch, channels, pitches, frames),
    (batch, channels, frames) or (batch, channels). The loop is heard `repeats` times and the last
    repetition counts. The module is set to evaluation and its weights are frozen.

    Raises `ValueError` that names the valid layers, or says which one was not reached.
    """
    return ModuleEar(
        module,
        sample_rate,
        layers,
        scalogram,
        prepare,
        loop_seconds,
        repeats,
        name or type(module).__name__.lower(),
    )
