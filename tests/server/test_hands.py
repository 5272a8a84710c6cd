"""Controllers on a room: MIDI that a page passes on, and OSC over a real socket."""

import asyncio
import socket
from contextlib import asynccontextmanager

import pytest
from pythonosc.osc_message_builder import OscMessageBuilder
from rooms import EARS, Reader, playing
from starlette.testclient import TestClient

from immersions.server import addresses
from immersions.server.app import make_app
from immersions.server.hands import Wiring
from immersions.server.library import Library
from immersions.server.room import Room
from immersions.server.surface import SURFACE
from immersions.stage.controls.osc_plan import plan
from immersions.stage.controls.shelf import Shelf, bundled

pytestmark = pytest.mark.usefixtures("ears_found")
BCF = "BCF2000 MIDI 1"
NANO = "nanoKONTROL2"


class Hand(Reader):
    """A page with a controller."""

    def __init__(self, room):
        super().__init__(room)
        self.sent = {}

    async def until(self, true, seconds=90.0):
        def now():
            midi = self.heard.pop("midi", None)
            if midi is not None:
                self.sent[(midi["port"], *midi["bytes"][:2])] = midi["bytes"][2]
            return true()

        await super().until(now, seconds)

    async def ports(self, *names):
        await self.say("midi_ports", ports=list(names))
        await self.until(lambda: [each["name"] for each in self.listed()] == list(names))

    async def midi(self, port, *data, at=0.0):
        await self.say("midi", port=port, bytes=list(data), at=at)

    def listed(self):
        return self.heard.get("controllers", {"ports": []})["ports"]

    def parameters(self):
        return self.room.first.state.parameters


@asynccontextmanager
async def resting(**options):
    """A room whose decks have no process: what is turned is turned all the same."""
    room = Room(Library(), EARS, "small", threads=1, **options)
    task = asyncio.create_task(room.hands.run())
    try:
        yield Reader(room)
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await room.hands.close()


def run(tmp_path, play, dreaming=False, **wiring):
    async def go():
        kept = Wiring(folder=tmp_path, **wiring)
        async with playing("small", wiring=kept) if dreaming else resting(wiring=kept) as reader:
            await reader.until(lambda: not dreaming or "ear" in reader.heard)
            hand = Hand(reader.room)
            await reader.room.hands.open()
            await play(hand)

    asyncio.run(go())


def test_a_port_is_known_by_its_name_turns_and_follows(tmp_path):
    async def play(hand):
        await hand.ports(BCF)
        assert hand.listed()[0]["mapping"] == "behringer-bcf2000"
        await hand.until(lambda: (BCF, 0xB0, 81) in hand.sent)  # its motors go where all stands
        await hand.midi(BCF, 0xB0, 81, 127)
        assert hand.parameters()["learning_rate"] == 1
        await hand.say("set", parameters={"brightness": 50.0, "layer": 1.0})
        await hand.until(lambda: hand.sent.get((BCF, 0xB0, 1)) == 127)
        await hand.until(lambda: hand.sent.get((BCF, 0xB0, 3)) == 127)
        assert hand.sent[(BCF, 0xB0, 81)] != 127  # that one was moved there by hand

    run(tmp_path, play, dreaming=True)


def test_buttons_act(tmp_path):
    async def play(hand):
        await hand.ports("APC mini mk2 Control")
        clip = hand.room.first.state.clip
        await hand.midi("APC mini mk2 Control", 0x90, 119, 127, 0x90, 119, 0)
        await hand.until(lambda: hand.room.first.state.clip != clip)
        await hand.midi("APC mini mk2 Control", 0x90, 112, 127)
        assert hand.room.first.state.running
        await hand.until(lambda: hand.sent.get(("APC mini mk2 Control", 0x90, 112)) == 1)
        await hand.midi("APC mini mk2 Control", 0x90, 117, 127)  # there is but one target
        assert len(hand.room.first.state.targets) == 1
        await hand.midi("APC mini mk2 Control", 0x90, 116, 127)
        assert len(hand.room.first.state.targets) == 2

    run(tmp_path, play, dreaming=True)


