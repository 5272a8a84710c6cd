"""Films: frames through ffmpeg into an MP4 file, whole or not at all."""

from __future__ import annotations

import contextlib
import importlib.util
import itertools
import shutil
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from jaxtyping import Float, UInt8
from numpy.typing import NDArray

from immersions.audio import write
from immersions.audio.writing import place

ENDING = ".mp4"
Frames = Iterable[UInt8[NDArray[np.uint8], "height width 3"]]


Heard = tuple[Float[NDArray[np.floating], " samples"], int]
"""Samples in -1 to 1, and how many a second."""


def ffmpeg() -> str:
    """The path of an ffmpeg: that of `imageio-ffmpeg`, else the system's.

    Raises `ValueError`, one line, where there is none.
    """
    if importlib.util.find_spec("imageio_ffmpeg") is not None:
        from imageio_ffmpeg import get_ffmpeg_exe

        try:
            return str(get_ffmpeg_exe())
        except RuntimeError:
            pass  # a wheel without its program
    found = shutil.which("ffmpeg")
    if found is None:
        raise ValueError("a film needs ffmpeg: pip install 'immersions[pictures]'")
    return found


def check_film(path: Path) -> None:
    """Raise `ValueError` where a film cannot be made of that name: before the work, not after."""
    if path.suffix.lower() != ENDING:
        raise ValueError(f"{path.name}: expected a film's name to end in {ENDING}")
    ffmpeg()


def write_film(path: Path, frames: Frames, rate: float, sound: Heard | None = None) -> int:
    """Write frames of one size, `rate` a second, with a sound; how many frames they were.

    Raises `ValueError` for a name that does not end in .mp4, no frame, frames of several sizes or
    a missing ffmpeg, and `OSError` where the file cannot be written, each with one line.
    """
    check_film(path)
    if not path.parent.is_dir():
        raise FileNotFoundError(f"{path}: there is no folder {path.parent}")
    each = iter(frames)
    first = next(each, None)
    if first is None:
        raise ValueError(f"{path.name}: expected one frame or more")
    # Beside the file: where that disk is full, this one is, and one renaming is enough.
    with tempfile.TemporaryDirectory(dir=path.parent, prefix=".film-") as folder:
        written = Path(folder) / f"film{ENDING}"
        heard = None
        if sound is not None:
            heard = Path(folder) / "sound.wav"
            write(heard, _within(sound[0]), sound[1], "PCM_16")
        count = encode(written, itertools.chain([first], each), first.shape, rate, heard, path.name)
        place(path, written.read_bytes())
    return count


def encode(
    output: Path,
    frames: Frames,
    shape: tuple[int, ...],
    rate: float,
    heard: Path | None,
    name: str,
    quality: int = 18,
    preset: str = "veryfast",
) -> int:
    """Run ffmpeg on the frames; `name` is what errors call the film.

    `quality` is x264's, from 0 (without loss) to 51, `preset` how long it may take over it.
    """
    height, width = shape[0] // 2 * 2, shape[1] // 2 * 2
    command = [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", f"{rate:g}",
        "-i", "pipe:0", *(["-i", str(heard)] if heard else []),
        "-c:v", "libx264", "-preset", preset, "-crf", str(quality),
        "-vf", "scale=out_color_matrix=bt709:out_range=tv", "-pix_fmt", "yuv420p",
        "-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709",
        *(["-c:a", "aac", "-b:a", "192k"] if heard else []),
        "-movflags", "+faststart", "-f", "mp4", str(output),
    ]  # fmt: skip
    count = 0
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=said)
        assert process.stdin is not None
        try:
            for frame in frames:
                if frame.shape != shape:
                    raise ValueError(
                        f"{name}: expected frames of {shape[:2]}, got one of {frame.shape[:2]}"
                    )
                process.stdin.write(np.ascontiguousarray(frame[:height, :width]).data)
                count += 1
            process.stdin.close()
        except BrokenPipeError:
            pass  # it ended; below it says why
        except BaseException:
            process.kill()
            raise
        finally:
            with contextlib.suppress(BrokenPipeError):
                process.stdin.close()
            status = process.wait()
        said.seek(0)
        if status:
            raise _failure(name, said.read().decode("utf-8", "replace"))
    return count


def join(output: Path, film: Path, heard: Path, name: str, kilobits: int = 192) -> None:
    """Put a film and its sound into one file. Raises `OSError`, one line."""
    command = [
        ffmpeg(), "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-i", str(film), "-i", str(heard), "-c:v", "copy", "-c:a", "aac", "-b:a", f"{kilobits}k",
        "-movflags", "+faststart", "-f", "mp4", str(output),
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, check=False)
    if done.returncode:
        raise _failure(name, done.stderr.decode("utf-8", "replace"))


def _failure(name: str, said: str) -> OSError:
    if "No space left" in said:
        return OSError(f"{name}: cannot be written (no space left on the disk)")
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    return OSError(f"{name}: ffmpeg failed ({lines[-1][:160] if lines else 'it said nothing'})")


def _within(samples: Float[NDArray[np.floating], " n"]) -> NDArray[np.float32]:
    return np.clip(np.nan_to_num(samples), -1, 1).astype(np.float32)
