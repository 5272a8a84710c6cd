"""The real transforms against the library's, values and gradients."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as some

from immersions.scalogram.fourier import RealTransform, smooth


def lengths() -> some.SearchStrategy[tuple[int, int]]:
    return some.integers(2, 90).flatmap(
        lambda samples: some.tuples(some.just(samples), some.integers(1, samples // 2 + 1))
    )


@settings(deadline=None)
@given(lengths())
def test_spectrum_and_its_gradient(length: tuple[int, int]) -> None:
    samples, coefficients = length
    transform = RealTransform(samples, coefficients, dtype=torch.float64)
    sound = torch.randn(2, samples, dtype=torch.float64, requires_grad=True)
    expected = torch.fft.rfft(sound, norm="forward")[:, :coefficients]
    got = transform.spectrum(sound)
    weights = torch.randn_like(got)
    assert torch.allclose(got, expected)
    gradients = [
        torch.autograd.grad(torch.view_as_real(answer * weights).sum(), sound)[0]
        for answer in (got, expected)
    ]
    assert torch.allclose(*gradients)


@settings(deadline=None)
@given(lengths())
def test_sound_and_its_gradient(length: tuple[int, int]) -> None:
    samples, coefficients = length
    transform = RealTransform(samples, coefficients, dtype=torch.float64)
    spectrum = torch.randn(2, coefficients, dtype=torch.complex128, requires_grad=True)
    expected = torch.fft.irfft(spectrum, n=samples, norm="forward")
    got = transform.sound(spectrum)
    weights = torch.randn_like(got)
    assert torch.allclose(got, expected)
    gradients = [
        torch.autograd.grad((answer * weights).sum(), spectrum)[0] for answer in (got, expected)
    ]
    assert torch.allclose(*gradients)


@pytest.mark.parametrize("coefficients", [0, 6])
def test_too_many_coefficients_are_refused(coefficients: int) -> None:
    with pytest.raises(ValueError, match="expected 1 to 5 coefficients"):
        RealTransform(8, coefficients)


@given(some.integers(-3, 20000))
def test_smooth_numbers(least: int) -> None:
    found = smooth(least)
    assert found >= max(1, least)
    for prime in (2, 3, 5, 7):
        while found % prime == 0:
            found //= prime
    assert found == 1


def test_smooth_numbers_are_the_smallest() -> None:
    assert [smooth(n) for n in (1, 11, 13, 97, 143, 1001)] == [1, 12, 14, 98, 144, 1008]
