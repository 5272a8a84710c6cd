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
    assert np.array_equal(layout.load(tmp_path / "exact.npz").positions, laid.positions)


def test_a_file_that_cannot_be_written_leaves_what_was_there(tmp_path):
    layout.grid("abc", [Shape(2, 5)]).save(tmp_path)
    before = (tmp_path / "abc.npz").read_bytes()
    other = layout.grid("abc", [Shape(3, 5)])
    (tmp_path / ".abc.npz.partial").mkdir()
    with pytest.raises(OSError, match="partial"):
        other.save(tmp_path)
    assert (tmp_path / "abc.npz").read_bytes() == before


def test_what_is_no_layout_is_refused_in_one_line(tmp_path):
    truncated = tmp_path / "truncated.npz"
    truncated.write_bytes(layout.grid("x", [Shape(2, 5)]).save(tmp_path).read_bytes()[:100])
    foreign = tmp_path / "foreign.npz"
    np.savez(foreign, positions=np.zeros((1, 3, 2)))
    pickled = tmp_path / "pickled.npz"
    np.savez(pickled, positions=np.array([{}], dtype=object))
    text = tmp_path / "text.npz"
    text.write_text("nothing")
    for path in (truncated, foreign, pickled, text):
        with pytest.raises(ValueError, match=f"^{path.name}: not a layout file [^\n]*$"):
            layout.load(path)


def test_positions_outside_the_picture_are_refused():
    one = np.zeros(1, np.int32)
    for bad in (np.nan, 1.5):
        with pytest.raises(ValueError, match="finite numbers from -1 to 1"):
            layout.Layout("x", np.full((1, 1, 2), bad, np.float32), one, one, one, one)
