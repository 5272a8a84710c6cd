"""Lays out one ear, beside the performance: `python -m immersions.stage.workers.layout_child`.

Started by `immersions.stage.layouts`. Says `progress` with a `share` from 0 to 1, then `done` when
the file is written, or `fatal` with one line; ends with its pipes, as the dreaming process does.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path

from immersions.stage import kept
from immersions.stage.workers.pipes import Pipes, die_with

NICENESS = 10
"""Sound, picture and dreaming go first."""
SNAPSHOTS = 4
"""Half of those of the bundled ears: half the wait."""
EVERY = 3
"""Of the bundled clips, each third is heard."""


def main(arguments: list[str]) -> int:
    """Lay out, or end when the pipe closes. 1, after a `fatal` frame, when it cannot be done."""
    pipes = Pipes()
    options = _options(arguments)
    die_with(options.parent)
    pipes.listen()
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    try:
        _lay_out(options, lambda share: pipes.send({"type": "progress", "share": round(share, 3)}))
    except Exception as error:
        line = " ".join(str(error).split()) or type(error).__name__
        pipes.send({"type": "fatal", "message": line[:500]})
        return 1
    pipes.send({"type": "done"})
    return 0


def _lay_out(options: argparse.Namespace, say: Callable[[float], None]) -> None:
    import torch

    from immersions import ears
    from immersions.anatomy.loops import bundled_loops
    from immersions.stage.workers.layouts import laid
    from immersions.stage.workers.listener import fingerprint
    from immersions.stage.workers.settling import Settling

    say(0.02)
    torch.set_num_threads(1)
    torch.set_flush_denormal(True)
    ear = ears.load(options.ear)
    if fingerprint(ear) != options.hash:
        raise ValueError("it was made anew and is not the ear that listens (a seed makes it so)")
    options.folder.mkdir(parents=True, exist_ok=True)
    say(0.04)
    loops = bundled_loops(ear)[::EVERY]
    say(0.06)
    laid(ear, SNAPSHOTS, loops, Settling(SNAPSHOTS, say)).save(options.folder)
    kept.prune(options.folder)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="immersions.stage.workers.layout_child")
    parser.add_argument("--ear", required=True)
    parser.add_argument("--hash", required=True, help="of the ear that listens")
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--parent", type=int, required=True)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    # The reader's thread may hold the pipe: leave without asking it.
    os._exit(main(sys.argv[1:]))
