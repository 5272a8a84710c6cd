from __future__ import annotations

import contextlib
from pathlib import Path
from typing import Any

import pytest
from a_hand import SURFACE
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.stage.controls.control import Place
from immersions.stage.controls.mapping import Entry, Feedback, Mapping, read
from immersions.stage.controls.shelf import Shelf, id_of, load, parse, text

GOOD = """
name = "Box"
devices = ["*box*"]

[[entry]]
message = "cc"
channel = 1
number = 81
control = "level"
feedback = true

[[entry]]
message = "note"
channel = 0
number = 3
control = "dream"
deck = "b"
feedback = { channel = 7, number = 3, on = 21 }

[[entry]]
message = "note"
number = 4
control = "tap"
deck = "c"
"""


def test_what_is_left_out_is_filled_in() -> None:
    mapping = parse(GOOD, "box.toml", SURFACE)
    motor, pad, tap = mapping.entries
    assert motor == Entry("cc", 1, 81, "level", takeover="jump", feedback=Feedback("cc", 1, 81))
    assert pad.behaviour == "toggle"
    assert pad.deck == 1
    assert pad.feedback == Feedback("note", 7, 3, 21, 0)
    assert tap.behaviour == "trigger"
    assert tap.deck is None  # no deck has a tempo of its own
    assert mapping.fits("My BOX 1")
    assert not mapping.fits("Bo")


BAD = [
    ("name = 3", "name: expected a text"),
    ("title = 'x'", "unknown key 'title'"),
    ("name = 'x'\n[[entry]]\nmessage = 'sysex'", "entry 1: control: expected a text"),
    ("name = 'x'\n[[entry]]\nmessage='cc'\nnumber=128\ncontrol='level'", "0 to 127, got 128"),
    ("name = 'x'\n[[entry]]\nmessage='cc14'\nnumber=32\ncontrol='level'", "0 to 31, got 32"),
    ("name = 'x'\n[[entry]]\nmessage='cc'\nnumber=true\ncontrol='level'", "got True"),
    ("name = 'x'\n[[entry]]\nmessage='cc'\nnumber=1\ncontrol='lever'", "unknown control 'lever'"),
    (
        "name = 'x'\n[[entry]]\nmessage='cc'\nnumber=1\ncontrol='level'\nbehaviour='trigger'",
        "level is no action",
    ),
    (
        "name = 'x'\n[[entry]]\nmessage='note'\nnumber=1\ncontrol='level'\n",
        "level is no switch",
    ),
    ("name = 'x'\n[[entry]]\nmessage='nrpn'\nnumber=1\ncontrol='level'\nfeedback=true", "nrpn"),
    (
        "name = 'x'\n" + 2 * "[[entry]]\nmessage='cc'\nnumber=1\ncontrol='level'\n",
        "entry 2: the same message as entry 1",
    ),
    ("name = ", "box.toml: "),
    ("entry = 3\nname = 'x'", "entry: expected a list"),
    ("a = " + "[" * 5000, "box.toml: "),
]


@pytest.mark.parametrize(("told", "expected"), BAD)
def test_a_bad_file_is_one_line_that_names_it(told: str, expected: str) -> None:
    with pytest.raises(ValueError, match=r"box\.toml: ") as caught:
        parse(told, "box.toml", SURFACE)
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


PLAIN = (
    st.none() | st.booleans() | st.integers() | st.floats() | st.sampled_from(["cc", "level", ""])
)
KEYS = st.sampled_from([*Entry.__dataclass_fields__, "name", "entry", "devices", "other"])


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(KEYS, PLAIN | st.lists(PLAIN | st.dictionaries(KEYS, PLAIN), max_size=2)))
def test_any_table_is_a_mapping_or_a_value_error(table: dict[str, Any]) -> None:
    with contextlib.suppress(ValueError):
        read(table, SURFACE)


ENTRIES = st.builds(
    Entry,
    st.just("cc"),
    st.integers(0, 16),
    st.integers(0, 127),
    st.just("level"),
    st.none() | st.integers(0, 3),
    st.sampled_from(["absolute", "relative"]),
    st.sampled_from(["twos_complement", "binary_offset", "sign_magnitude"]),
    st.sampled_from(["soft", "jump"]),
    st.none() | st.builds(Feedback, st.just("cc"), st.integers(1, 16), st.integers(0, 127)),
)
TEXTS = st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), min_size=1, max_size=40)


