"""The recipe `piano`: performances keep the notes and vary the rest; no piece is in twice."""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path

import mido
import numpy as np
import pytest
import soundfile

RECIPES = Path(__file__).parents[2] / "recipes"
sys.path[:0] = [str(RECIPES / "piano"), str(RECIPES)]

import composers  # noqa: E402
from archives import verified  # noqa: E402
from composers_survey import in_turn, survey  # noqa: E402
from notes import Note, phrases, read_notes, read_pedal, shared  # noqa: E402
from performing import manner, pedalled, perform, write  # noqa: E402
from rendering import RATE, render  # noqa: E402


def melody(seed: int, length: int = 120) -> list[Note]:
    """An upper voice of even notes, above a bass every fourth one."""
    random = np.random.default_rng(seed)
    notes = []
    for number, step in enumerate(random.integers(-5, 6, length)):
        start = 0.3 * number
        notes.append(Note(start, start + 0.28, 72 + int(step), 90))
        if number % 4 == 0:
            notes.append(Note(start, start + 1.1, 48 + int(step), 90))
    return sorted(notes)


def counts(notes: list[Note]) -> np.ndarray:
    return np.bincount([note.pitch for note in notes], minlength=128)


def test_a_performance_keeps_every_note_and_varies_its_time() -> None:
    written = melody(0)
    random = np.random.default_rng(1)
    how = manner(random)
    played = perform(written, how, random)
    assert np.array_equal(counts(played), np.roll(counts(written), how.transposition))
    starts = np.array([note.start for note in played])
    assert (np.diff(starts) >= 0).all()
    beats = np.diff(starts[[note.pitch > 60 + how.transposition for note in played]])
    assert 0.01 < beats.std() / beats.mean() < 0.3
    assert np.std([note.velocity for note in played]) > 3


def test_a_performance_is_the_same_for_a_seed_and_another_for_another() -> None:
    def played(seed: int) -> list[Note]:
        random = np.random.default_rng(seed)
        return perform(melody(0), manner(random), random)

    assert played(3) == played(3)
    assert played(3) != played(4)


def test_no_key_is_struck_while_it_is_down() -> None:
    for seed in range(5):
        random = np.random.default_rng(seed)
        last: dict[int, float] = {}
        for note in perform(melody(seed), manner(random), random):
            assert note.end > note.start >= last.get(note.pitch, 0.0)
            last[note.pitch] = note.end


def test_what_is_written_is_read_again(tmp_path: Path) -> None:
    random = np.random.default_rng(2)
    played = perform(melody(2), manner(random), random)
    pedal = pedalled(played, random)
    write(tmp_path / "played.mid", played, pedal, 1)
    again = read_notes(tmp_path / "played.mid")
    assert [note.pitch for note in again] == [note.pitch for note in played]
    difference = np.subtract([n.start for n in again], [n.start for n in played])
    assert np.abs(difference).max() < 0.001
    assert [down for _, down in read_pedal(tmp_path / "played.mid")] == [down for _, down in pedal]
    assert any(down for _, down in pedal)


def test_music_is_known_again_in_another_key_and_tempo() -> None:
    random = np.random.default_rng(0)
    one, other = phrases(melody(0)), phrases(melody(1))
    again = phrases(perform(melody(0), manner(random), random))
    assert shared(one, again) > 0.5
    assert shared(one, other) < 0.05
    assert shared(set(), one) == 0.0


def test_percussion_and_lost_note_offs_do_no_harm(tmp_path: Path) -> None:
    track = mido.MidiTrack(
        [
            mido.Message("note_on", note=60, velocity=80, time=0),
            mido.Message("note_on", note=40, velocity=80, time=10, channel=9),
            mido.Message("note_off", note=60, time=470),
            mido.Message("note_on", note=64, velocity=80, time=0),
        ]
    )
    file = mido.MidiFile()
    file.tracks.append(track)
    file.save(tmp_path / "some.mid")
    assert [note.pitch for note in read_notes(tmp_path / "some.mid")] == [60]


