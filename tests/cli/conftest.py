from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[1] / "dreaming"))


@pytest.fixture(scope="session")
def ear_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tests' tiny ear, saved as any other."""
    from tiny_ear import network, tiny_ear

    from immersions.ears import save_pretrained

    folder = tmp_path_factory.mktemp("ears") / "tiny"
    save_pretrained(folder, "tiny", network(), tiny_ear().statistics, "# A tiny ear\n")
    return folder
