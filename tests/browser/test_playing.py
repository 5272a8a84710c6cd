"""The sound: from the page's opening to the first changed loop, and no gap whatever happens."""

from __future__ import annotations

import os
import signal
import time

import pytest
from browser_player import NONE, Player
from browser_server import Server

pytestmark = pytest.mark.browser

RESTART_SECONDS = 10


def test_two_clicks_from_the_page_to_a_changed_loop(player: Player) -> None:
    player.play()
    player.dream()
    player.wait("immersions.playing.value.header.kind === 'dream'")
    assert player.ask(
        """(() => {
          const [a, b] = [immersions.start.value.samples, immersions.playing.value.samples];
          return a.length === b.length && a.some((x, i) => Math.abs(x - b[i]) > 1e-3);
        })()"""
    )
    assert player.interruptions() == NONE


def test_no_gap_over_swaps_and_a_killed_worker(player: Player, server: Server) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(2)
    victim = server.wait_for_worker()
    os.kill(victim, signal.SIGKILL)
    killed = time.monotonic()
    player.rest(0.1)  # what it had sent before may still arrive
    loops = player.ask("immersions.received.value")
    while server.wait_for_worker() == victim:
        player.rest(0.1)
    player.wait(f"immersions.received.value > {loops}")
    print(f"dreaming again {time.monotonic() - killed:.1f} s after the worker was killed")
    assert time.monotonic() - killed < RESTART_SECONDS
    player.wait_for_swaps(2)
    assert player.interruptions() == NONE
    assert player.problems == []


def test_a_turned_control_is_carried_by_the_next_loop(player: Player) -> None:
    player.play()
    player.dream()
    player.wait_for_swaps(1)
    fader = player.page.locator("[data-parameter=learning_rate]")
    seconds = player.ask("immersions.state.value.seconds")
    for _ in range(4):
        # Half a second is enough on an idle machine (benchmarks/ measure that), not on a busy one.
        player.wait(f"({HEARD})[1] < 0.2", 2 * seconds)
        before = player.ask("immersions.state.value.generation")
        fader.press("ArrowRight")
        player.wait(f"immersions.state.value.generation > {before}")
        turned = player.ask("immersions.state.value.generation")
        loop, phase = player.ask(HEARD)
        if phase < 0.5:
            break
    player.wait(f"({HEARD})[0] !== {loop}", 2 * seconds)
    player.wait(f"immersions.playing.value.header.id === ({HEARD})[0]")
    assert player.ask("immersions.playing.value.header.generation") >= turned


HEARD = "(h => [h.loop.header.id, h.phase])(immersions.player.heard(performance.now()))"


def test_another_clip_of_another_length_follows_without_a_gap(player: Player) -> None:
    player.play()
    lengths = "immersions.clips.value.map(clip => [clip.id, clip.seconds])"
    now = player.ask("immersions.state.value")
    other = next(i for i, seconds in player.ask(lengths) if abs(seconds - now["seconds"]) > 0.2)
    player.page.get_by_label("Clip", exact=True).select_option(other)
    player.wait(f"immersions.state.value.clip === {other!r}")
    player.wait_for_swaps(1)
    samples = "immersions.playing.value.samples.length"
    assert player.ask(samples) != round(now["seconds"] * 44100)
    player.rest(1)
    assert player.interruptions() == NONE


def test_pause_and_volume_are_no_gaps(player: Player) -> None:
    player.play()
    player.page.get_by_label("Volume").fill("0")
    player.rest(0.3)
    player.page.get_by_role("button", name="Pause").click()
    player.wait("immersions.player.output.context.state === 'suspended'")
    player.rest(0.3)
    player.page.get_by_role("button", name="Play", exact=True).click()
    player.wait("immersions.sound.running")
    player.page.get_by_label("Volume").fill("0.8")
    player.rest(0.5)
    assert player.interruptions() == NONE


def test_a_file_that_is_no_sound_is_one_line(player: Player) -> None:
    sound = {"name": "broken.wav", "mimeType": "audio/wav", "buffer": b"RIFF\x00\x00nonsense"}
    player.page.get_by_label("Sound file").set_input_files(sound)  # type: ignore[arg-type]
    notice = player.page.locator(".notice")
    notice.wait_for()
    line = notice.inner_text().strip()
    assert 10 < len(line) < 300
    assert "\n" not in line
    assert "Traceback" not in line


def test_plays_on_while_the_page_is_busy(player: Player) -> None:
    player.play()
    player.ask(
        "(() => { const end = performance.now() + 5000; while (performance.now() < end); })()"
    )
    player.rest(0.5)
    assert player.interruptions() == NONE
