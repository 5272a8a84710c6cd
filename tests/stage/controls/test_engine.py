"""A box of faders and buttons on a surface: what turns what, and what the box is told."""

from __future__ import annotations

import pytest
from a_hand import SURFACE
from a_rig import BOX, Rig
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.stage.controls.control import Place
from immersions.stage.controls.feedback import STILL_SECONDS
from immersions.stage.controls.mapping import Entry, Feedback, Mapping, read
from immersions.stage.controls.midi import Beat

FADER = {"number": 1, "control": "level", "takeover": "jump"}
SOFT = {"number": 1, "control": "level"}
MOTOR = {"number": 1, "control": "level", "feedback": True}


def test_a_fader_turns_its_control_by_its_curve() -> None:
    rig = Rig(FADER, {"number": 2, "control": "rate", "takeover": "jump"})
    rig.cc(1, 0, 127)
    assert rig.level() == 1
    rig.cc(1, 32)
    assert rig.level() == pytest.approx(32 / 127)
    rig.cc(2, 127)
    assert rig.hand.value("rate") == 1
    rig.cc(2, 64)
    assert rig.hand.value("rate") == pytest.approx(1e-4 * 1e4 ** (64 / 127))


def test_only_the_newest_of_what_came_together_is_set() -> None:
    rig = Rig(FADER)
    rig.receive(b"".join(bytes((0xB0, 1, value)) for value in range(128)))
    assert rig.hand.sets == [(Place("level", 0), 1.0)]


def test_other_channels_are_others_but_for_a_mapping_that_takes_any() -> None:
    rig = Rig(FADER, {"number": 2, "control": "bpm", "channel": 0, "takeover": "jump"})
    rig.cc(1, 127, channel=2)
    rig.cc(2, 127, channel=9)
    assert rig.level() == 0.5
    assert rig.hand.value("bpm") == 300


def test_a_fader_is_picked_up_where_the_control_is() -> None:
    rig = Rig(SOFT)
    rig.cc(1, 10, 40)
    assert rig.hand.sets == []
    rig.cc(1, 80)  # past the control, which stands at 63.5
    assert rig.level() == pytest.approx(80 / 127)
    rig.cc(1, 20)
    assert rig.level() == pytest.approx(20 / 127)
    rig.set("level", 0.9)
    rig.cc(1, 21)
    assert rig.level() == 0.9
    rig.cc(1, 113)  # 0.89: near enough
    assert rig.level() == pytest.approx(113 / 127)


def test_a_fader_keeps_a_control_of_few_values() -> None:
    """Rounding to whole values is no change from elsewhere."""
    rig = Rig({"number": 1, "control": "layer"})
    rig.cc(1, 36)
    assert rig.hand.value("layer") == 2
    for value in (40, 45, 50, 60, 127):
        rig.cc(1, value)
        rig.engine.changed("layer")
    assert rig.hand.value("layer") == 7


def test_each_deck_has_its_own() -> None:
    rig = Rig({**FADER, "deck": "c"}, {"number": 2, "control": "level", "takeover": "jump"})
    rig.cc(1, 127)
    rig.cc(2, 0)
    assert [rig.hand.value("level", deck) for deck in range(4)] == [0, 0.5, 1, 0.5]


def test_fourteen_bits() -> None:
    rig = Rig({"message": "cc14", "number": 5, "control": "level", "takeover": "jump"})
    rig.cc(5, 64)
    rig.cc(37, 1)
    assert rig.level() == pytest.approx((64 << 7 | 1) / 16383, abs=1e-9)
    rig.cc(5, 10)
    before = rig.level()
    rig.tick(0.001)
    assert rig.level() == before  # still waits for the fine half
    rig.tick(0.05)
    assert rig.level() == pytest.approx((10 << 7) / 16383)


def test_pitch_bend_and_numbered_parameters() -> None:
    rig = Rig(
        {"message": "pitch_bend", "channel": 3, "control": "level", "takeover": "jump"},
        {"message": "nrpn", "number": 130, "control": "bpm", "takeover": "jump"},
    )
    rig.receive(b"\xe2\x7f\x7f")
    assert rig.level() == 1
    rig.receive(b"\xb0\x63\x01\xb0\x62\x02\xb0\x06\x00\xb0\x26\x00")
    assert rig.hand.value("bpm") == 20
    rig.receive(b"\xb0\x62\x03\xb0\x06\x7f")  # another parameter
    rig.tick(1)
    assert rig.hand.value("bpm") == 20


def test_encoders_go_on_from_where_the_control_is() -> None:
    rig = Rig(
        {"number": 1, "control": "level", "behaviour": "relative"},
        {"number": 2, "control": "layer", "behaviour": "relative", "encoding": "binary_offset"},
    )
    rig.set("level", 0.75)
    rig.cc(1, 1, 1, 127, 2)
    assert rig.level() == pytest.approx(0.75 + 3 / 128)
    rig.receive(b"\xb0\x01\x01" * 4)  # what comes together is added up
    assert rig.level() == pytest.approx(0.75 + 7 / 128)
    rig.cc(2, 65, 65)
    assert rig.hand.value("layer") == 4
    rig.cc(2, 32, 32)
    assert rig.hand.value("layer") == 0


def test_a_control_that_shows_less_than_was_asked_is_not_let_go() -> None:
    rig = Rig(
        {"number": 1, "control": "depth"},
        {"number": 2, "control": "depth", "behaviour": "relative"},
    )
    rig.cc(1, 64)
    for value in range(70, 128, 3):
        rig.cc(1, value)
        rig.engine.changed("depth")
        rig.tick()
    assert rig.hand.value("depth") == 1
    for _ in range(40):
        rig.cc(2, 127)
        rig.engine.changed("depth")
        rig.tick()
    assert rig.hand.value("depth") == 0.75
    rig.cc(1, 127)
    assert rig.hand.value("depth") == 0.75  # the encoder turned it since


