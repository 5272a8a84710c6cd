"""The figures of the documentation: layouts as in the papers, computed afresh.

python examples/figures.py docs/pictures             all of them, minutes on one core
python examples/figures.py docs/pictures resnet18    one
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from image_networks import resnet18, vgg16
from immersions import ears
from immersions.anatomy.graph import Graph
from immersions.anatomy.laying import LayoutConfig, lay_out, layout_of_ear
from immersions.anatomy.layout import Layout
from immersions.anatomy.network import graph_of
from immersions.anatomy.pictures import Watch, picture, settling
from immersions.anatomy.pictures.colours import NIGHT, encoded, scalogram_colours
from immersions.anatomy.solver import SolverConfig
from immersions.dreaming import Target, dream
from immersions.ears.ear import Ear

EAR = "small"
USUAL = LayoutConfig()
"""What `immersions layout` takes if nothing is said."""
EXPONENTS = (1.0, 2.0, 3.0)
TARGETS = ("encoder.0[0:4]", "encoder.2[0:8]", "context.3[0:64]")
DREAM_STEPS = 60
GUTTER = 16
INK = "#e9e4d8"
QUALITY = 80

Image = NDArray[np.uint8]
BLACK = encoded(np.array([NIGHT], np.float32))[0]


def of_ear(name: str = EAR, config: LayoutConfig = USUAL) -> tuple[Layout, Graph]:
    laid = layout_of_ear(ears.load(name), config, name)
    return laid.layout, laid.graph


def layers(name: str = EAR) -> Image:
    """Layers coloured: every neuron of an ear, as `immersions layout EAR --picture` draws it."""
    layout, graph = of_ear(name)
    return picture(layout, graph, width=1400)


def exponents() -> Image:
    """Three exponents side by side: from dense clusters to an even spread."""
    images = []
    for exponent in EXPONENTS:
        layout, graph = of_ear(config=LayoutConfig(SolverConfig(exponent=exponent)))
        image = picture(layout, graph, width=800, height=680)
        images.append(titled(image, f"k = {exponent:g}"))
    return row(images)


def charges() -> Image:
    """All alike, |W| alone, and |W| with what each neuron varies on music."""
    images = []
    for wanted, title in (
        (LayoutConfig(weights="uniform", charges="uniform"), "weights and charges alike"),
        (LayoutConfig(charges="uniform"), "weights |W|, charges alike"),
        (USUAL, "weights |W|, charges from music"),
    ):
        layout, graph = of_ear(config=wanted)
        images.append(titled(picture(layout, graph, width=700, height=560), title))
    return row(images)


def levels() -> Image:
    """Four of the levels of the simulation, each at rest."""
    watch = Watch()
    laid = layout_of_ear(ears.load(EAR), USUAL, EAR, report=watch)
    rests, layout = watch.rests(laid.levels), laid.layout
    chosen = np.unique(np.round(np.linspace(0, len(rests) - 1, 4)).astype(int))
    images = []
    for number in chosen:
        count = laid.levels[len(rests) - 1 - number].graph.vertices
        (image,) = settling(
            *([rests[number]], layout.layer, layout.channel, layout.pitch, laid.graph),
            width=800, height=660,
        )  # fmt: skip
        images.append(titled(image, f"{count} vertices"))
    return column([row(images[:2]), row(images[2:])])


def targets() -> Image:
    """The scalogram of what came of a dream, beside the neurons that it was dreamt for."""
    ear = ears.load(EAR)
    layout, graph = of_ear()
    rows = []
    for target in TARGETS:
        result = dream("noise", ear, target, steps=DREAM_STEPS, seed=0, seconds=4.0)
        named = chosen(target, ear, layout)
        left = scalogram(ear, result.sound, 560, 440)
        right = picture(layout, graph, width=600, height=440, activation=named)
        rows.append(row([titled(left, "scalogram of the dream"), titled(right, target)]))
    return column(rows)


def chosen(target: str, ear: Ear, layout: Layout) -> NDArray[np.float32]:
    """The neurons of a target bright, the others just visible."""
    bright = np.full(len(layout.layer), 0.12, np.float32)
    for part in Target.parse(target, ear.layers).parts:
        mask = np.zeros((part.layer.channels, part.layer.pitches), bool)
        mask[part.neurons] = True
        number = [layer.name for layer in ear.layers].index(part.layer.name)
        bright[layout.layer == number] = np.where(mask.ravel(), 0.85, 0.12)
    return bright


def scalogram(ear: Ear, sound: NDArray[np.float32], width: int, height: int) -> Image:
    """Pitch upwards, time to the right, log power from night to candle light."""
    name = ear.layers[0].name
    with torch.no_grad():
        heard = ear.listen(torch.from_numpy(sound.copy())[None], [name])[name][0, 0].numpy()
    low, high = np.quantile(heard, [0.05, 0.999])
    fine = stretched(stretched(heard[::-1], height, 0), width, 1)
    values = (fine - low) / max(float(high - low), 1e-9)
    return encoded(scalogram_colours(np.clip(values, 0, 1)))


def stretched(values: NDArray[np.float32], size: int, axis: int) -> NDArray[np.float32]:
    """Interpolated to another size along an axis."""
    at = np.clip((np.arange(size) + 0.5) / size * values.shape[axis] - 0.5, 0, None)
    low = np.minimum(at.astype(int), values.shape[axis] - 1)
    high = np.minimum(low + 1, values.shape[axis] - 1)
    share = np.expand_dims(at - low, 1 - axis)
    return values.take(low, axis) * (1 - share) + values.take(high, axis) * share


def of_image_network(make: Callable[[], nn.Module]) -> Image:
    """A cut through one spatial dimension, He's random weights."""
    graph = graph_of(make(), torch.zeros(1, 3, 224, 224), keep_columns=True, input_name="image")
    laid = lay_out(graph, USUAL, make.__name__)
    return picture(laid.layout, graph, width=1400)


