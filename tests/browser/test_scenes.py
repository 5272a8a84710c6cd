"""Scenes, undo and the keys in a real browser, on a real server."""

from __future__ import annotations

import pytest
from browser_player import Player

pytestmark = pytest.mark.browser


def turn(player: Player, value: float) -> None:
    player.ask(f"immersions.send({{ type: 'set', parameters: {{ learning_rate: {value} }} }})")
    player.wait(f"immersions.state.value.parameters.learning_rate === {value}")


def test_scenes_by_pad_and_by_key_and_the_way_back(player: Player) -> None:
    page = player.page
    turn(player, 0.25)
    page.get_by_role("tab", name="Scenes").click()
    page.get_by_role("button", name="Store", exact=True).click()
    pad = page.get_by_role("button", name="Scene 1", exact=False).first
    pad.wait_for()
    page.get_by_role("button", name="Rename Scene 1").click()
    page.get_by_label("Name of scene 1").fill("Intro")
    page.keyboard.press("Enter")
    player.wait("immersions.memory.scenes.value[0]?.name === 'Intro'")
    player.rest(1.1)
    turn(player, 0.5)
    player.wait("immersions.memory.recalled.value === null")

    page.locator("body").click(position={"x": 5, "y": 5})
    page.keyboard.press("Shift+Digit1")
    player.wait("immersions.state.value.parameters.learning_rate === 0.25")
    player.wait("immersions.memory.recalled.value === 0")
    page.keyboard.press("Control+z")
    player.wait("immersions.state.value.parameters.learning_rate === 0.5")
    page.keyboard.press("Control+Shift+Z")
    player.wait("immersions.state.value.parameters.learning_rate === 0.25")
    page.get_by_role("button", name="Undo").click()
    player.wait("immersions.state.value.parameters.learning_rate === 0.5")

    page.get_by_role("slider", name="Morph").fill("0.26")  # of a scale whose square counts: 2 s
    player.wait("immersions.memory.seconds.value === 2")
    pads = page.locator(".pads > li > button.pad")
    pads.first.click()
    player.wait("immersions.memory.morphing.value")
    player.wait("!immersions.memory.morphing.value")
    assert player.ask("immersions.state.value.parameters.learning_rate") == 0.25
    turn(player, 0.75)
    pads.first.click(modifiers=["Shift"])
    player.wait("immersions.memory.recalled.value === 0")
    turn(player, 0.1)
    page.get_by_role("slider", name="Morph").fill("0")
    pads.first.click()
    player.wait("immersions.state.value.parameters.learning_rate === 0.75")
    page.get_by_role("button", name="Delete Intro").click()
    player.wait("immersions.memory.scenes.value.length === 0")
    assert player.problems == []


def test_a_fader_in_hand_follows_what_is_undone(player: Player) -> None:
    page = player.page
    page.get_by_role("tab", name="Dream").click()
    fader = page.locator("[data-parameter=learning_rate]")
    before = fader.input_value()
    known = player.ask("immersions.memory.steps.value.undo")
    fader.fill("0.9")
    player.wait(f"immersions.memory.steps.value.undo === {known + 1}")
    page.get_by_role("button", name="Undo").click()
    player.wait(f"document.querySelector('[data-parameter=learning_rate]').value === '{before}'")


def test_the_sheet_of_keys_and_the_tour(player: Player) -> None:
    page = player.page
    page.keyboard.press("?")
    page.get_by_role("dialog", name="Keys").wait_for()
    page.keyboard.press("Escape")
    player.wait("!immersions.guide.sheet.value")
    page.get_by_role("button", name="First time here? Take the tour").click()
    tour = page.get_by_role("dialog", name="Tour")
    stops = 0
    while tour.is_visible():
        assert page.locator(".tour-mark").is_visible(), f"stop {stops + 1} marks nothing"
        page.keyboard.press("Enter")
        player.rest(0.4)
        stops += 1
    assert 4 <= stops <= 6
    assert page.get_by_role("button", name="First time here?").count() == 0
    page.get_by_role("button", name="Keys and tour").click()
    page.get_by_role("button", name="Take the tour").click()
    tour.wait_for()
    page.keyboard.press("Escape")
    player.wait("immersions.guide.stop.value === null")
    page.reload()
    player.wait("window.immersions?.received.value > 0")
    assert not player.ask("immersions.guide.inviting.value")


def test_the_first_changed_loop_takes_no_more_than_three_clicks(player: Player) -> None:
    clicks = 0
    for name in ("Play the loop", "Dream"):
        player.page.get_by_role("button", name=name, exact=True).click()
        clicks += 1
    player.wait("immersions.playing.value?.header.kind === 'dream'")
    assert clicks <= 3
    begun = player.ask("performance.now()")
    player.ask("immersions.deck.value.latency.measured.value = null")
    player.ask("immersions.send({ type: 'set', parameters: { learning_rate: 0.3 } })")
    player.wait("immersions.deck.value.latency.measured.value !== null")
    passed = player.ask("performance.now()") - begun
    assert 0 < player.ask("immersions.deck.value.latency.measured.value") < passed
    change = player.page.locator("[data-status=change] dd")
    assert change.inner_text().endswith(" s")
