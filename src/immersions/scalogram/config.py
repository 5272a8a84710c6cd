"""What a scalogram computes."""

from __future__ import annotations

from dataclasses import dataclass

from immersions.scalogram.checks import number, whole

LONGEST_WINDOW_SECONDS = 20.0


@dataclass(frozen=True)
class ScalogramConfig:
    """What the transform computes. Rates in Hz, `hop` in samples of a stream."""

    sample_rate: int = 44100
    hop: int = 1024
    bins: int = 216
    bins_per_octave: int = 24
    fmin: float = 40.0
    filter_scale: float = 0.43
    oversampling: int = 2
    """Where windows are shorter than the hop: samples a hop, of which the loudest is kept."""
    phase: bool = False
    """Whether a second part carries each bin's phase advance beyond the expected one."""

    def __post_init__(self) -> None:
        whole("sample_rate", self.sample_rate, 1000, 1 << 20)
        whole("hop", self.hop, 1, 1 << 20)
        whole("bins", self.bins, 1, 4096)
        whole("bins_per_octave", self.bins_per_octave, 1, 1024)
        number("fmin", self.fmin, 1, 1 << 19)
        number("filter_scale", self.filter_scale, 1e-3, 1e3)
        whole("oversampling", self.oversampling, 1, 64)
        if not isinstance(self.phase, bool):
            raise ValueError(f"phase: expected true or false, got {self.phase!r:.60}")
        # In logarithms, which cannot overflow: a thousand octaves are no frequency.
        if (self.bins - 1) / self.bins_per_octave > 20:
            raise ValueError(
                f"bins: expected at most 20 octaves, got {self.bins} bins, "
                f"{self.bins_per_octave} an octave"
            )
        if self.frequencies[-1] >= self.sample_rate / 2:
            raise ValueError(
                f"the highest bin, {self.frequencies[-1]:.0f} Hz, is not below half the sample "
                f"rate, {self.sample_rate / 2:.0f} Hz: use fewer bins or a lower fmin"
            )

        shortest = self.cycles / self.frequencies[-1] * self.sample_rate
        if shortest < 2:
            raise ValueError(
                f"filter_scale: expected windows of 2 samples or more, got {shortest:.2g} at "
                f"{self.frequencies[-1]:.0f} Hz"
            )
        if self.longest_window_seconds > LONGEST_WINDOW_SECONDS:
            raise ValueError(
                f"filter_scale: expected windows of at most {LONGEST_WINDOW_SECONDS:g} s, got "
                f"{self.longest_window_seconds:.3g} s at {self.fmin:g} Hz"
            )

    @property
    def frequencies(self) -> list[float]:
        """Centre frequencies in Hz, lowest first."""
        return [self.fmin * 2 ** (k / self.bins_per_octave) for k in range(self.bins)]

    @property
    def cycles(self) -> float:
        """Cycles of its own frequency that each window spans."""
        return self.filter_scale / (2 ** (1 / self.bins_per_octave) - 1)

    @property
    def parts(self) -> int:
        return 2 if self.phase else 1

    @property
    def longest_window_seconds(self) -> float:
        return self.cycles / self.fmin
