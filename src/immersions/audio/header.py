"""What the header of a sound file says, and which headers are let through."""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass
from pathlib import Path

StrPath = str | os.PathLike[str]


@dataclass(frozen=True)
class Header:
    """The header of a sound file: rate in Hz, channels, frames (samples of each channel)."""

    sample_rate: int
    channels: int
    frames: int
    format: str
    """Container and coding, as in `WAV PCM_16`."""

    @property
    def seconds(self) -> float:
        return self.frames / self.sample_rate if self.sample_rate > 0 else 0.0

    @property
    def open_length(self) -> bool:
        """Whether the writer did not know how long the sound would be."""
        return self.frames >= 2**62

    @property
    def decoded_bytes(self) -> int:
        """Size of all channels as float32."""
        return 4 * self.channels * self.frames


@dataclass(frozen=True)
class Limits:
    """What a sound file may ask of this machine; bounds are inclusive, None is no bound."""

    minimum_rate: int = 8_000
    """Hz."""
    maximum_rate: int = 192_000
    """Hz."""
    maximum_channels: int = 8
    seconds: float | None = 600.0
    """Longest sound."""
    decoded_bytes: int | None = 256 * 2**20
    """Largest sound, as float32 of all its channels."""
    decoding_cpu_seconds: int = 20
    """Processor time that the decoding child may use for one file."""
    decoding_wall_seconds: float = 60.0
    """Time by the clock that decoding one file may take."""
    decoding_memory_bytes: int = 2**30
    """Address space of the decoding child."""

    def check(self, header: Header, path: StrPath) -> None:
        """Raise `ValueError` with one line when `header` is outside the limits."""
        name = shown(path)
        if not self.minimum_rate <= header.sample_rate <= self.maximum_rate:
            raise ValueError(
                f"{name}: expected a sample rate of {self.minimum_rate} to {self.maximum_rate} Hz,"
                f" got {header.sample_rate} Hz"
            )
        if not 1 <= header.channels <= self.maximum_channels:
            raise ValueError(
                f"{name}: expected 1 to {self.maximum_channels} channels, got {header.channels}"
            )
        if header.frames < 1:
            raise ValueError(f"{name}: expected a sound, got a file without a single sample")
        if self.seconds is not None and header.seconds > self.seconds:
            raise ValueError(
                f"{name}: expected at most {self.seconds:g} s of sound,"
                f" got a header that claims {_seconds(header)}"
            )
        if self.decoded_bytes is not None and header.decoded_bytes > self.decoded_bytes:
            raise ValueError(
                f"{name}: expected at most {self.decoded_bytes / 2**20:g} MiB when decoded,"
                f" got {header.channels} channels of {header.seconds:.1f} s at"
                f" {header.sample_rate} Hz, {header.decoded_bytes / 2**20:.1f} MiB"
            )


STREAMING = Limits(seconds=None, decoded_bytes=None)
"""For reading block by block, where length costs no memory."""


def shown(path: StrPath) -> str:
    """The path as it may stand in a one-line message, whatever characters its name has."""
    text = os.fspath(path)
    return text if text.isprintable() else ascii(text)


def open_regular(path: StrPath) -> int:
    """A file descriptor of the regular file `path`; `OSError` with one clear line otherwise."""
    name = shown(path)
    try:
        mode = Path(path).stat().st_mode
        if stat.S_ISREG(mode):
            return os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except (FileNotFoundError, NotADirectoryError):
        raise FileNotFoundError(f"{name}: there is no such file") from None
    except PermissionError:
        raise PermissionError(f"{name}: no permission to read this file") from None
    except OSError as error:
        raise OSError(f"{name}: cannot be opened ({error.strerror or error})") from None
    except ValueError:  # a null character
        raise ValueError(f"{name}: expected the name of a file") from None
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(f"{name}: expected a sound file, got a folder")
    # Opening one could block for ever, and reading it have no end.
    raise OSError(f"{name}: expected a sound file, got a device or a pipe")


def _seconds(header: Header) -> str:
    if header.open_length:
        return f"{header.frames} frames (its writer left the length open)"
    return f"{header.seconds:.1f} s"
