"""Choosing by looking: what is under the pointer, boxes, lassos, modes, and listening to one."""

from __future__ import annotations

from typing import Any

import pytest
from browser_player import NONE, Player

pytestmark = pytest.mark.browser

TARGETS = "immersions.state.value.targets"
PIECES = "immersions.aim.pieces.value"
CHOSEN = f"{PIECES}.flatMap(p => [...p.neurons].flatMap((on, i) => on ? [p.layer.offset + i] : []))"


def place(player: Player, neuron: int) -> tuple[float, float]:
    """Where a neuron is on the page, in pixels."""
    x, y = player.ask(
        f"""(() => {{
          const places = immersions.picture.places();
          const {{ scaleX, scaleY, shiftX, shiftY }} = immersions.view.value;
          const [x, y] = places.slice({2 * neuron}, {2 * neuron + 2});
          return [x * scaleX + shiftX, y * scaleY + shiftY];
        }})()"""
    )
    box = player.page.locator(".network canvas").bounding_box()
    assert box is not None
    return box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]


def near(player: Player, neuron: int) -> tuple[float, float]:
    """Where a neuron is after zooming in on it: at 900 pixels a layer is but a few wide."""
    x, y = place(player, neuron)
    scale = player.ask("immersions.view.value.scaleX")
    player.page.mouse.move(x, y)
    player.page.mouse.wheel(0, -900)
    player.wait(f"immersions.view.value.scaleX > {10 * scale}")
    return place(player, neuron)


