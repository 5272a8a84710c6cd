"""OGDF's FastMultipoleMultilevelEmbedder, its defaults."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

from _peer import run
from ogdf_fme import build, places
from ogdf_python import ogdf


def lay_out(built: tuple[Any, Any], seed: int) -> Any:
    graph, drawn = built
    ogdf.setSeed(seed)
    embedder = ogdf.FastMultipoleMultilevelEmbedder()
    embedder.maxNumThreads(1)
    embedder.call(drawn)
    return places(graph, drawn)


if __name__ == "__main__":
    run(version("ogdf-wheel"), build, lay_out)
