"""The server may die and come back: the sound goes on, and then so does the performance."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
import soundfile
from browser_player import NONE, Player
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser


@pytest.fixture
def mortal(chromium: str) -> Iterator[Server]:
    server = Server()
    server.start()
    yield server
    server.stop()


def test_plays_on_without_its_server_and_goes_on_with_a_new_one(
    browser: Browser, mortal: Server
) -> None:
    player = Player.visit(browser, mortal.url)
    player.play()
    player.dream()
    player.page.locator("[data-parameter=learning_rate]").fill("0.3")
    player.page.get_by_label("Mixed in").select_option("noise")
    player.wait("immersions.state.value.mix === 'noise'")
    layer = player.ask("immersions.ear.value.layers[2].name")
    player.page.get_by_label("Layer", exact=True).select_option(layer)
    player.wait(f"immersions.state.value.targets[0].layer === {layer!r}")
    player.wait("immersions.playing.value.header.kind === 'dream'")
    turned = player.ask("immersions.state.value.parameters.learning_rate")
    player.rest(1)  # a change is on disk within as long
    mortal.kill()
    player.wait("immersions.connection.value === 'lost'", 5)
    begun = player.ask("immersions.player.output.context.currentTime")
    loop_seconds = player.ask("immersions.state.value.seconds")
    player.rest(1.5 * loop_seconds)
    assert player.ask("immersions.player.output.context.currentTime") > begun + loop_seconds
    assert player.ask("immersions.report.value.peak") > 0.01
    assert player.interruptions() == NONE

    mortal.start()
    player.wait("immersions.connection.value === 'open'", 8)
    player.wait("immersions.state.value.running")
    assert player.ask("immersions.state.value.parameters.learning_rate") == pytest.approx(turned)
    player.wait(f"immersions.state.value.targets[0]?.layer === {layer!r}")
    assert player.ask("immersions.state.value.mix") == "noise"
    received = player.ask("immersions.received.value")
    player.wait(f"immersions.received.value > {received + 1}")
    player.wait_for_swaps(1)
    assert player.interruptions() == NONE
    player.page.close()


def test_an_uploaded_clip_comes_back_with_the_server(browser: Browser, mortal: Server) -> None:
    player = Player.visit(browser, mortal.url)
    player.play()
    upload(player, "my beat.wav", seconds=3.0)
    player.wait("immersions.state.value.clip.startsWith('upload-')")
    player.wait("immersions.playing.value.samples.length === 3 * 44100")
    player.page.get_by_label("Mixed in").select_option(label="my beat")
    player.dream()
    player.wait("immersions.playing.value.header.kind === 'dream'")
    known = player.ask("immersions.state.value.clip")
    player.rest(1)  # a change is on disk within as long
    mortal.kill()
    player.wait("immersions.connection.value === 'lost'", 5)

    mortal.start()
    player.wait("immersions.connection.value === 'open'", 15)
    assert player.ask("immersions.state.value.clip") == known
    assert player.ask("immersions.state.value.mix") == known
    player.wait("immersions.state.value.running")
    player.wait("immersions.clips.value.some(clip => clip.title === 'my beat')")
    swaps = player.ask("immersions.player.swaps")
    received = player.ask("immersions.received.value")
    player.wait(f"immersions.received.value > {received + 2}", 60)
    player.wait(f"immersions.player.swaps > {swaps}")
    assert player.ask("immersions.playing.value.samples.length") == 3 * 44100
    assert player.ask("immersions.state.value.seconds") == 3.0
    assert player.ask("immersions.notices.lines.value") == []
    assert player.interruptions() == NONE
    player.page.close()


def upload(player: Player, name: str, seconds: float) -> None:
    """A file of noise, chosen as a performer chooses it."""
    noise = 0.1 * np.random.default_rng(0).standard_normal(round(seconds * 44100))
    buffer = io.BytesIO()
    soundfile.write(buffer, noise, 44100, format="WAV")
    file = {"name": name, "mimeType": "audio/wav", "buffer": buffer.getvalue()}
    player.page.get_by_label("Sound file").set_input_files(file)  # type: ignore[arg-type]
