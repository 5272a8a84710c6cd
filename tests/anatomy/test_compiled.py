"""Compiled functions work where nothing can be kept as well."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from immersions.anatomy import compiled as module


def test_without_a_place_for_the_cache_it_is_compiled_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    kept = module.njit
    asked: list[bool] = []

    def njit(*, cache: bool = False, **options: Any) -> Callable[..., Any]:
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function: no locator available")
        return kept(**options)

    monkeypatch.setattr(module, "njit", njit)
    double = module.compiled(lambda x: 2 * x)
    assert double(3) == 6
    assert asked == [True, False]
