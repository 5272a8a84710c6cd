"""The master as it is recorded, and the same performance rendered again from its log."""

from __future__ import annotations

import io
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from browser_player import NONE, Player
from browser_server import Server
from playwright.sync_api import Browser

from immersions.cli import run

pytestmark = pytest.mark.browser

CLOSE_DB = -100
"""Of the largest difference between what was recorded and what is rendered, beside full scale."""


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    return tmp_path / "immersions" / "performances"


@pytest.fixture
def stage(browser: Browser, kept: Path) -> Iterator[tuple[Player, Server]]:
    """A performance of this test's own, whose log is at hand."""
    server = Server()
    server.start()
    server.wait_for_worker()
    player = Player.visit(browser, server.url)
    player.play()
    # These tests are of the sound: drawn by the processor, the picture would take all of it.
    player.ask("(() => { window.requestAnimationFrame = () => 0; })()")
    yield player, server
    player.page.close()
    server.stop()


def recorded(player: Player, server: Server) -> tuple[str, np.ndarray]:
    """The newest recording's name and samples."""
    player.wait("!immersions.keeping.recorder.going.value")
    player.wait("immersions.keeping.recorder.recordings.value.some(each => !each.going)")
    name = player.ask("immersions.keeping.recorder.recordings.value[0].id")
    with urllib.request.urlopen(f"{server.url}api/recordings/{name}/audio", timeout=30) as answer:
        sound, rate = soundfile.read(io.BytesIO(answer.read()))
    assert rate == 44_100
    return name, sound


def decibels(amplitude: float) -> float:
    return 20 * np.log10(max(amplitude, 1e-12))


def test_a_rendered_log_is_what_was_recorded(
    stage: tuple[Player, Server], kept: Path, tmp_path: Path
) -> None:
    player, server = stage
    player.page.keyboard.press("d")
    player.wait("immersions.state.value.running")
    player.wait_for_swaps(1, 240)
    player.page.keyboard.press("r")
    player.wait("immersions.keeping.recorder.seconds.value > 1")
    button = player.page.get_by_role("button", name="Stop recording")
    assert button.get_attribute("aria-pressed") == "true"
    player.page.get_by_label("Volume").fill("0.1")  # of what is heard here alone
    player.ask("immersions.send({ type: 'set', parameters: { learning_rate: 0.1 } })")
    player.wait_for_swaps(2, 240)
    player.page.keyboard.press("r")
    name, sound = recorded(player, server)
    assert player.interruptions() == NONE
    assert player.problems == []
    assert len(sound) > 3 * 44_100
    assert np.abs(sound).max() > 0.05
    player.ask("immersions.dream(false)")
    player.wait("!immersions.state.value.running")
    server.stop()
    assert difference(kept, name, sound, tmp_path) < CLOSE_DB


def difference(kept: Path, name: str, sound: np.ndarray, folder: Path) -> float:
    """Of a recording and its render, the largest: in dB beside full scale."""
    (performance,) = kept.iterdir()
    out = folder / "again.wav"
    assert run(["render", str(performance), "-o", str(out), "--recording", name]) == 0
    again, _ = soundfile.read(out)
    assert len(again) == len(sound)
    away = decibels(float(np.abs(again - sound).max()))
    print(f"rendered and recorded differ by {away:.0f} dB of full scale at most")
    return away


def turn(player: Player, **values: float) -> None:
    # Sent at once: what a page turns waits for its next picture.
    player.ask(f"immersions.tell({{ type: 'set', deck: 0, parameters: {values} }})")


