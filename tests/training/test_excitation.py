"""What excites an ear: the excerpts found are those that do, and nothing before them is heard."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
import soundfile
import torch
from tiny_music import EAR, RATE, SCALE

from immersions.ears.contrastive import ContrastiveEar, ContrastiveNetwork
from immersions.ears.ear import yardstick
from immersions.scalogram import Scalogram
from immersions.training.excitation.reporting import report
from immersions.training.excitation.responses import Heard, excerpt_frames, excerpts_of, respond
from immersions.training.excitation.section import markdown
from immersions.training.excitation.selection import choose, ranks, show
from immersions.training.excitation.sounds import write_sounds
from immersions.training.library import Library
from immersions.training.statistics import take_statistics


@pytest.fixture(scope="module")
def ear(library: Library) -> ContrastiveEar:
    torch.manual_seed(4)
    ear = ContrastiveEar("tiny", ContrastiveNetwork(EAR))
    ear.statistics = take_statistics(ear, library.tracks, crops=8)
    return ear


@pytest.fixture(scope="module")
def heard(ear: ContrastiveEar, library: Library) -> Heard:
    return respond(ear, library.tracks, excerpts_of(library.tracks, excerpt_frames(ear)))


def test_nothing_but_the_excerpt_is_heard(
    ear: ContrastiveEar, library: Library, heard: Heard
) -> None:
    """In the middle of its track, after other music, the same frames answer the same."""
    frames, number = heard.excerpts.frames, 5
    track, start = (int(each[number]) for each in (heard.excerpts.tracks, heard.excerpts.starts))
    assert start > 3 * frames
    levels = np.asarray(library.tracks[track].levels[..., : start + frames], np.float32)
    spans = ear.network.receptive_frames()
    answers = ear.respond(torch.from_numpy(levels)[None], list(spans))
    for name, activity in answers.items():
        stride = levels.shape[-1] // activity.shape[-1]
        late = [
            place
            for place in range(activity.shape[-1])
            if (place + 1) * stride - spans[name] >= start
        ]
        assert late, name
        known = ear.statistics[name]
        standard = (activity[0, ..., late].mean(-1) - known.mean) / yardstick(known)
        found = heard.responses[name]
        torch.testing.assert_close(
            found.deviations[number], standard.amax(1), rtol=1e-3, atol=1e-3, msg=name
        )
        assert (standard.argmax(1) == found.pitches[number]).double().mean() > 0.9


def test_examples_are_the_strongest_of_different_tracks(ear: ContrastiveEar, heard: Heard) -> None:
    tracks = heard.excerpts.tracks
    pitches = {name: pitches for name, _, pitches, _ in ear.network.geometry()}
    shown = show(ear, heard, channels=3, examples=4)
    assert [one.layer for one in shown] == [name for name in heard.responses for _ in range(3)]
    for one in shown:
        answers = heard.responses[one.layer].deviations[:, one.channel]
        found = [example.excerpt for example in one.examples]
        assert len({int(tracks[row]) for row in found}) == 4
        best = sorted((float(answers[tracks == t].max()) for t in tracks.unique()), reverse=True)
        assert [example.deviations for example in one.examples] == pytest.approx(best[:4])
        for example in one.examples:
            assert (example.hertz is None) == (pitches[one.layer] == 1)
        strengths = [abs(value) for _, value in one.goes_with]
        assert strengths == sorted(strengths, reverse=True)
        assert max(strengths) <= 1.0


def test_channels_are_strong_and_unlike_each_other() -> None:
    """Of eight tracks with two excerpts each."""
    random = torch.Generator().manual_seed(0)
    deviations = 0.1 * torch.randn(16, 5, generator=random)
    deviations[[0, 4, 8], 1] = 9.0
    deviations[:, 2] = 0.99 * deviations[:, 1]  # nearly as strong, but the same
    deviations[3, 3] = 15.0  # by a single track
    deviations[[2, 6, 10], 4] = 7.0
    deviations[:, 0] = 0.0
    best = torch.stack([2 * t + deviations[2 * t : 2 * t + 2].argmax(0) for t in range(8)])
    assert choose(deviations, best, 3, examples=3) == [1, 4, 3]
    assert sorted(choose(deviations, best, 9, examples=3)) == [1, 2, 3, 4]  # never the silent one


def test_equal_values_share_a_rank() -> None:
    values = torch.tensor([[3.0, 1.0], [1.0, 1.0], [3.0, 1.0], [2.0, 1.0]])
    assert ranks(values).T.tolist() == [[2.5, 0.0, 2.5, 1.0], [1.5] * 4]


def test_much_music_is_heard_in_spread_excerpts(library: Library) -> None:
    frames = library.tracks[0].frames // 10
    every = excerpts_of(library.tracks, frames)
    few = excerpts_of(library.tracks, frames, most=17)
    assert len(every) == 80
    assert len(few) == 17
    assert few.tracks.unique().tolist() == list(range(8))
    for excerpts in (every, few):
        for number in range(8):
            starts = excerpts.starts[excerpts.tracks == number]
            assert (starts.diff() >= frames).all()
            assert int(starts[-1]) + frames <= library.tracks[number].frames
    with pytest.raises(ValueError, match="music of 9999 scalogram frames or more, found none"):
        excerpts_of(library.tracks, 9999)


def test_sounds_are_the_excerpts(
    ear: ContrastiveEar, library: Library, heard: Heard, tmp_path: Path
) -> None:
    """Heard again from its file, each excites its channel as it is said to."""
    shown = show(ear, heard, channels=2, examples=2)
    count = write_sounds(tmp_path / "s", ear, library.tracks, heard.excerpts, shown)
    assert count == len(list((tmp_path / "s").iterdir())) == 2 * 2 * len(heard.responses)
    for one in shown:
        for place, example in enumerate(one.examples, 1):
            path = tmp_path / "s" / f"{one.layer}-{one.channel:03d}-{place}.flac"
            sound, rate = soundfile.read(path, dtype="float32")
            assert rate == RATE
            number, start = (
                int(each[example.excerpt])
                for each in (heard.excerpts.tracks, heard.excerpts.starts)
            )
            whole, _ = soundfile.read(library.tracks[number].path, dtype="float32")
            expected = whole[start * SCALE.hop : (start + heard.excerpts.frames) * SCALE.hop]
            assert np.abs(sound - expected).max() < 1e-4
            levels = Scalogram(SCALE).stream(torch.from_numpy(sound)[None])[..., 2:-2]
            kept = library.tracks[number].levels[..., start + 2 : start + len(sound) // 256 - 2]
            assert np.abs(levels[0].numpy() - kept).max() < 0.05


def test_the_section_says_what_the_report_holds(
    ear: ContrastiveEar, library: Library, heard: Heard
) -> None:
    told = report(ear, ["patterns"], library.tracks, heard, show(ear, heard, 2, 3))
    assert told["tracks"] == 8
    assert told["excerpts"] == len(heard.excerpts)
    text = markdown(told)
    assert "from 8 tracks (patterns)." in text
    rows = re.findall(r"^\| (\S+) \| (\d+) \| ([^|]+) \| ([^|]+) \|$", text, re.M)
    assert [(row[0], int(row[1])) for row in rows] == [
        (row["layer"], row["channel"]) for row in told["channels"]
    ]
    for row, channel in zip(rows, told["channels"], strict=True):
        first = next(iter(channel["goes_with"].items()))
        assert row[2].startswith(f"{first[0]} {first[1]:+.2f}".replace("-", "−"))
        assert row[3].count("; ") == 2
        assert row[3].startswith(f"sounds/pattern-{channel['excerpts'][0]['track'][15]} 0:")


def test_an_ear_without_statistics_is_one_line(library: Library) -> None:
    bare = ContrastiveEar("bare", ContrastiveNetwork(EAR))
    with pytest.raises(ValueError, match="bare: expected an ear with statistics of its neurons"):
        respond(bare, library.tracks, excerpts_of(library.tracks, excerpt_frames(bare)))
