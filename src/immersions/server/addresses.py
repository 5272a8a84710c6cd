"""Writes the table of OSC addresses: `python -m immersions.server.addresses`.

With `--check` it writes nothing and ends with 1 and one line when the page differs.
"""

from __future__ import annotations

import sys
from pathlib import Path

from immersions.server.surface import SURFACE
from immersions.stage.controls.addresses import documented

TARGET = Path("docs/controllers.md")


def main(arguments: list[str]) -> int:
    """Write or check the page; the exit status."""
    if arguments not in ([], ["--check"]):
        print("usage: python -m immersions.server.addresses [--check]", file=sys.stderr)
        return 2
    target = Path(__file__).parents[3] / TARGET
    was = target.read_text(encoding="utf-8")
    text = documented(SURFACE, was)
    if not arguments:
        target.write_text(text, encoding="utf-8")
    elif text != was:
        print(
            f"{TARGET} is not current: run python -m immersions.server.addresses", file=sys.stderr
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
