"""Loops and streams: the same music, wherever it begins and in whatever company."""

from __future__ import annotations

import pytest
import torch
from scalogram_sounds import batch, clip, noise

from immersions.scalogram import Scalogram, ScalogramConfig

CONFIG = ScalogramConfig(phase=True)
HOP = 1000
FRAMES = 88


@pytest.fixture
def scalogram() -> Scalogram:
    return Scalogram(CONFIG)


@pytest.mark.parametrize("hops", [1, 2, 17, 87])
def test_a_loop_that_begins_some_hops_later_has_its_frames_rolled(
    scalogram: Scalogram, hops: int
) -> None:
    sound = batch(noise(HOP * FRAMES))
    levels, phases = scalogram.loop(sound, FRAMES).unbind(1)
    moved_levels, moved_phases = scalogram.loop(sound.roll(-hops * HOP, 1), FRAMES).unbind(1)
    assert (levels.roll(-hops, -1) - moved_levels).abs().max() < 1e-4
    away = phases.roll(-hops, -1) - moved_phases
    turns = away * torch.tensor(CONFIG.frequencies)[:, None].log()
    assert torch.polar(torch.ones_like(turns), turns).real.median() > 1 - 1e-6
    assert (torch.polar(torch.ones_like(turns), turns).real > 1 - 1e-4).float().mean() > 0.999


def test_a_loop_heard_twice_is_two_loops(scalogram: Scalogram) -> None:
    sound = batch(clip("breakbeat"))
    once = scalogram.loop(sound, 160)[:, 0]
    twice = scalogram.loop(sound.repeat(1, 2), 320)[:, 0]
    assert (once.repeat(1, 1, 2) - twice).abs().max() < 2e-3
    assert (once.repeat(1, 1, 2) - twice).abs().mean() < 2e-6


def test_a_batch_is_its_singles(scalogram: Scalogram) -> None:
    sounds = batch(*(noise(40001, seed) for seed in range(3)))
    together = scalogram.loop(sounds, 48)
    for sound, expected in zip(sounds, together, strict=True):
        assert torch.allclose(scalogram.loop(sound[None], 48)[0, 0], expected[0], atol=1e-5)


@pytest.mark.parametrize("samples", [101, 997, 4095, 16384, 16385, 65537])
@pytest.mark.parametrize("frames", [1, 7, 16])
def test_any_length_and_frame_count(scalogram: Scalogram, samples: int, frames: int) -> None:
    answer = scalogram.loop(batch(noise(samples)), frames)
    assert answer.shape == (1, 2, 216, frames)
    assert torch.isfinite(answer).all()


def test_a_stream_is_a_loop_away_from_its_ends(scalogram: Scalogram) -> None:
    hop = CONFIG.hop
    sound = batch(noise(120 * hop + 77))
    stream = scalogram.stream(sound)
    loop = scalogram.loop(sound[:, : 120 * hop], 120)
    assert stream.shape == loop.shape
    margin = scalogram.margin_frames
    middle = slice(margin, -margin - 1)
    assert (stream - loop)[:, 0, :, middle].abs().max() < 1e-4
    assert (stream - loop)[:, 0, :, :margin].abs().max() > 0.1


def test_a_stream_hears_silence_before_and_after(scalogram: Scalogram) -> None:
    hop, quiet = CONFIG.hop, 20
    sound = batch(noise(60 * hop))
    padded = torch.nn.functional.pad(sound, (quiet * hop, quiet * hop))
    inside = scalogram.loop(padded, 100)[:, 0, :, quiet : quiet + 60]
    assert (scalogram.stream(sound)[:, 0] - inside).abs().max() < 1e-4


def test_many_lengths_do_not_gather_in_memory(scalogram: Scalogram) -> None:
    for samples in range(3000, 3100, 5):
        scalogram.loop(batch(noise(samples)), 4)
    assert len(scalogram._plans) <= 8


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_raised_to_single(scalogram: Scalogram, dtype: torch.dtype) -> None:
    sound = batch(noise(30000)).to(dtype)
    answer = scalogram.loop(sound, 32)
    assert answer.dtype == torch.float32
    assert torch.equal(answer, scalogram.loop(sound.float(), 32))


def test_autocast_does_not_blur_it(scalogram: Scalogram) -> None:
    sound = batch(noise(30000))
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(scalogram.loop(sound, 32), scalogram.loop(sound.clone(), 32))
        blurred = scalogram.loop(sound, 32)
    assert torch.equal(blurred, scalogram.loop(sound, 32))


@pytest.mark.parametrize(
    ("shape", "frames"), [((30000,), 16), ((1, 1, 30000), 16), ((1, 1), 16), ((1, 30000), 0)]
)
def test_wrong_shapes_are_refused(
    scalogram: Scalogram, shape: tuple[int, ...], frames: int
) -> None:
    with pytest.raises(ValueError, match="expected sound of shape"):
        scalogram.loop(torch.zeros(shape), frames)


def test_a_stream_shorter_than_a_hop_is_refused(scalogram: Scalogram) -> None:
    with pytest.raises(ValueError, match="at least one hop of 1024"):
        scalogram.stream(torch.zeros(1, 1000))
