"""Makes the repo's own small set of files that no player should trust."""

from __future__ import annotations

import io
import struct
from pathlib import Path

import numpy as np
import soundfile

RATE = 22_050
CONTAINERS = {"wav": "PCM_16", "flac": "PCM_16", "ogg": "VORBIS", "mp3": "MPEG_LAYER_III"}


def tone(seconds: float = 0.5, channels: int = 1) -> np.ndarray:
    """A soft chord, (n,) or (n, channels)."""
    time = np.arange(round(seconds * RATE)) / RATE
    chord = sum(0.1 * np.sin(2 * np.pi * hertz * time) for hertz in (220.0, 277.2, 329.6))
    chord = chord.astype(np.float32)
    return chord if channels == 1 else np.repeat(chord[:, None], channels, axis=1)


def encoded(container: str, samples: np.ndarray | None = None, subtype: str | None = None) -> bytes:
    buffer = io.BytesIO()
    soundfile.write(
        buffer,
        tone() if samples is None else samples,
        RATE,
        format=container.upper(),
        subtype=subtype or CONTAINERS[container],
    )
    return buffer.getvalue()


def wav(
    data: bytes,
    *,
    rate: int = RATE,
    channels: int = 1,
    bits: int = 16,
    claimed: int | None = None,
    code: int = 1,
) -> bytes:
    """A WAV file by hand, so that its header can say anything."""
    width = max(1, channels * bits // 8)
    claimed = len(data) if claimed is None else claimed
    form = struct.pack("<HHIIHH", code, channels & 0xFFFF, rate, rate * width % 2**32, width, bits)
    return (
        b"RIFF" + struct.pack("<I", min(claimed + 36, 2**32 - 1)) + b"WAVEfmt "
        + struct.pack("<I", len(form)) + form + b"data" + struct.pack("<I", claimed) + data
    )  # fmt: skip


def make(folder: Path) -> dict[str, str]:
    """Write the files; for each name, what is due: `sound`, `warning`, or words of the refusal."""
    pcm = (tone() * 32767).astype("<i2").tobytes()
    flac, ogg, mp3 = encoded("flac"), encoded("ogg"), encoded("mp3")
    long = encoded("flac", tone(3.0))
    endless = bytearray(flac)
    # 36 bits of STREAMINFO count the samples; none at all means that the writer did not know.
    endless[21] &= 0xF0
    endless[22:26] = bytes(4)
    cases: dict[str, tuple[bytes, str]] = {
        "good.wav": (wav(pcm), "sound"),
        "good.flac": (flac, "sound"),
        "good.ogg": (ogg, "sound"),
        "good.mp3": (mp3, "sound"),
        "wrong-ending.mp3": (wav(pcm), "sound"),
        "no-ending": (flac, "sound"),
        "two\nlines.wav": (wav(pcm), "sound"),
        "size-left-open.wav": (wav(pcm, claimed=2**32 - 1), "sound"),
        "odd-byte.wav": (wav(pcm + b"\0"), "sound"),
        "cut.wav": (wav(pcm)[: len(pcm) // 2], "warning"),
        "cut.flac": (flac[: 2 * len(flac) // 3], "warning"),
        "cut.mp3": (mp3[: len(mp3) // 2], "warning"),
        "scratched.flac": (long[:-3000] + bytes(2000) + long[-1000:], "warning"),
        "empty.wav": (b"", "empty file"),
        "text.wav": (b"This is not a sound but a sentence.\n" * 30, "expected a sound file"),
        "raw.raw": (pcm, "expected a sound file"),
        "raw.vox": (pcm, "expected a sound file"),
        "zeros.wav": (bytes(5000), "expected a sound file"),
        "page.mp3": (b"<html><body>404</body></html>" * 20, "expected a sound file"),
        "header-only.wav": (wav(b""), "without a single sample"),
        "header-cut.wav": (wav(pcm)[:30], "expected a sound file"),
        "slow.wav": (wav(pcm, rate=1), "8000 to 192000 Hz"),
        "fast.wav": (wav(pcm, rate=2**31 - 1), "8000 to 192000 Hz"),
        "no-channel.wav": (wav(pcm, channels=0), "expected"),
        "crowd.wav": (wav(pcm * 10, channels=1024), "1 to 8 channels, got 1024"),
        "no-bits.wav": (wav(pcm, bits=0), "expected"),
        "unknown-codec.wav": (wav(pcm, code=0x7777), "expected a sound file"),
        "endless.flac": (bytes(endless), "at most 600 s"),
        "magic-only.flac": (b"fLaC", "expected a sound file"),
        "magic-only.ogg": (b"OggS" + bytes(200), "expected a sound file"),
    }
    for name, (content, _) in cases.items():
        (folder / name).write_bytes(content)
    return {name: due for name, (_, due) in cases.items()}
