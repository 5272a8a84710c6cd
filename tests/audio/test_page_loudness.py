"""The page's loudness meter is tested against a table; here, that the table is pyloudnorm's.

`python tests/audio/test_page_loudness.py` writes it anew.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
import pytest
from numpy.typing import NDArray

TABLE = Path(__file__).parents[2] / "web" / "src" / "audio" / "loudness.table.json"
CASES: list[dict[str, Any]] = [
    {"rate": rate, "parts": parts}
    for rate in (44_100, 48_000)
    for parts in (
        [{"seconds": 4, "hertz": 997, "level": 1.0}],
        [{"seconds": 3, "hertz": 60, "level": 0.5}, {"seconds": 3, "hertz": 6000, "level": 0.1}],
        [{"seconds": 4, "hertz": 0, "level": 0.2}],
        [
            {"seconds": 2, "hertz": 0, "level": 0.3},
            {"seconds": 3, "hertz": 0, "level": 0.0001},
            {"seconds": 2, "hertz": 440, "level": 0.02},
            {"seconds": 2, "hertz": 0, "level": 0.1},
        ],
    )
]


def sound(rate: int, parts: list[dict[str, float]]) -> NDArray[np.float32]:
    """Sines, and where `hertz` is 0 the noise of a congruential generator; as the page makes it."""
    pieces = []
    state = 1
    for part in parts:
        count = round(part["seconds"] * rate)
        if part["hertz"]:
            piece = np.sin(2 * np.pi * part["hertz"] * np.arange(count) / rate)
        else:
            piece = np.empty(count)
            for i in range(count):
                state = (1664525 * state + 1013904223) % 2**32
                piece[i] = state / 2**31 - 1
        pieces.append(part["level"] * piece)
    return np.concatenate(pieces).astype(np.float32)


def measured(case: dict[str, Any]) -> float:
    # The exact filters, for which pyloudnorm's own default is an approximation.
    meter = pyloudnorm.Meter(case["rate"], filter_class="DeMan")
    return float(meter.integrated_loudness(sound(**case).astype(np.float64)))


@pytest.mark.parametrize("index", range(len(CASES)))
def test_the_table_of_the_page_is_pyloudnorms(index: int) -> None:
    row = json.loads(TABLE.read_text())[index]
    assert {"rate": row["rate"], "parts": row["parts"]} == CASES[index]
    assert row["integrated"] == pytest.approx(measured(CASES[index]), abs=1e-3)


if __name__ == "__main__":
    rows = [case | {"integrated": round(measured(case), 4)} for case in CASES]
    TABLE.write_text(json.dumps(rows, indent=2) + "\n")
