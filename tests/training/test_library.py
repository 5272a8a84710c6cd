from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_music import RATE, SCALE, pattern, write_music

from immersions.scalogram import Scalogram, ScalogramConfig
from immersions.training import scalograms
from immersions.training.library import find_sounds, load_library
from immersions.training.scalograms import scalogram_blocks


@pytest.mark.parametrize("seconds", [0.01, 0.5, 16.4, 33.3, 70.0])
@pytest.mark.parametrize("phase", [False, True])
def test_blocks_join_without_a_trace(tmp_path: Path, seconds: float, phase: bool) -> None:
    """Block by block, a file gives what the whole of it gives at once."""
    config = replace(SCALE, phase=phase)
    sound = pattern(1, seconds)
    path = tmp_path / "sound.wav"
    soundfile.write(path, sound, RATE, "FLOAT")
    blocks = list(scalogram_blocks(path, Scalogram(config)))
    if len(sound) < config.hop:
        assert blocks == []
        return
    whole = Scalogram(config).stream(torch.from_numpy(sound)[None])[0]
    joined = torch.cat(blocks, -1)
    assert joined.shape == (config.parts, config.bins, len(sound) // config.hop)
    loud = whole[0] > 1.0  # where it is quiet, rounding decides the phase
    assert (joined.float() - whole)[0].abs().max() < 0.01
    assert (joined.float() - whole)[:, loud].abs().max() < 0.01
    assert len(blocks) == -(-joined.shape[-1] // blocks[0].shape[-1])


def test_blocks_are_few_frames_however_long_the_file(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    soundfile.write(path, pattern(1, 100.0), RATE)
    lengths = [block.shape[-1] for block in scalogram_blocks(path, Scalogram(SCALE))]
    assert len(lengths) > 5
    assert max(lengths) < scalograms.SPAN_FRAMES


def test_the_reference_scale_joins_too(tmp_path: Path) -> None:
    time = np.arange(44_100 * 15) / 44_100
    sound = (0.3 * np.sin(2 * np.pi * 220 * time * (1 + 0.05 * time))).astype(np.float32)
    path = tmp_path / "glide.wav"
    soundfile.write(path, sound, 44_100, "FLOAT")
    scalogram = Scalogram(ScalogramConfig())
    joined = torch.cat(list(scalogram_blocks(path, scalogram)), -1).float()
    whole = scalogram.stream(torch.from_numpy(sound)[None])[0]
    assert (joined - whole).abs().max() < 0.01


def test_what_cannot_be_used_is_listed_and_the_rest_is_used(tmp_path: Path) -> None:
    folder = tmp_path / "music"
    good, twin = write_music(folder, 2)
    shutil.copy(good, twin)  # the same content under another name
    (folder / "broken.flac").write_bytes(b"fLaC" + bytes(1000))
    (folder / "empty.wav").write_bytes(b"")
    (folder / "text.mp3").write_text("not a sound")
    (folder / "cover.jpg").write_bytes(b"no sound by its name")
    (folder / "folder.wav").mkdir()
    soundfile.write(folder / "short.wav", pattern(9, 0.5), RATE)
    soundfile.write(folder / "instant.wav", pattern(9, 0.01), RATE)

    found = load_library(find_sounds([folder]), SCALE, tmp_path / "cache", least_frames=100)

    assert [track.path.name for track in found.tracks] == [good.name]
    reasons = {path.name: reason for path, reason in found.left_out}
    expected = {"broken.flac", "empty.wav", "text.mp3", "short.wav", "instant.wav", twin.name}
    assert set(reasons) == expected
    assert reasons[twin.name] == f"the same content as {good}"
    assert reasons["short.wav"] == "shorter than an item: 15 frames"
    assert reasons["instant.wav"] == "instant.wav: expected sound, found none"
    assert all("\n" not in reason and reason for reason in reasons.values())


def test_what_had_to_be_helped_is_told_and_kept(tmp_path: Path) -> None:
    good, cut, odd = write_music(tmp_path / "music", 3)
    cut.write_bytes(cut.read_bytes()[: 2 * cut.stat().st_size // 3])
    samples, rate = soundfile.read(odd, dtype="float32")
    samples[[5, 7000]] = np.nan, np.inf
    soundfile.write(odd.with_suffix(".wav"), samples, rate, "FLOAT")
    if odd.suffix != ".wav":
        odd.unlink()
    cache = tmp_path / "cache"
    first, again = (
        load_library(find_sounds([tmp_path / "music"]), SCALE, cache, 100) for _ in range(2)
    )
    assert [track.path.stem for track in first.tracks] == [good.stem, cut.stem, odd.stem]
    told = {path.stem: flaw for path, flaw in first.warnings}
    assert set(told) == {cut.stem, odd.stem}
    assert told[odd.stem] == "2 samples were not finite and became 0"
    assert told[cut.stem].startswith(("damaged after", "the file ends early"))
    assert again.warnings == first.warnings, "the second time it is not decoded"
    (short,) = load_library([cut], SCALE, cache, 10**6).left_out
    assert short[1].startswith("shorter than an item: ")
    assert told[cut.stem] in short[1]


def test_a_track_is_heard_once_and_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_music(tmp_path / "music", 2)
    paths, cache = find_sounds([tmp_path / "music"]), tmp_path / "cache"
    first = load_library(paths, SCALE, cache, 100)
    assert len(list(cache.glob("*.npy"))) == 2

    monkeypatch.setattr(scalograms, "scalogram_blocks", _fail)
    again = load_library(paths, SCALE, cache, 100)
    assert again.left_out == ()
    for before, after in zip(first.tracks, again.tracks, strict=True):
        assert np.array_equal(before.levels, after.levels)
        assert isinstance(after.levels, np.memmap)  # read where it is needed

    other = replace(SCALE, filter_scale=0.4)
    with pytest.raises(AssertionError, match="computed again"):
        load_library(paths, other, cache, 100)


@pytest.mark.parametrize("damage", [b"", b"\x93NUMPY", b"PK\x03\x04" + bytes(100)])
def test_a_damaged_cache_is_made_anew(tmp_path: Path, damage: bytes) -> None:
    write_music(tmp_path / "music", 1)
    paths, cache = find_sounds([tmp_path / "music"]), tmp_path / "cache"
    before = np.array(load_library(paths, SCALE, cache, 100).tracks[0].levels)
    kept = next(cache.glob("*.npy"))
    kept.write_bytes(damage or kept.read_bytes()[:5000])
    again = load_library(paths, SCALE, cache, 100)
    assert np.array_equal(again.tracks[0].levels, before)


def test_a_failure_leaves_nothing_half_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_music(tmp_path / "music", 1)

    def full(*arguments: object, **options: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(np, "save", full)
    found = load_library(find_sounds([tmp_path / "music"]), SCALE, tmp_path / "cache", 100)
    assert "No space left on device" in found.left_out[0][1]
    assert list((tmp_path / "cache").iterdir()) == []


def test_sounds_are_found_in_any_folder_and_once(tmp_path: Path) -> None:
    first = write_music(tmp_path / "a" / "b", 1)[0]
    second = write_music(tmp_path / "c", 1, first=1)[0]
    second = second.rename(second.with_suffix(".WAV"))
    assert find_sounds([tmp_path, tmp_path / "a", first]) == [first, second]
    assert find_sounds([first]) == [first]
    with pytest.raises(FileNotFoundError, match="expected a folder of sound files"):
        find_sounds([tmp_path / "missing"])


def _fail(*arguments: object) -> None:
    raise AssertionError("computed again")
