"""What a task may look like on disk, and what is said when it does not."""

from __future__ import annotations

from pathlib import Path

import pytest

from immersions.training.probing.tasks import Entry, read_task


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two class folders, one of them nested; what is no sound, and what is hidden."""
    for name in ("a/1.wav", "a/2.flac", "b/deeper/3.ogg", "b/notes.txt", ".hidden/4.wav"):
        path = tmp_path / "genres" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.touch()
    (tmp_path / "genres" / "empty").mkdir()
    return tmp_path / "genres"


def test_class_folders_give_classes_and_a_group_a_file(folder: Path) -> None:
    task = read_task(folder)
    assert task.name == "genres"
    assert [(e.path.name, e.label) for e in task.entries] == [
        ("1.wav", "a"),
        ("2.flac", "a"),
        ("3.ogg", "b"),
    ]
    assert len({entry.group for entry in task.entries}) == 3


def test_sounds_in_a_folder_are_each_a_class(tmp_path: Path) -> None:
    for name in ("one.wav", "two.MP3", "readme.md"):
        (tmp_path / name).touch()
    assert [entry.label for entry in read_task(tmp_path).entries] == ["one.wav", "two.MP3"]
    (tmp_path / "more").mkdir()
    assert len(read_task(tmp_path).entries) == 2
    (tmp_path / "more" / "three.wav").touch()
    with pytest.raises(ValueError, match=r"class folders or sound files, got both: more and one"):
        read_task(tmp_path)


def test_a_csv_with_and_without_names_of_columns(tmp_path: Path) -> None:
    path = tmp_path / "task.csv"
    expected = (
        Entry(tmp_path / "a.wav", "x", "g"),
        Entry(tmp_path / "sub" / "b.wav", "y, z", "sub/b.wav"),
        Entry(Path("/c.wav"), "x", "/c.wav"),
    )
    path.write_text('a.wav,x,g\n\nsub/b.wav,"y, z"\n/c.wav, x ,\n')
    assert read_task(path).entries == expected
    path.write_text('\ufefflabel,path,group\nx,a.wav,g\n"y, z",sub/b.wav,\nx,/c.wav,\n')
    assert read_task(path).entries == expected
    path.write_text("path,label\na.wav,x\nb.wav,y\n")
    assert [entry.group for entry in read_task(path).entries] == ["a.wav", "b.wav"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a.wav,x\nb.wav\n", "row 2: expected path,label,group with a path and a label, got 'b"),
        (
            "path,label\na.wav,x\n,y\n",
            "row 3: expected path,label with a path and a label, got ',y'",
        ),
        ("a.wav,x,g,more\n", "row 1: expected path,label,group"),
        ("a.wav;x\n", "row 1: expected path,label,group"),
        ("", "expected 2 classes or more, got none"),
        ("a.wav,x\nb.wav,x\n", "expected 2 classes or more, got only 'x'"),
        ('a.wav,"x\n', "expected a CSV of path,label,group, got: "),
        (b"\xff\xfe\x00\x01", "expected a CSV of path,label,group, got: "),
        (b"RIFF\x00\x00\x00\x00WAVE", "task.csv: "),
    ],
)
def test_a_csv_that_is_none_is_one_line(tmp_path: Path, text: str | bytes, words: str) -> None:
    path = tmp_path / "task.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(ValueError, match=r"task\.csv: ") as raised:
        read_task(path)
    assert words in str(raised.value)
    assert "\n" not in str(raised.value)


def test_what_is_no_task_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="a folder of class folders or a CSV"):
        read_task(tmp_path / "missing")
    with pytest.raises(ValueError, match="2 classes or more, got none"):
        read_task(tmp_path)
