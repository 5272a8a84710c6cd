import asyncio
import io
import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immersions.stage import frames

plain = st.one_of(st.integers(), st.text(), st.booleans(), st.floats(allow_nan=False, width=32))
headers = st.dictionaries(
    st.text(), plain.filter(lambda x: abs(x) < 1e30 if type(x) is float else 1)
)
messages = st.lists(st.tuples(headers, st.binary(max_size=3000)), max_size=5)


def read_all(data):
    stream, read = io.BytesIO(data), []
    while stream.tell() < len(data):
        read.append(frames.read(stream))
    return read


async def read_all_async(data):
    stream, read = asyncio.StreamReader(), []
    stream.feed_data(data)
    stream.feed_eof()
    while True:
        try:
            read.append(await frames.read_async(stream))
        except frames.Closed:
            return read


@given(messages)
def test_frames_come_out_as_they_went_in(sent):
    sent = [({**header, "type": "x"}, payload) for header, payload in sent]
    data = b"".join(frames.pack(header, payload) for header, payload in sent)
    assert read_all(data) == sent
    assert asyncio.run(read_all_async(data)) == sent


@given(st.integers(0, 40))
def test_a_pipe_that_closes_inside_a_frame_has_closed(length):
    data = frames.pack({"type": "loop", "id": 1}, b"12345678")[:-1]
    with pytest.raises(frames.Closed):
        frames.read(io.BytesIO(data[:length]))


@pytest.mark.parametrize(
    "data",
    [
        struct.pack("<II", 2**31, 0),
        struct.pack("<II", 2, 2**31),
        struct.pack("<II", 2, 0) + b"[]",
        struct.pack("<II", 2, 0) + b"{}",
        struct.pack("<II", 4, 0) + b"nope",
        b"Traceback (most recent call last)",
    ],
)
def test_what_is_no_frame_is_refused(data):
    with pytest.raises(ValueError, match=r"."):
        frames.read(io.BytesIO(data))


def test_a_number_that_is_not_finite_is_not_sent():
    with pytest.raises(ValueError, match="JSON"):
        frames.pack({"type": "beat", "activation": float("nan")})
