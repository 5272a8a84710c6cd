"""Small networks to lay out, with positive weights: on positive input they are linear."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn


class Residual(nn.Module):
    """Two ways around each other, one through a strided convolution, joined and concatenated."""

    def __init__(self) -> None:
        super().__init__()
        self.first = nn.Conv2d(2, 4, (3, 2), stride=(2, 1), padding=(1, 0))
        self.around = nn.Conv2d(2, 4, 1, stride=(2, 1), bias=False)
        self.grouped = nn.Conv2d(4, 4, (3, 1), padding=(1, 0), groups=2)
        self.last = nn.Conv2d(8, 3, (2, 1), dilation=(2, 1))

    def forward(self, x: Tensor) -> Tensor:
        first = torch.relu(self.first(nn.functional.pad(x, (1, 0))) + self.around(x))
        second = torch.relu(self.grouped(first))
        return torch.relu(self.last(torch.cat([first, second], 1)))


def pooling() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 3, (3, 3), padding=(0, 1)),
        nn.BatchNorm2d(3),
        nn.ReLU(inplace=True),
        nn.AvgPool2d((3, 2), stride=(2, 2), padding=(1, 0)),
        nn.Conv2d(3, 2, (2, 1)),
        nn.ReLU(),
        nn.Flatten(),
        nn.Dropout(),
        nn.Linear(2 * 5 * 4, 5),
    )


def up_and_down() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(2, 4, (3, 1), stride=(2, 1)),
        nn.LeakyReLU(0.1),
        nn.ConvTranspose2d(4, 2, (4, 1), stride=(2, 1), padding=(1, 0)),
        nn.ReLU(),
        nn.Upsample(scale_factor=2),
        nn.Conv2d(2, 2, (3, 3), padding=1),
        nn.ReLU(),
        nn.AdaptiveAvgPool2d((3, 1)),
    )


class Apply(nn.Module):
    """Modules, and a function of them and the input."""

    def __init__(self, function: Callable[..., Any], *modules: nn.Module) -> None:
        super().__init__()
        self.function = function
        self.parts = nn.ModuleList(modules)

    def forward(self, x: Tensor) -> Any:
        return self.function(x, *self.parts)


def concatenated() -> nn.Module:
    """A nonlinearity of two convolutions side by side, of which one is grouped."""
    return Apply(
        lambda x, a, b: torch.relu(torch.cat([a(x), b(x)], 1)),
        nn.Conv2d(4, 6, (3, 1)),
        nn.Conv2d(4, 4, (3, 1), groups=2),
    )


def depthwise_twice() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(4, 4, (3, 1), groups=4, padding=(1, 0)),
        nn.Conv2d(4, 8, (3, 1), groups=4, padding=(1, 0)),
        nn.Conv2d(8, 4, (3, 1), groups=2),
        nn.ReLU(),
    )


def half_of_channels() -> nn.Module:
    return Apply(
        lambda x, a: torch.relu(torch.relu(a(x))[:, :2]), nn.Conv2d(4, 4, (3, 1), groups=2)
    )


def other_order() -> nn.Module:
    def forward(x: Tensor, a: nn.Module, b: nn.Module) -> Tensor:
        return torch.relu(b(torch.cat(torch.relu(a(x)).chunk(2, 1)[::-1], 1)))

    return Apply(forward, nn.Conv2d(4, 8, (3, 1)), nn.Conv2d(8, 4, (3, 1), groups=2))


def around_itself() -> nn.Module:
    """Two ways between the same two layers."""
    return Apply(
        lambda x, a: torch.relu(a(x) + x), nn.Conv2d(4, 4, (3, 1), padding=(1, 0), groups=2)
    )


def scaled_by(x: Tensor) -> Tensor:
    factors = torch.arange(1.0, 5).view(4, 1, 1)
    return torch.relu(0.5 * x * factors + x / factors.flip(0))


Make = Callable[[], nn.Module]


def applied(function: Callable[..., Any], *modules: Make) -> Make:
    """Makes a module of `function`, of the input and fresh modules."""
    return lambda: Apply(function, *(make() for make in modules))


def a_row(channels: int, outputs: int, size: int, **options: Any) -> Make:
    """A convolution along the kept axis."""
    several = {
        key: value if key == "groups" else (value, int(key in ("stride", "dilation")))
        for key, value in options.items()
    }
    return lambda: nn.Conv2d(channels, outputs, (size, 1), **several)


def layered(*makers: Make) -> Make:
    return lambda: nn.Sequential(*(part for make in makers for part in (make(), nn.ReLU())))


LINEAR: dict[str, Make] = {
    "grouped": layered(a_row(4, 8, 3, groups=2, padding=1), a_row(8, 4, 2, groups=4)),
    "strided": layered(a_row(4, 3, 3, stride=2, padding=1), a_row(3, 2, 2, stride=3)),
    "dilated": layered(a_row(4, 3, 3, dilation=2), a_row(3, 2, 2, dilation=3, padding=2)),
    "transposed": layered(
        a_row(4, 8, 3),
        lambda: nn.ConvTranspose2d(
            *(8, 4, (4, 1), (3, 1)),
            padding=(1, 0),
            output_padding=(1, 0),
            groups=2,
            dilation=(2, 1),
        ),
    ),
    "batch norm": lambda: nn.Sequential(
        nn.Conv2d(4, 8, (3, 1)), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 4, 1), nn.BatchNorm2d(4)
    ),
    "pools": layered(
        lambda: nn.AvgPool2d((3, 1), (2, 1), padding=(1, 0), ceil_mode=True),
        lambda: nn.AvgPool2d((3, 1), (1, 1), padding=(1, 0), count_include_pad=False),
        lambda: nn.AdaptiveAvgPool2d((5, 1)),
        lambda: nn.Upsample(scale_factor=(2.4, 1)),
    ),
    "linear": lambda: nn.Sequential(
        nn.Conv2d(4, 3, (3, 1)), nn.ReLU(), nn.Flatten(), nn.Linear(30, 5)
    ),
    "concatenated": concatenated,
    "depthwise twice": depthwise_twice,
    "half of channels": half_of_channels,
    "other order": other_order,
    "around itself": around_itself,
    "twice itself": applied(lambda x: torch.relu(x + x)),
    "factors": applied(scaled_by),
    "means": applied(lambda x: torch.relu(x.mean(1, keepdim=True) + x.mean(2, keepdim=True))),
    "sums": applied(lambda x: torch.relu(x.sum(1, keepdim=True) + x.sum(2, keepdim=True))),
    "flip": applied(lambda x, a: torch.relu(a(x.flip(1, 2))), a_row(4, 3, 3)),
    "roll": applied(lambda x, a: torch.relu(a(x.roll((1, 5), (1, 2)))), a_row(4, 3, 3)),
    "index": applied(lambda x, a: torch.relu(a(x)[:, [2, 0, 0]]), a_row(4, 3, 3)),
    "mask": applied(lambda x: torch.relu(x[:, torch.tensor([True, False, True, True])])),
    "select": applied(lambda x, a: torch.relu(a(x)) + x[:, -1, 2:][:, None], a_row(4, 3, 3)),
    "pieces": applied(lambda x, a: a(torch.stack(x.unbind(3), 3)), a_row(4, 3, 3)),
    "pixel shuffle": applied(
        lambda x, a: torch.relu(nn.functional.pixel_shuffle(a(x), 2).sum(3, keepdim=True)),
        a_row(4, 8, 3),
    ),
}
"""Of (1, 4, 12, 1), with nothing on the axis that is cut away, and linear on positive input."""


def positive(module: nn.Module) -> nn.Module:
    """All weights from 0.1 to 1, biases zero, batch norms with scales of their own."""
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        for name, weight in module.named_parameters():
            weight.copy_(torch.rand(weight.shape, generator=generator) * 0.9 + 0.1)
            if name.endswith("bias"):
                weight.zero_()
        for each in module.modules():
            if isinstance(each, nn.BatchNorm2d) and each.running_var is not None:
                each.running_var.copy_(torch.rand(each.running_var.shape) + 0.5)
    return module.eval()
