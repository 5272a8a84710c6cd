import struct
import xml.etree.ElementTree as ElementTree
import zlib
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictured import graph, laid

from immersions.anatomy.pictures import Style, picture, svg, upright, write_picture
from immersions.anatomy.pictures.colours import NIGHT, encoded, layer_colours, vertex_colours
from immersions.anatomy.pictures.edges import sampled
from immersions.anatomy.pictures.light import glow
from immersions.anatomy.pictures.placing import frame_around, spacing
from immersions.anatomy.pictures.png import png
from immersions.anatomy.pictures.rasters import discs, lines

BLACK = encoded(np.array([NIGHT], np.float32))[0].astype(int)


def decoded(content: bytes) -> np.ndarray:
    """The pixels of a PNG that filters every row by "up", as ours does."""
    assert content[:8] == b"\x89PNG\r\n\x1a\n"
    at, body, width, height = 8, b"", 0, 0
    while at < len(content):
        (length,) = struct.unpack(">I", content[at : at + 4])
        kind, data = content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        assert struct.unpack(">I", content[at + 8 + length : at + 12 + length])[0] == zlib.crc32(
            kind + data
        )
        if kind == b"IHDR":
            width, height = struct.unpack(">II", data[:8])
        body += data if kind == b"IDAT" else b""
        at += 12 + length
    rows = np.frombuffer(zlib.decompress(body), np.uint8).reshape(height, 1 + 3 * width)
    assert (rows[:, 0] == 2).all()
    return np.cumsum(rows[:, 1:], axis=0, dtype=np.uint8).reshape(height, width, 3)


@pytest.mark.parametrize(("width", "height"), [(300, 300), (640, 360), (200, 500), (333, None)])
def test_nothing_is_cropped_and_nothing_blank(width, height):
    image = picture(laid(), graph(), width=width, height=height)
    assert image.dtype == np.uint8
    assert image.shape == (height or image.shape[0], width, 3)
    # The border is the night, with a trace of halo at most.
    for edge in (image[0], image[-1], image[:, 0], image[:, -1]):
        assert np.abs(edge.astype(int) - BLACK).max() <= 12
    bright = image.max(2) > 90
    assert 0.02 < bright.mean() < 0.9


def test_every_vertex_is_on_the_picture():
    """Each is as bright as its layer's colour at its place."""
    layout = laid()
    width = 800
    image = picture(layout, graph(), width=width, height=width)
    turned = upright(layout.positions, layout.layer, layout.pitch)[0]
    column, row = np.round(frame_around(turned, width, width).pixels(turned)).astype(int).T
    margin = 0.04 * width
    for at in (column, row):
        assert at.min() >= margin
        assert at.max() <= width - 1 - margin
    seen = image[row, column].astype(int)
    wanted = encoded(vertex_colours(layout.layer, layout.channel)).astype(int)
    assert np.abs(seen - wanted).max() < 80  # the halo of its neighbours is added
    assert np.median(np.abs(seen - wanted)) < 15


def test_layers_have_colours_of_their_own_in_the_order_of_lightness():
    for count in (2, 5, 26):
        colours = encoded(layer_colours(count)).astype(int)
        apart = np.abs(colours[:, None] - colours[None]).sum(-1) + 999 * np.eye(count, dtype=int)
        assert apart.min() >= 12
    light = layer_colours(15)[1:] @ [0.2126, 0.7152, 0.0722]
    assert (light[2:] > light[:-2]).all()


def test_the_scalogram_comes_to_lie_below_and_low_pitches_left():
    layout = laid()
    given_ = layout.positions[0].astype(float)
    for angle, mirrored in ((0.4, 1), (2.0, -1), (4.5, 1), (3.1, -1)):
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        turned = upright(given_ * [mirrored, 1] @ turn, layout.layer, layout.pitch)
        heights = [turned[layout.layer == number, 1].mean() for number in range(4)]
        assert heights == sorted(heights)
        first = turned[layout.layer == 0, 0]
        assert first[0] < first[-1]
        # A rotation or reflection: no distance changes.
        assert np.allclose(
            np.linalg.norm(turned[0] - turned[1:], axis=1),
            np.linalg.norm(given_[0] - given_[1:], axis=1),
            atol=1e-5,
        )


