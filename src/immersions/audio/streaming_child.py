"""Streams sound files in a process of its own; run by `immersions.audio.streamer`.

Standard input is one end of a socket pair. For each file the parent sends `REQUEST` and the file's
path; this process answers with messages as those of `immersions.audio.child`: `d` a block of mono
float32 samples at the rate that was asked for, and at the end `e` what had to be helped (a JSON
list), or `x` in one line why there is no sound, or `m` that memory ran out.
"""

from __future__ import annotations

import os
import resource
import socket
import struct

from immersions.audio.child import limit, reason, reply, reply_bytes
from immersions.audio.header import shown
from immersions.audio.streaming import stream

REQUEST = struct.Struct("<qdqI")
"""Sample rate in Hz, seconds a block, bytes of address space, length of the path that follows."""


def main() -> None:
    connection = socket.socket(fileno=os.dup(0))
    while request := connection.recv(REQUEST.size, socket.MSG_WAITALL):
        sample_rate, block_seconds, memory_bytes, length = REQUEST.unpack(request)
        path = os.fsdecode(connection.recv(length, socket.MSG_WAITALL))
        # ffmpeg inherits it. Time is the parent's to watch: music may be of any length.
        limit({resource.RLIMIT_AS: memory_bytes, resource.RLIMIT_CORE: 0})
        told: list[str] = []
        try:
            for block in stream(path, sample_rate, block_seconds, told.append):
                reply_bytes(connection, b"d", block.tobytes())
            reply(connection, b"e", told)
        except MemoryError:
            reply(connection, b"m", None)
            return  # a new process is cleaner than one that ran out of memory
        except (BrokenPipeError, ConnectionResetError):
            return
        except (ValueError, OSError) as error:
            reply(connection, b"x", str(error).removeprefix(f"{shown(path)}: "))
        except Exception as error:
            reply(connection, b"x", reason(error))


if __name__ == "__main__":
    main()
