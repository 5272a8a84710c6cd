import os
from pathlib import Path

import numpy as np
import pytest
from stage_ears import RATE


@pytest.fixture
def stage_ears(monkeypatch):
    """Lets workers find the tests' own ears."""
    path = [str(Path(__file__).parent), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))


@pytest.fixture
def clip():
    """Two seconds of a beat: eight strokes of decaying noise, at the same level each."""
    noise = np.random.default_rng(3).standard_normal(2 * RATE)
    stroke = np.exp(-(np.arange(2 * RATE) % (RATE // 4)) / 2000)
    return (0.2 * noise * stroke).clip(-0.9, 0.9).astype(np.float32)
