import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from pictured import graph, laid

from immersions import assets, audio, ears
from immersions.anatomy import layout
from immersions.anatomy.pictures import (
    Watch,
    activations,
    expanded,
    film_of_loop,
    film_of_settling,
    playing,
    settling,
    write_film,
)
from immersions.anatomy.pictures import film as film_module
from immersions.anatomy.pictures.film import encode, ffmpeg
from immersions.anatomy.pictures.playing import _faded
from immersions.anatomy.solver import Solver, SolverConfig

RED = np.broadcast_to(np.array([250, 10, 10], np.uint8), (48, 64, 3))


def has_ffmpeg() -> bool:
    try:
        return bool(ffmpeg())
    except ValueError:
        return False


needs_ffmpeg = pytest.mark.skipif(
    not has_ffmpeg(), reason="neither imageio-ffmpeg nor ffmpeg is installed"
)


def probed(path) -> tuple[str, float]:
    """What ffmpeg says of a file, and its duration in seconds."""
    said = subprocess.run([ffmpeg(), "-hide_banner", "-i", path], capture_output=True).stderr
    text = said.decode()
    found = re.search(r"Duration: (\d+):(\d+):([\d.]+)", text)
    assert found is not None, text
    hours, minutes, seconds = found.groups()
    return text, 3600 * int(hours) + 60 * int(minutes) + float(seconds)


def frames_of(path, width, height) -> np.ndarray:
    raw = subprocess.run(
        [ffmpeg(), "-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"],
        capture_output=True, check=True,
    ).stdout  # fmt: skip
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


@needs_ffmpeg
def test_a_film_has_its_frames_size_duration_and_sound(tmp_path):
    path = tmp_path / "a.mp4"
    tone = 0.3 * np.sin(np.arange(8000) / 8000 * 440 * 2 * np.pi)
    blue = RED[..., ::-1]
    assert write_film(path, [RED] * 10 + [blue] * 10, 20, (tone, 8000)) == 20
    said, seconds = probed(path)
    assert seconds == pytest.approx(1.0, abs=0.1)
    assert "64x48" in said
    assert "20 fps" in said
    assert re.search(r"Audio: aac.* 8000 Hz", said)
    frames = frames_of(path, 64, 48)
    assert len(frames) == 20
    assert np.abs(frames[2].astype(int) - RED).max() < 12
    assert np.abs(frames[17].astype(int) - blue).max() < 12
    assert [each.name for each in tmp_path.iterdir()] == ["a.mp4"]


@needs_ffmpeg
def test_an_odd_size_loses_a_row_and_no_sound_is_no_track(tmp_path):
    path = tmp_path / "a.mp4"
    write_film(path, [RED[:47, :63]] * 3, 10)
    said, _ = probed(path)
    assert "62x46" in said
    assert "Audio" not in said


@needs_ffmpeg
def test_what_cannot_be_filmed_is_said_in_one_line(tmp_path):
    path = tmp_path / "a.mp4"
    path.write_bytes(b"an earlier film")
    cases = (
        (tmp_path / "a.gif", [RED], ValueError, r"a\.gif: expected a film's name to end in \.mp4"),
        (path, [], ValueError, "expected one frame or more"),
        (path, [RED, RED[:20]], ValueError, "expected frames of"),
        (tmp_path / "no" / "a.mp4", [RED], FileNotFoundError, "there is no folder"),
    )
    for where, frames, kind, said in cases:
        with pytest.raises(kind, match=said) as raised:
            write_film(where, frames, 10)
        assert "\n" not in str(raised.value)
    assert path.read_bytes() == b"an earlier film"
    assert list(tmp_path.iterdir()) == [path]


@needs_ffmpeg
def test_a_full_disk_is_said_in_one_line():
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("this system has no /dev/full")
    # Noise does not compress: enough of it that writing begins before the end.
    random = np.random.default_rng(0)
    noise = (random.integers(0, 256, (256, 256, 3), np.uint8) for _ in range(20))
    with pytest.raises(OSError, match=r"x\.mp4: cannot be written .no space left") as raised:
        encode(full, noise, (256, 256, 3), 10, None, "x.mp4")
    assert "\n" not in str(raised.value)


