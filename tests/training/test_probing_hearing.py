"""Files become items once, whatever is wrong with some of them."""

from __future__ import annotations

from pathlib import Path

import librosa
import numpy as np
import pytest
import soundfile
import torch
from probing_task import ITEM_SECONDS, cut, heard, write_classes
from tiny_music import EAR, RATE, SCALE

from immersions.scalogram import Scalogram
from immersions.training import probe_features, probe_items
from immersions.training.probing.hearing import Items, hear
from immersions.training.probing.tasks import read_task

SHAPE = probe_items.item_shape(EAR)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_classes(tmp_path_factory.mktemp("task") / "orders", files=2, seconds=18.5)


@pytest.fixture(scope="module")
def items(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Items:
    return heard(folder, tmp_path_factory.mktemp("cache"))


def test_items_are_those_of_their_files_in_order(items: Items, folder: Path) -> None:
    each = int(18.5 / ITEM_SECONDS)
    assert each > 16  # more than are heard at once
    table = items.table
    assert table.classes == ("leaping", "up")
    assert table.labels.tolist() == [0] * 2 * each + [1] * 2 * each
    assert table.groups.unique().tolist() == [0, 1, 2, 3]
    sound = cut(folder / "up" / "0.wav", SHAPE)
    expected = probe_items.levels(sound, Scalogram(SCALE), SHAPE)
    rows = torch.tensor([2 * each + 17, 2 * each, 2 * each + 5])
    found = items.levels(rows)
    assert torch.allclose(found, expected[[17, 0, 5]], atol=2e-3)
    mel = probe_features.log_mel(torch.from_numpy(sound), RATE)
    assert torch.allclose(items.log_mel[2 * each : 3 * each], mel, atol=1e-3)
    assert items.mfcc.shape == (4 * each, 40)
    assert items.left_out == ()


def test_files_that_give_nothing_are_said_and_left_out(tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "task", files=2, seconds=4.0)
    (folder / "up" / "broken.flac").write_bytes(b"fLaC" + bytes(100))
    (folder / "up" / "nothing.wav").write_bytes(b"")
    (folder / "leaping" / "copy.wav").write_bytes((folder / "up" / "0.wav").read_bytes())
    soundfile.write(folder / "leaping" / "short.wav", np.zeros(RATE // 2), RATE)
    (folder / "broken only").mkdir()
    (folder / "broken only" / "broken.wav").write_bytes(b"RIFF....WAVE")
    said: list[str] = []
    items = hear(read_task(folder), EAR, tmp_path / "cache", said.append)
    assert items.table.classes == ("leaping", "up")
    assert len(items.heard) == 4
    reasons = {path.name: reason for path, reason in items.left_out}
    assert set(reasons) == {"broken.flac", "nothing.wav", "0.wav", "short.wav", "broken.wav"}
    assert "the same content as" in reasons["0.wav"]
    assert reasons["short.wav"] == f"shorter than an item of {ITEM_SECONDS:.2f} s"
    assert "left out class broken only: none of its files gives an item" in said
    assert all(line.startswith("left out ") and "\n" not in line for line in said)
    (tmp_path / "task.csv").write_text("task/up/0.wav,up\nmissing.wav,down\n")
    with pytest.raises(ValueError, match="items of 2 classes or more, got 1"):
        hear(read_task(tmp_path / "task.csv"), EAR, tmp_path / "cache", said.append)
    assert said[-2].startswith("left out missing.wav: ")


def test_damage_is_told_each_time_and_the_rest_is_heard(tmp_path: Path) -> None:
    folder, cache = write_classes(tmp_path / "task", files=1, seconds=4.0), tmp_path / "cache"
    sound, _ = soundfile.read(folder / "up" / "0.wav", dtype="float32")
    sound[[5, 7000]] = np.nan, np.inf
    soundfile.write(folder / "up" / "odd.wav", sound, RATE, "FLOAT")
    whole = (folder / "leaping" / "0.wav").read_bytes()
    (folder / "leaping" / "cut.wav").write_bytes(whole[: 2 * len(whole) // 3])
    for number in range(2):  # the second time nothing is decoded
        said: list[str] = []
        items = hear(read_task(folder), EAR, cache, said.append)
        told = {path.name: flaw for path, flaw in items.damaged}
        assert told.keys() == {"odd.wav", "cut.wav"}, number
        assert told["odd.wav"] == "2 samples were not finite and became 0"
        assert set(said) == {f"{name}: {flaw}" for name, flaw in told.items()}
        assert items.left_out == ()
        assert [one.count for one in items.heard] == [6, 4, 6, 6]


def test_items_of_a_given_length(tmp_path: Path) -> None:
    """A longer item holds more frames, and is not taken for a shorter one in the cache."""
    folder, cache = write_classes(tmp_path / "task", files=1, seconds=9.0), tmp_path / "cache"
    short = heard(folder, cache)
    long = hear(read_task(folder), EAR, cache, seconds=2.9)
    assert long.seconds == pytest.approx(2.9)
    assert [one.count for one in long.heard] == [3, 3]
    rows = torch.arange(6)
    assert long.levels(rows).shape[-1] == 88
    assert short.levels(rows).shape[-1] == SHAPE.frames
    assert long.names(rows) != short.names(rows)
    expected = Scalogram(SCALE).stream(
        torch.from_numpy(soundfile.read(folder / "leaping" / "0.wav", dtype="float32")[0])[None]
    )[0]
    start = SHAPE.margin
    assert torch.allclose(long.levels(rows)[0], expected[..., start : start + 88], atol=0.01)


def test_disturbed_items_are_others_each_in_its_own_way(tmp_path: Path) -> None:
    folder, cache = write_classes(tmp_path / "task", files=2, seconds=4.0), tmp_path / "cache"
    (folder / "up" / "0.wav").replace(folder / "up" / "2.wav")
    task, rows = read_task(folder), torch.arange(16)
    plain, one, again, other = (
        hear(task, EAR, cache, disturbance=disturbance).levels(rows)
        for disturbance in (None, 1, 1, 2)
    )
    assert torch.equal(one, again)
    changes = [levels.mean((1, 3)) - plain.mean((1, 3)) for levels in (one, other)]
    assert (changes[0] - changes[1]).abs().max() > 0.05
    assert torch.cdist(changes[0], changes[0]).fill_diagonal_(1).min() > 0.05


def test_a_file_is_heard_once_and_again_when_what_was_kept_is_cut_off(tmp_path: Path) -> None:
    folder, cache = write_classes(tmp_path / "task", files=1, seconds=4.0), tmp_path / "cache"
    first = heard(folder, cache)
    kept = sorted(cache.iterdir())
    assert len(kept) == 4
    times = [path.stat().st_mtime_ns for path in kept]
    heard(folder, cache)
    assert [path.stat().st_mtime_ns for path in kept] == times
    for path in kept:
        path.write_bytes(path.read_bytes()[:-100])
        again = heard(folder, cache)
        rows = torch.arange(len(again.table))
        assert torch.equal(again.levels(rows), first.levels(rows)), path.suffix
        assert torch.equal(again.mfcc, first.mfcc)
    assert sorted(cache.iterdir()) == kept


def test_a_cache_that_cannot_be_written_is_no_broken_sound(tmp_path: Path) -> None:
    folder = write_classes(tmp_path / "task", files=1, seconds=2.0)
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(OSError, match="cache"):
        heard(folder, tmp_path / "cache")


def test_mfccs_are_the_cosine_transform_of_the_mel_bands() -> None:
    """Beside librosa's, from the same mel levels."""
    sound = torch.randn(2, RATE, generator=torch.Generator().manual_seed(0))
    levels = probe_features.mel_levels(sound, RATE)
    expected = librosa.feature.mfcc(S=levels.numpy(), n_mfcc=20)
    assert np.abs(probe_features.cepstra(levels).numpy() - expected).max() < 1e-3
