"""Logs as files: what a crash, a full disk or another program leaves is told in one line."""

import json
import os

import numpy as np
import pytest

from immersions.stage import logs
from immersions.stage.logs import events as say
from immersions.stage.logs import places
from immersions.stage.logs.writing import NAME
from immersions.stage.start_sounds import common


@pytest.fixture
def folder(tmp_path):
    """A log of three loops that somebody else is to dream."""
    log = logs.Log(tmp_path / "log", "1.2.3", common, print)
    for number in range(3):
        log.note(say.LoopMade(id=number, kind="dream", step=number))
    log.close()
    return tmp_path / "log"


def lines(folder):
    return (folder / NAME).read_text().splitlines()


def test_events_come_back_in_their_order(folder):
    read = logs.read(folder)
    assert read.opened.version == "1.2.3"
    assert [each.id for each in read.events] == [0, 1, 2]
    assert not read.torn
    assert logs.read(folder / NAME).events == read.events


@pytest.mark.parametrize("cut", [1, 2, 30])
def test_a_torn_last_line_is_left_out(folder, cut):
    data = (folder / NAME).read_bytes()
    (folder / NAME).write_bytes(data[:-cut])
    read = logs.read(folder)
    assert read.torn
    assert [each.id for each in read.events] == [0, 1]


def test_what_a_newer_version_tells_beside_is_passed_over(folder):
    with (folder / NAME).open("a") as file:
        file.write('{"event":"applause","time":1,"loud":true}\n')
        file.write('{"event":"render","time":1,"step":4,"mood":"blue"}\n')
    assert [each.event for each in logs.read(folder).events] == ["loop"] * 3 + ["render"]


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda lines: [], "expected the log of a performance"),
        (lambda lines: ["# Notes"], "no log of a performance"),
        (lambda lines: lines[1:], "expected the log of a performance"),
        (lambda lines: [lines[0], "{broken", *lines[1:]], "line 2 is damaged"),
        (lambda lines: [*lines, '{"event":"render","step":-1}'], "line 5: .*step"),
        (lambda lines: [lines[0].replace('"log":1', '"log":2')], "format 1, got 2"),
    ],
)
def test_what_is_no_log_is_one_line(folder, change, words):
    (folder / NAME).write_text("".join(f"{line}\n" for line in change(lines(folder))))
    with pytest.raises(ValueError, match=words) as error:
        logs.read(folder)
    assert "\n" not in str(error.value)


def test_no_log_at_all_is_one_line(tmp_path):
    with pytest.raises(FileNotFoundError, match="no log of a performance"):
        logs.read(tmp_path)
    (tmp_path / "picture.png").write_bytes(os.urandom(2000) + b"\n")
    with pytest.raises(ValueError, match=r"no log of a performance|damaged"):
        logs.read(tmp_path / "picture.png")


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="needs /dev/full")  # noqa: PTH110
def test_a_full_disk_ends_the_log_and_nothing_else(tmp_path):
    told = []
    (tmp_path / NAME).symlink_to("/dev/full")
    log = logs.Log(tmp_path, "1", common, told.append)
    for number in range(100):
        log.note(say.LoopMade(id=number, kind="dream", step=number))
    log.close()
    assert told == ["The performance is no longer logged: No space left on device."]


def test_states_are_told_by_their_difference():
    before = {"clip": "a", "parameters": {"x": 1.0, "y": 2.0}, "targets": [1], "generation": 3}
    after = {"clip": "a", "parameters": {"x": 1.0, "y": 5.0}, "targets": [1], "generation": 4}
    change = say.difference(before, after)
    assert change == {"parameters": {"y": 5.0}, "generation": 4}
    assert say.changed(before, change) == after
    assert say.changed(after, say.difference(after, before)) == before


def test_a_sound_is_stored_once_and_common_ones_never(tmp_path):
    log = logs.Log(tmp_path / "log", "1", common, print)
    own = np.linspace(-0.5, 0.5, 9000, dtype=np.float32)
    first = log.keep(own, 44_100, "upload-1")
    assert log.keep(own.copy(), 44_100, "upload-1") == first
    shared = log.keep(np.resize(common("noise", 44_100, 3), 50_000), 44_100, "noise", 3)
    log.close()
    read = logs.read(tmp_path / "log")
    assert len(list((tmp_path / "log" / "sounds").iterdir())) == 1
    sounds = read.sounds()
    assert np.array_equal(read.samples(sounds[first], common), own)
    assert len(read.samples(sounds[shared], common)) == 50_000
    (tmp_path / "log" / str(sounds[first].file)).write_bytes(b"RIFF no sound")
    with pytest.raises(ValueError, match="the log needs this sound"):
        read.samples(sounds[first], common)


def test_a_file_outside_its_folder_is_never_named(folder):
    told = {"event": "sound", "sha256": "0" * 64, "sample_rate": 44100, "samples": 5}
    with (folder / NAME).open("a") as file:
        file.write(json.dumps({**told, "file": "../../etc/passwd"}) + "\n")
    with pytest.raises(ValueError, match=r"line 5: .*file"):
        logs.read(folder)


def test_only_old_performances_without_recordings_go(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    folder = places.performances()
    assert folder == tmp_path / "immersions" / "performances"
    for number in range(6):
        each = folder / str(number)
        each.mkdir(parents=True)
        (each / NAME).write_text("{}")
        os.utime(each, (number, number))
    (folder / "1" / "recording 1.wav").write_bytes(b"RIFF")
    os.utime(folder / "1", (1, 1))
    (folder / "mine").mkdir()
    places.prune(folder, most=2)
    assert sorted(each.name for each in folder.iterdir()) == ["1", "4", "5", "mine"]
    assert places.new(folder) != places.new(folder / "4").parent
