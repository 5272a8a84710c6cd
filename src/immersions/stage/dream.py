"""One dream: a clip on its way to a target, that bends on through every change. Needs torch."""

from __future__ import annotations

import contextlib
from dataclasses import asdict

import numpy as np
from jaxtyping import Float

from immersions import audio
from immersions.dreaming import Dreamer, Target, starts
from immersions.dreaming.objectives import of_target
from immersions.ears.ear import Activations, Ear
from immersions.stage.performance import State

Samples = Float[np.ndarray, " samples"]


class Dream:
    """A dreamer and the state it dreams with.

    `clip` is what was chosen, `start` where to begin, `mix` what the parameter `mix` mixes in; all
    of one length.
    Nothing leaves it that is not finite: `step` and `render` raise `FloatingPointError` instead.
    """

    def __init__(
        self, ear: Ear, clip: Samples, start: Samples, mix: Samples, state: State, step: int
    ) -> None:
        self.state = state
        self.dreamed_with = state
        """The state of the latest step: what can be heard in the next loop."""
        self.steps = step
        self.unheard_steps = 0
        """Steps since the last loop that was rendered."""
        self._ear = ear
        self._clip = clip
        self._mix = mix
        self._good = start
        self._dreamer: Dreamer | None = None
        self._target: Target | None = None
        with contextlib.suppress(ValueError):  # `wake` says what is wrong with it
            self._target = self._target_of(state)

    @property
    def can_step(self) -> bool:
        return self.state.running and self._dreamer is not None

    @property
    def can_render(self) -> bool:
        return self._dreamer is not None

    @property
    def worth_hearing(self) -> bool:
        """Whether a loop rendered now is new and follows the newest state."""
        return self.unheard_steps > 0 and self.dreamed_with is self.state

    def wake(self) -> None:
        """Make the dreamer. Raises `ValueError` when the target does not fit the ear."""
        self._target = self._target_of(self.state)
        self._dreamer = None
        if self._target is not None:
            self._dreamer = Dreamer(
                self._ear,
                self._levelled(self._good),
                self._target,
                self.state.parameters,
                self.state.seed,
                mix=self._mix.copy(),
            )

    def _levelled(self, loop: Samples) -> Samples:
        """The loop at the clip's loudness: a dream out of silence may have been on its way up."""
        rate = self._ear.sample_rate
        if loop is self._clip or starts.is_silent(loop, rate):
            return loop.copy()
        silent = starts.is_silent(self._clip, rate)
        wanted = starts.LOUDNESS if silent else starts.loudness(self._clip, rate)
        return audio.finish(loop, rate, loudness_lufs=wanted).samples

    def change(self, state: State) -> None:
        """Dream on with another state, from the next step."""
        old, self.state = self.state, state
        if self._dreamer is None or not state.targets:
            if state.targets != old.targets:
                self.wake()
            return
        target = self._target_of(state) if state.targets != old.targets else None
        self._dreamer.update(parameters=state.parameters, target=target)
        self._target = target or self._target

    def mix_in(self, mix: Samples, state: State) -> None:
        """Dream on, with another sound mixed in."""
        self._mix, self.state = mix, state
        if self._dreamer is not None and self.unheard_steps:
            self._good = self._finite(self._dreamer.render())
        self.wake()

    def step(self) -> float:
        """One ascent step; the standardised activation."""
        assert self._dreamer is not None
        state = self.state
        activation = float(self._dreamer.step().activation)
        if not np.isfinite(activation):
            raise FloatingPointError("a step was not finite; going on from the last good loop")
        self.steps += 1
        self.unheard_steps += 1
        self.dreamed_with = state
        return activation

    def render(self) -> Samples:
        """The present loop, finished; the place to fall back to from now on."""
        assert self._dreamer is not None
        self._good = self._finite(self._dreamer.render())
        self.unheard_steps = 0
        return self._good

    @staticmethod
    def _finite(rendered: Samples) -> Samples:
        loop = np.asarray(rendered, np.float32)
        if not np.isfinite(loop).all():
            raise FloatingPointError("a loop was not finite; going on from the last good loop")
        return loop

    def activation_of(self, heard: Activations) -> float | None:
        """The target's standardised activation, from what all layers answered to a loop."""
        if self._target is None:
            return None
        value = float(of_target(self._target, self._ear.statistics)(heard)[0])
        return value if np.isfinite(value) else None

    def fall_back(self) -> None:
        """Forget what was dreamed since the last good loop."""
        self.unheard_steps = 0
        self.wake()

    def _target_of(self, state: State) -> Target | None:
        if not state.targets:
            return None
        layers = self._ear.layers_for(len(self._clip))
        return Target.from_ranges([asdict(each) for each in state.targets], layers)
