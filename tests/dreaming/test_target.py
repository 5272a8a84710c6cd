from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.dreaming.target import Target, unit_range
from immersions.ears.ear import Layer

LAYERS = (Layer("encoder.0", 8, 12, 20), Layer("context.1", 6, 1, 5))
ACTIVATIONS = np.arange(8 * 12 * 20).reshape(1, 8, 12, 20)


@pytest.mark.parametrize(
    "slices",
    [
        "0:4",
        "-1",
        "3, 4, 5",
        "...",
        ":, ::2",
        "..., -3:",
        "1, ..., 2",
        "::-1",
        "-2:, 11::-3, 4:99",
        "",
    ],
)
def test_slices_select_what_numpy_selects(slices: str) -> None:
    part = Target.parse(f"encoder.0[{slices}]", LAYERS).parts[0]
    key = eval(f"np.s_[{slices or '...'}]")
    expected = ACTIVATIONS[0][key]
    assert sorted(part.select(ACTIVATIONS).ravel()) == sorted(np.ravel(expected))
    assert len(part) == np.size(expected)


index = st.none() | st.integers(-30, 30)


@given(index, index, st.none() | st.integers(-5, 5).filter(bool))
def test_any_slice_selects_what_numpy_selects(
    start: int | None, stop: int | None, step: int | None
) -> None:
    text = ":".join("" if number is None else str(number) for number in (start, stop, step))
    expected = np.arange(20)[start:stop:step]
    if len(expected) == 0:
        with pytest.raises(ValueError, match="selects nothing"):
            Target.parse(f"encoder.0[..., {text}]", LAYERS)
    else:
        part = Target.parse(f"encoder.0[..., {text}]", LAYERS).parts[0]
        assert sorted(part.frames) == sorted(expected)


@pytest.mark.parametrize(
    ("text", "weight"),
    [("encoder.0", 1), ("-0.5*encoder.0[1]", -0.5), (" 2 * encoder.0 [1] ", 2), ("-context.1", -1),
     ("1e-2*context.1", 0.01)],
)  # fmt: skip
def test_weights(text: str, weight: float) -> None:
    assert Target.parse([text], LAYERS).parts[0].weight == weight


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("encoder.9[0]", "unknown layer 'encoder.9'; valid layers: encoder.0, context.1"),
        ("encoder.0[5:5]", "selects nothing; there are 8 channels"),
        ("encoder.0[8]", "channels 8 in .* is outside -8 to 7"),
        ("encoder.0[0, 0, 0, 0]", "too many axes"),
        ("encoder.0[..., 0, ...]", "too many axes"),
        ("encoder.0[a]", "cannot read 'a' as channels"),
        ("encoder.0[1:2:3:4]", "cannot read"),
        ("encoder.0[::0]", "cannot read"),
        ("encoder.0[0,,1]", "cannot read ''"),
        ("encoder.0[0", "expected .*LAYER"),
        ("", "cannot read the target"),
        ("1.2.3*encoder.0", "cannot read the weight"),
    ],
)
def test_what_is_wrong_is_said_in_one_line(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        Target.parse([text], LAYERS)
    assert "\n" not in str(caught.value)


def test_a_target_needs_a_part() -> None:
    with pytest.raises(ValueError, match="at least one part"):
        Target.parse([], LAYERS)


def test_its_text_reads_back_as_itself() -> None:
    target = Target.parse(["-0.5*encoder.0[0:4, 3, ::2]", "context.1[..., -1]"], LAYERS)
    assert Target.parse([str(part) for part in target.parts], LAYERS) == target
    assert str(target) == "-0.5*encoder.0[0:4, 3, 0:20:2] + context.1[:, :, 4]"
    assert target.layers == ("encoder.0", "context.1")


def test_whole_time() -> None:
    assert Target.parse("encoder.0[3, 4]", LAYERS).whole_time
    assert not Target.parse(["encoder.0", "context.1[..., 1:]"], LAYERS).whole_time


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 600))
def test_positions_and_spans_select_inside(position: float, span: float, size: int) -> None:
    chosen = unit_range((position, span), size)
    assert 0 <= chosen.start < chosen.stop <= size
    assert abs(len(chosen) - span * size) <= 1


@pytest.mark.parametrize(
    ("pair", "expected"),
    [((0, 0), range(0, 1)), ((1, 0), range(9, 10)), ((0, 1), range(10)), ((1, 1), range(10)),
     ((0.5, 0.5), range(2, 8)), ((1, 0.5), range(5, 10))],
)  # fmt: skip
def test_positions_at_their_ends(pair: tuple[float, float], expected: range) -> None:
    assert unit_range(pair, 10) == expected


def test_ranges_from_a_page() -> None:
    ranges = [{"layer": "encoder.0", "weight": -1, "channel": [1, 0], "pitch": (0, 0.5)}]
    part = Target.from_ranges(ranges, LAYERS).parts[0]
    assert (part.channels, part.pitches, part.frames) == (range(7, 8), range(7), range(20))
    assert part.weight == -1
    with pytest.raises(ValueError, match="time: expected position and span from 0 to 1"):
        Target.from_ranges([{"layer": "encoder.0", "time": [0.5, 2]}], LAYERS)


def test_the_page_selects_the_same_units() -> None:
    """Of a table that the page's own tests read, too."""
    table = Path(__file__).parents[2] / "web" / "src" / "range.cases.json"
    for position, span, size, start, end in json.loads(table.read_text())["cases"]:
        assert unit_range((position, span), size) == range(start, end)
