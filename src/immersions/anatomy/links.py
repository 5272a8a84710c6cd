"""How a tensor on its way depends on layers of vertices, and what an operation makes of that.

A tensor that is no layer itself carries links: for each layer that it comes from, the terms that
join the two. A linear operation multiplies them; a selection takes some of their rows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from immersions.anatomy.graph import Matrix, Term
from immersions.anatomy.patterns import Rows

MOST_TERMS = 4096
"""In one link: more, and two wide kernels lie behind each other with no layer between them."""


@dataclass(frozen=True, eq=False)
class Link:
    """The terms that join a tensor to the layer number `source`."""

    source: int
    terms: tuple[Term, ...]

    def same(self, other: Link) -> bool:
        if self.source != other.source or len(self.terms) != len(other.terms):
            return False
        return self.terms is other.terms or all(map(_equal, self.terms, other.terms))


Links = tuple[Link, ...]


def identity(source: int, channels: int, pitches: int) -> Link:
    """Of the layer itself."""
    term = Term(np.ones(channels, np.float32), np.eye(pitches, dtype=np.float32))
    return Link(source, (term,))


def through(links: Links, kernel: Sequence[Term]) -> Links:
    """After a linear operation whose taps are `kernel`. Raises `ValueError` for too many terms."""
    return tuple(
        Link(link.source, merged(_product(tap, term) for term in link.terms for tap in kernel))
        for link in links
    )


def with_positions(links: Links, change: Callable[[Matrix], Matrix]) -> Links:
    """After an operation on the kept axis alone, which `change` does to rows of positions."""
    return _mapped(links, lambda term: replace(term, positions=change(term.positions)))


def with_channels(links: Links, chosen: NDArray[np.intp], count: int) -> Links:
    """The tensor's channels become rows `chosen` of a tensor that has `count`; others are zero."""

    def moved(term: Term) -> Term:
        dense = term.dense()
        whole = np.zeros((count, dense.shape[1]), np.float32)
        whole[chosen] = dense
        return Term.of(whole, term.positions, term.pattern.placed(chosen, count))

    return _mapped(links, moved)


def channels_chosen(links: Links, chosen: Rows) -> Links:
    """Some of the tensor's channels, in that order."""

    def taken(term: Term) -> Term:
        return Term.of(term.dense()[chosen], term.positions, term.pattern.chosen(chosen))

    return _mapped(links, taken)


def scaled(links: Links, factors: Matrix) -> Links:
    """Each of the tensor's channels times a factor of its own."""

    def times(term: Term) -> Term:
        shaped = factors if term.own_only else factors[:, None]
        return replace(term, channels=term.channels * shaped)

    return _mapped(links, times)


def distinct(links: Iterable[Link]) -> Links:
    """Without those that say the same again, as the end and the start of a loop do."""
    kept: list[Link] = []
    for link in links:
        if not any(link.same(other) for other in kept):
            kept.append(link)
    return tuple(kept)


def combined(links: Iterable[Link]) -> Links:
    """One link to each source: weights of the same pair are added."""
    found: dict[int, list[Term]] = {}
    for link in links:
        found.setdefault(link.source, []).extend(link.terms)
    return tuple(Link(source, merged(terms)) for source, terms in found.items())


def merged(terms: Iterable[Term]) -> tuple[Term, ...]:
    """One term, or one own only and one other, for each matrix of positions that joins anything."""
    found: dict[tuple[bytes, bool], Term] = {}
    for term in terms:
        if not term.positions.any() or (term.mask is not None and not term.mask.any()):
            continue
        key = term.positions.tobytes(), term.own_only
        before = found.get(key)
        found[key] = _added(before, term) if before else term
        if len(found) > MOST_TERMS:
            raise ValueError("two wide kernels with no layer between them")
    return tuple(found.values())


def _added(one: Term, other: Term) -> Term:
    """Of two terms at the same positions."""
    pattern = one.pattern.either(other.pattern)
    return Term.of(one.channels + other.channels, one.positions, pattern)


def _product(tap: Term, term: Term) -> Term:
    """First `term`, then `tap`."""
    if tap.own_only and not term.own_only:
        channels = tap.channels[:, None] * term.channels
    elif tap.own_only or term.own_only:
        channels = tap.channels * term.channels
    else:
        channels = tap.channels @ term.channels
    positions = tap.positions @ term.positions
    return Term.of(channels, positions, tap.pattern.after(term.pattern))


def _mapped(links: Links, change: Callable[[Term], Term]) -> Links:
    return tuple(Link(link.source, tuple(map(change, link.terms))) for link in links)


def _equal(one: Term, other: Term) -> bool:
    return (
        one.pattern.key == other.pattern.key
        and np.array_equal(one.channels, other.channels)
        and np.array_equal(one.positions, other.positions)
    )
