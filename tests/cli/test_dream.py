from __future__ import annotations

import json
import os
import signal
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from immersions import assets, audio, cli
from immersions.dreaming import Target
from immersions.dreaming.objectives import plain_mean
from immersions.ears import from_pretrained

KEYS = {
    *("ear", "target", "seed", "steps", "parameters", "sample_rate", "frames", "seconds_per_step"),
    *("activation_before", "activation_after", "standardised_before", "standardised_after"),
    *("after_time_shift", "after_pitch_shift", "peak_dbtp"),
}


def dream(ear: Path, *arguments: str | Path) -> int:
    return cli.run(["dream", *map(str, arguments), "--ear", str(ear)])


@pytest.fixture(scope="module")
def dreamt(ear_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("dream")
    status = dream(
        ear_folder, "house", "-o", folder / "dream.wav", "--report", folder / "report.json",
        "--picture", folder / "picture.png",
        "--target", "encoder.1[3]", "--target", "-0.5*context.0[1, :, ::2]",
        "--steps", "15", "--seed", "7", "--bpm", "120", "--bars", "1", "--set", "time_mask=0",
    )  # fmt: skip
    assert status == 0
    return folder


def test_the_report_tells_what_was_asked_for_and_reached(dreamt: Path) -> None:
    report = json.loads((dreamt / "report.json").read_text())
    assert set(report) >= KEYS
    assert report["ear"] == "tiny"
    assert report["target"] == ["encoder.1[3, :, :]", "-0.5*context.0[1, :, 0:16:2]"]
    assert (report["seed"], report["steps"]) == (7, 15)
    assert report["parameters"]["time_mask"] == 0
    assert (report["sample_rate"], report["frames"]) == (16000, 32000)
    assert report["standardised_after"] > report["standardised_before"] + 0.2
    assert report["after_time_shift"] is None, "a target of every other frame moves with the loop"
    assert report["after_pitch_shift"] > report["standardised_before"]
    assert report["peak_dbtp"] <= -1
    assert report["seconds_per_step"] > 0


def test_activations_are_those_of_the_file(dreamt: Path, ear_folder: Path) -> None:
    import torch

    report = json.loads((dreamt / "report.json").read_text())
    sound, rate = soundfile.read(dreamt / "dream.wav", dtype="float32")
    assert (len(sound), rate) == (32000, 16000)
    ear = from_pretrained(ear_folder)
    target = Target.parse(report["target"], ear.layers_for(len(sound)))
    heard = ear.listen(torch.from_numpy(sound)[None], target.layers)
    assert plain_mean(target, heard) == pytest.approx(report["activation_after"], rel=1e-4)


def test_the_file_is_a_loop_at_the_clips_loudness(dreamt: Path) -> None:
    report = json.loads((dreamt / "report.json").read_text())
    sound, rate = soundfile.read(dreamt / "dream.wav", dtype="float32")
    assert soundfile.info(dreamt / "dream.wav").subtype == "PCM_24"
    step, allowed = audio.seam(sound, rate)
    assert step <= allowed
    assert audio.true_peak_dbtp(sound) <= -1
    assert abs(audio.loudness_lufs(sound, rate) - report["start_loudness_lufs"]) <= 1


def test_the_picture_is_one(dreamt: Path) -> None:
    from matplotlib.image import imread

    pixels = imread(dreamt / "picture.png")
    assert pixels.shape[0] > 800
    assert pixels[..., :3].std() > 0.1


def test_the_same_seed_writes_the_same_bytes(ear_folder: Path, tmp_path: Path) -> None:
    for name, seed in (("a", "3"), ("b", "3"), ("c", "4")):
        arguments = ("-o", tmp_path / f"{name}.wav", "--steps", "3", "--seed", seed)
        assert dream(ear_folder, "noise", *arguments, "--seconds", "1") == 0
    first, same, other = ((tmp_path / f"{name}.wav").read_bytes() for name in "abc")
    assert first == same
    assert first != other


@pytest.mark.parametrize("seconds", ["0.5", "2.37"])
def test_silence_becomes_sound_of_any_length(
    ear_folder: Path, tmp_path: Path, seconds: str
) -> None:
    out = tmp_path / "out.flac"
    assert dream(ear_folder, "silence", "-o", out, "--seconds", seconds, "--steps", "16") == 0
    sound, rate = soundfile.read(out, dtype="float32")
    assert len(sound) == round(float(seconds) * rate)
    assert audio.loudness_lufs(sound, rate) == pytest.approx(-20, abs=1)


def test_a_file_is_taken_as_it_is_or_repeated(ear_folder: Path, tmp_path: Path) -> None:
    start, out = tmp_path / "start.wav", tmp_path / "out.wav"
    tone = 0.3 * np.sin(2 * np.pi * 220 * np.arange(22050) / 22050)
    audio.write(start, tone.astype(np.float32), 22050)
    for length, arguments in ((16000, ()), (40000, ("--seconds", "2.5"))):
        assert dream(ear_folder, start, "-o", out, "--steps", "1", *arguments) == 0
        assert soundfile.info(out).frames == length


def test_that_only_the_beginning_of_a_long_file_is_taken_is_told(
    ear_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    start, out = tmp_path / "song.wav", tmp_path / "out.wav"
    audio.write(start, np.full(20 * 8000, 0.1, np.float32), 8000)
    line = "immersions: song.wav: only the first 2 s of 20.0 s are taken; ask for a length "
    for arguments, told in (((), True), (("--seconds", "2"), False)):
        assert dream(ear_folder, start, "-o", out, "--steps", "0", *arguments) == 0
        assert soundfile.info(out).frames == 32000
        assert (line in capsys.readouterr().err) == told


def test_ctrl_c_writes_what_there_is(
    ear_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = signal.getsignal(signal.SIGINT)

    def interrupt() -> None:
        while signal.getsignal(signal.SIGINT) is before:
            time.sleep(0.01)
        time.sleep(0.5)
        os.kill(os.getpid(), signal.SIGINT)

    thread = threading.Thread(target=interrupt)
    thread.start()
    arguments = ("-o", tmp_path / "out.wav", "--report", tmp_path / "r.json", "--steps", "1000000")
    assert dream(ear_folder, "noise", *arguments) == 130
    thread.join()
    assert signal.getsignal(signal.SIGINT) is before
    steps = json.loads((tmp_path / "r.json").read_text())["steps"]
    assert 0 <= steps < 1000000
    assert soundfile.info(tmp_path / "out.wav").frames == 32000
    assert f"after {steps} steps" in capsys.readouterr().out


def test_without_a_target_it_says_what_it_chose(
    ear_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert dream(ear_folder, "noise", "-o", tmp_path / "o.wav", "--steps", "1") == 0
    assert "encoder.1[0:4, :, :]" in capsys.readouterr().out


@pytest.mark.parametrize(("seconds", "told"), [("0.5", True), ("1", False)])
def test_a_layer_that_hears_more_than_the_loop_is_told(
    ear_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], seconds: str, told: bool
) -> None:
    arguments = ("--steps", "1", "--seconds", seconds, "--target", "context.0")
    assert dream(ear_folder, "noise", "-o", tmp_path / "o.wav", *arguments) == 0
    line = "immersions: context.0 hears 0.6 s, more than the loop of 0.5 s: it hears it again and"
    assert (line in capsys.readouterr().err) == told


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["house"], "Missing option"),
        (["house", "-o", "{}/o.mp3"], "expected a name ending in .wav or .flac"),
        (["house", "-o", "{}/none/o.wav"], "there is no folder"),
        (["house", "-o", "{}/o.wav", "--report", "{}"], "expected a file to write, got a folder"),
        (
            ["house", "-o", "/proc/x.wav"],
            "/proc/x.wav: cannot be written in /proc (it takes no files)",
        ),
        (
            ["house", "-o", "{}/o.wav", "--report", "/proc/r.json"],
            "/proc/r.json: cannot be written",
        ),
        (["house", "-o", "{}/o.wav", "--picture", "/proc/p.png"], "/proc/p.png: cannot be written"),
        (
            ["house", "-o", "{}/" + "o" * 300 + ".wav"],
            ".wav: cannot be written (File name too long)",
        ),
        (["house", "-o", "{}/o.wav", "--report", "{}/./o.wav"], "got the same one twice"),
        (
            ["house", "-o", "{}/o.wav", "--report", "{}/p", "--picture", "{}/p"],
            "the same one twice",
        ),
        (["house", "-o", "{}/o.wav", "--set", "mix=2"], "mix: expected 0 to 1, got 2"),
        (["house", "-o", "{}/o.wav", "--set", "mix=x"], "mix: expected a number"),
        (["house", "-o", "{}/o.wav", "--set", "mix"], "expected NAME=VALUE"),
        (["house", "-o", "{}/o.wav", "--set", "no=1"], "unknown parameter 'no'; valid names: lea"),
        (["house", "-o", "{}/o.wav", "--target", "no[0]"], "valid layers: scalogram, encoder.0"),
        (["house", "-o", "{}/o.wav", "--target", "context.0[9:2]"], "selects nothing"),
        (["house", "-o", "{}/o.wav", "--steps", "-1"], "--steps"),
        (["house", "-o", "{}/o.wav", "--seconds", "1000"], "expected a loop of"),
        (["house", "-o", "{}/o.wav", "--seconds", "nan"], "expected a loop of"),
        (["house", "-o", "{}/o.wav", "--bpm", "0"], "expected 20 to 400"),
        (["house", "-o", "{}/o.wav", "--bars", "2"], "--bars needs --bpm"),
        (["house", "-o", "{}/o.wav", "--seed", "9" * 20], "2147483647"),
        (["house", "-o", "{}/o.wav", "--bpm", "120", "--bars", "0"], "expected 1 or more"),
        (["house", "-o", "{}/o.wav", "--bpm", "90", "--seconds", "2"], "got both"),
        (["nowhere.wav", "-o", "{}/o.wav"], "no such file; or one of: silence, noise,"),
        ([__file__, "-o", "{}/o.wav"], "test_dream.py"),
    ],
)
def test_what_is_wrong_is_one_line(
    ear_folder: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    says: str,
) -> None:
    assert dream(ear_folder, *(text.format(tmp_path) for text in arguments)) == 2
    error = capsys.readouterr().err
    assert error.startswith("immersions: ")
    assert says in error
    assert error.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


def test_an_untrained_preset_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "h20" not in assets.ear_names()
    assert dream(Path("h20"), "house", "-o", tmp_path / "o.wav") == 2
    assert "the preset 'h20' is untrained" in capsys.readouterr().err


def test_a_traceback_only_for_who_asks(
    ear_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IMMERSIONS_DEBUG", "1")
    with pytest.raises(ValueError, match="expected a name ending in"):
        dream(ear_folder, "house", "-o", tmp_path / "o.txt")
