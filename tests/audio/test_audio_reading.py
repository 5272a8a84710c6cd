"""Reading well-made files: limits to the bound, mixing, rates, replaced samples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import broken_sounds
import numpy as np
import pytest
import soundfile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from immersions import audio
from immersions.audio.header import Header

LIMITS = audio.Limits()


@pytest.fixture(scope="module")
def decoder() -> Iterator[audio.Decoder]:
    with audio.Decoder() as shared:
        yield shared


def header(rate: int = 44_100, channels: int = 1, frames: int = 44_100) -> Header:
    return Header(rate, channels, frames, "WAV PCM_16")


@pytest.mark.parametrize(
    ("good", "bad", "words"),
    [
        (header(rate=8_000), header(rate=7_999), "8000 to 192000 Hz, got 7999 Hz"),
        (header(rate=192_000), header(rate=192_001), "8000 to 192000 Hz, got 192001 Hz"),
        (header(channels=1), header(channels=0), "1 to 8 channels, got 0"),
        (header(channels=8), header(channels=9), "1 to 8 channels, got 9"),
        (header(frames=1), header(frames=0), "without a single sample"),
        (header(frames=600 * 44_100), header(frames=600 * 44_100 + 1), "at most 600 s"),
        (
            header(rate=192_000, channels=8, frames=2**23),
            header(rate=192_000, channels=8, frames=2**23 + 1),
            "at most 256 MiB when decoded",
        ),
        (header(), header(frames=2**63 - 1), "9223372036854775807 frames"),
    ],
)
def test_each_limit_holds_at_its_bound_and_refuses_just_over(
    good: Header, bad: Header, words: str
) -> None:
    LIMITS.check(good, "a.wav")
    with pytest.raises(ValueError, match=words) as refusal:
        LIMITS.check(bad, "a.wav")
    assert str(refusal.value).startswith("a.wav: ")
    assert "\n" not in str(refusal.value)


def test_streaming_has_no_limit_of_length() -> None:
    audio.STREAMING.check(header(rate=192_000, channels=8, frames=10**12), "a.wav")


def sparse_wav(path: Path, rate: int, channels: int, frames: int) -> Path:
    """A real file of 8-bit silence that takes no room on the disk."""
    size = frames * channels
    head = broken_sounds.wav(b"", rate=rate, channels=channels, bits=8, claimed=size)
    path.write_bytes(head)
    with path.open("r+b") as file:
        file.truncate(len(head) + size)
    return path


@pytest.mark.parametrize(
    ("rate", "channels", "frames", "words"),
    [
        (8_000, 1, 600 * 8_000, ""),
        (8_000, 1, 600 * 8_000 + 1, "at most 600 s"),
        (192_000, 8, 2**23 + 1, "at most 256 MiB"),
        (192_001, 1, 10, "8000 to 192000 Hz"),
        (7_999, 1, 10, "8000 to 192000 Hz"),
        (44_100, 9, 10, "1 to 8 channels"),
    ],
)
def test_the_header_of_a_real_file_is_held_to_the_limits(
    tmp_path: Path, rate: int, channels: int, frames: int, words: str
) -> None:
    path = sparse_wav(tmp_path / "large.wav", rate, channels, frames)
    if words:
        with pytest.raises(ValueError, match=words):
            audio.read(path)
    else:
        found = audio.read(path).source
        assert (found.sample_rate, found.channels, found.frames) == (rate, channels, frames)
        assert found.format == "WAV PCM_U8"
        assert found.seconds == frames / rate


def test_the_largest_file_that_is_let_through_is_read(tmp_path: Path) -> None:
    path = sparse_wav(tmp_path / "large.wav", 192_000, 8, 2**23)
    with path.open("r+b") as file:
        file.seek(44)
        for _ in range(16):
            file.write(bytes([128]) * 2**22)
    sound = audio.read(path)
    assert len(sound.samples) == 2**23
    assert not sound.samples.any()


@settings(
    max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    rate=st.sampled_from([8_000, 11_025, 22_050, 44_100, 48_000, 96_000, 192_000]),
    channels=st.integers(1, 8),
    frames=st.integers(1, 9_000),
    coding=st.sampled_from([("wav", "PCM_16"), ("wav", "PCM_24"), ("wav", "FLOAT"),
                            ("flac", "PCM_16"), ("flac", "PCM_24")]),
    seed=st.integers(0, 2**32 - 1),
)  # fmt: skip
def test_what_is_written_is_read(
    decoder: audio.Decoder,
    tmp_path: Path,
    rate: int,
    channels: int,
    frames: int,
    coding: tuple[str, str],
    seed: int,
) -> None:
    container, subtype = coding
    samples = np.random.default_rng(seed).uniform(-1, 1, (frames, channels)).astype(np.float32)
    path = tmp_path / f"sound.{container}"
    audio.write(path, samples, rate, subtype)
    sound = decoder.read(path, rate)
    assert (sound.source.sample_rate, sound.source.channels) == (rate, channels)
    assert (sound.source.frames, sound.sample_rate) == (frames, rate)
    assert (sound.replaced, sound.warning) == (0, "")
    step = {"PCM_16": 2**-15, "PCM_24": 2**-23, "FLOAT": 2**-23}[subtype]
    np.testing.assert_allclose(
        sound.samples, samples.mean(axis=1, dtype=np.float64), atol=1.01 * step
    )


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    places=st.dictionaries(
        st.integers(0, 999),
        st.sampled_from([np.nan, np.inf, -np.inf, 1e30, -3e38]),
        min_size=1,
        max_size=50,
    ),
    channels=st.integers(1, 2),
)
def test_samples_that_are_not_finite_become_zero_and_are_counted(
    decoder: audio.Decoder, tmp_path: Path, places: dict[int, float], channels: int
) -> None:
    samples = np.full((1000, channels), 0.25, np.float32)
    for place, value in places.items():
        samples[place, 0] = value
    path = tmp_path / "broken.wav"
    soundfile.write(path, samples, 44_100, subtype="FLOAT")
    sound = decoder.read(path, 44_100)
    assert sound.replaced == len(places)
    assert sound.warning.startswith(f"{len(places)} sample")
    assert "not finite and became 0" in sound.warning
    expected = np.full(1000, 0.25)
    expected[list(places)] = 0.25 * (channels - 1) / channels
    np.testing.assert_allclose(sound.samples, expected, atol=1e-6)


def test_a_sound_beyond_full_scale_is_turned_down_and_says_so(tmp_path: Path) -> None:
    path = tmp_path / "hot.wav"
    soundfile.write(path, np.array([0.5, -4.0, 2.0], np.float32), 44_100, subtype="FLOAT")
    sound = audio.read(path)
    np.testing.assert_allclose(sound.samples, [0.125, -1.0, 0.5])
    assert "turned down by 12.0 dB" in sound.warning


@pytest.mark.parametrize("target", [8_000, 16_000, 44_100, 48_000])
def test_a_tone_keeps_its_pitch_and_level_at_another_rate(tmp_path: Path, target: int) -> None:
    time = np.arange(2 * 44_100) / 44_100
    path = tmp_path / "tone.wav"
    audio.write(path, (0.5 * np.sin(2 * np.pi * 1000 * time)).astype(np.float32), 44_100)
    sound = audio.read(path, target)
    assert sound.sample_rate == target
    assert len(sound.samples) == 2 * target
    middle = slice(target // 2, -target // 2)
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(2 * target) / target)
    np.testing.assert_allclose(sound.samples[middle], expected[middle], atol=1e-4)


def test_the_limits_of_the_caller_are_used(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    path.write_bytes(broken_sounds.encoded("wav"))
    with pytest.raises(ValueError, match=r"at most 0\.1 s"):
        audio.read(path, limits=replace(LIMITS, seconds=0.1))
