"""Choosing neurons: in the panel, in the picture, in the scalogram."""

from __future__ import annotations

import pytest
from browser_player import Player

pytestmark = pytest.mark.browser

TARGETS = "immersions.state.value.targets"


def choose_layer(player: Player, index: int) -> str:
    name: str = player.ask(f"immersions.ear.value.layers[{index}].name")
    player.page.get_by_label("Layer", exact=True).select_option(name)
    player.wait(f"{TARGETS}.length === 1 && {TARGETS}[0].layer === {name!r}")
    return name


def test_a_choice_replaces_or_is_added_and_can_be_removed(player: Player) -> None:
    first = choose_layer(player, 2)
    player.page.locator(".segments").get_by_text("Add", exact=True).click()
    second = player.ask("immersions.ear.value.layers[4].name")
    player.page.get_by_label("Layer", exact=True).select_option(second)
    player.rest(0.3)
    assert player.ask(f"{TARGETS}.map(target => target.layer)") == [first]
    player.page.get_by_role("button", name="Add choice").click()
    player.wait(f"{TARGETS}.length === 2")
    player.page.get_by_role("button", name=f"Remove {first}").click()
    player.wait(f"{TARGETS}.length === 1 && {TARGETS}[0].layer === {second!r}")


def test_a_layer_that_hears_more_than_the_loop_says_so(player: Player) -> None:
    """In this test the deepest layer hears six seconds."""
    player.ask(
        """(() => {
          const ear = immersions.ear.value;
          const layers = ear.layers.map((layer, n) => n === ear.layers.length - 1
            ? { ...layer, hears: 6 } : layer);
          immersions.deck.value.ear.value = { ...ear, layers };
        })()"""
    )
    said = player.page.locator(".target").get_by_text("more than the loop's")
    choose_layer(player, 2)
    assert said.count() == 0
    last = player.ask("immersions.ear.value.layers.length") - 1
    choose_layer(player, last)
    said.wait_for()
    assert said.inner_text().startswith("hears 6.0")


def test_faders_and_the_mark_in_the_picture_agree(player: Player) -> None:
    name = choose_layer(player, 3)
    span = player.page.get_by_label("Channel span")
    span.fill("0")
    player.page.get_by_label("Channel position").fill("1")
    player.wait(f"{TARGETS}[0].channel[0] === 1 && {TARGETS}[0].channel[1] === 0")
    layer = player.ask(f"immersions.ear.value.layers.find(layer => layer.name === {name!r})")
    listed = player.page.locator(".targets li").inner_text()
    assert f"{name}[{layer['channels'] - 1}," in listed


def test_a_click_takes_the_neuron_under_the_pointer(player: Player) -> None:
    """The last neuron of all, in the deepest layer."""
    where = player.ask(
        """(() => {
          const places = immersions.picture.places();
          const { scaleX, scaleY, shiftX, shiftY } = immersions.view.value;
          const at = places.length - 2;
          return [places[at] * scaleX + shiftX, places[at + 1] * scaleY + shiftY];
        })()"""
    )
    player.page.locator(".overlay").evaluate("each => { each.style.display = 'none'; }")
    box = player.page.locator(".network canvas").bounding_box()
    assert box is not None
    x = box["x"] + (where[0] + 1) / 2 * box["width"]
    y = box["y"] + (1 - where[1]) / 2 * box["height"]
    player.page.mouse.click(x, y)
    layer = player.ask("immersions.ear.value.layers.at(-1)")
    player.wait(f"{TARGETS}.length === 1 && {TARGETS}[0].layer === {layer['name']!r}")
    target = player.ask(f"{TARGETS}[0]")
    assert target["channel"][1] == 0 or layer["channels"] == 1
    assert int(target["channel"][0] * layer["channels"]) == layer["channels"] - 1


def test_dragging_across_the_scalogram_chooses_time(player: Player) -> None:
    choose_layer(player, 0)
    box = player.page.locator(".plot.selectable").bounding_box()
    assert box is not None
    top, left = box["y"] + 10, box["x"]
    player.page.mouse.move(left + 0.25 * box["width"], top)
    player.page.mouse.down()
    player.page.mouse.move(left + 0.5 * box["width"], top + box["height"] / 2, steps=4)
    player.page.mouse.up()
    player.wait(f"{TARGETS}[0].time[1] < 0.5 && {TARGETS}[0].pitch[1] < 0.8")
    position, span = player.ask(f"{TARGETS}[0].time")
    assert position * (1 - span) == pytest.approx(0.25, abs=0.02)
    assert span == pytest.approx(0.25, abs=0.02)
