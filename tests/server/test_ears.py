import json

import numpy as np
import pytest

from immersions import assets
from immersions.anatomy import layout
from immersions.ears import available, load
from immersions.ears.presets import PRESETS
from immersions.server import describe
from immersions.server.ears import UNTRAINED, choices
from immersions.stage.aside import Progress
from immersions.stage.workers.layouts import SNAPSHOTS
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
    (folder / "model.safetensors").touch()
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


@pytest.mark.parametrize("kept", ["config.json", "model.safetensors"])
def test_a_folder_that_lacks_a_file_is_told_which(kept, tmp_path):
    (tmp_path / kept).write_text("{}")
    (missing,) = {"config.json", "model.safetensors"} - {kept}
    with pytest.raises(ValueError, match=f"found no {missing}"):
        choices(str(tmp_path))


def test_an_untrained_preset_is_refused_as_such():
    untrained = set(PRESETS) - set(assets.ear_names())
    assert set(PRESETS) == set(UNTRAINED)
    for name in untrained:
        with pytest.raises(ValueError, match=f"the preset '{name}' is untrained"):
            choices(name)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("/home/me/my ears/broken: no file", "broken: no file"),
        ("bad (/home/me/my ears/broken/config.json: no JSON)", "bad (broken/config.json: no JSON)"),
        ("in /usr/lib/python3/torch.py: ended", "in torch.py: ended"),
        ("3 of 4 loops and/or steps, at 5 /s", "3 of 4 loops and/or steps, at 5 /s"),
    ],
)
def test_a_page_is_told_no_places_of_this_machine(line, shown):
    progress = Progress(message=line)
    assert describe.status(progress, ["small", "/home/me/my ears/broken"]).message == shown


def test_every_bundled_ear_has_its_layout_and_nothing_else_is_stored():
    stored = sorted(assets.layout_path("x").parent.glob("*.npz"))
    wanted = [assets.layout_path(fingerprint(load(name))) for name in available()]
    assert stored == sorted(wanted)
    for path in stored:
        laid = layout.load(path)
        assert laid.ear_hash == path.stem
        assert laid.positions.shape[1] > 1000
        assert len(laid.positions) == SNAPSHOTS
        moved = np.abs(np.diff(laid.positions, axis=0)).max((1, 2))
        assert (moved > 0).all(), "a loop should be seen to move its neurons"
        assert path.stat().st_size < 1_000_000