@settings(max_examples=50, deadline=None)
@given(
    TEXTS.filter(str.strip),
    st.lists(TEXTS.filter(str.strip), max_size=3),
    st.lists(ENTRIES, max_size=4, unique_by=lambda each: each.source),
)
def test_what_is_written_is_read_again(name: str, devices: list[str], entries: list[Entry]) -> None:
    mapping = Mapping(name, tuple(devices), "", tuple(entries))
    again = parse(text(mapping), "x.toml", SURFACE)
    # The encoding of what is no encoder is not written.
    plain = [
        each if each.behaviour == "relative" else Entry(**{**vars(each), "encoding": other})
        for each, other in zip(entries, (e.encoding for e in again.entries), strict=True)
    ]
    assert again == Mapping(name, tuple(devices), "", tuple(plain))


def test_one_message_and_one_control_have_one_entry() -> None:
    first = Entry("cc", 1, 1, "level")
    mapping = Mapping("x").with_entry(first).with_entry(Entry("cc", 1, 2, "level"))
    assert [each.number for each in mapping.entries] == [2]
    mapping = mapping.with_entry(Entry("cc", 1, 2, "rate"))
    assert [each.control for each in mapping.entries] == ["rate"]
    assert mapping.without(Place("rate")).entries == ()


def test_a_shelf_keeps_hides_and_gives_back(tmp_path: Path) -> None:
    shelf = Shelf(SURFACE, tmp_path / "not" / "there", bundle=[parse(GOOD, "box.toml", SURFACE)])
    assert [(each.id, each.bundled) for each in shelf] == [("box", True)]
    own = Mapping("Box", ("mine",), "", (Entry("cc", 1, 1, "rate"),))
    assert shelf.save(own).id == "box"
    assert [(each.id, each.bundled) for each in shelf] == [("box", False)]
    again = Shelf(SURFACE, tmp_path / "not" / "there")
    assert again["box"].mapping == own
    assert again.for_port("mine") == again["box"]
    shelf.delete("box")
    assert shelf["box"].bundled
    with pytest.raises(ValueError, match="no mapping of yours"):
        shelf.delete("box")
    assert list((tmp_path / "not" / "there").iterdir()) == []


def test_a_bad_file_leaves_the_others(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("name = 'x'\n[[entry]]\nmessage = 'cc'\n")
    (tmp_path / "large.toml").write_bytes(b"#" * 300_000)
    (tmp_path / "bytes.toml").write_bytes(b"\xff\xfe")
    (tmp_path / "good.toml").write_text(GOOD)
    shelf = Shelf(SURFACE, tmp_path)
    assert [each.id for each in shelf if not each.bundled] == ["good"]
    assert len(shelf.problems) == 3
    assert any(each.startswith("bad.toml: entry 1: ") for each in shelf.problems)


def test_which_mapping_a_port_has_is_kept(tmp_path: Path) -> None:
    bundle = [parse(GOOD, "box.toml", SURFACE)]
    shelf = Shelf(SURFACE, tmp_path, bundle)
    assert shelf.choices() == {}
    shelf.keep_choices({"A": "box", "B": None, "C": "deleted since"})
    assert Shelf(SURFACE, tmp_path, bundle).choices() == {"A": "box", "B": None}
    (tmp_path / "ports.json").write_text("[" * 100_000)
    assert shelf.choices() == {}
    assert shelf.problems == ["ports.json: cannot be read; which mapping a port has is lost"]


def test_what_cannot_be_written_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    shelf = Shelf(SURFACE, tmp_path / "file" / "below")
    with pytest.raises(OSError, match=r"box\.toml: cannot be written"):
        shelf.save(Mapping("Box"))
    with pytest.raises(OSError, match=r"none\.toml: cannot be read"):
        load(tmp_path / "none.toml")


def test_names_of_files_cannot_lead_elsewhere() -> None:
    assert id_of("../../etc/passwd") == "etc-passwd"
    assert id_of("…") == "mapping"
    assert id_of("BCF2000 · mine") == "bcf2000-mine"
