"""What a scalogram computes."""

from __future__ import annotations

from dataclasses import dataclass


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
        for name in ("sample_rate", "hop", "bins", "bins_per_octave", "fmin", "filter_scale"):
            if not getattr(self, name) > 0:
                raise ValueError(f"{name}: expected a value above 0, got {getattr(self, name)}")
        if self.oversampling < 1:
            raise ValueError(f"oversampling: expected 1 or more, got {self.oversampling}")
        if self.frequencies[-1] >= self.sample_rate / 2:
            raise ValueError(
                f"the highest bin, {self.frequencies[-1]:.0f} Hz, is not below half the sample "
                f"rate, {self.sample_rate / 2:.0f} Hz: use fewer bins or a lower fmin"
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
