"""The dreaming process: `python -m immersions.stage.workers.child --ear NAME --parent PID`.

Started by `immersions.stage.supervisor`, with frames over standard input and output. It says
`hello` with what the ear is, then `beat` four times a second, and obeys an `Engine`'s frames.
torch is imported here and nowhere in the server.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
import threading
import time
from typing import Any

from immersions.stage.workers.pipes import Pipes, die_with
from immersions.stage.workers.progress import Progress

BEAT_SECONDS = 0.25
NICENESS = 3
"""Dreaming yields to the browser and the server: sound and picture go first."""


def main(arguments: list[str]) -> int:
    """Dream until the pipe closes. 1, after a `fatal` frame of one line, when that cannot be."""
    pipes = Pipes()
    options = _options(arguments)
    die_with(options.parent)
    pipes.listen()
    progress = Progress()
    threading.Thread(target=_beat, args=(pipes, progress), name="beat", daemon=True).start()
    try:
        _dream(options, pipes, progress)
    except Exception as error:
        line = " ".join(str(error).split()) or type(error).__name__
        pipes.send({"type": "fatal", "message": line[:500]})
        return 1
    return 0


def _dream(options: argparse.Namespace, pipes: Pipes, progress: Progress) -> None:
    import torch

    from immersions import ears
    from immersions.stage.engine import Engine
    from immersions.stage.workers.listener import describe

    torch.set_num_threads(options.threads)
    torch.set_flush_denormal(True)
    ear = ears.load(options.ear)
    pipes.send({"type": "hello", "pid": os.getpid(), **describe(ear)})
    if hasattr(os, "nice"):
        os.nice(NICENESS)  # only now: loading is what the performer waits for
    Engine(ear, pipes.inbox, pipes.send, progress).run()


def _beat(pipes: Pipes, progress: Progress) -> None:
    """Prove, from a thread of its own, that this process runs; a step may take seconds."""
    while True:
        body: dict[str, Any] = progress.summary()
        pipes.send({"type": "beat", **body})
        time.sleep(BEAT_SECONDS)


def _options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="immersions.stage.workers.child")
    parser.add_argument("--ear", required=True)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--threads", type=int, default=1)
    return parser.parse_args(arguments)


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        status = main(sys.argv[1:])
    # The reader's thread may hold the pipe: leave without asking it.
    os._exit(status)
