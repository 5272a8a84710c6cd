"""Which axis of a tensor is which: batch, channels, the kept axis, and what is cut away.

A reshape may merge axes, as before a linear layer; then a tensor's dimension holds several.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

BATCH, CHANNEL, KEPT, CUT = "batch", "channel", "kept", "cut"

Axis = tuple[str, int]
"""(role, size)"""


@dataclass(frozen=True)
class Axes:
    """For each dimension of a tensor the axes that it holds, slowest first."""

    dimensions: tuple[tuple[Axis, ...], ...]

    @classmethod
    def of(cls, roles: Sequence[str], shape: Sequence[int]) -> Axes:
        return cls(tuple(((role, size),) for role, size in zip(roles, shape, strict=True)))

    def size(self, role: str) -> int:
        """Of all axes of that role together; 1 if there is none."""
        return math.prod(size for axes in self.dimensions for name, size in axes if name == role)

    def width(self, dimension: int) -> int:
        """Places of a dimension, however many axes it holds."""
        return math.prod(size for _, size in self.dimensions[dimension])

    def role(self, dimension: int) -> str:
        """The role of a dimension that holds a single axis (of more than one place, at least).

        Raises `ValueError` if it holds several.
        """
        wide = [name for name, size in self.dimensions[dimension] if size > 1]
        if len(wide) > 1:
            raise ValueError(f"dimension {dimension} holds {' and '.join(wide)}")
        names = wide or [name for name, _ in self.dimensions[dimension]]
        return names[0] if names else CUT

    def dimension(self, role: str) -> int | None:
        """Which dimension is of that role alone, if one is."""
        for number, axes in enumerate(self.dimensions):
            if [name for name, size in axes if size > 1 or name == role] == [role]:
                return number
        return None

    def resized(self, shape: Sequence[int]) -> Axes:
        """The same dimensions with other sizes. Raises `ValueError` where merged ones change."""
        changed = []
        for number, (axes, size) in enumerate(zip(self.dimensions, shape, strict=True)):
            same = math.prod(n for _, n in axes) == size
            changed.append(axes if same else ((self.role(number), size),))
        return Axes(tuple(changed))

    def reshaped(self, shape: Sequence[int]) -> Axes:
        """After a view. Raises `ValueError` where it cuts through an axis."""
        left = [axis for axes in self.dimensions for axis in axes if axis[1] != 1]
        dimensions: list[tuple[Axis, ...]] = []
        for size in shape:
            held: list[Axis] = []
            while math.prod(n for _, n in held) < size and left:
                held.append(left.pop(0))
            if math.prod(n for _, n in held) != size:
                raise ValueError(f"a view to {tuple(shape)} cuts through the axis {held[-1][0]}")
            dimensions.append(tuple(held))
        return Axes(tuple(dimensions))

    def permuted(self, order: Sequence[int]) -> Axes:
        return Axes(tuple(self.dimensions[place] for place in order))
