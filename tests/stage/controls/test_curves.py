"""The server's curves and the page's are one: both read web/src/panel/curve.table.json."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.parameters import Curve, Parameter

TABLE = json.loads(
    (Path(__file__).parents[3] / "web" / "src" / "panel" / "curve.table.json").read_text("utf-8")
)


def parameter(curve: Curve, minimum: float, maximum: float) -> Parameter:
    return Parameter("x", "", minimum, maximum, minimum, curve)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row['curve']} {row['position']}")
def test_the_table_holds(row: dict[str, float]) -> None:
    each = parameter(row["curve"], row["minimum"], row["maximum"])  # type: ignore[arg-type]
    # One rounding of a logarithm and one of a power: a few units in the last place.
    assert each.at(row["position"]) == pytest.approx(row["value"], rel=1e-12)
    assert each.position(row["value"]) == pytest.approx(row["back"], abs=1e-12)


def test_the_table_has_every_curve() -> None:
    assert {row["curve"] for row in TABLE} == {"linear", "logarithmic", "integer", "switch"}


@settings(deadline=None)
@given(
    st.sampled_from([("linear", -3, 7), ("logarithmic", 1e-5, 100), ("integer", 0, 64)]),
    st.floats(-1, 2),
)
def test_values_stay_inside_and_positions_undo_them(
    of: tuple[Curve, float, float], position: float
) -> None:
    each = parameter(*of)
    value = each.check(each.at(position))
    assert 0 <= each.position(value) <= 1
    assert math.isclose(each.at(each.position(value)), value, rel_tol=1e-9)
