"""Places to write to are tried before the work, and nothing is left behind."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from immersions.cli.places import check_folder, check_places, place_for_ear

sys.path.insert(0, str(Path(__file__).parents[1] / "audio"))

from permissions import as_nobody

on_linux = pytest.mark.skipif(not Path("/proc/self").exists(), reason="this system has no /proc")


def test_what_can_be_written_is_left_as_it_was(tmp_path: Path) -> None:
    (tmp_path / "old.wav").write_bytes(b"old")
    check_places(
        sound=tmp_path / "old.wav", report=tmp_path / "new.json", picture=tmp_path / "p.png"
    )
    check_folder(tmp_path / "a" / "b")
    assert place_for_ear(tmp_path / "c" / "ear") == tmp_path / "c" / "ear"
    assert [path.name for path in tmp_path.iterdir()] == ["old.wav"]
    assert (tmp_path / "old.wav").read_bytes() == b"old"


def test_without_permission_it_is_said(tmp_path: Path) -> None:
    for part in tmp_path.parents[:2]:
        part.chmod(0o755)
    (tmp_path / "mine.json").write_text("{}")
    (tmp_path / "mine.json").chmod(0o444)
    tmp_path.chmod(0o555)
    with as_nobody():
        with pytest.raises(PermissionError, match=r"o\.wav: no permission to write in "):
            check_places(sound=tmp_path / "o.wav")
        with pytest.raises(PermissionError, match=r"mine\.json: no permission to write to this"):
            check_places(report=tmp_path / "mine.json")
        with pytest.raises(PermissionError, match=r"a/b: no permission to write in "):
            check_folder(tmp_path / "a" / "b")
    tmp_path.chmod(0o755)


def test_a_link_counts_as_what_it_leads_to(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "link.json").symlink_to(tmp_path / "there" / "r.json")
    check_places(report=tmp_path / "link.json")
    with pytest.raises(ValueError, match="the same one twice"):
        check_places(sound=tmp_path / "there" / "r.json", report=tmp_path / "link.json")
    (tmp_path / "lost.json").symlink_to(tmp_path / "nowhere" / "r.json")
    with pytest.raises(OSError, match=r"lost\.json: cannot be written in .*nowhere"):
        check_places(report=tmp_path / "lost.json")


def test_a_report_may_go_to_a_pipe_and_a_sound_may_not(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    check_places(report=tmp_path / "pipe")
    with pytest.raises(OSError, match="got a device or a pipe"):
        check_places(sound=tmp_path / "pipe")


@on_linux
def test_a_folder_that_takes_nothing_is_said() -> None:
    with pytest.raises(OSError, match=r"/proc/a/b: cannot be written in /proc \(it takes no files"):
        check_folder(Path("/proc/a/b"))


def test_an_ear_replaces_an_ear_and_nothing_else(
    tmp_path: Path, ear_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert place_for_ear(ear_folder) == ear_folder
    (tmp_path / "mine").mkdir()
    monkeypatch.chdir(tmp_path / "mine")
    assert place_for_ear(Path()) == tmp_path / "mine", "its name is the ear's"
    for text in (None, "{}", "not JSON", "[]"):
        (tmp_path / "mine" / "README.md").write_text("of another project")
        if text is not None:
            (tmp_path / "mine" / "config.json").write_text(text)
        with pytest.raises(ValueError, match=r"\.: expected a new or empty folder, or that of an"):
            place_for_ear(Path())
    with pytest.raises(ValueError, match="a name of up to 100 characters"):
        place_for_ear(Path("/"))
    with pytest.raises(ValueError, match="a name of up to 100 characters"):
        place_for_ear(tmp_path / ("e" * 101))