def test_a_fader_without_a_motor_is_picked_up(tmp_path):
    async def play(hand):
        await hand.ports(NANO)
        before = hand.parameters()["mix"]
        await hand.midi(NANO, 0xB5, 20, 100)  # knob 5, any channel
        assert hand.parameters()["mix"] == before
        await hand.midi(NANO, 0xB5, 20, 0, 0xB5, 20, 64)
        assert hand.parameters()["mix"] == pytest.approx(64 / 127)

    run(tmp_path, play)


def test_what_is_learned_is_kept_forgotten_and_deleted(tmp_path):
    async def play(hand):
        await hand.ports("Box")
        await hand.say("learn", control="brightness")
        await hand.until(lambda: hand.heard["controllers"]["learning"] is not None)
        for value in (10, 12, 15):
            await hand.midi("Box", 0xB0, 20, value)
        await hand.until(lambda: hand.listed()[0]["mapping"] == "box")
        assert hand.listed()[0]["mapped"] == [
            {"control": "brightness", "deck": None, "by": "CC 20"}
        ]
        again = Shelf(SURFACE, tmp_path)
        assert again.for_port("Box") == again["box"]
        await hand.midi("Box", 0xB0, 20, 0, 0xB0, 20, 127)
        assert hand.parameters()["brightness"] == 50
        port = hand.listed()[0]["id"]
        await hand.say("save_mapping", port=port, name="Mine")
        await hand.until(lambda: hand.listed()[0]["mapping"] == "mine")
        await hand.say("forget_control", port=port, control="brightness")
        await hand.until(lambda: hand.listed()[0]["mapped"] == [])
        await hand.say("choose_mapping", port=port, mapping="box")
        await hand.until(lambda: len(hand.listed()[0]["mapped"]) == 1)
        await hand.say("delete_mapping", mapping="box")
        await hand.until(lambda: hand.listed()[0]["mapping"] == "mine")
        assert sorted(each.name for each in tmp_path.iterdir()) == ["mine.toml", "ports.json"]
        await hand.say("choose_mapping", port=port, mapping=None)
        await hand.until(lambda: hand.listed()[0]["mapping"] is None)
        await hand.say("choose_mapping", port=port, mapping="eight-faders")
        await hand.until(lambda: hand.listed()[0]["mapping"] == "eight-faders")
        assert Shelf(SURFACE, tmp_path, bundled(SURFACE)).choices() == {"Box": "eight-faders"}

    run(tmp_path, play)


def test_a_bundled_mapping_that_learns_becomes_ones_own(tmp_path):
    async def play(hand):
        await hand.ports(BCF)
        await hand.say("learn", control="dream", deck=1)
        await hand.midi(BCF, 0x90, 60, 127)
        await hand.until(lambda: hand.listed()[0]["mapping"] == "bcf2000-midi-1")
        mapped = hand.listed()[0]["mapped"]
        assert {"control": "dream", "deck": 1, "by": "note 60"} in mapped
        assert {"control": "layer", "deck": None, "by": "CC 3"} in mapped

    run(tmp_path, play)


WRONG = [
    ("learn", {"control": "lever"}, "unknown control 'lever'"),
    ("choose_mapping", {"port": "none", "mapping": None}, "no MIDI port 'none'"),
    ("delete_mapping", {"mapping": "eight-faders"}, "no mapping of yours"),
    ("focus", {"deck": 3}, "deck 3 is not open"),
    ("midi", {"port": "Box", "bytes": [256], "at": 0}, "less than or equal to 255"),
]


def test_what_cannot_be_is_one_line(tmp_path):
    async def play(hand):
        for kind, body, said in WRONG:
            hand.heard.pop("error", None)
            await hand.say(kind, **body)
            await hand.until(lambda: "error" in hand.heard)
            assert said in hand.heard["error"]["message"]

    run(tmp_path, play)


def test_a_button_cannot_become_a_fader(tmp_path):
    async def play(hand):
        await hand.ports("Box")
        await hand.say("learn", control="brightness")
        await hand.midi("Box", 0x90, 60, 127)
        await hand.until(lambda: "error" in hand.heard)
        assert "got a button" in hand.heard["error"]["message"]
        await hand.until(lambda: hand.heard["controllers"]["learning"] is None)

    run(tmp_path, play)