def test_three_dimensions_are_seen_from_the_side():
    layout = laid()
    depth = 0.1 * np.random.default_rng(0).normal(size=(1, len(layout.layer), 1))
    solid = np.concatenate([depth, layout.positions], axis=2)
    seen = upright(solid, layout.layer, layout.pitch)
    assert seen.shape == layout.positions.shape
    assert np.corrcoef(seen[0, :, 1], layout.positions[0, :, 1])[0, 1] > 0.99
    assert np.ptp(seen[0, :, 0]) > 0.9 * np.ptp(layout.positions[0, :, 0])


def test_activation_makes_vertices_glow():
    layout = laid()
    dark, glowing = (
        picture(layout, graph(), width=300, activation=np.full(len(layout.layer), value))
        for value in (0.0, 1.0)
    )
    assert glowing.mean() > 1.5 * dark.mean()
    assert glowing.max() > 250
    assert 30 < dark.max() < 150  # still there


def test_edges_lie_behind_the_vertices():
    with_edges, without = (picture(laid(), which, width=300) for which in (graph(), None))
    assert (with_edges.max(2) > 25).mean() > 1.3 * (without.max(2) > 25).mean()


@pytest.mark.parametrize("shift", [0.0, 1e6])
def test_hopeless_layouts_give_a_picture(shift):
    """One vertex, all at one place, all on a line: finite, not blank."""
    for points in (np.zeros((1, 2)), np.zeros((9, 2)), np.stack([np.arange(9.0), np.zeros(9)], 1)):
        none = np.zeros(len(points), np.int32)
        layout = SimpleNamespace(
            positions=(points + shift)[None].astype(np.float32),
            layer=none, channel=none, pitch=np.arange(len(points), dtype=np.int32),
        )  # fmt: skip
        image = picture(layout, width=64, height=64)
        assert image.max() > 60


def test_what_does_not_fit_is_refused_in_one_line():
    layout = laid()
    for arguments, said in (
        ({"width": 4}, "16 pixels"),
        ({"activation": np.zeros(3)}, "activation"),
        ({"snapshot": 7}, "snapshot"),
    ):
        with pytest.raises(ValueError, match=said) as raised:
            picture(layout, graph(), **arguments)
        assert "\n" not in str(raised.value)
    other = SimpleNamespace(
        positions=layout.positions[:, :5], layer=layout.layer[:5],
        channel=layout.channel[:5], pitch=layout.pitch[:5],
    )  # fmt: skip
    with pytest.raises(ValueError, match="expected the graph of these 5 vertices"):
        picture(other, graph())


def test_sampled_edges_are_the_graph_s_in_proportion_to_their_weight():
    network = graph()
    weights = np.tril(network.explicit())
    found = sampled(network, 200_000, seed=3)
    assert len(found) == 200_000
    drawn = np.zeros_like(weights)
    np.add.at(drawn, (found.targets, found.sources), 1)
    assert (weights[drawn > 0] > 0).all()
    for number, one in enumerate(network.connections):
        rows = slice(network.offsets[one.target], network.offsets[one.target + 1])
        columns = slice(network.offsets[one.source], network.offsets[one.source + 1])
        of_it = drawn[rows, columns]
        assert of_it.sum() == np.count_nonzero(found.connection == number)
        expected = weights[rows, columns] / weights[rows, columns].sum() * of_it.sum()
        there = expected > 0
        # Pearson's statistic has that mean and deviation; 5 of them is one in a million.
        statistic = ((of_it - expected)[there] ** 2 / expected[there]).sum()
        freedom = there.sum() - 1
        assert abs(statistic - freedom) < 5 * np.sqrt(2 * freedom)


def test_a_seed_gives_the_same_edges_and_an_unjoined_graph_none():
    one, two = (sampled(graph(), 500, seed=4) for _ in range(2))
    assert np.array_equal(one.sources, two.sources)
    assert np.array_equal(one.targets, two.targets)
    assert len(sampled(replace(graph(), connections=()), 500)) == 0


@given(st.lists(st.floats(3, 36), min_size=4, max_size=4))
@settings(deadline=None)
def test_a_line_has_the_light_of_its_length_along_its_way(ends):
    start, end = np.array([ends[:2]], np.float32), np.array([ends[2:]], np.float32)
    length = float(np.hypot(*(end - start)[0]))
    light = np.zeros((40, 40))
    for part in lines(start, end, light.shape):
        np.add.at(light.reshape(-1), part.pixels.ravel(), part.cover.ravel())
    assert light.sum() == pytest.approx(length, rel=1e-3, abs=1e-3)
    if length > 1:
        rows, columns = np.mgrid[:40, :40]
        middle = np.array([(light * columns).sum(), (light * rows).sum()]) / light.sum()
        assert middle == pytest.approx(((start + end) / 2)[0], abs=0.3)


