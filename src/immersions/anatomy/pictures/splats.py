"""The loops over vertices and pixels that a film of many frames needs, compiled.

Arrays: `cells` (height, width, 5) float32 hold for each pixel the light of the discs on it, red,
green and blue, the sum of how much each covers, and what none of them covers.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from immersions.anatomy.compiled import compiled

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


@compiled
def glowing(values: Floats, at: float, keep: float, state: Floats) -> None:
    """Move `state` on by a frame: each vertex lights up at once and fades by `keep`.

    `values` (frames, vertices) are those of a loop, `at` where in it the frame lies, 0 to 1.
    """
    frames, vertices = values.shape
    place = at * frames - 0.5
    low = math.floor(place)
    share = np.float32(place - low)
    first = int(low) % frames
    second = (first + 1) % frames
    for v in range(vertices):
        now = values[first, v] * (1 - share) + values[second, v] * share
        state[v] = max(now, state[v] * keep)


@compiled
def between(moments: Floats, at: float, points: Floats) -> None:
    """Where the vertices are at `at`, 0 to 1 of a loop; `moments` (snapshots, vertices, 2)."""
    snapshots, vertices = moments.shape[:2]
    place = at * snapshots
    first = int(place) % snapshots
    second = (first + 1) % snapshots
    share = np.float32(place - math.floor(place))
    for v in range(vertices):
        for axis in range(2):
            a = moments[first, v, axis]
            points[v, axis] = a + share * (moments[second, v, axis] - a)


@compiled
def lit(colours: Floats, bright: Floats, gain: float, light: Floats) -> None:
    """As `picture.lit`: from a twentieth of a colour, through it, to glowing beyond white."""
    for v in range(len(bright)):
        x = min(np.float32(1), max(np.float32(0), bright[v]))
        scale = np.float32(gain) * (np.float32(0.05) + np.float32(1.5) * x * math.sqrt(x) * x**0.2)
        white = np.float32(gain * 0.8) * x * x * x * x
        for c in range(3):
            light[v, c] = colours[v, c] * scale + white


@compiled
def splat(points: Floats, radii: Floats, light: Floats, cells: Floats) -> None:
    """Put discs on the pixels, as `rasters.discs` does."""
    height, width = cells.shape[:2]
    for v in range(len(radii)):
        radius = radii[v]
        drawn = max(radius, np.float32(0.75))
        dimmed = min(np.float32(1), (radius / np.float32(0.75)) ** 2)
        edge = max(np.float32(1), np.float32(0.5) * drawn)
        reach = drawn + edge / 2
        inner, outer = max(np.float32(0), drawn - edge / 2), reach
        x, y = points[v, 0], points[v, 1]
        top, bottom = max(0, math.ceil(y - reach)), min(height - 1, math.floor(y + reach))
        left, right = max(0, math.ceil(x - reach)), min(width - 1, math.floor(x + reach))
        red, green, blue = light[v, 0], light[v, 1], light[v, 2]
        for row in range(top, bottom + 1):
            dy2 = (row - y) * (row - y)
            for column in range(left, right + 1):
                away2 = dy2 + (column - x) * (column - x)
                if away2 >= outer * outer:
                    continue
                if away2 <= inner * inner:
                    cover = dimmed
                else:
                    t = min(np.float32(1), (drawn - math.sqrt(away2)) / edge + np.float32(0.5))
                    cover = t * t * (3 - 2 * t) * dimmed
                cell = cells[row, column]
                cell[0] += cover * red
                cell[1] += cover * green
                cell[2] += cover * blue
                cell[3] += cover
                cell[4] *= 1 - min(cover, np.float32(0.999))


@compiled
def settled(cells: Floats, by: int, spread: Floats) -> None:
    """Divide light where discs overlap, and gather it, steeper, in `spread`, `by` pixels to one."""
    height, width = cells.shape[:2]
    spread[:] = 0
    scale = np.float32(1 / (by * by))
    for row in range(height):
        for column in range(width):
            cell = cells[row, column]
            if cell[3] > 0:
                factor = (1 - cell[4]) / cell[3]
                for c in range(3):
                    value = cell[c] * factor
                    cell[c] = value
                    # Steeper than the light: a yellow fades through amber and not through olive.
                    spread[row // by, column // by, c] += scale * value * math.sqrt(value)


@compiled
def blurred(image: Floats, radius: int, other: Floats) -> None:
    """The mean over 2 radius + 1 pixels in both directions, three times; dark outside."""
    height, width = image.shape[:2]
    scale = np.float32(1 / (2 * radius + 1))
    for _ in range(3):
        for row in range(height):
            for c in range(3):
                total = np.float32(0)
                for column in range(min(radius, width)):
                    total += image[row, column, c]
                for column in range(width):
                    if column + radius < width:
                        total += image[row, column + radius, c]
                    if column - radius - 1 >= 0:
                        total -= image[row, column - radius - 1, c]
                    other[row, column, c] = total * scale
        sums = np.zeros((width, 3), np.float32)
        for row in range(min(radius, height)):
            for column in range(width):
                for c in range(3):
                    sums[column, c] += other[row, column, c]
        for row in range(height):
            for column in range(width):
                for c in range(3):
                    value = sums[column, c]
                    if row + radius < height:
                        value += other[row + radius, column, c]
                    if row - radius - 1 >= 0:
                        value -= other[row - radius - 1, column, c]
                    sums[column, c] = value
                    image[row, column, c] = max(np.float32(0), value * scale)


@compiled
def passing(
    starts: NDArray[np.int64],
    edges: Indices,
    shares: Floats,
    signal: Floats,
    still: Floats,
    rest: float,
    more: float,
    light: Floats,
) -> None:
    """Light of threads: `still` where nothing passes, and `more` where both ends are bright.

    `starts` say where the edges of each pixel begin in `edges` and `shares`.
    """
    height, width = light.shape[:2]
    for row in range(height):
        for column in range(width):
            pixel = row * width + column
            total = np.float32(0)
            for at in range(starts[pixel], starts[pixel + 1]):
                total += shares[at] * signal[edges[at]]
            factor = np.float32(rest) + np.float32(more) * total
            for c in range(3):
                light[row, column, c] = still[row, column, c] * factor


@compiled
def enlarged(row: int, by: int, image: Floats, line: Floats, out: Floats) -> None:
    """Row `row` of the picture whose pixels in `image` are `by`, an even number, wide."""
    height, width = image.shape[:2]
    place = min(max((row + 0.5) / by - 0.5, 0.0), height - 1.0)
    low = int(place)
    high = min(low + 1, height - 1)
    share = np.float32(place - low)
    for column in range(width):
        for c in range(3):
            a = image[low, column, c]
            line[column, c] = a + share * (image[high, column, c] - a)
    half = by // 2
    for left in range(-1, width):
        a, b = line[max(left, 0)], line[min(left + 1, width - 1)]
        begin = by * left + half
        for step in range(max(0, -begin), min(by, len(out) - begin)):
            part = np.float32((step + 0.5) / by)
            for c in range(3):
                out[begin + step, c] = a[c] + part * (b[c] - a[c])


@compiled
def composed(
    cells: Floats,
    web: Floats,
    by_web: int,
    spread: Floats,
    by_spread: int,
    halo: float,
    night: Floats,
    table: NDArray[np.uint8],
    image: NDArray[np.uint8],
) -> None:
    """Night and threads, discs before them, and their light around them, as sRGB bytes.

    The cells are left empty, for the next frame.
    """
    height, width = cells.shape[:2]
    behind, around = np.empty((width, 3), np.float32), np.empty((width, 3), np.float32)
    line = np.empty((max(web.shape[1], spread.shape[1]), 3), np.float32)
    top = np.float32(len(table) - 1)
    for row in range(height):
        enlarged(row, by_web, web, line, behind)
        enlarged(row, by_spread, spread, line, around)
        for column in range(width):
            cell = cells[row, column]
            excess = np.float32(0)
            clear = cell[4]
            for c in range(3):
                value = (night[c] + behind[column, c]) * clear + cell[c]
                value += np.float32(halo) * around[column, c]
                around[column, c] = value
                excess += max(np.float32(0), value - 1)
                cell[c] = 0
            cell[3] = 0
            cell[4] = 1
            for c in range(3):
                value = min(np.float32(1), around[column, c] + excess * np.float32(0.5))
                image[row, column, c] = table[int(value * top + np.float32(0.5))]


@compiled
def strip(
    picture: Floats, at: float, gain: float, table: NDArray[np.uint8], image: NDArray[np.uint8]
) -> None:
    """A loop's scalogram, bright where the music is and a little while after."""
    height, width = picture.shape[:2]
    top = np.float32(len(table) - 1)
    for column in range(width):
        behind = at - (column + 0.5) / width
        behind -= math.floor(behind)
        light = 0.16 + 0.84 * math.exp(-behind / 0.10)
        # The line of the present: as wide as three pixels of a large picture.
        pixels = min(behind, 1 - behind) * width
        line = 0.35 * math.exp(-((pixels / (0.5 + width / 2000)) ** 2))
        for row in range(height):
            for c in range(3):
                value = gain * (picture[row, column, c] * light + line)
                image[row, column, c] = table[int(min(1.0, value) * top + np.float32(0.5))]
