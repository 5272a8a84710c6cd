"""MIDI to sound: FluidSynth as a program, with sound fonts from Debian's packages.

Both are asked of the system; nothing of them is imported or shipped.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import debian

RATE = 44100
SILENCE = 1e-4
"""A greatest sample below this is the synthesiser's own noise."""


@dataclass(frozen=True)
class Font:
    """A sound font: the Debian package, the file in it, its licence."""

    package: str
    file: str
    licence: str

    @property
    def name(self) -> str:
        return Path(self.file).stem


TRAINING = (
    Font("fluid-soundfont-gm", "usr/share/sounds/sf2/FluidR3_GM.sf2", "MIT"),
    Font("timgm6mb-soundfont", "usr/share/sounds/sf2/TimGM6mb.sf2", "GPL-2"),
)
EVALUATION = Font(
    "musescore-general-soundfont-small",
    "usr/share/sounds/sf3/MuseScore_General_Lite.sf3",
    "MIT, its grand piano in the public domain",
)
"""Its piano has other samples than the fonts of training: nothing is known by its timbre."""


def fetch_font(font: Font, folder: Path) -> Path:
    """The font's file below `folder`, fetched unless it is there. Raises `RuntimeError`."""
    place = folder / font.package / font.file
    if not place.is_file():
        with tempfile.TemporaryDirectory() as scratch:
            debian.unpack(debian.download(font.package, Path(scratch)), folder / font.package)
    if not place.is_file():
        raise RuntimeError(f"{font.package}: expected {font.file} in it, found none")
    return place


def render(
    midi: Path, font: Path, target: Path, room: float = 0.4, wet: float = 0.2, peak: float = 0.5
) -> float:
    """Write `target` (FLAC, mono, 44.1 kHz) and return its seconds; it appears only when whole.

    `room` and `wet` are size and level of FluidSynth's reverberation, `peak` the greatest sample.
    Raises `RuntimeError` with one line.
    """
    with tempfile.TemporaryDirectory() as scratch:
        wave = Path(scratch) / "rendered.wav"
        options = {
            "synth.reverb.room-size": room,
            "synth.reverb.level": wet,
            "synth.chorus.active": 0,
            "synth.gain": 0.5,
        }
        given = [word for key, value in options.items() for word in ("-o", f"{key}={value:.3f}")]
        rate = ["-r", str(RATE)]
        kind = ["-T", "wav", "-O", "float", "-o", "synth.dynamic-sample-loading=1"]
        command = ["fluidsynth", "-niq", "-F", str(wave), *kind, *rate, *given]
        done = subprocess.run([*command, str(font), str(midi)], capture_output=True, text=True)
        if done.returncode or not wave.is_file():
            lines = done.stderr.strip().splitlines() or [f"exit status {done.returncode}"]
            raise RuntimeError(f"fluidsynth, {midi.name}: {lines[-1]}")
        sound, _ = soundfile.read(wave, dtype="float32", always_2d=True)
    mono = sound.mean(1)
    loudest = float(np.abs(mono).max()) if len(mono) else 0.0
    if loudest < SILENCE:
        raise RuntimeError(f"{midi.name}: expected sound, fluidsynth rendered silence")
    target.parent.mkdir(parents=True, exist_ok=True)
    partial = target.with_name(".partial-" + target.name)
    soundfile.write(partial, mono * (peak / loudest), RATE, format="FLAC", subtype="PCM_16")
    partial.replace(target)
    return len(mono) / RATE
