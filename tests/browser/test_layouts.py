"""An ear that has no layout yet: a grid, then its layout, and the sound goes on."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from browser_player import NONE, Player
from browser_server import Server
from playwright.sync_api import Browser

pytestmark = pytest.mark.browser

EARS = Path(__file__).parents[1] / "stage"
PLACES = "[...immersions.picture.places()]"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """With an ear that nobody has laid out, and nothing kept."""
    path = [str(EARS), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    running = Server("--ear", "layout_ears:light")
    running.start()
    yield running
    running.stop()


def test_neurons_travel_from_the_grid_to_their_layout_while_it_plays(
    browser: Browser, own: Server, tmp_path: Path
) -> None:
    player = Player.visit(browser, own.url)
    # Every picture's progress and the first vertex's place, from here to the end.
    player.ask(
        """(() => {
          immersions.log = [];
          immersions.picture.onDrawn = ({ moved }) => immersions.log.push([
            performance.now(), moved, ...immersions.picture.places().slice(0, 2)]);
        })()"""
    )
    assert player.ask("immersions.layout.value.header.kind") == "grid"
    grid = np.asarray(player.ask(PLACES))
    player.play()
    player.dream()
    told = player.page.locator(".status").get_by_text("layout")
    told.wait_for(timeout=40_000)
    player.wait("immersions.layout.value.header.kind === 'laid'", 150)
    assert told.count() == 0
    player.wait("immersions.log.at(-1)[1] === 1")
    laid = np.asarray(player.ask(PLACES))
    assert laid.shape == grid.shape
    assert np.abs(laid - grid).max() > 0.2

    log = np.asarray(player.ask("immersions.log"))
    travelling = log[(log[:, 1] > 0) & (log[:, 1] < 1)]
    assert len(travelling) > 3
    assert 1000 < np.ptp(travelling[:, 0]) < 2500
    assert (np.diff(travelling[:, 1]) > 0).all()
    way = np.linalg.norm(laid[:2] - grid[:2])
    # It comes from where it was drawn: no leap at the beginning.
    assert np.linalg.norm(travelling[0, 2:] - grid[:2]) < 0.5 * way + 0.02

    player.wait_for_swaps(2)
    assert player.interruptions() == NONE
    assert player.problems == []
    player.page.close()

    again = Player.visit(browser, own.url)
    again.wait("immersions.layout.value.header.kind === 'laid'", 1)
    again.page.close()
    assert len(list((tmp_path / "immersions" / "layouts").iterdir())) == 1


def test_neurons_move_with_the_music(player: Player) -> None:
    """Of a bundled ear: what is drawn stands at the snapshots of the moment that is heard."""
    player.play()
    found = player.ask(
        """(async () => {
          const header = immersions.layout.value.header;
          const all = [];
          const drawn = (scene) => all.push([scene.phase, ...immersions.picture.places()]);
          immersions.picture.onDrawn = drawn;
          const seconds = immersions.state.value.seconds;
          await new Promise((resolve) => setTimeout(resolve, 1100 * seconds));
          immersions.picture.onDrawn = null;
          const some = all.filter((_, i) => i % Math.ceil(all.length / 12) === 0);
          return { header, positions: [...immersions.layout.value.positions], some };
        })()"""
    )
    snapshots = found["header"]["snapshots"]
    positions = np.reshape(found["positions"], (snapshots, -1)) / 32767
    assert snapshots > 1
    moved = []
    for phase, *places in found["some"]:
        before = int(phase * snapshots)
        share = phase * snapshots - before
        after = (before + 1) % snapshots
        expected = (1 - share) * positions[before] + share * positions[after]
        assert np.abs(expected - places).max() < 1e-4
        moved.append(np.abs(np.asarray(places) - positions[0]).max())
    assert max(moved) > 0.005
