"""Where a dream begins: files of any kind, and what is said of those that had to be helped."""

import numpy as np
import pytest
import soundfile

from immersions.dreaming.starts import start_clip

RATE = 44100


def test_what_had_to_be_helped_in_a_file_is_told(tmp_path):
    sound = 0.3 * np.sin(np.arange(2 * RATE) / 20).astype(np.float32)
    sound[7] = np.inf
    soundfile.write(tmp_path / "odd.wav", sound, RATE, subtype="FLOAT")
    told: list[str] = []
    clip = start_clip(tmp_path / "odd.wav", RATE, notice=told.append)
    assert np.isfinite(clip).all()
    assert told == ["odd.wav: 1 sample was not finite and became 0"]


def test_nothing_is_told_of_a_sound_file_that_is_whole(tmp_path):
    soundfile.write(tmp_path / "whole.wav", np.full(2 * RATE, 0.1), RATE)
    told: list[str] = []
    start_clip(tmp_path / "whole.wav", RATE, notice=told.append)
    assert told == []


def test_a_missing_file_names_what_there_is():
    with pytest.raises(FileNotFoundError, match="silence, noise, house"):
        start_clip("nowhere.wav", RATE)
