"""Dropout does what the textbook says, on numbers of every width and layout."""

from __future__ import annotations

import pytest
import torch

from immersions.ears.dropout import Dropout

WIDTHS = pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16, torch.float32])


@WIDTHS
@pytest.mark.parametrize("p", [0.1, 0.2, 0.5, 0.9])
def test_what_stays_is_raised_so_that_the_mean_stays(p: float, dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    given = torch.ones(65, 5, 7, 101, dtype=dtype)  # an odd number of them
    answer = Dropout(p)(given).float()
    assert set(answer.unique().tolist()) == {0.0, float(torch.tensor(1 / (1 - p), dtype=dtype))}
    assert float((answer == 0).float().mean()) == pytest.approx(p, abs=5e-3)
    for axis in range(4):  # nowhere more than elsewhere
        shares = (answer == 0).float().mean([each for each in range(4) if each != axis])
        deviation = (p * (1 - p) / (answer.numel() / len(shares))) ** 0.5
        assert float((shares - p).abs().max()) < 5 * deviation


@WIDTHS
def test_the_gradient_is_dropped_alike(dtype: torch.dtype) -> None:
    torch.manual_seed(0)
    x = torch.randn(4, 6, 5, 9, dtype=dtype).to(memory_format=torch.channels_last).requires_grad_()
    answer = Dropout(0.2)(x)
    assert answer.is_contiguous(memory_format=torch.channels_last)
    (gradient,) = torch.autograd.grad(answer.sum(), x)
    assert torch.equal(gradient * x, answer)
    assert 0 < int((gradient == 0).sum()) < x.numel()


def test_neighbours_are_dropped_independently() -> None:
    """Four draws come from one random number."""
    torch.manual_seed(0)
    dropped = (Dropout(0.2)(torch.ones(4 * 100_000)) == 0).float().view(-1, 4)
    together = dropped.T @ dropped / len(dropped)
    expected = torch.full((4, 4), 0.04).fill_diagonal_(0.2)
    assert torch.allclose(together, expected, atol=5e-3)


def test_the_noise_is_that_of_the_seed() -> None:
    x, dropout = torch.ones(999), Dropout(0.3)
    answers = []
    for seed in (1, 1, 2):
        torch.manual_seed(seed)
        answers.append((dropout(x), dropout(x)))
    assert torch.equal(answers[0][0], answers[1][0])
    assert torch.equal(answers[0][1], answers[1][1])
    assert not torch.equal(answers[0][0], answers[0][1])
    assert not torch.equal(answers[0][0], answers[2][0])


def test_listening_is_without_noise() -> None:
    x = torch.randn(10)
    assert Dropout(0.0)(x) is x
    assert Dropout(0.5).eval()(x) is x


def test_what_is_no_number_is_not_hidden() -> None:
    torch.manual_seed(0)
    assert Dropout(0.5)(torch.full((100,), torch.nan)).isnan().all()
