"""Decode sound files in a process of its own; run as a script by `immersions.audio.decoder`.

Standard input is one end of a socket pair. For each file the parent sends `REQUEST` together with
an open file descriptor; this process answers with messages of `PREFIX` and a body: `h` the header
(JSON), then, when the parent says `g`, `d` mono float32 samples, and `e` what was found (JSON);
`x` says in one line why there is no sound, `m` that memory ran out. A decoder that crashes, hangs or eats memory takes only
this process with it. Nothing of `immersions` is imported, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

import numpy as np
import soundfile

try:
    import resource
except ImportError:  # not on this system: the parent's clock and the header's limits remain
    resource = None  # type: ignore[assignment]

REQUEST = struct.Struct("<qq")
"""Processor seconds and bytes of address space that this file may use."""
PREFIX = struct.Struct("<cI")
"""Kind and length of the body that follows."""
BLOCK_FRAMES = 65_536
LARGEST = 1e6
"""A sample beyond this (+120 dBFS) is damage, as a non-finite one is."""


class Reader(soundfile.SoundFile):  # type: ignore[misc]
    """A sound file that is read from start to end only.

    soundfile seeks after every block of a seekable file, which fails inside damaged ones.
    """

    def seekable(self) -> bool:
        return False


def main() -> None:
    connection = socket.socket(fileno=os.dup(0))
    while True:
        request, descriptors, _, _ = socket.recv_fds(connection, REQUEST.size, 1)
        if not request or not descriptors:
            return
        confine(*REQUEST.unpack(request))
        try:
            serve(connection, descriptors[0])
        except MemoryError:
            reply(connection, b"m", None)
            return  # a new process is cleaner than one that ran out of memory
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            os.close(descriptors[0])


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Limit what the next file may use; the kernel ends this process when it takes more time."""
    if resource is None:
        return
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    for kind, soft in (
        (resource.RLIMIT_CPU, used + cpu_seconds),
        (resource.RLIMIT_AS, memory_bytes),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, 0),
    ):
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard), hard))
        except (ValueError, OSError):
            continue  # some systems do not limit address space


def serve(connection: socket.socket, descriptor: int) -> None:
    """Answer for one file: its header, and its samples when the parent wants them."""
    try:
        with Reader(descriptor, closefd=False) as sound:
            header = {
                "sample_rate": sound.samplerate,
                "channels": sound.channels,
                "frames": sound.frames,
                "format": f"{sound.format} {sound.subtype}",
            }
            reply(connection, b"h", header)
            if connection.recv(1) == b"g":
                send_samples(connection, sound)
    except soundfile.LibsndfileError as error:
        reply(connection, b"x", error.error_string.strip().rstrip("."))
    except (TypeError, ValueError, RuntimeError, OverflowError, AssertionError) as error:
        reply(connection, b"x", " ".join(str(error).split()) or type(error).__name__)


def send_samples(connection: socket.socket, sound: Reader) -> None:
    frames = replaced = 0
    damage = ""
    block = np.empty((BLOCK_FRAMES, sound.channels), np.float32)
    while frames < sound.frames:
        try:
            wanted = min(BLOCK_FRAMES, sound.frames - frames)
            count = sound.buffer_read_into(block[:wanted].data.cast("B"), "float32")
        except (soundfile.LibsndfileError, AssertionError) as error:
            damage = getattr(error, "error_string", "") or "the decoder failed"
            break
        if count == 0:
            break
        mono, bad = mixed(block[:count])
        frames += count
        replaced += bad
        reply_bytes(connection, b"d", mono.tobytes())
    reply(connection, b"e", {"frames": frames, "replaced": replaced, "damage": damage})


def mixed(block: np.ndarray) -> tuple[np.ndarray, int]:
    """The mean of the channels of (frames, channels), unusable samples set to 0 and counted."""
    with np.errstate(invalid="ignore"):
        usable = np.abs(block) <= LARGEST
    bad = int(block.size - np.count_nonzero(usable))
    if bad:
        block = np.where(usable, block, np.float32(0))
    return block.mean(axis=1, dtype=np.float64).astype("<f4"), bad


def reply(connection: socket.socket, kind: bytes, content: Any) -> None:
    reply_bytes(connection, kind, json.dumps(content).encode())


def reply_bytes(connection: socket.socket, kind: bytes, body: bytes) -> None:
    connection.sendall(PREFIX.pack(kind, len(body)))
    connection.sendall(body)


if __name__ == "__main__":
    main()
