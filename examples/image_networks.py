"""VGG16 (Simonyan and Zisserman 2015) and ResNet18 (He et al. 2016) as plain torch modules.

The architectures only: their weights are He's random ones, and a layout shows how they are built,
not what they have learnt.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

VGG16 = ((64, 2), (128, 2), (256, 3), (512, 3), (512, 3))
"""Channels and convolutions of each block; a pooling by two follows each."""
RESNET18 = (64, 128, 256, 512)
"""Channels of the four stages, of two blocks each."""


def vgg16(classes: int = 1000, seed: int = 0) -> nn.Module:
    """For images of 224 x 224: thirteen convolutions and three fully connected layers."""
    layers: list[nn.Module] = []
    before = 3
    for channels, convolutions in VGG16:
        for _ in range(convolutions):
            layers += [nn.Conv2d(before, channels, 3, padding=1), nn.ReLU()]
            before = channels
        layers.append(nn.MaxPool2d(2))
    layers += [nn.Flatten(), nn.Linear(512 * 7 * 7, 4096), nn.ReLU(), nn.Dropout()]
    layers += [nn.Linear(4096, 4096), nn.ReLU(), nn.Dropout(), nn.Linear(4096, classes)]
    return _initialised(nn.Sequential(*layers), seed)


class BasicBlock(nn.Module):
    """Two convolutions, and a way around them; the first may halve the image."""

    def __init__(self, before: int, channels: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(before, channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(channels)
        self.relu1 = nn.ReLU()
        self.conv2 = nn.Conv2d(channels, channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(channels)
        self.relu2 = nn.ReLU()
        self.around: nn.Module = nn.Identity()
        if stride != 1 or before != channels:
            self.around = nn.Sequential(
                nn.Conv2d(before, channels, 1, stride, bias=False), nn.BatchNorm2d(channels)
            )

    def forward(self, x: Tensor) -> Tensor:
        inner = self.relu1(self.bn1(self.conv1(x)))
        return self.relu2(self.bn2(self.conv2(inner)) + self.around(x))


def resnet18(classes: int = 1000, seed: int = 0) -> nn.Module:
    """For images of 224 x 224."""
    layers: list[nn.Module] = [
        nn.Conv2d(3, 64, 7, 2, padding=3, bias=False),
        nn.BatchNorm2d(64),
        nn.ReLU(),
        nn.MaxPool2d(3, 2, padding=1),
    ]
    before = 64
    for channels in RESNET18:
        stride = 1 if channels == before else 2
        layers += [BasicBlock(before, channels, stride), BasicBlock(channels, channels, 1)]
        before = channels
    layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(512, classes)]
    return _initialised(nn.Sequential(*layers), seed)


def _initialised(module: nn.Module, seed: int) -> nn.Module:
    """He's weights, the same for the same seed; biases zero. Ready to be run, not to be trained."""
    generator = torch.Generator().manual_seed(seed)
    for part in module.modules():
        if isinstance(part, nn.Conv2d | nn.Linear):
            nn.init.kaiming_normal_(part.weight, nonlinearity="relu", generator=generator)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
    return module.eval()
