"""The bundled layouts stand upright and are not folded, as measured on the layouts themselves."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from immersions import assets
from immersions.anatomy.layout import load

STORED = sorted(assets.layout_path("any").parent.glob("*.npz"))


@pytest.mark.parametrize("path", STORED, ids=[path.stem[:6] for path in STORED])
def test_layers_rise_pitches_go_right_and_the_context_is_straight(path: Path) -> None:
    """A centring of 0.02 left .87 to .94, .97 to .99, and for `h20` a context that leans by .36."""
    layout = load(path)
    mean = layout.positions.mean(0)
    numbers = np.arange(len(layout.names))
    centres = np.stack([mean[layout.layer == each].mean(0) for each in numbers])
    scalogram = layout.layer == 0
    right = np.corrcoef(mean[scalogram, 0], layout.pitch[scalogram])[0, 1]
    assert right > 0.94  # measured: .948 to .981
    heights = centres[:, 1].argsort().argsort()
    assert np.corrcoef(heights, numbers)[0, 1] > 0.995  # measured: .996 to 1
    context = centres[[name.startswith("context") for name in layout.names], 0]
    leaning = np.abs(context - context[0]).max() / np.ptp(centres[:, 1])
    assert leaning < 0.06  # measured: .016 to .035
