"""Whatever the file: a loop, or one clear line; never a crash, never a hang."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import broken_sounds
import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from permissions import as_nobody

from immersions import audio

REPO = Path(__file__).parents[2]
BAD_AUDIO = Path(os.environ.get("BAD_AUDIO", REPO.parent / "shared/data/bad_audio"))
PATIENCE_SECONDS = 30.0
BYTES = {container: broken_sounds.encoded(container) for container in broken_sounds.CONTAINERS}


@pytest.fixture(scope="module")
def decoder() -> Iterator[audio.Decoder]:
    with audio.Decoder() as shared:
        yield shared


@pytest.fixture
def nobody_may() -> Iterator[Path]:
    """A folder that every user may enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def outcome(decoder: audio.Decoder, path: Path) -> audio.Sound | str:
    """The sound or the refusal, each checked for what it promises."""
    began = time.monotonic()
    try:
        sound = decoder.read(path, 44_100)
    except (ValueError, OSError) as refusal:
        line = str(refusal)
        assert line.isprintable(), f"not one plain line: {line!r}"
        assert path.name in line or ascii(path.name)[1:-1] in line
        return line
    finally:
        assert time.monotonic() - began < PATIENCE_SECONDS
    assert sound.samples.dtype == np.float32
    assert sound.samples.ndim == 1
    assert len(sound.samples) > 0
    assert np.isfinite(sound.samples).all()
    assert np.abs(sound.samples).max() <= 1
    assert sound.sample_rate == 44_100
    return sound


def test_the_repos_own_broken_files(decoder: audio.Decoder, tmp_path: Path) -> None:
    due = broken_sounds.make(tmp_path)
    for name, expected in due.items():
        got = outcome(decoder, tmp_path / name)
        if expected in ("sound", "warning"):
            assert isinstance(got, audio.Sound), f"{name}: {got}"
            assert (got.warning != "") == (expected == "warning"), f"{name}: {got.warning!r}"
        else:
            assert isinstance(got, str), f"{name}: got a sound"
            assert expected in got, f"{name}: {got}"


def test_all_files_of_the_folder_of_bad_audio(decoder: audio.Decoder) -> None:
    if "BAD_AUDIO" not in os.environ and not BAD_AUDIO.is_dir():
        pytest.skip(f"no folder {BAD_AUDIO}; name one by BAD_AUDIO to run its files too")
    files = sorted(path for path in BAD_AUDIO.rglob("*") if path.is_file())
    assert files, f"BAD_AUDIO names {BAD_AUDIO}, which holds no files"
    got = [outcome(decoder, path) for path in files]
    sounds = sum(isinstance(each, audio.Sound) for each in got)
    print(f"{len(files)} files: {sounds} sounds, {len(files) - sounds} refused")


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_files_damaged_at_random(
    decoder: audio.Decoder, tmp_path: Path, data: st.DataObject
) -> None:
    container = data.draw(st.sampled_from(sorted(BYTES)))
    content = bytearray(BYTES[container])
    # Half of the damage goes to the header, where a lie does most.
    places = st.integers(0, len(content) - 1) | st.integers(0, 63)
    for place, value in data.draw(st.dictionaries(places, st.integers(0, 255), max_size=8)).items():
        content[place] = value
    del content[data.draw(st.integers(1, len(content))) :]
    path = tmp_path / f"damaged.{container}"
    path.write_bytes(content)
    outcome(decoder, path)


def test_what_is_no_file_is_refused(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe.wav"
    os.mkfifo(pipe)
    link = tmp_path / "dangling.wav"
    link.symlink_to(tmp_path / "nowhere.wav")
    for path, error, words in (
        (tmp_path, IsADirectoryError, "got a folder"),
        (tmp_path / "missing.wav", FileNotFoundError, "no such file"),
        (tmp_path / "x.wav" / "y.wav", FileNotFoundError, "no such file"),
        (link, FileNotFoundError, "no such file"),
        (pipe, OSError, "a device or a pipe"),
        (Path("/dev/zero"), OSError, "a device or a pipe"),
    ):
        with pytest.raises(error, match=words) as refusal:
            audio.read(path)
        assert str(refusal.value).startswith(str(path))
        assert "\n" not in str(refusal.value)


def test_a_file_that_one_may_not_read_is_refused(nobody_may: Path) -> None:
    path = nobody_may / "secret.wav"
    path.write_bytes(BYTES["wav"])
    path.chmod(0)
    closed = nobody_may / "closed"
    closed.mkdir(mode=0)
    with as_nobody():
        for hidden in (path, closed / "any.wav"):
            with pytest.raises(PermissionError, match="no permission to read"):
                audio.read(hidden)


def test_a_name_with_a_null_character_is_refused() -> None:
    with pytest.raises(ValueError, match="expected the name of a file") as refusal:
        audio.read("a\0b.wav")
    assert str(refusal.value).isprintable()