def test_a_controller_plays_the_deck_in_hand(tmp_path):
    async def play(hand):
        await hand.ports(NANO)
        await hand.say("open", ear="small")
        await hand.until(lambda: "decks" in hand.heard)
        await hand.midi(NANO, 0xB0, 33, 127)  # S of the second channel
        await hand.until(lambda: hand.heard.get("focus", {}).get("deck") == 1)
        await hand.midi(NANO, 0xB0, 41, 127)  # play
        assert [deck.state.running for deck in hand.room.decks.values()] == [False, True]
        await hand.midi(NANO, 0xB0, 41, 0, 0xB0, 64, 127)  # R of the first
        assert [deck.state.running for deck in hand.room.decks.values()] == [True, True]
        await hand.until(lambda: hand.sent.get((NANO, 0xB0, 65)) == 127)
        await hand.say("close", deck=1)
        await hand.midi(NANO, 0xB0, 41, 0, 0xB0, 41, 127)
        assert not hand.room.first.state.running

    run(tmp_path, play)


def test_ports_go_with_their_page(tmp_path):
    async def play(hand):
        other = Hand(hand.room)
        await other.ports(BCF)
        await hand.say("midi_ports", ports=[NANO])
        await hand.until(lambda: len(hand.listed()) == 2)
        hand.room.leave(other.outbox)
        await hand.until(lambda: [each["name"] for each in hand.listed()] == [NANO])

    run(tmp_path, play)


@pytest.mark.parametrize("followed", [False, True])
def test_the_clock_of_this_machine_sets_the_tempo_where_that_was_asked(tmp_path, followed):
    async def play(hand):
        assert hand.room.desk["tempo_sync"] == 0
        hand.room.hands._come("Clock")  # as the machine's ports tell
        for pulse in range(200):
            # Timed as a device would: this machine may be busy.
            hand.room.hands._engine.receive("machine: Clock", b"\xf8", 0.0, at=pulse / 48)
        assert hand.room.desk["tempo_sync"] == followed

    run(tmp_path, play, machine=False, clock=followed)


def test_osc_turns_the_room_and_is_told(tmp_path):
    out = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    out.bind(("127.0.0.1", 0))
    out.setblocking(False)

    async def play(hand):
        said = OscMessageBuilder("/immersions/brightness/value")
        said.add_arg(12.5)
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.sendto(said.build().dgram, hand.room.hands.osc_address)
            await hand.until(lambda: hand.parameters()["brightness"] == 12.5)
            sender.sendto(b"/immersions/nothing\0", hand.room.hands.osc_address)
        await hand.until(lambda: "error" in hand.heard)
        assert "no control has this address" in hand.heard["error"]["message"]
        told = await asyncio.wait_for(asyncio.get_running_loop().sock_recv(out, 65536), 30)
        assert told.startswith(b"#bundle")
        assert b"/immersions/learning_rate" in told

    with out:
        told = f"127.0.0.1:{out.getsockname()[1]}"
        run(tmp_path, play, osc=plan("0", told))


def test_machine_ports_that_cannot_be_are_one_line(tmp_path, monkeypatch, capfd):
    monkeypatch.setattr("immersions.stage.controls.ports.SEQUENCER", tmp_path / "seq")

    async def play(hand):
        await asyncio.sleep(0.2)
        said = capfd.readouterr().err
        assert said.startswith("immersions: MIDI: ")
        assert said.count("\n") == 1

    run(tmp_path, play, machine=True)


def test_bundled_mappings_fit_the_list_of_controls():
    names = [each.name for each in bundled(SURFACE)]
    assert names == ["Akai APC mini mk2", "Behringer BCF2000", "Eight faders", "Korg nanoKONTROL2"]


def test_a_mapping_is_downloaded_by_its_id_alone(tmp_path):
    room = Room(Library(), EARS, "small", 1, wiring=Wiring(folder=tmp_path))
    client = TestClient(make_app(room), base_url="http://127.0.0.1")
    answer = client.get("/api/mappings/eight-faders")
    assert answer.status_code == 200
    assert answer.text.startswith('name = "Eight faders"')
    (tmp_path.parent / "secret.toml").write_text("name = 'secret'")
    assert client.get("/api/mappings/..%2Fsecret").status_code == 404


def test_the_documented_addresses_are_current():
    assert addresses.main(["--check"]) == 0
