"""`immersions layout`: files and reports of layouts, and one line for what goes wrong."""

from __future__ import annotations

import inspect
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch
from command_line import fails
from tiny_music import EAR

from immersions import cli
from immersions.anatomy import laying, layout
from immersions.anatomy.laying import LayoutConfig
from immersions.cli.layout import CHARGES, WEIGHTS
from immersions.cli.layout import layout as command
from immersions.ears import save_pretrained
from immersions.ears.contrastive import ContrastiveNetwork

IMMERSIONS = [sys.executable, "-c", "from immersions.cli import main; main()"]
MODULE = """
import torch

class Odd(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.one, self.two = torch.nn.Conv2d(1, 4, 3), torch.nn.Conv2d(4, 6, 3)
    def forward(self, x):
        x = torch.relu(self.one(x))
        return torch.relu(self.two(torch.fft.ifft(torch.fft.fft(x)).real))

def plain():
    return torch.nn.Sequential(torch.nn.Conv2d(1, 4, 3), torch.nn.ReLU(), torch.nn.Conv2d(4, 6, 3))

def odd():
    return Odd()

def number():
    return 3
"""


@pytest.fixture(scope="module")
def ear(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("ears") / "tiny"
    torch.manual_seed(0)
    save_pretrained(folder, "tiny", ContrastiveNetwork(EAR), {}, "# Tiny\n")
    return folder


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    name = f"networks_{tmp_path.name}".replace("-", "_")
    (tmp_path / f"{name}.py").write_text(MODULE)
    monkeypatch.chdir(tmp_path)
    return name


def test_an_ear_becomes_a_file_and_a_report(ear: Path, tmp_path: Path) -> None:
    output, report = tmp_path / "laid.npz", tmp_path / "report.json"
    done = subprocess.run(
        [
            *(*IMMERSIONS, "layout", str(ear), "-o", str(output), "--report", str(report)),
            *("--exponent", "2", "--snapshots", "2", "--seed", "5"),
        ],
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(report.read_text())
    laid = layout.load(output)
    assert laid.positions.shape == (2, told["vertices"], 2)
    assert np.isfinite(laid.positions).all()
    assert told["residual"] <= 0.02
    assert told["rested"]
    assert 0 < told["seconds"] < told["seconds_cold"]
    assert told["peak_rss_mb"] > 50
    assert np.isfinite(told["energy"])
    assert told["unconnected"] == []
    assert f"{told['vertices']} vertices, {told['edges']} edges" in done.stdout
    with np.load(output) as file:
        assert {"positions", "layer", "channel", "pitch", "charge"} <= set(file.files)


def test_what_is_not_said_is_as_in_the_library() -> None:
    given = inspect.signature(command).parameters
    usual = LayoutConfig()
    assert given["charges"].default == usual.charges
    assert given["weights"].default == usual.weights
    assert given["snapshots"].default == usual.snapshots
    for name in ("exponent", "dimensions", "method", "seed", "device"):
        assert given[name].default == getattr(usual.solver, name)
    assert (CHARGES, WEIGHTS) == (laying.charging.KINDS, laying.WEIGHTS)


def test_pictures_and_films_are_drawn(ear: Path, tmp_path: Path) -> None:
    drawn = {name: tmp_path / name for name in ("p.png", "p.svg", "rest.mp4", "clip.mp4")}
    size = ["--size", "160"]
    assert cli.run(["layout", str(ear), "--picture", str(drawn["p.png"]), *size]) == 0
    assert drawn["p.png"].read_bytes().startswith(b"\x89PNG")
    asked = ["--picture", str(drawn["p.svg"]), "--video", str(drawn["rest.mp4"])]
    assert cli.run(["layout", str(ear), *asked, *size]) == 0
    assert b"<svg" in drawn["p.svg"].read_bytes()[:200]
    film = ["--video", str(drawn["clip.mp4"]), "--clip", "house"]
    assert cli.run(["layout", str(ear), *film, *size]) == 0
    assert b"ftyp" in drawn["clip.mp4"].read_bytes()[:16]
    assert drawn["rest.mp4"].stat().st_size > 1000


def test_a_torch_module_is_laid_out_and_what_is_lost_is_told(
    module: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "laid.npz"
    asked = ["-o", str(output), "--input", "1x12x9", "--charges", "uniform"]
    assert cli.run(["layout", f"{module}:plain", *asked]) == 0
    rows = layout.load(output)
    assert rows.names == ("input", "1", "2")
    assert cli.run(["layout", f"{module}:plain", *asked, "--keep", "columns"]) == 0
    assert len(layout.load(output).layer) < len(rows.layer)
    capsys.readouterr()
    assert cli.run(["layout", f"{module}:odd", *asked]) == 0
    (line,) = capsys.readouterr().err.splitlines()
    assert "could not be joined" in line
    assert np.isfinite(layout.load(output).positions).all()


def test_bad_arguments_are_one_line(
    module: str, ear: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    there, plain = tmp_path / "laid.npz", f"{module}:plain"
    assert "nothing to write" in fails(capsys, "layout", ear)
    assert "ending in .npz" in fails(capsys, "layout", ear, "-o", tmp_path / "laid.txt")
    assert "no folder" in fails(capsys, "layout", ear, "-o", tmp_path / "none" / "laid.npz")
    assert "no such ear" in fails(capsys, "layout", "nobody", "-o", there)
    assert "expected deviation" in fails(capsys, "layout", ear, "-o", there, "--charges", "loud")
    assert "expected magnitude" in fails(capsys, "layout", ear, "-o", there, "--weights", "heavy")
    assert "expected an Ear" in fails(capsys, "layout", f"{module}:number", "-o", there)
    assert "--input" in fails(capsys, "layout", plain, "-o", there)
    assert "1 to 3 sizes" in fails(capsys, "layout", plain, "-o", there, "--input", "3x-2")
    assert "cannot be run" in fails(capsys, "layout", plain, "-o", there, "--input", "3x9x9")
    asked = ["-o", there, "--input", "1x9x9", "--snapshots", "3"]
    assert "expected an ear" in fails(capsys, "layout", plain, *asked)
    assert "with a torch module" in fails(capsys, "layout", ear, "-o", there, "--input", "3x9x9")
    assert "expected --video" in fails(capsys, "layout", ear, "-o", there, "--clip", "house")
    assert "expected --picture" in fails(capsys, "layout", ear, "-o", there, "--size", "100")
    assert ".mp4" in fails(capsys, "layout", ear, "--video", tmp_path / "film.avi")
    assert ".svg" in fails(capsys, "layout", ear, "--picture", tmp_path / "picture.gif")
    film = tmp_path / "film.mp4"
    assert "no such sound file" in fails(
        capsys, "layout", ear, "--video", film, "--clip", "nothing"
    )
    both = ["--video", film, "--clip", "house", "--input", "1x9x9"]
    assert "expected an ear" in fails(capsys, "layout", plain, *both)
    assert not there.exists()
    assert not film.exists()
