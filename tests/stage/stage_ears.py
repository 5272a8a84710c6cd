"""Ears for the tests, made in the worker: `stage_ears:NAME`."""

import os
import time
from dataclasses import replace
from pathlib import Path

import torch

from immersions import ears
from immersions.ears import presets
from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork

RATE = 44_100


def small():
    """The bundled ear, in a copy of one's own."""
    return ears.load("small")


def fine():
    """Untrained; as `small`, but for sound of another rate and with one layer less."""
    torch.manual_seed(2)
    config = presets.config("small")
    scalogram = replace(config.scalogram, sample_rate=48_000)
    config = replace(config, scalogram=scalogram, context=config.context[:-1])
    return ContrastiveEar("fine", ContrastiveNetwork(config), trained=False)


def broken():
    raise ValueError("this ear cannot be loaded")


def chatty():
    """An ear that prints, as a careless one may, where the frames go."""
    print("loading")
    ear = small()
    listen = ear.listen

    def listen_aloud(*arguments, **options):
        print("listening", flush=True)
        return listen(*arguments, **options)

    ear.listen = listen_aloud
    return ear


def poisoned():
    """An ear whose answers are not numbers in one of six ascents, and which fails in another."""
    ear = small()
    listen = ear.listen
    ascents = 0

    def listen_badly(loop, layers, edit=None):
        nonlocal ascents
        heard = listen(loop, layers, edit) if edit else listen(loop, layers)
        if torch.is_grad_enabled():
            ascents += 1
            if ascents % 6 == 3:
                return {name: values * float("nan") for name, values in heard.items()}
            if ascents % 6 == 5:
                raise RuntimeError("the ear\nhas a cold")
        return heard

    ear.listen = listen_badly
    return ear


def _stalls(number, ascending):
    """An ear whose listening number `number`, of those with or without a gradient, never ends.

    Once only: whoever stalls leaves the file that STALLED names, and its successors go on.
    """
    ear = small()
    listen = ear.listen
    listenings = 0

    def listen_or_hang(loop, layers, edit=None):
        nonlocal listenings
        listenings += torch.is_grad_enabled() == ascending
        if listenings == number and torch.is_grad_enabled() == ascending:
            _hang_once()
        return listen(loop, layers, edit) if edit else listen(loop, layers)

    ear.listen = listen_or_hang
    return ear


def _hang_once():
    mark = Path(os.environ["STALLED"])
    if not mark.exists():
        mark.write_text(str(os.getpid()))
        time.sleep(600)


def stalls_in_a_loop():
    return _stalls(4, ascending=False)


def stalls_in_the_start():
    return _stalls(1, ascending=False)


def stalls_in_the_first_step():
    return _stalls(1, ascending=True)


def stalls_in_loading():
    _hang_once()
    return small()
