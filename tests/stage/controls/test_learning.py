from __future__ import annotations

import pytest
from a_rig import BOX, Rig

from immersions.stage.controls.control import Place
from immersions.stage.controls.learning import guess
from immersions.stage.controls.mapping import Entry, Feedback


def learn(place: Place, *data: bytes) -> Entry:
    rig = Rig()
    rig.engine.learn(place)
    for each in data:
        rig.now += 0.01
        rig.receive(each)
        rig.tick()
    rig.tick(1)
    assert rig.engine.learning is None
    (entry,) = rig.learned
    return entry


def cc(number: int, *values: int) -> list[bytes]:
    return [bytes((0xB2, number, value)) for value in values]


def test_a_fader() -> None:
    assert learn(Place("level", 1), *cc(7, 30, 32, 35)) == Entry("cc", 3, 7, "level", 1)


def test_a_fader_of_fourteen_bits_whichever_half_comes_first() -> None:
    pairs = [cc(7, 30)[0], cc(39, 3)[0], cc(7, 31)[0], cc(39, 9)[0]]
    assert learn(Place("level"), *pairs) == Entry("cc14", 3, 7, "level")
    assert learn(Place("level"), *pairs[1:]) == Entry("cc14", 3, 7, "level")


def test_endless_encoders() -> None:
    entry = learn(Place("level"), *cc(7, 1, 1, 2, 1, 127, 127))
    assert (entry.behaviour, entry.encoding) == ("relative", "twos_complement")
    entry = learn(Place("level"), *cc(7, 65, 65, 63, 63))
    assert (entry.behaviour, entry.encoding) == ("relative", "binary_offset")
    entry = learn(Place("level"), *cc(7, 1, 1, 65, 65))
    assert (entry.behaviour, entry.encoding) == ("relative", "sign_magnitude")


def test_what_is_no_encoder() -> None:
    assert guess([1, 2, 3, 4]) is None
    assert guess([64]) is None
    assert guess([30, 30]) is None


def test_buttons() -> None:
    assert learn(Place("restart"), b"\x90\x05\x40") == Entry(
        "note", 1, 5, "restart", behaviour="trigger"
    )
    assert learn(Place("dream"), *cc(9, 127, 0)) == Entry(
        "cc", 3, 9, "dream", behaviour="toggle", feedback=Feedback("cc", 3, 9)
    )
    assert learn(Place("tap"), b"\xc0\x07").message == "program"


def test_a_wheel() -> None:
    assert learn(Place("bpm"), b"\xe4\x00\x40") == Entry("pitch_bend", 5, 0, "bpm")


def test_while_it_learns_nothing_is_turned() -> None:
    rig = Rig({"number": 1, "control": "level", "takeover": "jump"})
    rig.engine.learn(Place("bpm"))
    rig.cc(1, 100, 120)
    assert rig.hand.sets == []
    rig.tick(1)
    assert [each.control for each in rig.learned] == ["bpm"]
    rig.cc(1, 127)
    assert rig.level() == 1


def test_it_waits_and_is_given_up() -> None:
    rig = Rig()
    rig.engine.learn(Place("level"))
    rig.receive(b"\x80\x05\x40")  # a key that was held before
    rig.tick(100)
    assert rig.engine.learning == Place("level")
    assert rig.engine.due() is None
    rig.engine.learn(None)
    rig.cc(1, 3)
    rig.tick(1)
    assert rig.learned == []


def test_a_button_cannot_be_a_fader() -> None:
    rig = Rig()
    rig.engine.learn(Place("level"))
    rig.receive(b"\x90\x05\x40")
    with pytest.raises(ValueError, match="level: expected a fader, a knob or an encoder"):
        rig.tick(1)
    assert rig.engine.learning is None
    assert BOX in rig.engine.ports
