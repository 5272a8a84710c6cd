"""The log of a performance: all that it takes to dream and mix it again. No torch here."""

from __future__ import annotations

from immersions.stage.logs.reading import Performance, read
from immersions.stage.logs.writing import Log

__all__ = ["Log", "Performance", "read"]
