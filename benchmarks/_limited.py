"""Runs one program on one core within limits, and says what it took.

    python _limited.py SECONDS GIGABYTES PROGRAM [ARGUMENT …]

The limit is one of processor time, so that who runs beside it does not matter; a program that
waits for something else is ended after four times as long.

A program of its own, because the peak memory that the system counts for a child begins with that
of the process that started it: this one is small. The last line is one JSON document.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time


def main() -> None:
    limit, gigabytes, *command = sys.argv[1:]
    allowed = int(float(limit))
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    threads = {f"{name}_NUM_THREADS": "1" for name in ("OMP", "MKL", "OPENBLAS", "NUMBA")}

    def within() -> None:
        most = int(float(gigabytes) * 2**30)
        resource.setrlimit(resource.RLIMIT_AS, (most, most))
        resource.setrlimit(resource.RLIMIT_CPU, (allowed, allowed + 5))

    began = time.perf_counter()
    child = subprocess.Popen(
        command,
        env={**os.environ, **threads},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=within,
    )
    try:
        said, errors = child.communicate(timeout=4 * allowed)
        ended = child.returncode
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        said, errors = child.communicate()
        ended = None
    seconds = time.perf_counter() - began
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    spent = used.ru_utime + used.ru_stime
    if spent >= allowed - 1 or ended == -signal.SIGXCPU:
        ended = None
    to_mb = 2**20 if sys.platform == "darwin" else 2**10
    document = {
        "ended": ended,
        "seconds": seconds,
        "cpu_seconds": spent,
        "peak_rss_mb": used.ru_maxrss / to_mb,
        "said": said[-4000:],
        "errors": errors[-1000:],
    }
    print(json.dumps(document))


if __name__ == "__main__":
    main()