def test_what_is_no_midi_is_said_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "wrong.mid").write_bytes(b"RIFF" + bytes(40))
    with pytest.raises(ValueError, match=r"wrong\.mid: expected a MIDI file") as raised:
        read_notes(tmp_path / "wrong.mid")
    assert "\n" not in str(raised.value)
    with pytest.raises(ValueError, match="expected notes"):
        perform([], manner(np.random.default_rng(0)), np.random.default_rng(0))


def test_the_list_of_pieces_names_each_once_and_only_what_is_there_twice() -> None:
    rows = json.loads((RECIPES / "piano" / "pieces.json").read_text(encoding="utf-8"))["pieces"]
    paths = [row["path"] for row in rows]
    taken = {row["path"] for row in rows if not row["left_out"]}
    assert len(set(paths)) == len(paths)
    assert all(len(row["sha256"]) == 64 for row in rows)
    twins = [r["left_out"].removeprefix("also in ") for r in rows if r["left_out"].startswith("al")]
    assert twins
    assert set(twins) <= taken


def test_performances_are_taken_in_turn() -> None:
    pieces = {"b": [Path("b1")], "a": [Path("a2"), Path("a1")]}
    assert in_turn(pieces) == [("a", Path("a1")), ("b", Path("b1")), ("a", Path("a2"))]


def test_the_list_of_performances_is_a_task_for_groups() -> None:
    rows = composers.listed()
    assert len({row["path"] for row in rows}) == len(rows) == 91
    names = {row["composer"] for row in rows}
    pieces = {name: {row["piece"] for row in rows if row["composer"] == name} for name in names}
    assert len(names) == 10
    assert min(len(each) for each in pieces.values()) >= 4
    part = composers.listed(2, 3)
    assert [row for row in rows if row in part] == part
    assert len({(row["composer"], row["piece"]) for row in part}) == 6


def test_exactly_the_performances_that_are_listed_are_taken(tmp_path: Path) -> None:
    """Whatever else the archive holds; one that was changed is refused in one line."""
    rows = "composer,title,midi_performance\n"
    for number in range(5):
        write(tmp_path / f"{number}.mid", melody(number), [], programme=0)
        rows += f"A,piece {number},{number}.mid\n"
    rows += "A,elsewhere,missing.mid\nB,one,0.mid\n"
    (tmp_path / "metadata.csv").write_text(rows)
    found = survey(tmp_path)
    assert [(row["composer"], row["piece"]) for row in found] == [
        ("A", f"piece {number}") for number in range(5)
    ]
    row = found[2]
    assert verified(tmp_path, row["path"], row["sha256"], "list") == tmp_path / "2.mid"
    write(tmp_path / "2.mid", melody(9), [], programme=0)
    with pytest.raises(ValueError, match=r"^2.mid: not the file that list lists \(SHA-256\)$"):
        verified(tmp_path, row["path"], row["sha256"], "list")
    with pytest.raises(ValueError, match=r"^7.mid: not in the archive$"):
        verified(tmp_path, "7.mid", "", "list")


@pytest.mark.skipif(shutil.which("fluidsynth") is None, reason="FluidSynth is not installed")
def test_fluidsynth_renders_at_the_level_that_was_asked_for(tmp_path: Path) -> None:
    fonts = [*Path("/usr/share/sounds").rglob("*.sf[23]")]
    if not fonts:
        pytest.skip("no sound font is installed")
    write(tmp_path / "played.mid", melody(0, 12), [], 0)
    seconds = render(tmp_path / "played.mid", fonts[0], tmp_path / "played.flac", peak=0.25)
    sound, rate = soundfile.read(tmp_path / "played.flac")
    assert rate == RATE
    assert len(sound) == pytest.approx(seconds * rate)
    assert np.abs(sound).max() == pytest.approx(0.25, abs=0.001)
    write(tmp_path / "silent.mid", [], [(1.0, False)], 0)
    with pytest.raises(RuntimeError, match="expected sound"):
        render(tmp_path / "silent.mid", fonts[0], tmp_path / "silent.flac")
