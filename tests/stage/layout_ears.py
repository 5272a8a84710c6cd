"""Ears to lay out, made in the process that does it: `layout_ears:NAME`."""

import os
import time
from dataclasses import replace
from pathlib import Path

import torch
from torch import nn

from immersions.ears import from_module, presets
from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.stage.workers.listener import fingerprint

RATE = 8000


def seeded():
    torch.manual_seed(1)
    return unseeded()


def unseeded():
    """Another one at each call."""
    module = nn.Sequential(nn.Conv1d(1, 12, 64, stride=32), nn.ReLU(), nn.Conv1d(12, 20, 3))
    return from_module(module, RATE, ["1", "2"], prepare=lambda x: x[:, None])


def light():
    """As `small`, untrained, with few channels."""
    torch.manual_seed(2)
    config = presets.config("small")
    encoder = tuple(replace(block, channels=8) for block in config.encoder)
    context = tuple(replace(block, channels=8) for block in config.context)
    network = ContrastiveNetwork(replace(config, encoder=encoder, context=context))
    return ContrastiveEar("light", network, trained=False)


def slow():
    """Takes a minute, and leaves its process's id where MARK says."""
    Path(os.environ["MARK"]).write_text(str(os.getpid()))
    time.sleep(60)
    return seeded()


def broken():
    raise ValueError("this ear\ncannot be loaded")


def crashing():
    os._exit(3)


HASH = fingerprint(seeded())
LAYERS = seeded().layers
