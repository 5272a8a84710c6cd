"""The start clips: exact bars, one loudness, no seam, everything listed and credited."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyloudnorm
import pytest
import soundfile
from numpy.typing import NDArray

CLIPS = Path(__file__).parents[2] / "src/immersions/assets/clips"
ENTRIES: list[dict[str, Any]] = json.loads((CLIPS / "clips.json").read_text(encoding="utf-8"))
RATE_HZ = 44_100
MOST_BYTES = 8_000_000

each_clip = pytest.mark.parametrize("entry", ENTRIES, ids=[entry["name"] for entry in ENTRIES])


def read(entry: dict[str, Any]) -> NDArray[np.float64]:
    sound, _ = soundfile.read(CLIPS / entry["file"])
    return np.asarray(sound, dtype=np.float64)


def test_there_are_enough_clips_of_both_kinds() -> None:
    kinds = [entry["kind"] for entry in ENTRIES]
    assert len(ENTRIES) >= 16
    assert set(kinds) == {"drums", "other"}
    assert min(kinds.count("drums"), kinds.count("other")) >= 6


def test_names_and_titles_are_unique() -> None:
    for field in ("name", "title", "file"):
        assert len({entry[field] for entry in ENTRIES}) == len(ENTRIES)


def test_the_folder_holds_what_is_listed_and_is_small() -> None:
    files = {path.name: path.stat().st_size for path in CLIPS.glob("*.flac")}
    assert set(files) == {entry["file"] for entry in ENTRIES}
    assert sum(files.values()) <= MOST_BYTES


@each_clip
def test_format_is_mono_16_bit_at_44_1_khz(entry: dict[str, Any]) -> None:
    info = soundfile.info(CLIPS / entry["file"])
    assert (info.format, info.subtype) == ("FLAC", "PCM_16")
    assert (info.samplerate, info.channels) == (RATE_HZ, 1)


@each_clip
def test_lasts_two_bars_to_the_sample(entry: dict[str, Any]) -> None:
    assert entry["bars"] == 2
    assert 90 <= entry["bpm"] <= 140
    expected = round(entry["bars"] * 4 * 60 / entry["bpm"] * RATE_HZ)
    assert len(read(entry)) == expected
    assert entry["seconds"] == pytest.approx(expected / RATE_HZ, abs=1e-9)


@each_clip
def test_loudness_is_about_minus_16_lufs(entry: dict[str, Any]) -> None:
    repeated = np.tile(read(entry), 3)
    loudness = pyloudnorm.Meter(RATE_HZ).integrated_loudness(repeated)
    assert loudness == pytest.approx(-16, abs=0.5)


@each_clip
def test_true_peak_is_at_most_minus_1_db(entry: dict[str, Any]) -> None:
    loop = read(entry)
    spectrum = np.fft.rfft(loop)  # the loop is periodic, so zeros above it only add samples
    between_samples = 4 * np.fft.irfft(spectrum, 4 * len(loop))
    assert 20 * np.log10(np.abs(between_samples).max()) <= -1


@each_clip
def test_repeats_without_a_seam(entry: dict[str, Any]) -> None:
    loop = read(entry)
    near = round(0.05 * RATE_HZ)
    steps = np.abs(np.diff(np.concatenate([loop[-near:], loop[:near]])))
    assert abs(loop[0] - loop[-1]) <= np.percentile(steps, 99)


@each_clip
def test_is_music_for_most_of_its_length(entry: dict[str, Any]) -> None:
    loop = read(entry)
    frames = loop[: len(loop) // 441 * 441].reshape(-1, 441)
    level_db = 20 * np.log10(np.sqrt((frames**2).mean(axis=1)) + 1e-9)
    assert (level_db < -60).mean() < 0.25


@each_clip
def test_every_sample_is_credited(entry: dict[str, Any]) -> None:
    assert entry["licence"] == "CC0-1.0"
    assert [credit["sample"] for credit in entry["credits"]] == entry["samples"]
    assert not any("amen" in sample for sample in entry["samples"])
    table = (CLIPS / "CREDITS.md").read_text(encoding="utf-8")
    for credit in entry["credits"]:
        assert credit["author"]
        assert "freesound.org/" in credit["source"]
        assert f"| {credit['sample']} | {credit['author']} | <{credit['source']}>" in table
