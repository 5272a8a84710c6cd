"""One played note: a sample at a pitch, with an envelope and perhaps a closing filter."""

import numpy as np
import soxr
from circular import RATE_HZ
from notation import Event, midi_of
from samples import from_onset
from scipy.signal import butter, sosfilt

FADE_IN = 16  # samples: no voice starts with a step


def voice(sound: np.ndarray, part: dict, event: Event, step_s: float) -> np.ndarray:
    """The samples of one event of a part; see patterns.toml for what a part may say."""
    played = _slice(sound, part["slices"], event.slice) if event.slice is not None else sound
    if event.slice is None and part.get("trim", True):
        played = from_onset(played)
    semitones = part.get("tune", 0.0)
    if event.midi is not None:
        semitones += event.midi - (midi_of(part["root"]) + part.get("root_cents", 0) / 100)
    played = repitch(played, semitones)[int(part.get("skip_s", 0.0) * RATE_HZ) :]
    if part.get("reverse", False):
        played = played[::-1]
    if part.get("gate", event.midi is not None or event.slice is not None):
        played = _until(played, event.length * step_s * part.get("hold", 1.0), part)
    if "decay_s" in part:
        played = played * 10 ** (-3 * np.arange(len(played)) / (part["decay_s"] * RATE_HZ))
    if "sweep_hz" in part:
        played = _sweep(played, *part["sweep_hz"], part["sweep_s"], event.velocity)
    return _softened(played, part.get("attack_s", 0.0)) * event.velocity**1.3


def repitch(sound: np.ndarray, semitones: float) -> np.ndarray:
    """Played faster or slower: `semitones` up (or down), that much shorter (or longer)."""
    if abs(semitones) < 0.005:
        return sound
    ratio = 2 ** (semitones / 12)
    return soxr.resample(sound, RATE_HZ * ratio, RATE_HZ, quality="VHQ")


def _slice(sound: np.ndarray, slices: int, index: int) -> np.ndarray:
    """The part `index` of a sampled loop that is cut into `slices` equal ones."""
    if not 0 <= index < slices:
        raise ValueError(f"expected a slice from 0 to {slices - 1}, got {index}")
    edges = np.round(np.linspace(0, len(sound), slices + 1)).astype(int)
    return sound[edges[index] : edges[index + 1]]


def _until(sound: np.ndarray, seconds: float, part: dict) -> np.ndarray:
    """Let go after `seconds`, then fade within the part's `release_s`."""
    held = int(seconds * RATE_HZ)
    fade = max(int(part.get("release_s", 0.02) * RATE_HZ), 32)
    held, kept = (held, sound[: held + fade]) if held > fade else (0, sound[: max(held, fade)])
    envelope = np.ones(len(kept))
    falling = len(kept) - held
    if falling > 0:
        envelope[held:] = np.cos(np.linspace(0, np.pi / 2, max(falling, 1))) ** 2
    return kept * envelope


def _sweep(
    sound: np.ndarray, start_hz: float, end_hz: float, seconds: float, velocity: float
) -> np.ndarray:
    """A low-pass that closes from `start_hz` (times velocity) to `end_hz` within `seconds`."""
    out = np.empty_like(sound)
    state = np.zeros((2, 2))
    for first in range(0, len(sound), 32):
        share = np.exp(-3 * first / (seconds * RATE_HZ))
        edge = end_hz * (max(start_hz * velocity, 1.0) / end_hz) ** share
        sections = butter(4, min(edge, 18_000), fs=RATE_HZ, output="sos")
        out[first : first + 32], state = sosfilt(sections, sound[first : first + 32], zi=state)
    return out


def _softened(sound: np.ndarray, attack_s: float) -> np.ndarray:
    """Fade in over `attack_s` (a few samples at least) and out over the last 3 ms."""
    rise = min(max(int(attack_s * RATE_HZ), FADE_IN), len(sound))
    fall = min(int(0.003 * RATE_HZ), len(sound))
    softened = sound.astype(float)
    softened[:rise] *= np.sin(np.linspace(0, np.pi / 2, rise)) ** 2
    softened[len(sound) - fall :] *= np.cos(np.linspace(0, np.pi / 2, fall)) ** 2
    return softened
