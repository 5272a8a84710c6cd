from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immersions.stage.controls.midi import Beat, Decoder, Encoding, Message, encode, steps
from immersions.stage.controls.wide import LATE_SECONDS, Pair, Selected

MESSAGES = st.builds(
    Message,
    st.sampled_from(["note", "cc"]),
    st.integers(1, 16),
    st.integers(0, 127),
    st.integers(0, 127),
) | st.builds(Message, st.just("pitch_bend"), st.integers(1, 16), st.just(0), st.integers(0, 16383))


@settings(deadline=None)
@given(st.lists(st.binary(max_size=200), max_size=5))
def test_any_bytes_are_taken(pieces: list[bytes]) -> None:
    decoder = Decoder()
    for piece in pieces:
        for message in decoder.feed(piece):
            if isinstance(message, Message):
                assert 1 <= message.channel <= 16
                assert 0 <= message.number <= 127
                assert 0 <= message.value <= 16383
    # Whatever came before, a whole message is understood.
    assert decoder.feed(b"\xb4\x07\x40") == [Message("cc", 5, 7, 64)]


@settings(deadline=None)
@given(st.lists(MESSAGES, max_size=20), st.integers(1, 7))
def test_messages_survive_being_cut_and_interrupted(messages: list[Message], cut: int) -> None:
    data = b"".join(encode(each) for each in messages)
    decoder, found = Decoder(), []
    for at in range(0, len(data), cut):
        # The clock may come between any two bytes.
        found += decoder.feed(data[at : at + cut]) + decoder.feed(b"\xf8")
    assert [each for each in found if each != Beat("clock")] == messages


def test_notes_let_go_running_status_and_exclusive_data() -> None:
    decoder = Decoder()
    assert decoder.feed(b"\x80\x3c\x40") == [Message("note", 1, 60, 0)]
    assert decoder.feed(b"\x90\x3c\x40\x3d\x00") == [
        Message("note", 1, 60, 64),
        Message("note", 1, 61, 0),
    ]
    assert decoder.feed(b"\xf0\x42\x10\x20\xf7\x20\x21") == []
    assert decoder.feed(b"\xc2\x05") == [Message("program", 3, 5, 127)]
    kinds = ("start", "clock", "stop", "continue")
    assert decoder.feed(b"\xfa\xf8\xfc\xfb\xfe") == [Beat(kind) for kind in kinds]
    assert decoder.feed(b"\xf2\x03\xf8\x01") == [Beat("clock"), Beat("position", 131)]


@pytest.mark.parametrize(
    ("encoding", "right", "left"),
    [("twos_complement", 1, 127), ("binary_offset", 65, 63), ("sign_magnitude", 1, 65)],
)
def test_endless_encoders(encoding: Encoding, right: int, left: int) -> None:
    assert steps(encoding, right) == 1
    assert steps(encoding, left) == -1


def test_fourteen_bits_come_together() -> None:
    pair = Pair()
    assert pair.coarse(127, 0) == 16383  # so far there is no fine half: 7 bits, all the way up
    assert pair.fine(5) == 127 << 7 | 5
    assert pair.coarse(64, 1) is None
    assert pair.fine(9) == 64 << 7 | 9
    assert pair.fine(10) == 64 << 7 | 10  # alone: the coarse half stays


def test_a_fine_half_may_never_come() -> None:
    pair = Pair()
    pair.coarse(1, 0)
    pair.fine(1)
    assert pair.coarse(2, 1) is None
    assert pair.late(1 + LATE_SECONDS / 2) is None
    assert pair.late(1 + LATE_SECONDS) == 2 << 7
    assert pair.late(2) is None
    pair.coarse(127, 2)
    assert pair.late(3) == 16383


def test_the_selected_parameter() -> None:
    selected = Selected()
    assert selected.number is None
    for number, value in ((99, 3), (98, 4)):
        assert selected.take(Message("cc", 1, number, value))
    assert selected.number == 3 << 7 | 4
    assert not selected.take(Message("cc", 1, 6, 0))
    selected.take(Message("cc", 1, 101, 0))
    assert selected.number is None
