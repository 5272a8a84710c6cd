"""The start sounds by id, never by path: bundled clips, silence, noise and uploads."""

from __future__ import annotations

import io
import secrets
import tempfile
import threading
from collections import OrderedDict
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
from immersions.stage.fitting import Phrase, fit
from immersions.stage.tempo import Tempo

SHORTEST_SECONDS = 2.0
"""A shorter upload is repeated until it lasts this long."""
LONGEST_SECONDS = 16.0
"""A longer upload is cut: a loop is dreamed as a whole, at every step."""
MOST_UPLOADS = 32
MOST_FITTED = 16
"""Clips in a tempo that are kept for when they are wanted again; 3 MB each at most."""
CHUNK = 2**20


class Unknown(LookupError):
    """No start sound has this id; one line."""


@dataclass(frozen=True, eq=False)
class _Upload:
    clip: Clip
    samples: Samples
    sample_rate: int
    phrase: Phrase | None = None


class Library:
    """Thread-safe: decoding takes its time and is done beside the event loop."""

    def __init__(self, generated_seconds: float = 4.0) -> None:
        self._bundled = {each.name: each for each in assets.clips()}
        self._uploads: dict[str, _Upload] = {}
        self._decoded: dict[tuple[str, int], Samples] = {}
        self._fitted: OrderedDict[tuple[str, int, Tempo], Samples] = OrderedDict()
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

    def phrase(self, clip: str) -> Phrase | None:
        """What is known of the bars of a start sound; nothing of uploads, silence and noise."""
        if clip in self._bundled:
            return Phrase(self._bundled[clip].bars)
        with self._lock:
            upload = self._uploads.get(clip)
        return None if upload is None else upload.phrase

    def samples(
        self, clip: str, sample_rate: int, seed: int = 0, tempo: Tempo | None = None
    ) -> Samples:
        """A start sound, finished, as a mono loop: in its own tempo, or in another one.

        `Unknown` when there is none of this id.
        """
        if tempo is None:
            return self._own(clip, sample_rate, seed, round(self._generated_seconds * sample_rate))
        if clip in (SILENCE, NOISE):
            return self._own(clip, sample_rate, seed, tempo.samples(sample_rate))
        key = clip, sample_rate, tempo
        with self._lock:
            if key in self._fitted:
                self._fitted.move_to_end(key)
                return self._fitted[key]
        # Not under the lock: it takes a tenth of a second or two.
        fitted = fit(self._own(clip, sample_rate), sample_rate, tempo, self.phrase(clip))
        with self._lock:
            self._fitted[key] = fitted
            while len(self._fitted) > MOST_FITTED:
                self._fitted.popitem(last=False)
        return fitted

    def _own(self, clip: str, sample_rate: int, seed: int = 0, count: int = 0) -> Samples:
        """A start sound in its own tempo; one that is generated in `count` samples."""
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

    def keep(
        self,
        samples: bytes,
        sample_rate: int,
        title: str,
        phrase: Phrase | None = None,
        kind: str = "dream",
    ) -> Clip:
        """Keep a loop (float32, mono) as a start sound."""
        loop = np.frombuffer(samples, np.float32)
        clip = Clip(
            id=f"{kind}-{secrets.token_hex(8)}",
            title=title,
            seconds=len(loop) / sample_rate,
            kind=kind,
        )
        self._take(_Upload(clip, loop, sample_rate, phrase))
        return clip

    @property
    def overfull(self) -> bool:
        """Whether more was taken in than is to be kept."""
        with self._lock:
            return len(self._uploads) > MOST_UPLOADS

    def remove(self, clip: str) -> None:
        """Forget a sound that was uploaded or kept. `Unknown` when there is none of this id."""
        with self._lock:
            if self._uploads.pop(clip, None) is None:
                raise Unknown(f"no sound of yours has the id {clip!r}")
            for decoded in [each for each in self._decoded if each[0] == clip]:
                del self._decoded[decoded]
            for fitted in [each for each in self._fitted if each[0] == clip]:
                del self._fitted[fitted]

    def taken(self) -> list[tuple[Clip, Samples, int]]:
        """All that was uploaded or kept: samples as they were taken in, and their rate in Hz."""
        with self._lock:
            return [(each.clip, each.samples, each.sample_rate) for each in self._uploads.values()]

    def give_back(self, clip: Clip, samples: Samples, sample_rate: int) -> None:
        """Take in what `taken` gave, under the same id."""
        self._take(_Upload(clip, samples, sample_rate))

    def _take(self, upload: _Upload) -> None:
        with self._lock:
            self._uploads[upload.clip.id] = upload

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