def test_what_sounds_beside_the_dream_is_rendered_as_it_was_recorded(
    stage: tuple[Player, Server],
    kept: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """A sample that joins, becomes another, is turned down and goes; the start clip; the tempo."""
    player, server = stage
    sample = "immersions.mix.beside.sampleAt(0)"

    def until_another() -> None:
        """Until it is another one, which has been heard."""
        player.wait(f"{sample} !== null && {sample} !== window.before")
        player.ask(f"(() => {{ window.before = {sample}; }})()")
        player.rest(0.5)

    player.dream()
    player.wait_for_swaps(1, 240)
    player.page.keyboard.press("r")
    player.wait("immersions.keeping.recorder.seconds.value > 1")
    player.ask("immersions.mix.choose(0, 'acid')")
    until_another()
    player.ask("immersions.mix.choose(0, 'house')")
    until_another()
    turn(player, sample_1_level=-12)
    player.rest(0.5)
    turn(player, ab=1)
    player.rest(0.7)
    turn(player, ab=0, start_level=-6)
    player.rest(0.7)
    turn(player, tempo_sync=1, bpm=140)
    until_another()
    player.ask("immersions.mix.choose(0, null)")
    player.wait(f"{sample} === null")
    player.rest(0.5)
    player.ask("immersions.mix.choose(0, 'acid')")
    until_another()
    player.page.keyboard.press("r")
    name, sound = recorded(player, server)
    assert player.interruptions() == NONE
    assert player.problems == []
    server.stop()
    capsys.readouterr()
    away = difference(kept, name, sound, tmp_path)
    assert "not all in this log" not in capsys.readouterr().err
    assert away < CLOSE_DB


def test_a_deck_that_is_opened_closed_and_opened_again_is_rendered_as_it_was_recorded(
    stage: tuple[Player, Server], kept: Path, tmp_path: Path
) -> None:
    player, server = stage
    second = "immersions.decks.value[1]?.player"
    solo = "immersions.send({ type: 'solo', range: %s })"
    player.dream()
    player.wait_for_swaps(1, 240)
    player.page.keyboard.press("r")
    player.wait("immersions.keeping.recorder.seconds.value > 1")
    turn(player, crossfade=0.4, start_level=-10)
    player.ask(solo % "{ ...immersions.state.value.targets[0], layer: 'encoder.2' }")
    player.wait_for_swaps(1, 240)
    player.ask(solo % "null")
    player.ask("immersions.tell({ type: 'open', ear: 'small' })")
    player.wait(f"{second} && {second}.lane !== null")
    player.ask("immersions.tell({ type: 'clip', deck: 1, id: 'acid' })")
    player.wait(f"{second}.swaps > 0")
    turn(player, ab=1)
    player.rest(0.5)
    turn(player, ab=0)
    player.rest(0.3)
    player.ask("immersions.tell({ type: 'close', deck: 1 })")
    player.wait("immersions.decks.value.length === 1")
    player.rest(0.5)
    player.ask("immersions.tell({ type: 'act', deck: 0, name: 'undo' })")
    player.wait(f"{second} && {second}.lane !== null")
    player.wait("immersions.mix.beside.startAt(1) !== null")
    player.rest(0.5)
    player.page.keyboard.press("r")
    name, sound = recorded(player, server)
    assert player.problems == []
    server.stop()
    assert difference(kept, name, sound, tmp_path) < CLOSE_DB


def test_a_recording_goes_on_while_the_network_is_away(
    stage: tuple[Player, Server], kept: Path
) -> None:
    player, server = stage
    player.page.get_by_role("button", name="Rec: record").press("Enter")
    player.wait("immersions.keeping.recorder.seconds.value > 1")
    player.page.context.set_offline(True)
    player.wait("immersions.keeping.recorder.waiting.value > 2")
    player.page.context.set_offline(False)
    player.wait("immersions.keeping.recorder.waiting.value < 1")
    player.page.get_by_role("button", name="Stop recording").press("Enter")
    _, sound = recorded(player, server)
    assert len(sound) > 3 * 44_100
    # The clip loops: a second that was lost would be a second of silence, or a jump.
    windows = sound[: len(sound) // 4410 * 4410].reshape(-1, 4410)
    assert np.abs(windows[5:]).max(1).min() > 0
    assert player.interruptions() == NONE


def test_a_closed_page_ends_its_recording(stage: tuple[Player, Server], browser: Browser) -> None:
    player, server = stage
    player.page.get_by_role("button", name="Rec: record").press("Enter")
    player.rest(3)
    player.page.close(run_before_unload=False)
    other = Player.visit(browser, server.url)
    _, sound = recorded(other, server)
    assert len(sound) > 44_100
    other.page.close()
