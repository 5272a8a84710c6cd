"""The film of a performance: each deck's network side by side, lit by what sounds."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import torch
from jaxtyping import UInt8
from numpy.typing import NDArray

from immersions.anatomy.layout import Layout, grid
from immersions.anatomy.of_ear import graph_of_ear
from immersions.anatomy.pictures import film as films
from immersions.anatomy.pictures.moving import Glow, Moving, Strip
from immersions.audio.recording import WavRecorder
from immersions.audio.writing import place_file
from immersions.cli.render import say
from immersions.cli.rendering import Asked
from immersions.ears.ear import Ear
from immersions.stage import kept
from immersions.stage.workers import brightness
from immersions.stage.workers.listener import fingerprint
from immersions.stage.workers.playback import Playback
from immersions.stage.workers.replay import Dreamed

Image = UInt8[NDArray[np.uint8], "height width 3"]

STRIP_SHARE = 0.085
"""Of the film's height."""
NIGHT = (10, 9, 14)


def film(
    asked: Asked,
    playback: Playback,
    recorder: Callable[[Path], WavRecorder],
    show: Callable[[float, int], None],
) -> None:
    """Write the film. Raises `ValueError` and `OSError`, one line each."""
    output = asked.output
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".film-") as folder:
        heard, seen, both = (Path(folder) / name for name in ("a.wav", "v.mp4", "av.mp4"))
        sound = recorder(heard)
        try:
            frames = _frames(asked, playback, sound, show)
            shape = (asked.height, asked.width, 3)
            quality = asked.quality
            films.encode(seen, frames, shape, asked.fps, None, output.name, quality)
        finally:
            sound.close()
        films.join(both, seen, heard, output.name)
        place_file(output, both)


def _frames(
    asked: Asked,
    playback: Playback,
    sound: WavRecorder,
    show: Callable[[float, int], None],
) -> Iterator[Image]:
    """The frames, each once the sound up to its end has been mixed."""
    line = playback.timeline
    total = line.end - line.begin
    panels = _panels(asked, playback)
    whole = np.empty((asked.height, asked.width, 3), np.uint8)
    whole[:] = NIGHT
    done = 0
    for number in range(max(1, round(total * asked.fps / line.rate))):
        until = min(total, round((number + 1) * line.rate / asked.fps))
        sound.append(playback.sound(until - done)[:, None])
        at = line.begin + (number + 0.5) * line.rate / asked.fps
        for panel in panels:
            panel.draw(whole, at)
        show((until - done) / line.rate, 0)
        done = until
        yield whole
    if done < total:
        sound.append(playback.sound(total - done)[:, None])


def _panels(asked: Asked, playback: Playback) -> list[_Panel]:
    decks = list(playback.timeline.decks)
    edges = np.linspace(0, asked.width, len(decks) + 1).round().astype(int)
    return [
        _Panel(asked, playback, deck, int(left), int(right))
        for deck, left, right in zip(decks, edges[:-1], edges[1:], strict=True)
    ]


class _Panel:
    """One deck's part of the film."""

    def __init__(self, asked: Asked, playback: Playback, deck: int, left: int, right: int) -> None:
        self._asked, self._playback, self._deck = asked, playback, deck
        self._left, self._right = left, right
        tall = round(STRIP_SHARE * asked.height) if asked.strip else 0
        self._strip = Strip(right - left, tall) if tall else None
        self._height = asked.height - tall
        self._networks: dict[str, Moving] = {}
        self._network: Moving | None = None
        self._glow = Glow(0, asked.fps)
        self._ear: Ear | None = None
        self._hears: Dreamed | None = None
        self._gain = playback.level(deck)

    def draw(self, whole: Image, frame: float) -> None:
        heard = self._playback.heard(self._deck, frame)
        if heard is None:
            return
        if heard.dreamed is not self._hears:
            self._hears = heard.dreamed
            self._hear(heard.dreamed)
        if self._network is None:
            return
        gain = self._gain(frame)
        across = slice(self._left, self._right)
        bright = self._glow.move(heard.at)
        whole[: self._height, across] = self._network.draw(bright, heard.at, gain)
        if self._strip is not None:
            whole[self._height :, across] = self._strip.draw(heard.at, gain)

    def _hear(self, dreamed: Dreamed) -> None:
        """Another loop sounds, perhaps another ear's."""
        ear = dreamed.ear
        if ear is None or dreamed.sample_rate != ear.sample_rate:
            return
        if ear is not self._ear:
            self._ear = ear
            self._network = self._network_of(ear)
            self._glow = Glow(self._network.vertices, self._asked.fps)
        loop = torch.from_numpy(dreamed.samples.copy())[None]
        blocks = brightness.blocks(ear, brightness.listen(ear, loop))
        layers = [np.divide(each.values, 255, dtype=np.float32) for each in blocks]
        self._glow.hear(layers)
        if self._strip is not None:
            self._strip.show(layers[0])

    def _network_of(self, ear: Ear) -> Moving:
        name = fingerprint(ear)
        if name not in self._networks:
            graph = graph_of_ear(ear) if self._asked.edges else None
            width = self._right - self._left
            self._networks[name] = Moving(_layout(ear, name), graph, width, self._height)
        return self._networks[name]


def _layout(ear: Ear, name: str) -> Layout:
    neurons = sum(layer.channels * layer.pitches for layer in ear.layers)
    found = kept.read(name, neurons)
    if found is None:
        say(f"{ear.name} was never laid out here: its neurons stand on a grid (play it once)")
        return grid(name, ear.layers)
    return found
