"""From where to where a recording is rendered."""

from datetime import datetime

import numpy as np
import pytest

from immersions.audio.recording import WavRecorder
from immersions.stage.logs import Performance
from immersions.stage.logs import events as say
from immersions.stage.logs.timeline import timeline

RATE = 44_100


def performance(folder, *events):
    opened = say.Opened(version="1", started="", beside=True)
    known = (
        say.LoopMade(id=1, kind="start", step=0),
        say.Sounds(page=1, deck=0, loop=1, frame=100, fade=0, rate=RATE),
        say.Recording(page=1, id="rec-1", frame=500, rate=RATE),
    )
    return Performance(folder, opened, (*known, *events), torn=False)


def test_a_recording_that_was_cut_off_is_as_long_as_its_file(tmp_path):
    cut = performance(tmp_path)
    with pytest.raises(ValueError, match="never ended, and is not beside the log"):
        timeline(cut, "rec-1")
    recorder = WavRecorder(tmp_path / "rec-1.wav", RATE, 1, datetime.now().astimezone(), "one")
    recorder.append(np.zeros((3000, 1), np.float32))
    recorder.sync()
    found = timeline(cut, "rec-1")
    recorder.close()
    assert (found.begin, found.end) == (500, 3500)


def test_a_recording_that_was_ended_is_as_long_as_the_log_says(tmp_path):
    found = timeline(performance(tmp_path, say.Recorded(id="rec-1", frames=700)), "rec-1")
    assert (found.begin, found.end) == (500, 1200)
