"""What ships with the package is found, and nothing outside its folders is."""

from __future__ import annotations

from pathlib import Path

import pytest

from immersions import assets, audio


def test_every_listed_clip_reads_as_a_loop_of_the_length_it_claims() -> None:
    found = assets.clips()
    assert len(found) >= 12
    with audio.Decoder() as decoder:
        for clip in found:
            sound = decoder.read(clip.path)
            assert sound.warning == ""
            assert sound.seconds == pytest.approx(clip.seconds, abs=1 / sound.sample_rate)
            assert sound.seconds == pytest.approx(clip.bars * 4 * 60 / clip.bpm, abs=1e-3)


def test_clip_names_are_unique_and_kinds_are_known() -> None:
    found = assets.clips()
    assert len({clip.name for clip in found}) == len(found)
    assert {clip.kind for clip in found} == {"drums", "other"}


def test_the_default_ear_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("alpha", "zulu", assets.DEFAULT_EAR):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    (tmp_path / "unfinished").mkdir()
    monkeypatch.setattr(assets, "_EARS", tmp_path)
    assert assets.ear_names() == [assets.DEFAULT_EAR, "alpha", "zulu"]
    assert assets.ear_folder("zulu") == tmp_path / "zulu"


@pytest.mark.parametrize("name", ["", "nobody", "../clips", "/etc", "."])
def test_an_unknown_ear_is_refused_with_the_names_there_are(name: str) -> None:
    with pytest.raises(ValueError, match="bundled ears: ") as refusal:
        assets.ear_folder(name)
    assert "\n" not in str(refusal.value)


def test_a_layout_lies_in_the_package_by_its_ears_hash() -> None:
    path = assets.layout_path("0a1b2c")
    assert path.name == "0a1b2c.npz"
    assert Path(assets.__file__).parent in path.parents


@pytest.mark.parametrize("hostile", ["", "../clips", "a/b", "a\0b", "é", "x" * 200])
def test_what_is_not_a_hash_is_no_path(hostile: str) -> None:
    with pytest.raises(ValueError, match="hash"):
        assets.layout_path(hostile)
