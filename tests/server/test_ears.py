import json

import pytest

from immersions import assets
from immersions.anatomy import layout
from immersions.ears import available, load
from immersions.server.ears import choices
from immersions.stage.workers.listener import fingerprint


def test_every_bundled_ear_can_be_chosen_with_its_rate_and_credits():
    name = assets.DEFAULT_EAR
    chosen, ears = choices(name)
    assert chosen == name
    assert list(ears) == assets.ear_names()
    config = json.loads((assets.ear_folder(name) / "config.json").read_text())
    assert ears[name].sample_rate == config["config"]["scalogram"]["sample_rate"]
    assert "credited" in ears[name].credits
    assert "\n" not in ears[name].credits


def test_an_ear_of_one_s_own_stands_beside_the_bundled_ones(tmp_path, monkeypatch):
    folder = tmp_path / "mine"
    folder.mkdir()
    (folder / "config.json").write_text('{"config": {"scalogram": {"sample_rate": 16000}}}')
    monkeypatch.chdir(tmp_path)
    chosen, ears = choices("mine")
    assert chosen == "own-mine"
    assert ears[chosen].sample_rate == 16_000
    assert ears[chosen].source == str(folder)
    assert set(assets.ear_names()) < set(ears)
    assert choices("module:make")[0] == "own"


@pytest.mark.parametrize("ear", ["", "nothing", ".", "a b:c", "/etc/passwd"])
def test_what_is_no_ear_is_refused(ear, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ValueError, match="unknown ear"):
        choices(ear)


def test_every_bundled_ear_has_its_layout_and_nothing_else_is_stored():
    stored = sorted(assets.layout_path("x").parent.glob("*.npz"))
    wanted = [assets.layout_path(fingerprint(load(name))) for name in available()]
    assert stored == sorted(wanted)
    for path in stored:
        laid = layout.load(path)
        assert laid.ear_hash == path.stem
        assert laid.positions.shape[1] > 1000