def test_lines_and_discs_outside_are_left_out():
    far = np.array([[-30, 5], [5, -30], [60, 60]], np.float32)
    for part in lines(far, far[::-1].copy(), (20, 20)):
        assert part.pixels.min() >= 0
        assert part.pixels.max() < 400
    found = discs(far, np.full(3, 4, np.float32), (20, 20))
    assert not len(found.pixel)


@pytest.mark.parametrize("radius", [1.5, 4.0, 9.3])
def test_a_disc_covers_its_area(radius):
    centre = np.array([[20.3, 19.6]], np.float32)
    covered = discs(centre, np.array([radius], np.float32), (40, 40)).covered()
    assert covered.sum() == pytest.approx(np.pi * radius**2, rel=0.12)


def test_spacing_is_that_of_all_pairs_nearly_everywhere():
    points = np.random.default_rng(2).normal(size=(3000, 2)).astype(np.float32)
    away = np.linalg.norm(points[:, None] - points[None], axis=-1)
    np.fill_diagonal(away, np.inf)
    true = np.sort(away, axis=1)[:, :3].mean(1)
    found = spacing(points)
    assert (found >= true * 0.999).all()
    assert np.mean(found < true * 1.001) > 0.8
    assert np.mean(found < true * 1.3) > 0.99


def test_glow_spreads_light_and_loses_none():
    light = np.zeros((90, 70, 3), np.float32)
    light[45, 35] = 1
    spread = glow(light, 9)
    assert spread.shape == light.shape
    assert spread.sum() == pytest.approx(3, rel=0.02)
    assert 0 < spread.max() < 0.05


def test_a_png_holds_the_picture(tmp_path):
    image = np.random.default_rng(0).integers(0, 256, (17, 33, 3), np.uint8)
    assert np.array_equal(decoded(png(image)), image)
    assert write_picture(tmp_path / "a.png", laid(), graph(), width=200) == ()
    content = decoded((tmp_path / "a.png").read_bytes())
    assert np.array_equal(content, picture(laid(), graph(), width=200))
    with pytest.raises(ValueError, match="expected bytes of shape"):
        png(image[..., 0])


def test_an_svg_has_a_circle_for_each_vertex_and_few_lines(tmp_path):
    assert write_picture(tmp_path / "a.svg", laid(), graph(), width=500) == ()
    root = ElementTree.parse(tmp_path / "a.svg").getroot()
    name = "{http://www.w3.org/2000/svg}"
    circles = list(root.iter(f"{name}circle"))
    assert len(circles) == len(laid().layer)
    width, height = float(root.attrib["width"]), float(root.attrib["height"])
    for circle in circles:
        x, y, r = (float(circle.attrib[key]) for key in ("cx", "cy", "r"))
        assert r < x < width - r
        assert r < y < height - r
    assert len(list(root.iter(f"{name}path"))) == len(graph().connections)
    layers = [each for each in root.iter(f"{name}g") if "id" in each.attrib]
    assert len({layer[0].attrib["fill"] for layer in layers}) == len(layers) == 4


def test_a_large_svg_is_thinned_and_says_so():
    drawn = svg(laid(), graph(), most_circles=40, most_lines=30)
    assert drawn.text.count("<circle") <= 40
    assert all(f'id="layer-{number}"' in drawn.text for number in range(4))
    assert drawn.text.count("M") == 30
    lines_said, vertices_said = drawn.notes
    assert lines_said == f"30 of {graph().edges} edges drawn"
    assert vertices_said.startswith(f"{len(laid().layer)} vertices drawn as")
    assert all(note in drawn.text for note in drawn.notes)


def test_a_picture_of_another_ending_or_place_is_refused(tmp_path):
    with pytest.raises(ValueError, match=r"end in \.png or \.svg"):
        write_picture(tmp_path / "a.jpg", laid())
    with pytest.raises(FileNotFoundError, match="there is no folder"):
        write_picture(tmp_path / "nowhere" / "a.png", laid(), width=64)
    with pytest.raises(ValueError, match="activations are drawn as"):
        write_picture(tmp_path / "a.svg", laid(), activation=np.zeros(len(laid().layer)))
    assert list(tmp_path.iterdir()) == []


def test_a_style_without_halo_or_threads_is_plain():
    style = Style(halo=0, threads_per_pixel=0)
    assert np.array_equal(
        picture(laid(), graph(), width=200, style=style), picture(laid(), width=200, style=style)
    )