def row(images: Sequence[Image]) -> Image:
    return joined(images, 1)


def column(images: Sequence[Image]) -> Image:
    return joined(images, 0)


def joined(images: Sequence[Image], axis: int) -> Image:
    parts = [images[0]]
    for image in images[1:]:
        gutter = list(image.shape)
        gutter[axis] = GUTTER
        parts += [np.broadcast_to(BLACK, gutter), image]
    return np.concatenate(parts, axis)


def titled(image: Image, title: str) -> Image:
    """With a line of text below."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    width = image.shape[1]
    figure = Figure(figsize=(width / 100, 0.44), dpi=100, facecolor=BLACK / 255)
    canvas = FigureCanvasAgg(figure)
    figure.text(0.5, 0.5, title, color=INK, ha="center", va="center", size=15)
    canvas.draw()
    text = np.asarray(canvas.buffer_rgba())[:, :width, :3]
    return np.concatenate([image, text])


def save(path: Path, image: Image) -> None:
    """As JPEG: threads of light compress ten times better, and a repository keeps every version."""
    from matplotlib.image import imsave

    imsave(path, image, pil_kwargs={"quality": QUALITY})


FIGURES: dict[str, Callable[[], Image]] = {
    "layers": layers,
    "h20": lambda: layers("electronic"),
    "levels": levels,
    "exponents": exponents,
    "charges": charges,
    "targets": targets,
    "resnet18": lambda: of_image_network(resnet18),
    "vgg16": lambda: of_image_network(vgg16),
}


def main(folder: Path, names: Sequence[str]) -> None:
    unknown = set(names) - set(FIGURES)
    if unknown:
        raise SystemExit(f"unknown: {', '.join(sorted(unknown))}; figures: {', '.join(FIGURES)}")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names or FIGURES:
        begun = time.perf_counter()
        path = folder / f"layout-{name}.jpg"
        save(path, FIGURES[name]())
        print(f"{path}: {time.perf_counter() - begun:.1f} s", flush=True)


if __name__ == "__main__":
    if len(sys.argv) < 2:
        raise SystemExit(__doc__)
    main(Path(sys.argv[1]), sys.argv[2:])
