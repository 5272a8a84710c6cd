"""Many files at once: threads that wait, each for a process of its own that decodes."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from queue import SimpleQueue
from typing import TypeVar

from immersions import audio
from immersions.training.scalograms import Stream

Item = TypeVar("Item")
Result = TypeVar("Result")


def cores() -> int:
    """The processor's cores that this process may use; at least 1."""
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def each(
    work: Callable[[Item, Stream], Result],
    items: Sequence[Item],
    workers: int,
    done: Callable[[Item], None] = lambda item: None,
) -> list[Result]:
    """`work(item, stream)` for each item, in the order of the items, by so many workers at once.

    `stream` decodes in the worker's process; without workers this one does all, one item after
    another. `done` is called by the thread that called this, as items are finished. Whatever
    ends this early, as Ctrl-C does, ends the processes.
    """
    if not workers:
        results = []
        for item in items:
            results.append(work(item, audio.stream))
            done(item)
        return results
    streamers = [audio.Streamer() for _ in range(max(1, min(workers, len(items))))]
    free: SimpleQueue[audio.Streamer] = SimpleQueue()
    for streamer in streamers:
        free.put(streamer)

    def worked(item: Item) -> Result:
        streamer = free.get()
        try:
            return work(item, streamer.stream)
        finally:
            free.put(streamer)

    pool = ThreadPoolExecutor(len(streamers), "listening")
    try:
        futures = {pool.submit(worked, item): item for item in items}
        for future in as_completed(futures):
            future.result()
            done(futures[future])
        return [future.result() for future in futures]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
        for streamer in streamers:
            streamer.kill()
        pool.shutdown()
        for streamer in streamers:
            streamer.close()
