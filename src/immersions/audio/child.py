"""Decode sound files in a process of its own; run as a script by `immersions.audio.decoder`.

Standard input is one end of a socket pair. For each file the parent sends `REQUEST` and the file's
path together with an open file descriptor; this process answers with messages of `PREFIX` and a
body: `h` the header (JSON), then, when the parent says `g`, `d` mono float32 samples, and `e` what
was found (JSON). `x` says in one line why there is no sound, `m` that memory ran out. A decoder
that crashes, hangs or eats memory takes only this process with it. Nothing of `immersions` is
imported, so that it starts in a tenth of a second.
"""

from __future__ import annotations

import json
import os
import re
import resource
import socket
import struct
from collections.abc import Iterator
from typing import Any

import numpy as np
import soundfile

REQUEST = struct.Struct("<qqI")
"""Processor seconds and bytes of address space for this file; length of the path that follows."""
PREFIX = struct.Struct("<cI")
"""Kind and length of the body that follows."""
BLOCK_FRAMES = 4_096
"""Small, because the whole block is lost in which a decoder first finds damage."""
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
        cpu_seconds, memory_bytes, length = REQUEST.unpack(request)
        path = connection.recv(length, socket.MSG_WAITALL)
        confine(cpu_seconds, memory_bytes)
        try:
            serve(connection, descriptors[0], path)
        except MemoryError:
            reply(connection, b"m", None)
            return  # a new process is cleaner than one that ran out of memory
        except (BrokenPipeError, ConnectionResetError):
            return
        finally:
            os.close(descriptors[0])


def confine(cpu_seconds: int, memory_bytes: int) -> None:
    """Limit what the next file may use; the kernel ends this process when it takes more time."""
    usage = resource.getrusage(resource.RUSAGE_SELF)
    used = int(usage.ru_utime + usage.ru_stime)
    limit(
        {
            resource.RLIMIT_CPU: used + cpu_seconds,
            resource.RLIMIT_AS: memory_bytes,
            resource.RLIMIT_CORE: 0,
            resource.RLIMIT_FSIZE: 0,
        }
    )


def limit(most: dict[int, int]) -> None:
    """Set limits of `resource`, as far as the system knows them."""
    for kind, soft in most.items():
        hard = resource.getrlimit(kind)[1]
        try:
            resource.setrlimit(kind, (soft if hard < 0 else min(soft, hard), hard))
        except (ValueError, OSError):
            continue  # some systems do not limit address space


def serve(connection: socket.socket, descriptor: int, path: bytes) -> None:
    """Answer for one file: its header, and its samples when the parent wants them."""
    try:
        with opened(descriptor, path) as sound:
            header = {
                "sample_rate": sound.samplerate,
                "channels": sound.channels,
                "frames": sound.frames,
                "format": f"{sound.format} {sound.subtype}",
            }
            reply(connection, b"h", header)
            if connection.recv(1) == b"g":
                send_samples(connection, sound)
    except (TypeError, ValueError, RuntimeError, OverflowError, AssertionError) as error:
        reply(connection, b"x", reason(error))


def opened(descriptor: int, path: bytes) -> Reader:
    """The file as its content says; by its name only where libsndfile needs that hint.

    Names are not trusted otherwise: libsndfile plays anything that is called `.vox` or `.raw`.
    """
    try:
        return Reader(descriptor, closefd=False)
    except soundfile.LibsndfileError:
        if not path.lower().endswith(b".mp3"):
            raise
        return Reader(path)


def cut_off(log: str) -> str:
    """What libsndfile's log says of a data chunk that is longer than the file, or nothing."""
    for promised, present in re.findall(
        r"^ *(?:data|SSND) *: (\d+) \(should be (\d+)\)", log, re.M
    ):
        # Writers that could not seek back leave a huge size: open length, not damage.
        if int(present) < int(promised) < 2**31 - 2**16:
            return f"the file ends early: {int(present)} of {promised} bytes of sound are there"
    return ""


class Decoding:
    """The samples of an opened file from start to end, and what was found on the way."""

    def __init__(self, sound: Reader) -> None:
        self.sound = sound
        self.frames = self.replaced = 0
        self.damage = cut_off(sound.extra_info)

    def blocks(self, block_frames: int) -> Iterator[np.ndarray]:
        """Mono float32, at the file's own rate; they end where damage begins."""
        sound = self.sound
        block = np.empty((block_frames, sound.channels), np.float32)
        while self.frames < sound.frames:
            try:
                wanted = min(block_frames, sound.frames - self.frames)
                count = sound.buffer_read_into(block[:wanted].data.cast("B"), "float32")
            except (soundfile.LibsndfileError, AssertionError) as error:
                self.damage = damaged(self.frames, sound.samplerate, error)
                return
            if count == 0:
                return
            mono, bad = mixed(block[:count])
            self.frames += count
            self.replaced += bad
            yield mono


def send_samples(connection: socket.socket, sound: Reader) -> None:
    decoding = Decoding(sound)
    for mono in decoding.blocks(BLOCK_FRAMES):
        reply_bytes(connection, b"d", mono.tobytes())
    found = {name: getattr(decoding, name) for name in ("frames", "replaced", "damage")}
    reply(connection, b"e", found)


def damaged(frames: int, sample_rate: int, error: Exception) -> str:
    return f"damaged after {frames / sample_rate:.2f} s: {reason(error)}"


def reason(error: Exception) -> str:
    """The error's words in one line, without libsndfile's ornaments."""
    text = " ".join(str(getattr(error, "error_string", error)).split()).rstrip(".")
    text = re.sub(r"^Error ?: ", "", text) or type(error).__name__
    if text.startswith("File does not exist"):  # libsndfile's answer to an MP3 without sound
        return "nothing in it can be played"
    return text


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
