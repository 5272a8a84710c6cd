"""Sound files and levels of loops: mono float32 arrays in -1 to 1; no torch.

`read` is for files of unknown origin: a child process decodes them within limits. `stream` is for
music that one trusts, of any length; a `Streamer` does the same in a child process. The rest keeps
a finished loop within its peak, at its loudness and without a seam, and gives it another length.
"""

from __future__ import annotations

from immersions.audio.decoder import Decoder
from immersions.audio.finishing import Finished, finish
from immersions.audio.header import STREAMING, Header, Limits, StrPath
from immersions.audio.loudness import loudness_lufs
from immersions.audio.onsets import onsets
from immersions.audio.peaks import true_peak_dbtp
from immersions.audio.resampling import resample, tile
from immersions.audio.seams import close_seam, seam
from immersions.audio.sound import Sound
from immersions.audio.streamer import Streamer
from immersions.audio.streaming import stream
from immersions.audio.stretching import stretch
from immersions.audio.writing import write

__all__ = [
    "STREAMING",
    "Decoder",
    "Finished",
    "Header",
    "Limits",
    "Sound",
    "Streamer",
    "close_seam",
    "finish",
    "loudness_lufs",
    "onsets",
    "read",
    "resample",
    "seam",
    "stream",
    "stretch",
    "tile",
    "true_peak_dbtp",
    "write",
]


def read(
    path: StrPath,
    sample_rate: int | None = None,
    limits: Limits | None = None,
    *,
    loop: bool = False,
) -> Sound:
    """Read a sound file of any origin as mono float32 in -1 to 1 at `sample_rate` Hz.

    Without `sample_rate` the file's own rate is kept. With `loop` the sound is resampled as one
    that repeats for ever. The header is checked before data is decoded, in a child process with
    limits on time and memory. Raises `ValueError` (not a sound, damaged, outside the limits) or
    `OSError` (missing, a folder, no permission), each with one line that names the file. For many
    files use one `Decoder`, which starts one child for all of them.
    """
    with Decoder(limits) as decoder:
        return decoder.read(path, sample_rate, loop=loop)
