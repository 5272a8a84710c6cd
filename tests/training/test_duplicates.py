"""The same recording is found in whatever file it comes; other music by the same sounds is not."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_music import RATE, SCALE, pattern

from immersions import audio
from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training.duplicates import SAME, same_recordings
from immersions.training.fingerprint import COARSE, FINE, Grain, Print, fingerprint, likeness
from immersions.training.library import Library, find_sounds, load_library
from immersions.training.sampling import split

SECONDS = 24.0


def prints(sound: np.ndarray, grain: Grain = FINE, config: ScalogramConfig = SCALE) -> Print:
    levels = Scalogram(config).stream(torch.from_numpy(sound.astype(np.float32))[None])[0]
    return fingerprint(levels.half().numpy(), config, grain)


def write_variants(folder: Path, sound: np.ndarray) -> dict[str, Path]:
    """The recording as people have it: in another encoding, container, gain, rate, or cut."""
    folder.mkdir()
    stereo = np.stack([sound, sound], 1)
    cut = sound[round(2.3 * RATE) :]
    made: dict[str, tuple[np.ndarray, int, str | None]] = {
        "a-original.wav": (sound, RATE, "PCM_16"),
        "b-float.aiff": (sound, RATE, "FLOAT"),
        "c-flac.flac": (sound, RATE, None),
        "d-vorbis.ogg": (stereo, RATE, None),
        "e-mp3.mp3": (sound, RATE, None),
        "f-softer.wav": (sound * 10 ** (-6 / 20), RATE, "PCM_16"),
        "g-cut.wav": (cut, RATE, "PCM_16"),
        "h-rate.flac": (audio.resample(sound, RATE, 22_050), 22_050, None),
        "i-all.ogg": (stereo[round(3.14 * RATE) :] * 0.3, RATE, None),
    }
    for name, (samples, rate, subtype) in made.items():
        soundfile.write(folder / name, samples, rate, subtype)
    return {name: folder / name for name in made}


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Library:
    """Nine files of one recording among four others that are made of the same tones."""
    folder = tmp_path_factory.mktemp("duplicates")
    write_variants(folder / "music", pattern(1, SECONDS))
    for number in (0, 2, 3, 4):
        soundfile.write(folder / "music" / f"other-{number}.wav", pattern(number, SECONDS), RATE)
    return load_library(find_sounds([folder / "music"]), SCALE, folder / "cache", 100)


def test_a_recording_is_found_in_every_file(found: Library) -> None:
    """The first by name is kept, and each of the others names it."""
    first = found.sources[0]
    assert first.path.name == "a-original.wav"
    others = {source.path.name: source for source in found.sources[1:9]}
    for name, source in others.items():
        assert source.left_out.startswith(f"the same recording as {first.path} (likeness "), name
        assert source.twin_of == first.path
        assert source.frames > 0
    assert {track.path.name for track in found.tracks} == {
        *("a-original.wav", "other-0.wav", "other-2.wav", "other-3.wav", "other-4.wav")
    }


def test_no_recording_is_on_both_sides(found: Library) -> None:
    """Whatever share is held out: one file of each is left to hold out or to train on."""
    for share in (0.2, 0.5, 0.8):
        training, validation = split(found.tracks, share)
        assert len(training) + len(validation) == 5
        assert not {track.key for track in training} & {track.key for track in validation}
    pairs = combinations(found.tracks, 2)
    assert max(likeness(*(fingerprint(t.levels, SCALE, FINE) for t in p)) for p in pairs) < SAME


def test_likeness_tells_the_same_from_the_like() -> None:
    """Melodies of the same tones, tempo and length, which repeat for ever: the hardest others."""
    sounds = [pattern(number, SECONDS) for number in range(8)]
    fine = [prints(sound) for sound in sounds]
    alike = [likeness(a, b) for a, b in combinations(fine, 2)]
    own = [likeness(a, prints(sound[6000:])) for a, sound in zip(fine, sounds, strict=True)]
    assert max(alike) < SAME < min(own)
    assert likeness(fine[0], fine[0]) == pytest.approx(1.0, abs=1e-4)
    assert likeness(fine[0], fine[1]) == pytest.approx(likeness(fine[1], fine[0]), abs=1e-4)


def test_a_gain_changes_nothing() -> None:
    loud, soft = prints(pattern(1)), prints(pattern(1) * 0.01)
    assert likeness(loud, soft) > 0.95


def test_what_has_no_sound_is_like_nothing() -> None:
    silence = np.zeros(10 * RATE)
    for grain in (FINE, COARSE):
        nothing = prints(silence, grain)
        assert not nothing.any()
        assert likeness(nothing, nothing) == 0
        assert likeness(nothing, prints(pattern(1), grain)) == 0
    short = prints(pattern(1, 0.1), COARSE)
    assert len(short) == 0
    assert likeness(short, short) == 0
    assert same_recordings([nothing, nothing, short], lambda number: nothing) == {}


def test_many_files_of_one_recording_are_one() -> None:
    """More of them than neighbours are looked at, in two groups that are nearest to themselves."""
    random = np.random.default_rng(0)
    one = prints(pattern(1, 60.0), COARSE)
    noisy = [one, (one + random.integers(-9, 10, one.shape)).astype(np.int8)]
    coarse = [noisy[number // 12 % 2] for number in range(24)]
    coarse += [prints(pattern(2, 60.0), COARSE)]
    found = same_recordings(coarse, lambda number: coarse[number])
    assert {first for first, _ in found.values()} == {0}
    assert sorted(found) == list(range(1, 24))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_few_recordings_are_compared_too(count: int) -> None:
    coarse = [prints(pattern(number), COARSE) for number in range(count)]
    assert same_recordings(coarse, lambda number: prints(pattern(number))) == {}