def test_a_missing_ffmpeg_is_said_before_the_work(monkeypatch, tmp_path):
    monkeypatch.setattr(film_module.importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(shutil, "which", lambda name: None)

    def never():
        raise AssertionError("a frame was drawn")
        yield

    with pytest.raises(ValueError, match=r"a film needs ffmpeg: pip install 'immersions\[pic"):
        write_film(tmp_path / "a.mp4", never(), 10)


def test_merged_vertices_are_expanded_by_their_parents():
    parents = [np.array([0, 0, 1, 1, 2]), np.array([0, 1, 1])]
    points = np.array([[0.0, 0.0], [1.0, 2.0]])
    assert np.array_equal(expanded(points, parents), points[[0, 0, 1, 1, 1]])
    assert np.array_equal(expanded(points, []), points)


def test_a_watched_solver_s_levels_are_kept_for_every_vertex():
    network = graph()
    watch, seen = Watch(), []

    def report(moment, points):
        seen.append((moment.level, points))
        watch(moment, points)

    solver = Solver(network, np.ones(network.vertices, np.float32), SolverConfig(most=300))
    last = solver.from_random(report)
    moments, rests = watch.moments(solver.levels), watch.rests(solver.levels)
    assert 10 < len(moments) < len(seen)
    assert all(each.shape == last.shape for each in moments)
    assert len(rests) == len(solver.levels)
    places = [len(np.unique(each, axis=0)) for each in rests]
    assert places == [level.graph.vertices for level in reversed(solver.levels)]
    assert np.array_equal(rests[-1], seen[-1][1])
    assert np.array_equal(moments[0], expanded(seen[0][1], [e.parents for e in solver.levels[:-1]]))


def test_a_layout_settles_with_every_vertex_in_sight():
    placed = laid()
    last = placed.positions[0]
    start = 3 * np.random.default_rng(0).normal(size=last.shape).astype(np.float32)
    moments = [(1 - part) * start + part * last for part in np.linspace(0, 1, 8)]
    moments.insert(0, np.zeros_like(last))
    frames = list(
        settling(
            moments, placed.layer, placed.channel, placed.pitch, graph(), width=160, height=120
        )
    )
    assert len(frames) == 9
    for frame in frames:
        assert frame.shape == (120, 160, 3)
        assert frame[3:-3, 3:-3].max() > 80
        border = np.concatenate([frame[:2].ravel(), frame[-2:].ravel(), frame[:, :2].ravel()])
        assert border.max() < 60
    assert (frames[-1].max(2) > 90).mean() > (frames[0].max(2) > 90).mean()
    with pytest.raises(ValueError, match="positions of"):
        next(settling([last[:3]], placed.layer, placed.channel, placed.pitch))
    with pytest.raises(ValueError, match="one moment or more"):
        next(settling([], placed.layer, placed.channel, placed.pitch))


@needs_ffmpeg
def test_the_film_of_settling_stays_at_rest(tmp_path):
    placed = laid()
    path = tmp_path / "a.mp4"
    frames = film_of_settling(
        path, [placed.positions[0]] * 4, placed.layer, placed.channel, placed.pitch,
        rate=10, width=128, height=96,
    )  # fmt: skip
    assert frames == 4 + 20
    assert probed(path)[1] == pytest.approx(2.4, abs=0.15)


def test_vertices_and_threads_shine_as_they_answer():
    placed, network = laid(), graph()
    brightness = np.zeros((3, len(placed.layer)))
    brightness[1, placed.layer == 0] = 1
    brightness[2] = 1
    frames = list(playing(placed, network, brightness, width=200, height=200))
    dark, first, whole = (frame.astype(int) for frame in frames)
    gained = (first - dark).sum(2)
    assert gained[120:].sum() > 20 * max(1, gained[:100].sum())  # below, where the scalogram is
    assert whole.sum() > first.sum() > dark.sum()
    with pytest.raises(ValueError, match="brightness: expected"):
        next(playing(placed, network, np.zeros((3, 5)), width=64))


@needs_ffmpeg
def test_a_clip_plays_through_an_ear_with_its_sound(tmp_path):
    ear = ears.load("small")
    clip = assets.clips()[0]
    loop = audio.read(clip.path, ear.sample_rate, loop=True).samples
    bright = activations(ear, loop, 12)
    vertices = sum(layer.neurons for layer in ear.layers)
    assert bright.shape == (12, vertices)
    assert 0 <= bright.min() < 0.1
    assert 0.5 < bright.max() <= 1
    assert bright.std(0).mean() > 0.02  # it moves
    laid_out = layout.grid("small", ear.layers)
    path = tmp_path / "a.mp4"
    frames = film_of_loop(path, laid_out, None, ear, loop, rate=4, turns=2, width=160, height=120)
    seconds = len(loop) / ear.sample_rate
    assert frames == 2 * round(4 * seconds)
    said, lasted = probed(path)
    assert lasted == pytest.approx(2 * seconds, abs=0.15)
    assert "Audio: aac" in said
    assert "160x120" in said


def test_a_glow_fades_slowly_and_over_the_loop_s_end():
    values = np.zeros((6, 1), np.float32)
    values[4] = 1
    assert _faded(values, 0.5)[:, 0].tolist() == [0.25, 0.125, 0.0625, 0.03125, 1.0, 0.5]
