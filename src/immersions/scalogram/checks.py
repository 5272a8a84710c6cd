"""Refuse configuration values out of bounds in one line: they may come from a stranger's file."""

from __future__ import annotations


def whole(name: str, value: object, least: int, most: int) -> None:
    """Raise `ValueError` unless `value` is an integer from `least` to `most`."""
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise ValueError(f"{name}: expected a whole number {least} to {most}, got {value!r:.60}")


def number(name: str, value: object, least: float, most: float) -> None:
    """Raise `ValueError` unless `value` is a number from `least` to `most`."""
    known = isinstance(value, int | float) and not isinstance(value, bool)
    if not (known and least <= value <= most):  # type: ignore[operator]
        raise ValueError(f"{name}: expected a number {least:g} to {most:g}, got {value!r:.60}")
