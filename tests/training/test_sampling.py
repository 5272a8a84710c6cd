from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from tiny_music import counted_track

from immersions.training.library import Track
from immersions.training.sampling import sample, split

FRAMES = 40


@pytest.fixture
def tracks() -> list[Track]:
    return [counted_track(number, 300 + 100 * number) for number in range(6)]


def test_a_batch_has_the_asked_shape(tracks: list[Track]) -> None:
    batch = sample(tracks, items=10, crops=4, frames=FRAMES, seed=1, step=0)
    assert batch.levels.shape == (10, 1, 36, FRAMES)
    assert batch.levels.dtype == torch.float32
    assert batch.tracks.shape == (10,)
    assert len(batch.names) == 10
    assert torch.equal(batch.levels[:, 0, 1, 0].long(), batch.tracks)


def test_a_batch_is_a_function_of_seed_and_step(tracks: list[Track]) -> None:
    first = sample(tracks, 8, 2, FRAMES, seed=3, step=7)
    again = sample(tracks, 8, 2, FRAMES, seed=3, step=7)
    assert torch.equal(first.levels, again.levels)
    assert first.names == again.names
    for seed, step in ((3, 8), (4, 7)):
        assert not torch.equal(first.levels, sample(tracks, 8, 2, FRAMES, seed, step).levels)


@pytest.mark.parametrize("count", [6, 1])
def test_the_crops_of_a_track_do_not_overlap(tracks: list[Track], count: int) -> None:
    """Where there are fewer tracks than a batch draws, a track is drawn again and cut anew."""
    for step in range(50):
        batch = sample(tracks[-count:], 8, 2, FRAMES, seed=0, step=step)
        starts: dict[int, list[float]] = {}
        for track, start in zip(batch.tracks.tolist(), batch.levels[:, 0, 0, 0], strict=True):
            starts.setdefault(track, []).append(float(start))
        assert len(starts) == min(count, 4)
        for taken in starts.values():
            assert all(b - a >= FRAMES for a, b in pairwise(taken))


def test_each_crop_is_a_run_of_neighbouring_frames(tracks: list[Track]) -> None:
    batch = sample(tracks, 8, 2, FRAMES, seed=5, step=1)
    assert torch.equal(
        batch.levels[:, 0, 0] - batch.levels[:, 0, 0, :1], torch.arange(40.0).expand(8, 40)
    )


def test_every_place_of_a_track_is_heard(tracks: list[Track]) -> None:
    heard = torch.zeros(300)
    for step in range(300):
        batch = sample(tracks[:1], 4, 4, FRAMES, seed=0, step=step)
        for start in batch.levels[:, 0, 0, 0].long():
            heard[start : start + FRAMES] += 1
    assert heard.min() > 0


def test_a_track_shorter_than_its_crops_is_still_used(tracks: list[Track]) -> None:
    batch = sample([counted_track(0, FRAMES + 3)], 4, 4, FRAMES, seed=0, step=0)
    assert batch.levels.shape == (4, 1, 36, FRAMES)


def test_long_tracks_are_heard_more(tracks: list[Track]) -> None:
    drawn = torch.zeros(6)
    for step in range(300):
        drawn += torch.bincount(sample(tracks, 1, 1, FRAMES, 0, step).tracks, minlength=6)
    expected = torch.tensor([track.frames for track in tracks]).float()
    assert torch.allclose(drawn / 300, expected / expected.sum(), atol=0.08)


def test_a_track_is_wholly_on_one_side(tracks: list[Track]) -> None:
    training, validation = split(tracks, 0.34)
    assert len(validation) == 2
    assert {t.key for t in training} | {t.key for t in validation} == {t.key for t in tracks}
    assert not {t.key for t in training} & {t.key for t in validation}
    assert split(tracks[::-1], 0.34) == (training, validation)


def test_something_is_always_left_to_train_on(tracks: list[Track]) -> None:
    assert [len(side) for side in split(tracks[:2], 0.99)] == [1, 1]
    assert [len(side) for side in split(tracks[:1], 0.5)] == [1, 0]
    assert [len(side) for side in split(tracks, 0.0)] == [6, 0]
    assert split([], 0.1) == ([], [])


def test_two_tracks_are_held_out_where_there_are_enough(tracks: list[Track]) -> None:
    assert [len(split(tracks[:count], 0.08)[1]) for count in range(1, 7)] == [0, 1, 1, 2, 2, 2]


@pytest.mark.parametrize("share", [-0.1, 1.0])
def test_a_share_that_is_none_is_refused(tracks: list[Track], share: float) -> None:
    with pytest.raises(ValueError, match="less than 1"):
        split(tracks, share)


@pytest.mark.parametrize("singles", [0, 2, 4, 8])
def test_singles_are_alone_of_their_track(singles: int) -> None:
    tracks = [counted_track(number, 400) for number in range(12)]
    for step in range(20):
        batch = sample(tracks, 8, 4, FRAMES, seed=2, step=step, singles=singles)
        times = sorted(int((batch.tracks == track).sum()) for track in batch.tracks.unique())
        groups, rest = divmod(8 - singles, 4)
        assert times == sorted([*[1] * singles, *[4] * groups, *([rest] if rest else [])])


def test_with_too_few_tracks_singles_are_drawn_again(tracks: list[Track]) -> None:
    batch = sample(tracks[:2], 8, 4, FRAMES, seed=2, step=0, singles=8)
    assert [int((batch.tracks == track).sum()) for track in (0, 1)] == [4, 4]
