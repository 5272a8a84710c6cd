"""Which channels a term joins, whatever the weights: a weight of zero is an edge as well."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Rows = slice | NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pattern:
    """Pairs of `targets` and `sources` channels. A matrix is kept only where it must be."""

    targets: int
    sources: int
    groups: int = 1
    """So many blocks along the diagonal are joined; 0: every channel with its own."""
    mask: Mask | None = None
    """[targets, sources], where no number of groups says it."""

    @classmethod
    def of(cls, mask: Mask) -> Pattern:
        targets, sources = mask.shape
        return cls(targets, sources, mask=None if mask.all() else mask)

    @property
    def everything(self) -> bool:
        return self.groups == 1 and self.mask is None

    @property
    def key(self) -> tuple[int, bytes]:
        """The same for the same pairs of as many channels."""
        return (self.groups, b"") if self.mask is None else (-1, self.mask.tobytes())

    @property
    def pairs(self) -> int:
        if self.mask is not None:
            return int(np.count_nonzero(self.mask))
        return self.targets * self.sources // self.groups if self.groups else self.targets

    def dense(self) -> Mask:
        if self.mask is not None:
            return self.mask
        if self.everything:
            return np.ones((self.targets, self.sources), np.bool_)
        blocks = self.groups or self.targets
        one = np.ones((self.targets // blocks, self.sources // blocks), np.bool_)
        return np.kron(np.eye(blocks, dtype=np.bool_), one)

    def either(self, other: Pattern) -> Pattern:
        """What is joined by one of the two, or by both."""
        if self.everything or self.key == other.key:
            return self
        return other if other.everything else Pattern.of(self.dense() | other.dense())

    def after(self, first: Pattern) -> Pattern:
        """What is joined by way of a channel between: by `first`, then by this."""
        if self.groups == 0 and self.mask is None:
            return first
        if first.groups == 0 and first.mask is None:
            return self
        if self.mask is None and first.mask is None and 1 in (self.groups, first.groups):
            return Pattern(self.targets, first.sources)
        if self.mask is None and first.mask is None and self.groups == first.groups:
            return Pattern(self.targets, first.sources, self.groups)
        ways = self.dense().astype(np.float32) @ first.dense().astype(np.float32)
        return Pattern.of(ways > 0)

    def chosen(self, rows: Rows) -> Pattern:
        """Of some of the targets, in that order."""
        if self.everything:
            return Pattern(len(np.arange(self.targets)[rows]), self.sources)
        return Pattern.of(self.dense()[rows])

    def placed(self, rows: Rows, count: int) -> Pattern:
        """The targets become `rows` of `count`; the others are joined to nothing."""
        whole = np.zeros((count, self.sources), np.bool_)
        whole[rows] = self.dense()
        return Pattern.of(whole)

    def paired(self) -> Pattern:
        """After neighbouring channels became one."""
        targets, sources = -(-self.targets // 2), -(-self.sources // 2)
        if self.mask is None and self.groups < 2:
            return Pattern(targets, sources, self.groups)
        mask = self.dense()
        for axis in (0, 1):
            mask = np.logical_or.reduceat(mask, np.arange(0, mask.shape[axis], 2), axis=axis)
        return Pattern.of(mask)
