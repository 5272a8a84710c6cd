import errno
import os
from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.anatomy import layout


@dataclass(frozen=True)
class Shape:
    channels: int
    pitches: int
    name: str = "layer"


sizes = st.integers(1, 60)
shapes = st.lists(st.builds(Shape, sizes, sizes), min_size=1, max_size=8)


@given(shapes)
def test_every_neuron_has_a_place_of_its_own_in_its_layer_s_band(layers):
    laid = layout.grid("hash", layers)
    places = laid.positions[0]
    assert len(places) == sum(layer.channels * layer.pitches for layer in layers)
    assert len(np.unique(places, axis=0)) == len(places)
    for above in range(1, len(layers)):
        heights = places[laid.layer <= above, 1], places[laid.layer > above, 1]
        assert not len(heights[1]) or heights[0].max() < heights[1].min()


@given(shapes)
def test_vertices_are_numbered_layer_channel_pitch(layers):
    laid = layout.grid("hash", layers)
    numbers = [
        (number, channel, pitch)
        for number, layer in enumerate(layers)
        for channel in range(layer.channels)
        for pitch in range(layer.pitches)
    ]
    vertices = zip(laid.layer, laid.channel, laid.pitch, strict=True)
    assert [tuple(int(each) for each in vertex) for vertex in vertices] == numbers


def test_a_channel_s_pitches_rise_to_the_right():
    laid = layout.grid("hash", [Shape(3, 20)])
    x = laid.positions[0, :, 0].reshape(3, 20)
    assert (np.diff(x, axis=1) > 0).all()


def test_a_layout_comes_back_from_its_file(tmp_path):
    laid = layout.grid("abc", [Shape(2, 5), Shape(7, 1)])
    path = laid.save(tmp_path)
    assert path.name == "abc.npz"
    read = layout.load(path)
    assert read.ear_hash == "abc"
    for name in ("layer", "channel", "pitch", "charge", "names"):
        assert np.array_equal(getattr(read, name), getattr(laid, name))
    assert np.abs(read.positions - laid.positions).max() <= 1 / layout.WHOLE
    laid.write(tmp_path / "exact.npz")
    with np.load(tmp_path / "exact.npz") as file:
        assert file["positions"].dtype == np.float32
    assert np.array_equal(layout.load(tmp_path / "exact.npz").positions, laid.positions)


def several(snapshots, vertices, seed=0):
    random = np.random.default_rng(seed)
    first = random.uniform(-1, 1, (1, vertices, 2))
    moves = random.normal(0, 0.005, (snapshots - 1, vertices, 2))
    positions = np.concatenate([first, moves]).cumsum(0).clip(-1, 1).astype(np.float32)
    numbers = np.zeros(vertices, np.int32)
    charge = random.gamma(1, 1, vertices).astype(np.float32)
    return layout.Layout("abc", positions, numbers, numbers, numbers, charge)


def test_snapshots_come_back_from_a_small_file_to_the_last_of_16_bits(tmp_path):
    laid = several(8, 5000)
    # From edge to edge and back: more than 16 bits can say as a difference.
    laid.positions[:, 0] = np.array([-1, 1, -1, 1, 0, 1, 1, -1])[:, None]
    path = laid.save(tmp_path)
    read = layout.load(path)
    assert np.array_equal(read.in_16_bits(), laid.in_16_bits())
    assert np.allclose(read.charge, laid.charge, rtol=1e-3)
    assert path.stat().st_size < 0.8 * laid.in_16_bits().nbytes + 2 * 5000
    assert path.read_bytes() == laid.save(tmp_path).read_bytes()


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path, monkeypatch):
    layout.grid("abc", [Shape(2, 5)]).save(tmp_path)
    before = (tmp_path / "abc.npz").read_bytes()
    other = layout.grid("abc", [Shape(3, 5)])

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match=r"abc\.npz.*[Nn]o space left"):
        other.save(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["abc.npz"]
    assert (tmp_path / "abc.npz").read_bytes() == before


def test_what_is_no_layout_is_refused_in_one_line(tmp_path):
    damaged = tmp_path / "damaged.npz"
    whole = bytearray(several(3, 100).save(tmp_path).read_bytes())
    whole[200:1200] = bytes(1000)
    damaged.write_bytes(whole)
    shapeless = tmp_path / "shapeless.npz"
    names = ("layer", "channel", "pitch", "charge")
    np.savez(shapeless, moves=np.zeros(3, np.uint8), **dict.fromkeys(names, np.zeros(3)))
    truncated = tmp_path / "truncated.npz"
    truncated.write_bytes(layout.grid("x", [Shape(2, 5)]).save(tmp_path).read_bytes()[:100])
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, positions=np.zeros((1, 3, 2)))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, positions=np.array([{}], dtype=object))
    text = tmp_path / "text.npz"
    text.write_text("nothing")
    for path in (truncated, damaged, shapeless, foreign, pickled, text):
        with pytest.raises(ValueError, match=f"^{path.name}: not a layout file [^\n]*$"):
            layout.load(path)


def test_positions_outside_the_picture_are_refused():
    one = np.zeros(1, np.int32)
    for bad in (np.nan, 1.5):
        with pytest.raises(ValueError, match="finite numbers from -1 to 1"):
            layout.Layout("x", np.full((1, 1, 2), bad, np.float32), one, one, one, one)
