"""The start sounds by id, never by path: bundled clips, silence, noise and uploads."""

from __future__ import annotations

import io
import secrets
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
import soundfile
from numpy.typing import NDArray

from immersions import assets, audio
from immersions.dreaming.starts import NOISE, SILENCE, noise
from immersions.server.messages import Clip
from immersions.stage.conductor import Samples

SHORTEST_SECONDS = 2.0
"""A shorter upload is repeated until it lasts this long."""
LONGEST_SECONDS = 16.0
"""A longer upload is cut: a loop is dreamed as a whole, at every step."""
MOST_UPLOADS = 32
CHUNK = 2**20


class Unknown(LookupError):
    """No start sound has this id; one line."""


class Full(RuntimeError):
    """No more uploads are kept; one line."""


@dataclass(frozen=True, eq=False)
class _Upload:
    clip: Clip
    samples: Samples
    sample_rate: int


class Library:
    """Thread-safe: decoding takes its time and is done beside the event loop."""

    def __init__(self, generated_seconds: float = 4.0) -> None:
        self._bundled = {each.name: each for each in assets.clips()}
        self._uploads: dict[str, _Upload] = {}
        self._decoded: dict[tuple[str, int], Samples] = {}
        self._generated_seconds = generated_seconds
        self._lock = threading.Lock()

    def clips(self) -> list[Clip]:
        """All start sounds, in the order in which a page lists them."""
        bundled = [
            Clip(
                id=each.name,
                title=each.title,
                seconds=each.seconds,
                bpm=each.bpm,
                bars=each.bars,
                kind=each.kind,
            )
            for each in self._bundled.values()
        ]
        generated = [
            Clip(id=SILENCE, title="Silence", seconds=self._generated_seconds, kind="generated"),
            Clip(id=NOISE, title="Noise", seconds=self._generated_seconds, kind="generated"),
        ]
        with self._lock:
            uploads = [each.clip for each in self._uploads.values()]
        return bundled + generated + uploads

    def first(self) -> str:
        """The clip that a performance begins with."""
        return next(iter(self._bundled), NOISE)

    def samples(self, clip: str, sample_rate: int, seed: int = 0) -> Samples:
        """A start sound, finished, as a mono loop. `Unknown` when there is none of this id."""
        count = round(self._generated_seconds * sample_rate)
        if clip == SILENCE:
            return np.zeros(count, np.float32)
        if clip == NOISE:
            return noise(count, sample_rate, seed)
        with self._lock:
            if (clip, sample_rate) not in self._decoded:
                self._decoded[clip, sample_rate] = self._decode(clip, sample_rate)
            return self._decoded[clip, sample_rate]

    def add(self, file: BinaryIO, name: str, sample_rate: int) -> tuple[Clip, str]:
        """Take an upload in, decoded within limits: the clip, and what had to be helped or "".

        `ValueError`, one line, for a bad one.
        """
        self._check_room()
        sound = _read(file, name, sample_rate)
        samples = sound.samples
        seconds = len(samples) / sample_rate
        samples = _loop_of(samples, sample_rate)
        title = _title(name) + (
            f" (first {LONGEST_SECONDS:.0f} s)" if seconds > LONGEST_SECONDS else ""
        )
        clip = Clip(
            id=f"upload-{secrets.token_hex(8)}",
            title=title,
            seconds=len(samples) / sample_rate,
            kind="upload",
        )
        self._take(_Upload(clip, samples, sample_rate))
        return clip, sound.warning

    def keep(self, samples: bytes, sample_rate: int, title: str) -> Clip:
        """Keep a loop (float32, mono) as a start sound; `Full` when there are too many."""
        loop = np.frombuffer(samples, np.float32)
        clip = Clip(
            id=f"upload-{secrets.token_hex(8)}",
            title=title,
            seconds=len(loop) / sample_rate,
            kind="dream",
        )
        self._take(_Upload(clip, loop, sample_rate))
        return clip

    def _take(self, upload: _Upload) -> None:
        with self._lock:
            self._check_room()
            self._uploads[upload.clip.id] = upload

    def _check_room(self) -> None:
        if len(self._uploads) >= MOST_UPLOADS:
            raise Full(f"expected at most {MOST_UPLOADS} uploads in one performance")

    def _decode(self, clip: str, sample_rate: int) -> Samples:
        if clip in self._bundled:
            sound = audio.read(self._bundled[clip].path, sample_rate, loop=True).samples
            return audio.finish(sound, sample_rate, loudness_lufs=None).samples
        if clip in self._uploads:
            upload = self._uploads[clip]
            sound = audio.resample(upload.samples, upload.sample_rate, sample_rate, loop=True)
            return audio.finish(sound, sample_rate, loudness_lufs=None).samples
        raise Unknown(f"unknown clip {clip!r}")


def _read(file: BinaryIO, name: str, sample_rate: int) -> audio.Sound:
    # The ending is a hint to the decoder; nothing else of a client's name reaches the disk.
    ending = "".join(
        each for each in Path(name).suffix[1:6].lower() if each.isascii() and each.isalnum()
    )
    with tempfile.TemporaryDirectory(prefix="immersions-") as folder:
        path = Path(folder) / f"upload.{ending or 'bin'}"
        with path.open("wb") as out:
            while chunk := file.read(CHUNK):
                out.write(chunk)
        try:
            return audio.read(path, sample_rate)
        except (ValueError, OSError) as error:
            # Who uploaded it knows it by another name than our own place for it.
            raise ValueError(str(error).replace(str(path), _title(name))) from None


def _loop_of(samples: Samples, sample_rate: int) -> Samples:
    longest = round(LONGEST_SECONDS * sample_rate)
    return audio.tile(samples[:longest], SHORTEST_SECONDS, sample_rate)


def _title(name: str) -> str:
    shown = "".join(each for each in Path(name).stem if each.isprintable())
    return shown.strip()[:60] or "Upload"


def wav(samples: NDArray[np.float32], sample_rate: int) -> bytes:
    """A loop as a WAV file of 32-bit floats."""
    buffer = io.BytesIO()
    soundfile.write(buffer, samples, sample_rate, format="WAV", subtype="FLOAT")
    return buffer.getvalue()
