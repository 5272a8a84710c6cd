"""The page itself: small, of one piece, with a control for everything that can be turned."""

from __future__ import annotations

import gzip
import math
from urllib.parse import urlsplit

import pytest
from browser_player import Player
from browser_server import Server

from immersions.dreaming import PARAMETERS
from immersions.parameters import Parameter
from immersions.server.app import PAGE
from immersions.stage.hand import HAND

pytestmark = pytest.mark.browser

LARGEST_PAGE = 300_000  # bytes, compressed


def test_loads_from_its_server_alone_without_an_error(player: Player, server: Server) -> None:
    player.play()
    player.rest(1)
    assert player.problems == []
    assert {urlsplit(address).port for address in player.addresses} == {server.port}


def test_is_small_and_holds_no_script_of_its_own() -> None:
    files = [path for path in PAGE.rglob("*") if path.is_file()]
    assert any(path.suffix == ".js" for path in files)
    assert sum(len(gzip.compress(path.read_bytes())) for path in files) < LARGEST_PAGE
    html = (PAGE / "index.html").read_text()
    assert "<script" in html
    assert all("src=" in tag.split(">")[0] for tag in html.split("<script")[1:])


def travelled(parameter: Parameter) -> float:
    """How far from 0 to 1 a fader stands at the default."""
    if parameter.curve == "logarithmic":
        return math.log(parameter.default / parameter.minimum) / math.log(
            parameter.maximum / parameter.minimum
        )
    return (parameter.default - parameter.minimum) / (parameter.maximum - parameter.minimum)


def test_has_exactly_the_declared_controls(player: Player) -> None:
    controls = player.page.locator("[data-parameter]")
    names = controls.evaluate_all("all => all.map(each => each.dataset.parameter)")
    hand = [parameter.name for parameter in HAND]
    assert names == ["dream", *hand, *(parameter.name for parameter in PARAMETERS)]
    for parameter in PARAMETERS:
        control = player.page.locator(f"[data-parameter={parameter.name}]")
        if parameter.curve == "switch":
            assert control.is_checked() == bool(parameter.default)
        else:
            position = float(control.input_value())
            assert position == pytest.approx(travelled(parameter), abs=0.002)
        label = parameter.label or parameter.name.replace("_", " ")
        told = control.evaluate("each => each.labels[0].textContent")
        assert told.lower() == label.lower()
        assert parameter.description in (control.get_attribute("aria-description") or "")


def test_every_control_has_a_name_and_a_tooltip(player: Player) -> None:
    controls = player.page.locator("button, select, input")
    assert controls.count() > 20
    nameless = controls.evaluate_all(
        """all => all.filter(each => !(each.ariaLabel || each.labels?.[0]?.textContent
             || each.textContent.trim())).map(each => each.outerHTML)"""
    )
    assert nameless == []
    unexplained = controls.evaluate_all(
        "all => all.filter(e => !e.closest('[title]') && e.tabIndex >= 0).map(e => e.outerHTML)"
    )
    assert unexplained == []


def test_names_all_layers_and_offers_six_range_controls(player: Player) -> None:
    layers = player.ask("immersions.ear.value.layers.map(layer => layer.name)")
    options = player.page.get_by_label("Layer", exact=True).locator("option").all_inner_texts()
    assert options == layers
    assert player.page.locator(".labels button").all_inner_texts() == layers
    for axis in ("Channel", "Pitch", "Time"):
        for what in ("position", "span"):
            assert player.page.get_by_label(f"{axis} {what}").count() == 1


def test_offers_clips_silence_noise_and_upload(player: Player) -> None:
    values = (
        player.page.get_by_label("Clip", exact=True)
        .locator("option")
        .evaluate_all("all => all.map(each => each.value)")
    )
    assert {"silence", "noise"} < set(values)
    assert len(values) >= 14
    assert player.page.get_by_role("button", name="Upload a sound").is_visible()