def test_buttons() -> None:
    rig = Rig(
        {"message": "note", "number": 1, "control": "restart"},
        {"message": "note", "number": 2, "control": "dream"},
        {"message": "note", "number": 3, "control": "dream", "behaviour": "hold", "deck": "b"},
        {"message": "cc", "number": 4, "control": "tap"},
        {"message": "program", "number": 5, "control": "restart", "deck": "d"},
    )
    rig.receive(b"\x90\x01\x40\x90\x01\x00\x80\x01\x40")
    assert rig.hand.done == [Place("restart", 0)]
    rig.receive(b"\x90\x02\x40\x90\x02\x00")
    assert rig.hand.value("dream") == 1
    rig.receive(b"\x90\x02\x40\x90\x02\x00")
    assert rig.hand.value("dream") == 0
    rig.receive(b"\x90\x03\x40")
    assert rig.hand.value("dream", 1) == 1
    rig.receive(b"\x80\x03\x40")
    assert rig.hand.value("dream", 1) == 0
    rig.cc(4, 127, 0, 127, 127)
    assert rig.hand.done.count(Place("tap")) == 3
    rig.receive(b"\xc0\x05\xc0\x06")
    assert rig.hand.done[-1] == Place("restart", 3)


def test_a_motor_fader_follows_but_not_while_it_is_moved() -> None:
    rig = Rig(MOTOR)
    rig.set("level", 1)
    rig.tick()
    assert rig.sent == [b"\xb0\x01\x7f"]
    rig.cc(1, 100, 90, 80)
    rig.engine.changed("level")
    rig.tick(0.05)
    rig.tick(STILL_SECONDS)
    assert rig.sent == [b"\xb0\x01\x7f"]  # it stands there already
    rig.cc(1, 81)
    rig.set("level", 0)
    rig.tick(0.1)
    assert len(rig.sent) == 1
    rig.tick(STILL_SECONDS)
    assert rig.sent[1:] == [b"\xb0\x01\x00"]
    assert rig.engine.due() is None


def test_feedback_is_the_newest_and_not_too_often() -> None:
    rig = Rig(MOTOR)
    for step in range(100):
        rig.set("level", step / 100)
        rig.tick(0.001)
    assert len(rig.sent) <= 6
    rig.tick(0.05)
    assert rig.sent[-1] == bytes((0xB0, 1, round(0.99 * 127)))
    rig.engine.changed()
    rig.tick(1)
    assert rig.sent[-1] != rig.sent[-2]  # nothing is told twice


def test_lamps_are_lit_by_what_is_so() -> None:
    rig = Rig(
        {
            "message": "note",
            "number": 2,
            "control": "dream",
            "feedback": {"channel": 7, "on": 21, "off": 5},
        },
        {"message": "cc", "number": 4, "control": "tap", "feedback": True},
    )
    rig.receive(b"\x90\x02\x40")
    rig.engine.changed("dream")
    rig.tick()
    assert rig.sent == [b"\x96\x02\x15"]
    rig.set("dream", 0)
    rig.tick(0.1)
    assert rig.sent[-1] == b"\x96\x02\x05"
    rig.cc(4, 127)
    rig.tick()
    assert rig.sent[-1] == b"\xb0\x04\x00"  # ready for the next press


def test_a_device_that_comes_is_told_everything() -> None:
    rig = Rig(MOTOR, {"message": "cc14", "number": 2, "control": "bpm", "feedback": True})
    rig.engine.connect(BOX, BOX, rig.engine.ports[BOX].mapping)
    rig.tick()
    bpm = round(100 / 280 * 16383)
    assert rig.sent == []  # it was told a moment ago
    rig.engine.disconnect(BOX)
    rig.engine.connect(BOX, BOX, read({"name": "box"}, SURFACE))
    rig.engine.connect(
        BOX,
        BOX,
        Mapping("x", entries=(Entry("cc14", 1, 2, "bpm", feedback=Feedback("cc14", 1, 2)),)),
    )
    rig.tick()
    assert rig.sent == [bytes((0xB0, 2, bpm >> 7, 0xB0, 34, bpm & 127))]


def test_the_clock_is_passed_on() -> None:
    rig = Rig()
    rig.engine.receive(BOX, b"\xf2\x03\x01\xfa\xf8", 5.0, at=4.5)
    beats = [Beat("position", 131), Beat("start"), Beat("clock")]
    assert rig.clocks == [(beat, 4.5) for beat in beats]
    rig.engine.receive("another", b"\xf8", 5.0)
    assert len(rig.clocks) == 3


@settings(deadline=None)
@given(st.lists(st.binary(max_size=60), max_size=8))
def test_any_bytes_leave_values_inside(pieces: list[bytes]) -> None:
    rig = Rig(
        SOFT,
        {"message": "cc14", "number": 2, "control": "rate", "takeover": "jump"},
        {"message": "nrpn", "number": 1, "control": "bpm", "feedback": {"message": "cc"}},
        {"number": 9, "control": "layer", "behaviour": "relative"},
        {"message": "note", "channel": 0, "number": 60, "control": "restart"},
    )
    for piece in pieces:
        rig.receive(piece)  # the hand checks each value
        rig.tick(0.01)
    rig.tick(1)
    assert rig.engine.due() is None
