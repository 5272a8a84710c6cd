"""Pools: the maximum as torch takes it, and with a low-pass that keeps aliasing out."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor
from torch.nn import functional

from immersions.ears.pooling import Pool, crop_pitches

SHAPES = pytest.mark.parametrize("factors", [(2, 2), (2, 1), (1, 2), (3, 2)])


def noise(channels: int, pitches: int = 13, frames: int = 24, seed: int = 0) -> Tensor:
    return torch.randn(2, channels, pitches, frames, generator=torch.Generator().manual_seed(seed))


@SHAPES
@pytest.mark.parametrize("channels", [1, 2, 3, 8])
def test_the_maximum_is_that_of_torch(channels: int, factors: tuple[int, int]) -> None:
    """Bit for bit, of few channels too, whose maximum is taken in another way."""
    x = noise(channels).to(memory_format=torch.channels_last)
    expected = functional.max_pool2d(x, factors, ceil_mode=True)
    assert torch.equal(Pool(*factors).run(x, circular=False), expected)
    assert torch.equal(Pool(*factors).run(x.requires_grad_(), circular=False), expected)


@SHAPES
@pytest.mark.parametrize("blur", [3, 5])
def test_few_channels_are_blurred_as_many(blur: int, factors: tuple[int, int]) -> None:
    x = noise(1)
    alone = Pool(*factors, blur).run(x, circular=True)
    beside = Pool(*factors, blur).run(x.expand(-1, 8, -1, -1), circular=True)
    assert torch.allclose(alone.expand_as(beside), beside, atol=1e-6)


@SHAPES
@pytest.mark.parametrize("blur", [1, 3, 5, 7])
def test_what_is_the_same_everywhere_stays(blur: int, factors: tuple[int, int]) -> None:
    """At the edges of pitch too, and the sizes are those without a low-pass."""
    x = torch.full((1, 4, 13, 24), 0.75)
    answer = Pool(*factors, blur).run(x, circular=True)
    assert answer.shape[2:] == (-(-13 // factors[0]), 24 // factors[1])
    assert bool((answer == 0.75).all())


@pytest.mark.parametrize("blur", [3, 5])
def test_high_and_low_are_treated_alike(blur: int) -> None:
    x = noise(4, pitches=16)
    pool = Pool(2, 2, blur)
    upside_down = pool.run(x.flip(2), circular=True).flip(2)
    assert torch.allclose(pool.run(x, circular=True), upside_down, atol=1e-6)


@pytest.mark.parametrize("blur", [1, 3, 5])
def test_nothing_later_is_heard(blur: int) -> None:
    x = noise(4, frames=24)
    changed = x.clone()
    changed[..., 12:] = 9
    pool = Pool(2, 2, blur)
    before, after = pool.run(x, circular=False), pool.run(changed, circular=False)
    assert torch.equal(before[..., :6], after[..., :6])
    assert not torch.equal(before[..., 6], after[..., 6])


def moved(pool: Pool, axis: int) -> float:
    """How far an answer changes, in parts of its deviation, when a smooth sound moves by one."""
    smooth = functional.avg_pool2d(noise(8, 256, 256), 5, stride=1)
    longer = (slice(None), slice(None), slice(0, 248), slice(0, 248))
    later = smooth.roll(1, axis)[longer]
    first, second = (pool.run(x, circular=False) for x in (smooth[longer], later))
    inside = (slice(None), slice(None), slice(4, -4), slice(8, None))
    return float((first - second)[inside].std() / first[inside].std())


@pytest.mark.parametrize("axis", [2, 3])
def test_a_low_pass_makes_small_moves_small(axis: int) -> None:
    """What Zhang (2019) promises: an answer depends less on where the grid lies."""
    plain, three, five = (moved(Pool(2, 2, blur), axis) for blur in (1, 3, 5))
    assert three < 0.8 * plain
    assert five < three


def test_the_gradient_of_a_crop_keeps_the_layout() -> None:
    x = noise(4).to(memory_format=torch.channels_last).requires_grad_()
    cropped = crop_pitches(x, 8)
    assert torch.equal(cropped, x[:, :, 2:10])
    (gradient,) = torch.autograd.grad(cropped.square().sum(), x)
    assert gradient.is_contiguous(memory_format=torch.channels_last)
    assert torch.equal(gradient[:, :, 2:10], 2 * x[:, :, 2:10])
    assert int(gradient[:, :, [0, 1, *range(10, 13)]].count_nonzero()) == 0
    assert crop_pitches(x, 13) is x