def within(player: Player, corners: list[tuple[float, float]]) -> list[int]:
    """The neurons whose places lie between two corners, by a way of our own."""
    box = player.page.locator(".network canvas").bounding_box()
    assert box is not None
    places: list[float] = player.ask("[...immersions.picture.places()]")
    view: dict[str, float] = player.ask("immersions.view.value")
    (left, right), (top, bottom) = (sorted(each) for each in zip(*corners, strict=True))
    found = []
    for neuron in range(len(places) // 2):
        x = places[2 * neuron] * view["scaleX"] + view["shiftX"]
        y = places[2 * neuron + 1] * view["scaleY"] + view["shiftY"]
        at = box["x"] + (x + 1) / 2 * box["width"], box["y"] + (1 - y) / 2 * box["height"]
        if left <= at[0] <= right and top <= at[1] <= bottom:
            found.append(neuron)
    return found


def uncovered(player: Player) -> None:
    player.page.locator(".overlay").evaluate_all(
        "all => all.forEach(each => { each.style.display = 'none'; })"
    )


def drag(player: Player, line: list[tuple[float, float]]) -> None:
    mouse = player.page.mouse
    mouse.move(*line[0])
    mouse.down()
    for x, y in line[1:]:
        mouse.move(x, y)
    mouse.up()


def layer_of(player: Player, index: int) -> dict[str, Any]:
    found: dict[str, Any] = player.ask(f"immersions.ear.value.layers.at({index})")
    return found


def use(player: Player, tool: str) -> None:
    """By the button that is seen; the radio in it is not."""
    player.page.locator(".tools label", has=player.page.get_by_label(tool, exact=True)).click()


def mode(player: Player, name: str) -> None:
    player.page.locator(".mode .segments").get_by_text(name, exact=True).click()


def test_a_neuron_under_the_pointer_tells_of_itself_and_shows_its_edges(player: Player) -> None:
    uncovered(player)
    layer = layer_of(player, 4)
    neuron = layer["offset"] + 3 * layer["pitches"] + 5
    player.page.mouse.move(*place(player, neuron))
    card = player.page.locator(".card")
    card.wait_for()
    player.wait("immersions.edges.shown.value !== null", 120)
    shown = player.ask("immersions.edges.shown.value")
    assert len(shown["neurons"]) == len(shown["weights"]) == min(200, len(shown["neurons"]))
    text = card.inner_text()
    hovered = next(
        each
        for each in player.ask("immersions.ear.value.layers")
        if each["offset"] <= shown["neuron"] < each["offset"] + each["channels"] * each["pitches"]
    )
    assert hovered["name"] in text
    assert "Hz" in text
    assert "of sound" in text
    player.wait("immersions.picture.drawCalls === 5")
    player.page.mouse.move(5, 5)
    player.wait("immersions.picture.drawCalls === 4")
    assert card.count() == 0
    assert player.problems == []


def test_a_box_takes_exactly_what_lies_in_it_and_subtract_and_add_restore(player: Player) -> None:
    uncovered(player)
    x, y = near(player, layer_of(player, -1)["offset"] + 100)
    corners = [(x - 30, y - 26), (x + 28, y + 27)]
    wanted = within(player, corners)
    assert 1 < len(wanted) < 60, "as many ranges as neurons, at the most"
    player.page.keyboard.down("Shift")
    drag(player, corners)
    player.page.keyboard.up("Shift")
    player.wait(f"{CHOSEN}.length === {len(wanted)}")
    assert sorted(player.ask(CHOSEN)) == wanted
    assert player.ask(f"{TARGETS}.length") <= 64
    layers = player.ask(f"{PIECES}.map(piece => piece.layer.name)")
    assert player.ask("immersions.aim.choice.value.layer") in layers

    whole = sorted(player.ask(CHOSEN))
    inner = [(x - 8, y - 8), (x + 8, y + 8)]
    use(player, "Box")
    mode(player, "Subtract")
    drag(player, inner)
    player.wait(f"{CHOSEN}.length < {len(whole)}")
    inside = set(within(player, inner))
    assert inside
    left = sorted(player.ask(CHOSEN))
    assert left == [neuron for neuron in whole if neuron not in inside]
    mode(player, "Add")
    drag(player, inner)
    player.wait(f"{CHOSEN}.length > {len(left)}")
    assert sorted(player.ask(CHOSEN)) == sorted(set(left) | inside)
    use(player, "Move")
    mode(player, "Replace")


def test_a_lasso_and_the_inverse_of_one_neuron(player: Player) -> None:
    uncovered(player)
    last = layer_of(player, -1)
    neuron = last["offset"] + 5
    x, y = near(player, neuron)
    use(player, "Lasso")
    drag(player, [(x - 5, y - 5), (x + 5, y - 6), (x + 6, y + 6), (x - 6, y + 5)])
    player.wait(f"{CHOSEN}.includes({neuron})")
    use(player, "Move")
    player.page.mouse.click(x, y)
    player.wait(f"{CHOSEN}.length === 1")
    name = player.ask(f"{PIECES}[0].layer.name")
    player.page.get_by_role("button", name="All the rest").click()
    total = player.ask(f"{PIECES}[0].layer.channels * {PIECES}[0].layer.pitches")
    assert player.ask(f"{CHOSEN}.length") == total - 1
    player.wait(f"{TARGETS}.every(target => target.layer === {name!r}) && {TARGETS}.length > 1")


def test_targets_are_weighed_picked_up_and_removed_one_by_one(player: Player) -> None:
    uncovered(player)
    first, second = layer_of(player, -1), layer_of(player, 4)
    player.page.mouse.click(*place(player, first["offset"] + 9))
    player.wait(f"{TARGETS}.length === 1")
    mode(player, "Add")
    player.page.mouse.click(*place(player, second["offset"] + 60))
    player.wait(f"{TARGETS}.length === 2")
    rows = player.page.locator(".targets li")
    rows.nth(1).locator("input").fill("-0.5")
    player.wait(f"{TARGETS}[1].weight === -0.5 && {TARGETS}[0].weight === 1")
    rows.nth(0).locator("button").first.click()
    player.page.get_by_label("Channel span").fill("1")
    player.wait(f"{TARGETS}[0].channel[1] === 1 && {TARGETS}.length === 2")
    assert player.ask(f"{TARGETS}[1].weight") == -0.5
    rows.nth(0).get_by_role("button", name="Remove").click()
    player.wait(f"{TARGETS}.length === 1 && {TARGETS}[0].weight === -0.5")
    mode(player, "Replace")


def test_the_picture_is_moved_by_keys_and_buttons(player: Player) -> None:
    uncovered(player)
    canvas = player.page.locator(".network canvas")
    before = player.ask("immersions.view.value")
    canvas.focus()
    player.page.keyboard.press("+")
    player.wait(f"immersions.view.value.scaleX > {1.3 * before['scaleX']}")
    near = player.ask("immersions.view.value")
    player.page.keyboard.press("ArrowLeft")
    player.wait(f"immersions.view.value.shiftX > {near['shiftX'] + 0.1}")
    player.page.get_by_role("button", name="Whole network").click()
    player.wait(f"Math.abs(immersions.view.value.scaleX - {before['scaleX']}) < 1e-6")
    player.page.get_by_role("button", name="Nearer").click()
    player.wait(f"immersions.view.value.scaleX > {1.3 * before['scaleX']}")
    player.page.get_by_role("button", name="Farther").click()
    player.wait(f"Math.abs(immersions.view.value.scaleX - {before['scaleX']}) < 1e-6")


def test_a_held_neuron_is_heard_alone_and_then_all_is_as_before(player: Player) -> None:
    player.play()
    before = player.ask("immersions.state.value")
    sound = "[...immersions.player.heard(performance.now()).loop.samples.slice(0, 2000)]"
    was = player.ask(sound)
    player.page.mouse.move(*place(player, layer_of(player, 4)["offset"] + 70))
    player.page.mouse.down()
    player.wait("immersions.solo.held.value !== null")
    player.page.locator(".solo").wait_for()
    known = before["generation"]
    heard = "immersions.player.heard(performance.now()).loop.header"
    player.wait(f"{heard}.kind === 'dream' && {heard}.generation > {known}", 120)
    assert player.ask(sound) != was
    player.page.mouse.up()
    player.wait("immersions.solo.held.value === null")
    player.wait(f"{heard}.kind === 'start' && {heard}.generation > {known}", 120)
    assert player.ask(sound) == was
    after = player.ask("immersions.state.value")
    assert {**after, "generation": 0} == {**before, "generation": 0}
    assert player.interruptions() == NONE


def test_colours_tell_the_layer_or_the_activation(player: Player) -> None:
    uncovered(player)
    player.ask(
        """(() => {
          immersions.heat = [];
          immersions.picture.onDrawn = (scene) => immersions.heat.push(scene.byActivation);
        })()"""
    )
    button = player.page.get_by_role("button", name="Colour by activation")
    assert button.get_attribute("aria-pressed") == "false"
    button.click()
    player.wait("immersions.heat.at(-1) === true")
    assert button.get_attribute("aria-pressed") == "true"
    button.click()
    player.wait("immersions.heat.at(-1) === false")


def test_in_a_light_room_silent_neurons_are_brighter(player: Player) -> None:
    player.ask(
        """(() => {
          const { gl } = immersions.picture;
          immersions.picture.onDrawn = () => {
            const pixels = new Uint8Array(4 * gl.drawingBufferWidth * gl.drawingBufferHeight);
            gl.readPixels(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight,
              gl.RGBA, gl.UNSIGNED_BYTE, pixels);
            immersions.light = pixels.reduce((sum, each) => sum + each, 0) / pixels.length;
          };
        })()"""
    )
    player.wait("immersions.light > 0")
    player.rest(0.5)
    dark = player.ask("immersions.light")
    player.page.keyboard.press("l")
    player.wait("document.querySelector('.page.light') !== null")
    player.wait(f"immersions.light > 1.02 * {dark}")
    player.page.keyboard.press("l")
    player.wait("document.querySelector('.page.light') === null")


def test_too_many_blocks_keep_the_largest_and_say_so(player: Player) -> None:
    uncovered(player)
    player.ask(
        """(() => {
          immersions.told = [];
          immersions.notices.lines.subscribe((all) => immersions.told.push(...all));
        })()"""
    )
    box = player.page.locator(".network canvas").bounding_box()
    assert box is not None
    left, right = box["x"] + 0.3 * box["width"], box["x"] + 0.7 * box["width"]
    middle = box["y"] + box["height"] / 2
    use(player, "Box")
    drag(player, [(left, middle - 60), (right, middle + 60)])
    player.wait(f"{TARGETS}.length === 64")
    use(player, "Move")
    lines = player.ask("immersions.told.map(({ line }) => line)")
    assert any("at most 64 parts: the largest were kept" in line for line in lines)
