"""A WAV file that grows: what it holds at each moment, by two other readers."""

import os
import signal
import struct
import subprocess
import sys
import time
import wave
from datetime import datetime

import numpy as np
import pytest
import soundfile

from immersions.audio import recording
from immersions.audio.recording import Full, WavRecorder, in_24_bits

RATE = 44_100
AT = datetime(2026, 11, 20, 18, 30, 15, 250_000)


def sine(frames, channels=2):
    phase = np.arange(frames)[:, None] * np.array([0.03, 0.05])[None, :channels]
    return (0.9 * np.sin(phase)).astype(np.float32)


def chunks(path):
    data = path.read_bytes()
    assert data[:4] == b"RIFF"
    assert data[8:12] == b"WAVE"
    assert struct.unpack("<I", data[4:8])[0] == len(data) - 8
    at, found = 12, {}
    while at < len(data):
        size = struct.unpack("<I", data[at + 4 : at + 8])[0]
        found[data[at : at + 4].decode()] = data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2
    return found


@pytest.mark.parametrize(("channels", "blocks"), [(1, (1000, 1, 333)), (2, (22_050, 22_049))])
def test_what_was_recorded_is_read_to_24_bits(tmp_path, channels, blocks):
    recorder = WavRecorder(tmp_path / "a.wav", RATE, channels, AT)
    whole = sine(sum(blocks), channels)
    for part in np.split(whole, np.cumsum(blocks)[:-1]):
        recorder.append(part)
    recorder.close()
    recorder.close()
    found, rate = soundfile.read(tmp_path / "a.wav", always_2d=True)
    assert rate == RATE
    assert found.shape == whole.shape
    assert np.abs(found - whole).max() <= 2**-24
    assert soundfile.info(tmp_path / "a.wav").subtype == "PCM_24"
    with wave.open(str(tmp_path / "a.wav")) as file:
        assert (file.getnframes(), file.getsampwidth()) == (len(whole), 3)


def test_the_time_stamp_is_where_workstations_look_for_it(tmp_path):
    recorder = WavRecorder(tmp_path / "a.wav", 48_000, 2, AT, "breakbeat, Zürich")
    recorder.append(sine(10))
    recorder.close()
    bext = chunks(tmp_path / "a.wav")["bext"]
    assert len(bext) == 602
    assert bext[:256].rstrip(b"\0") == b"breakbeat, Z?rich"
    assert bext[256:288].rstrip(b"\0") == b"immersions"
    assert bext[320:338] == b"2026-11-2018:30:15"
    samples, version = struct.unpack("<QH", bext[338:348])
    assert samples == ((18 * 60 + 30) * 60 + 15.25) * 48_000
    assert version == 1


def test_what_is_no_sound_is_silence_and_what_is_too_loud_is_clipped():
    values = np.array([[np.nan, np.inf, -np.inf, 2.0, -2.0, 1.0, -1.0, 2.0**-23]])
    data = np.frombuffer(in_24_bits(values), np.uint8).reshape(-1, 3)
    whole = [int.from_bytes(each.tobytes(), "little", signed=True) for each in data]
    top = 2**23 - 1
    assert whole == [0, 0, 0, top, -(2**23), top, -(2**23), 1]


def test_a_killed_recorder_leaves_a_file_that_plays(tmp_path):
    path = tmp_path / "killed.wav"
    program = (
        "import sys, time, numpy as np; from datetime import datetime; from pathlib import Path\n"
        "from immersions.audio.recording import WavRecorder\n"
        "r = WavRecorder(Path(sys.argv[1]), 44100, 2, datetime.now())\n"
        "while True:\n"
        "    r.append(np.full((4410, 2), 0.25, np.float32)); time.sleep(0.1)\n"
    )
    process = subprocess.Popen([sys.executable, "-c", program, str(path)])
    try:
        end = time.monotonic() + 60
        while not path.exists() or path.stat().st_size < 3 * 44_100 * 6:
            assert time.monotonic() < end, "nothing was recorded"
            time.sleep(0.05)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    written = (path.stat().st_size - 670) // 6
    found, _ = soundfile.read(path)
    # The header is renewed each second, when a block comes: a tenth of a second apart, or so.
    assert len(found) >= written - 1.5 * 44_100
    assert np.all(np.abs(found - 0.25) < 2**-23)


def test_an_earlier_recording_is_never_written_over(tmp_path):
    (tmp_path / "a.wav").write_bytes(b"precious")
    with pytest.raises(OSError, match=r"a\.wav: cannot be recorded to \(File exists\)"):
        WavRecorder(tmp_path / "a.wav", RATE, 1, AT)
    with pytest.raises(OSError, match="cannot be recorded to"):
        WavRecorder(tmp_path / "none" / "a.wav", RATE, 1, AT)
    assert (tmp_path / "a.wav").read_bytes() == b"precious"


def test_before_4_gb_it_stops_with_one_line_and_a_whole_file(tmp_path, monkeypatch):
    monkeypatch.setattr(recording, "LARGEST", 10_000)
    recorder = WavRecorder(tmp_path / "a.wav", RATE, 2, AT)
    recorder.append(sine(1000))
    with pytest.raises(Full, match="more a WAV file cannot hold"):
        recorder.append(sine(1000))
    recorder.close()
    assert len(soundfile.read(tmp_path / "a.wav")[0]) == 1000


def test_a_full_disk_is_one_line_and_a_whole_file(tmp_path, monkeypatch):
    recorder = WavRecorder(tmp_path / "a.wav", RATE, 2, AT)
    recorder.append(sine(1000))
    free = os.statvfs(tmp_path).f_bavail * os.statvfs(tmp_path).f_frsize
    monkeypatch.setattr(recording, "SPARE_BYTES", free + 2**40)
    with pytest.raises(Full, match="no room is left on the disk"):
        recorder.append(sine(1000))
    recorder.close()
    assert len(soundfile.read(tmp_path / "a.wav")[0]) == 1000


@pytest.mark.skipif(not hasattr(__import__("resource"), "RLIMIT_FSIZE"), reason="needs a limit")
def test_a_disk_that_fails_in_the_middle_of_a_block_loses_that_block_alone(tmp_path):
    program = (
        "import resource, signal, sys, numpy as np; from datetime import datetime\n"
        "from pathlib import Path; from immersions.audio.recording import WavRecorder, Full\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "r = WavRecorder(Path(sys.argv[1]), 44100, 2, datetime.now())\n"
        "r.append(np.full((1000, 2), 0.25))\n"
        "try:\n    r.append(np.full((1000, 2), 0.25))\n"
        "except Full as error:\n    print(error)\n"
        "r.close()\n"
    )
    path = tmp_path / "a.wav"
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, check=True
    )
    assert done.stdout.count("\n") == 1
    assert "File too large" in done.stdout
    assert len(soundfile.read(path)[0]) == 1000
