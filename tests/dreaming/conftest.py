from __future__ import annotations

import numpy as np
import pytest
from tiny_ear import beat, tiny_ear

from immersions.ears.contrastive import ContrastiveEar


@pytest.fixture
def ear() -> ContrastiveEar:
    return tiny_ear()


@pytest.fixture
def clip() -> np.ndarray:
    return beat()
