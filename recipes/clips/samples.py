"""The one-shots and loops of Debian's `sonic-pi-samples` that their authors put under CC0."""

import sys
import tempfile
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import debian
import licences

PACKAGE = "sonic-pi-samples"
FOLDER = "usr/share/sonic-pi/samples"
NOT_TAKEN = {"loop_amen", "loop_amen_full"}  # called CC0, but they quote a commercial record


class Samples:
    """Samples by name: mono float64 at 44.1 kHz, peak 1; refuses what is not marked CC0."""

    def __init__(self, packages: Path) -> None:
        deb = debian.download(PACKAGE, packages)
        with tempfile.TemporaryDirectory() as scratch:
            folder = debian.unpack(deb, Path(scratch))
            self._grants = licences.grants(debian.copyright_text(folder, PACKAGE))
            self._sounds = {
                path.stem: _read(path)
                for path in sorted((folder / FOLDER).glob("*.flac"))
                if self._is_cc0(path.stem)
            }

    def __getitem__(self, name: str) -> np.ndarray:
        if name not in self._sounds:
            raise RuntimeError(f"{name}: not a CC0 sample of {PACKAGE} that may be used")
        return self._sounds[name]

    def credit(self, name: str) -> dict[str, str]:
        """Who made the sample, and where it was published."""
        grant = licences.grant_of(f"etc/samples/{name}.flac", self._grants)
        if grant is None:
            raise RuntimeError(f"{name}: the copyright file of {PACKAGE} does not name it")
        return {"sample": name, "author": ", ".join(grant.holders), "source": grant.source}

    def _is_cc0(self, name: str) -> bool:
        """Whether the copyright file names this very file, as CC0, and it may be taken."""
        grant = licences.grant_of(f"etc/samples/{name}.flac", self._grants)
        return grant is not None and grant.licence == "CC0" and name not in NOT_TAKEN


def from_onset(sound: np.ndarray) -> np.ndarray:
    """A one-shot without the silence before it, so that it falls on the beat."""
    first = int(np.argmax(np.abs(sound) > 0.03))
    return sound[max(0, first - 20) :]


def _read(path: Path) -> np.ndarray:
    """The file as mono with peak 1; the package is 44.1 kHz throughout."""
    sound, rate = soundfile.read(path, always_2d=True)
    if rate != 44_100:
        raise RuntimeError(f"{path.name}: expected 44100 Hz, got {rate}")
    mono = sound.mean(axis=1)
    return mono / max(float(np.abs(mono).max()), 1e-9)
