"""Virtual MIDI devices at a real page: they turn, learn, act, and are told."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browser_player import Player
from browser_server import Server
from playwright.sync_api import Browser, Page

pytestmark = pytest.mark.browser

FAKE = Path(__file__).parents[2] / "web" / "node_modules" / "web-midi-test" / "wmt.js"
FADERS = "immersions.state.value.parameters"
DEVICES = """
  Object.defineProperty(navigator, 'requestMIDIAccess', { value: WMT.requestMIDIAccess });
  window.told = {};
  window.plug = (name) => {
    const source = new WMT.MidiSrc(name);
    const destination = new WMT.MidiDst(name);
    destination.receive = (bytes) => {
      window.told[`${name} ${bytes[0]} ${bytes[1]}`] = bytes[2];
    };
    destination.connect();
    source.connect();
    return source;
  };
  window.box = window.plug('Box');
"""


def devices(page: Page) -> None:
    page.add_init_script(path=FAKE)
    page.add_init_script(DEVICES)


@pytest.fixture(scope="module")
def midi_server(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """With a folder of its own for what is learned."""
    assert FAKE.is_file(), f"{FAKE} is missing: run make web"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_CONFIG_HOME", str(tmp_path_factory.mktemp("config")))
        running = Server()
        running.start()
    try:
        running.wait_for_worker()
        yield running
    finally:
        running.stop()


@pytest.fixture
def player(browser: Browser, midi_server: Server) -> Iterator[Player]:
    visited = Player.visit(browser, midi_server.url, {"width": 1280, "height": 800}, devices)
    visited.page.get_by_role("tab", name="MIDI").click()
    yield visited
    visited.reset()
    visited.page.close()


def use_midi(player: Player) -> None:
    player.page.get_by_role("button", name="Use MIDI").click()
    player.wait("immersions.hands.controllers.value.ports.length > 0")


def emit(player: Player, *data: int, device: str = "box") -> None:
    player.ask(f"{device}.emit({list(data)})")


def learn(player: Player, label: str, *messages: tuple[int, ...]) -> None:
    player.page.get_by_role("button", name=f"Learn {label}", exact=True).click()
    player.wait("immersions.hands.controllers.value.learning !== null")
    for message in messages:
        emit(player, *message)
    player.wait("immersions.hands.controllers.value.learning === null")


def test_nothing_is_asked_before_a_click(player: Player) -> None:
    assert player.ask("immersions.hands.midi.value") == "off"
    assert player.ask("immersions.hands.controllers.value.ports.length") == 0
    player.ask("WMT.midi = false")
    player.page.get_by_role("button", name="Use MIDI").click()
    player.page.get_by_text("No MIDI:").wait_for()
    player.ask("WMT.midi = true")
    use_midi(player)
    assert player.page.get_by_label("Port", exact=True).input_value().endswith(": Box")


def test_a_motor_fader_turns_and_is_told(player: Player) -> None:
    use_midi(player)
    player.ask("window.bcf = plug('BCF2000')")
    player.wait("told['BCF2000 176 81'] !== undefined")
    emit(player, 0xB0, 82, 127, device="bcf")
    player.wait(f"{FADERS}.mix === 1")
    player.page.get_by_role("tab", name="Dream").click()
    player.page.locator("[data-parameter=brightness]").fill("1")
    player.wait("told['BCF2000 176 1'] === 127")
    emit(player, 0xB0, 82, 0, device="bcf")
    player.wait(f"{FADERS}.mix === 0")
    player.ask("bcf.disconnect()")
    player.wait("immersions.hands.controllers.value.ports.length === 1")


def test_a_controller_is_learned_and_picked_up(player: Player) -> None:
    use_midi(player)
    learn(player, "Time shift", (0xB0, 7, 30), (0xB0, 7, 40))
    player.page.get_by_role("button", name="Forget CC 7 for Time shift").wait_for()
    before = player.ask(f"{FADERS}.time_shift")
    emit(player, 0xB0, 7, 100)
    player.rest(0.3)
    assert player.ask(f"{FADERS}.time_shift") == before  # it stands elsewhere
    emit(player, 0xB0, 7, 0)
    emit(player, 0xB0, 7, 127)
    player.wait(f"{FADERS}.time_shift === 4")
    player.page.get_by_role("button", name="Forget CC 7 for Time shift").click()
    mapped = "immersions.hands.controllers.value.ports[0].mapped"
    player.wait(f"!{mapped}.some(({{ control }}) => control === 'time_shift')")
    assert player.problems == []


def test_a_control_that_is_touched_is_learned(player: Player) -> None:
    use_midi(player)
    player.page.get_by_label("Learn by touch").check()
    player.page.get_by_role("tab", name="Dream").click()
    player.page.get_by_label("Pitch span").focus()
    player.wait("immersions.hands.controllers.value.learning?.control === 'pitch_span'")
    player.ask("[1, 1, 127, 127, 1].forEach((value) => box.emit([0xb0, 20, value]))")
    mapped = "immersions.hands.controllers.value.ports[0].mapped"
    player.wait(f"{mapped}.some(({{ by }}) => by === 'CC 20, endless')")
    was = player.ask("immersions.state.value.targets.at(-1).pitch[1]")
    for _ in range(16):
        emit(player, 0xB0, 20, 127 if was > 0.5 else 1)
    player.wait(f"Math.abs(immersions.state.value.targets.at(-1).pitch[1] - {was}) > 0.12")
    player.page.get_by_role("tab", name="MIDI").click()
    player.page.get_by_label("Learn by touch").uncheck()


def test_a_note_acts_and_a_lamp_is_lit(player: Player) -> None:
    use_midi(player)
    player.ask("window.apc = plug('APC mini mk2 Control')")
    player.wait("immersions.hands.controllers.value.ports.length === 2")
    emit(player, 0x90, 112, 127, device="apc")
    emit(player, 0x80, 112, 0, device="apc")
    player.wait("immersions.state.value.running")
    player.wait("told['APC mini mk2 Control 144 112'] === 1")
    player.wait("told['APC mini mk2 Control 150 0'] === 21")
    clip = player.ask("immersions.state.value.clip")
    emit(player, 0x90, 119, 127, device="apc")
    player.wait(f"immersions.state.value.clip !== {clip!r}")


def test_a_mapping_is_kept_and_downloaded(player: Player) -> None:
    use_midi(player)
    learn(player, "Start again", (0x90, 60, 100))
    player.page.get_by_label("Save as").fill("Evening")
    player.page.get_by_role("button", name="Save", exact=True).click()
    player.wait("immersions.hands.controllers.value.ports[0].mapping === 'evening'")
    with player.page.expect_download() as download:
        player.page.get_by_role("link", name="Download").click()
    told = download.value.path().read_text()
    assert 'name = "Evening"' in told
    assert 'control = "restart"' in told
    player.page.get_by_role("button", name="Delete", exact=True).click()
    player.wait("immersions.hands.controllers.value.ports[0].mapping !== 'evening'")
