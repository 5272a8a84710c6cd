"""A performance on disk: whole, or as it was before."""

import json
import os

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.stage.keeping import BEFORE, NAME, SOUNDS, Place, packed, unpacked


@pytest.fixture
def place(tmp_path):
    opened = Place(tmp_path)
    yield opened
    opened.close()


def whole(data):
    if "wrong" in data:
        raise ValueError("it says wrong")
    return data


def test_what_was_written_is_read_and_what_was_before_is_beside_it(place):
    assert place.read(whole) == (None, "")
    for number in range(3):
        place.write({"number": number})
    assert place.read(whole) == ({"number": 2}, "")
    assert unpacked((place.where / BEFORE).read_bytes()) == {"number": 1}
    assert sorted(each.name for each in place.where.iterdir()) == ["lock", NAME, BEFORE, SOUNDS]


TEXT = packed({"show": {"decks": [1, 2.5, "ä"]}, "more": {"a": [None, True]}})


@given(st.integers(0, len(TEXT) - 1))
@settings(max_examples=len(TEXT))
def test_a_file_cut_off_anywhere_is_noticed(at):
    with pytest.raises(ValueError, match=r"^[^\n]+$"):
        unpacked(TEXT[:at])


def test_a_file_cut_off_at_any_byte_falls_back_to_the_one_before(place):
    place.write({"number": 1})
    place.write({"number": 2})
    content = (place.where / NAME).read_bytes()
    for at in range(len(content)):
        (place.where / NAME).write_bytes(content[:at])
        found, line = place.read(whole)
        assert found == {"number": 1}
        assert line.startswith(f"{NAME}: ")
        assert line.endswith("; the performance before it is taken")
        assert "\n" not in line


def test_what_is_whole_but_not_understood_falls_back_too(place):
    place.write({"number": 1})
    place.write({"wrong": 2})
    assert place.read(whole) == (
        {"number": 1}, f"{NAME}: it says wrong; the performance before it is taken"
    )  # fmt: skip
    (place.where / BEFORE).write_bytes(b"")
    found, line = place.read(whole)
    assert found is None
    assert line.endswith("a new performance begins")


def test_a_killed_writing_leaves_one_that_is_whole(place, monkeypatch):
    """Whatever call of the operating system is the last one before the kill."""
    place.write({"number": 1})
    place.write({"number": 2})
    for call in ("fsync", "link"):
        with monkeypatch.context() as killed:
            killed.setattr(os, call, lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                place.write({"number": 3})
        found, line = place.read(whole)
        assert (found, line) == ({"number": 2}, "")


def test_only_one_performance_is_kept_in_a_folder(tmp_path):
    first = Place(tmp_path)
    with pytest.raises(ValueError, match="another performance is kept there already"):
        Place(tmp_path)
    first.close()
    Place(tmp_path).close()


def test_sounds_are_kept_to_the_sample_and_pruned_when_nobody_names_them(place):
    sound = np.random.default_rng(0).standard_normal(1000).astype(np.float32)
    for name in ("upload-1", "deck-0-7-3", "gone"):
        place.keep_sound(name, sound, 44_100)
    place.write({"sounds": ["upload-1"]})
    place.write({"sounds": ["deck-0-7-3"]})
    place.prune(["deck-0-7-3"])
    left = sorted(each.stem for each in (place.where / SOUNDS).iterdir())
    assert left == ["deck-0-7-3", "upload-1"]
    again, rate = place.sound("upload-1")
    assert (again == sound).all()
    assert rate == 44_100
    with pytest.raises(OSError, match="gone"):
        place.sound("gone")
    with pytest.raises(ValueError, match="no name of a sound"):
        place.keep_sound("../outside", sound, 44_100)


def test_packed_is_json_and_its_digest():
    text, digest = TEXT.decode().rsplit("\n", 1)
    assert json.loads(text)["show"] == {"decks": [1, 2.5, "ä"]}
    assert len(digest) == 64
