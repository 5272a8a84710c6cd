"""A run's figures as TensorBoard shows them."""

from __future__ import annotations

from pathlib import Path

from immersions.training.kept import Row

FOLDER = "tensorboard"
GROUPS = ("validation",)
LEFT_OUT = ("step", "chance")
FLUSH_SECONDS = 30


class Board:
    """Writes scalars below a run's folder; needs the package tensorboard.

    A run that goes on from `step` hides what was written of later steps before it was stopped.
    """

    def __init__(self, folder: Path, step: int) -> None:
        from torch.utils.tensorboard import SummaryWriter

        self._writer = SummaryWriter(
            str(folder / FOLDER), purge_step=step + 1, flush_secs=FLUSH_SECONDS
        )

    def add(self, row: Row, learning_rate: float) -> None:
        """What a step reported; names that begin with `validation_` are a group of their own."""
        for name, value in (row | {"learning_rate": learning_rate}).items():
            group, _, rest = name.partition("_")
            if group not in LEFT_OUT:
                tag = f"{group}/{rest}" if group in GROUPS else name
                self._writer.add_scalar(tag, value, int(row["step"]))

    def close(self) -> None:
        """Write what is left."""
        self._writer.close()
