from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from tiny_music import SCALE, write_music

from immersions.training.library import Library, find_sounds, load_library


@pytest.fixture(autouse=True)
def _one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Eight patterns, 24 s each, as scalograms."""
    folder = tmp_path_factory.mktemp("music")
    write_music(folder / "sounds", 8)
    return load_library(find_sounds([folder / "sounds"]), SCALE, folder / "cache", 100)


@pytest.fixture
def music(tmp_path: Path) -> Path:
    folder = tmp_path / "sounds"
    write_music(folder, 3)
    return folder
