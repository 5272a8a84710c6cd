"""What sounded in each place of the mixer, as a page told it; and logs that do not know."""

from pathlib import Path

import pytest

from immersions.stage.logs import Performance
from immersions.stage.logs import events as say
from immersions.stage.logs.stretches import Placed, Stretch, Stretches

RATE = 44_100
ONE, TWO, UNKNOWN = "1" * 64, "2" * 64, "3" * 64


def told(*events, beside=True):
    """The stretches of page 1, on which a clip, then a dream of it sounded."""
    opened = say.Opened(version="1", started="", beside=beside)
    known = (
        *(say.Sound(sha256=each, sample_rate=RATE, samples=9, clip="x") for each in (ONE, TWO)),
        say.LoopMade(id=1, kind="start", step=0),
        say.LoopMade(id=2, kind="dream", step=1),
        say.LoopMade(deck=1, id=1, kind="start", step=0),
    )
    performance = Performance(Path(), opened, (*known, *events), torn=False)
    stretches = Stretches(performance, 1)
    return dict(stretches), stretches.complete


def sounds(loop, frame, fade=0, deck=0):
    return say.Sounds(page=1, deck=deck, loop=loop, frame=frame, fade=fade, rate=RATE)


def sample(sound, frame, fade=0, into=0, page=1):
    at = {"page": page, "place": "sample_0", "frame": frame, "fade": fade, "into": into}
    return say.Beside(**at, rate=RATE, sound=sound, length=900)


def silence(place, frame):
    return say.Silence(page=1, place=place, frame=frame, rate=RATE)


def test_a_sample_joins_changes_and_goes_and_another_joins():
    places, complete = told(
        sample(ONE, 5000, into=900),
        sample(TWO, 9000, 323, page=2),
        sample(TWO, 9100, 323),
        silence("sample_0", 12_000),
        sample(ONE, 12_500, into=3400),
    )
    fitted = {"length": 900}
    assert complete
    assert places == {
        "sample_0": (
            Stretch(
                (Placed(5000, 0, 900, sound=ONE, **fitted), Placed(9100, 323, sound=TWO, **fitted)),
                ends=12_000,
            ),
            Stretch((Placed(12_500, 0, 3400, sound=ONE, **fitted),)),
        )
    }


def test_what_the_log_does_not_have_is_silence_and_told():
    places, complete = told(sample(ONE, 5000), sample(UNKNOWN, 9100, 323))
    assert not complete
    assert places["sample_0"] == (Stretch((Placed(5000, 0, sound=ONE, length=900),), ends=8777),)


def test_a_deck_ends_where_it_was_closed_and_begins_again():
    places, _ = told(
        sounds(1, 100, deck=1), silence("deck_1", 4000), sounds(1, 9000, deck=1), sounds(77, 9900)
    )
    first, second = places["deck_1"]
    assert (first.begins, first.ends) == (100, 4000)
    assert (second.begins, second.ends) == (9000, None)
    assert "deck_0" not in places, "another performance's loop"


def test_start_clips_are_where_they_were_told_and_in_older_logs_where_the_dreams_were():
    start = {"place": "start_0", "frame": 300, "fade": 0, "into": 200, "loop": 1}
    heard = (sounds(1, 100), say.Beside(page=1, rate=RATE, **start), sounds(2, 1000, 30))
    new, _ = told(*heard)
    assert new["start_0"] == (Stretch((Placed(300, 0, 200, 1),)),)
    old, _ = told(*heard[::2], beside=False)
    assert old["start_0"] == (Stretch((Placed(100, 0, 0, 1), Placed(1000, 30, 0, 1))),)
    assert old["deck_0"] == (Stretch((Placed(100, 0, 0, 1), Placed(1000, 30, 0, 2))),)


@pytest.mark.parametrize(("gain", "complete"), [(0.5, False), (0.0, True)])
def test_older_logs_say_that_a_sample_was_heard_and_not_which(gain, complete):
    gains = say.Gains(page=1, frame=5, rate=RATE, gains={"sample_2": gain, "deck_0": 1.0})
    assert told(sounds(1, 100), gains, beside=False)[1] is complete
    assert told(sounds(1, 100), gains)[1] is True
