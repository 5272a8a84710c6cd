"""Writing: whole files or none, nothing that cannot be played, one line when it fails."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from permissions import as_nobody

from immersions import audio

LOOP = np.linspace(-0.5, 0.5, 1000, dtype=np.float32)


@pytest.fixture
def open_folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.mark.parametrize(("name", "kind"), [("a.wav", "WAV"), ("a.FLAC", "FLAC"), ("b.Wav", "WAV")])
def test_the_ending_says_the_format_and_24_bits_are_the_default(
    tmp_path: Path, name: str, kind: str
) -> None:
    audio.write(tmp_path / name, LOOP, 44_100)
    info = soundfile.info(tmp_path / name)
    assert (info.format, info.subtype, info.samplerate, info.frames) == (
        kind, "PCM_24", 44_100, 1000
    )  # fmt: skip
    assert [path.name for path in tmp_path.iterdir()] == [name], "nothing else stays behind"


def test_the_same_samples_make_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.wav", "b.wav", "a.flac", "b.flac"):
        audio.write(tmp_path / name, LOOP, 44_100)
    for ending in ("wav", "flac"):
        assert (tmp_path / f"a.{ending}").read_bytes() == (tmp_path / f"b.{ending}").read_bytes()


@pytest.mark.parametrize(
    ("samples", "options", "words"),
    [
        (np.array([0.0, np.nan, np.inf], np.float32), {}, "finite samples, got 2 that are not"),
        (np.array([0.0, 1.5], np.float32), {}, r"-1 to 1, got a peak of 1\.5"),
        (np.zeros(0, np.float32), {}, r"shape .* got \(0,\)"),
        (np.zeros((2, 2, 2), np.float32), {}, "shape"),
        (LOOP, {"name": "a.ogg"}, r"ending in \.wav or \.flac"),
        (LOOP, {"name": "a"}, r"ending in \.wav or \.flac"),
        (LOOP, {"subtype": "VORBIS"}, "subtype of .*PCM_24.* got VORBIS"),
        (LOOP, {"name": "a.flac", "subtype": "FLOAT"}, "got FLOAT"),
        (LOOP, {"name": "a.flac", "rate": 2_000_000}, "cannot be written as FLAC"),
    ],
)
def test_what_cannot_be_played_is_refused_and_leaves_the_old_file(
    tmp_path: Path, samples: np.ndarray, options: dict[str, str], words: str
) -> None:
    path = tmp_path / str(options.get("name", "a.wav"))
    path.write_bytes(b"the old file")
    rate = int(options.get("rate", 44_100))
    with pytest.raises(ValueError, match=words) as refusal:
        audio.write(path, samples, rate, str(options.get("subtype", "PCM_24")))
    assert str(refusal.value).startswith(str(path))
    assert "\n" not in str(refusal.value)
    assert path.read_bytes() == b"the old file"
    assert [each.name for each in tmp_path.iterdir()] == [path.name]


def test_places_that_cannot_be_written_to_are_named(tmp_path: Path, open_folder: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    (tmp_path / "folder.wav").mkdir()
    os.mkfifo(tmp_path / "pipe.wav")
    closed = open_folder / "closed"
    closed.mkdir(mode=0o555)
    for path, error, words in (
        (tmp_path / "none" / "a.wav", FileNotFoundError, "there is no folder .*none"),
        (tmp_path / "file" / "a.wav", NotADirectoryError, "file is not a folder"),
        (tmp_path / "folder.wav", IsADirectoryError, "got a folder"),
        (tmp_path / "pipe.wav", OSError, "device or a pipe"),
        (tmp_path / ("x" * 300 + ".wav"), OSError, "cannot be written"),
        (closed / "a.wav", PermissionError, "no permission to write in .*closed"),
    ):
        with as_nobody() if path.parent == closed else contextlib.nullcontext():
            with pytest.raises(error, match=words) as refusal:
                audio.write(path, LOOP, 44_100)
            assert str(refusal.value).startswith(str(path))
            assert "\n" not in str(refusal.value)


def test_a_disk_that_fills_up_leaves_the_old_file_and_no_part_of_the_new(tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"the old file")
    # The limit on file size stops the write half-way, as a full disk would, with EFBIG.
    script = (
        "import resource, sys\nimport numpy as np\nfrom immersions import audio\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))\n"
        "try:\n    audio.write(sys.argv[1], np.zeros(44100, np.float32), 44100)\n"
        "except OSError as error:\n    print(error)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, text=True, check=True
    )
    assert run.stdout == f"{path}: cannot be written (File too large)\n"
    assert run.stderr == ""
    assert path.read_bytes() == b"the old file"
    assert [each.name for each in tmp_path.iterdir()] == ["a.wav"]


def test_the_file_is_as_readable_as_the_umask_allows(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        audio.write(tmp_path / "a.wav", LOOP, 44_100)
    finally:
        os.umask(before)
    assert (tmp_path / "a.wav").stat().st_mode & 0o777 == 0o644


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real.wav").write_bytes(b"old")
    (tmp_path / "link.wav").symlink_to(tmp_path / "real.wav")
    audio.write(tmp_path / "link.wav", LOOP, 44_100)
    assert (tmp_path / "link.wav").is_symlink()
    assert soundfile.info(tmp_path / "real.wav").frames == 1000
