"""MIDI ports of this machine, by the optional package rtmidi2; they may come and go."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import importlib.util
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

POLL_SECONDS = 2.0
SEQUENCER = Path("/dev/snd/seq")
CLIENT = "immersions"


def trouble() -> str:
    """Why this machine has no MIDI ports, in one line; nothing where it may have some."""
    if importlib.util.find_spec("rtmidi2") is None:
        return "MIDI: needs rtmidi2: pip install 'immersions[midi]'"
    if sys.platform.startswith("linux") and not SEQUENCER.exists():
        return (
            f"MIDI: this machine has no ALSA sequencer ({SEQUENCER} is missing): "
            "modprobe snd-seq, or use the page's Controllers"
        )
    return ""


class MachinePorts:
    """Every MIDI port of this machine. The callbacks are called in the event loop.

    `on_come` and `on_go` are given a port's name, `on_bytes` also what it
    sent, and when it came, in `time.monotonic`.
    """

    def __init__(
        self,
        on_come: Callable[[str], None],
        on_go: Callable[[str], None],
        on_bytes: Callable[[str, bytes, float], None],
    ) -> None:
        self._on_come, self._on_go, self._on_bytes = on_come, on_go, on_bytes
        self._inputs: dict[str, Any] = {}
        self._outputs: dict[str, Any] = {}

    async def run(self) -> None:
        """Look after the ports until cancelled. `OSError`, one line, where there can be none."""
        if line := trouble():
            raise OSError(line)
        try:
            while True:
                await self._look()
                await asyncio.sleep(POLL_SECONDS)
        finally:
            for name in tuple(self._inputs):
                self._close(name)

    def send(self, name: str, data: bytes) -> None:
        """Send a message to a port's output, where it has one and is still there."""
        output = self._outputs.get(name)
        if output is not None:
            with contextlib.suppress(RuntimeError, OSError):
                output.send_raw(*data)

    async def _look(self) -> None:
        rtmidi = importlib.import_module("rtmidi2")
        try:
            # Some systems take their time to tell.
            found = await asyncio.to_thread(rtmidi.get_in_ports)
            outputs = await asyncio.to_thread(rtmidi.get_out_ports)
        except RuntimeError as error:
            raise OSError(f"MIDI: {' '.join(str(error).split())}") from None
        there = {each: number for number, each in enumerate(found) if CLIENT not in each}
        for name in [each for each in self._inputs if each not in there]:
            self._close(name)
            self._on_go(name)
        for name, number in there.items():
            if name not in self._inputs:
                with contextlib.suppress(RuntimeError, OSError):
                    self._open(rtmidi, name, number, outputs)
                    self._on_come(name)

    def _open(self, rtmidi: Any, name: str, number: int, outputs: list[str]) -> None:
        loop = asyncio.get_running_loop()
        port = rtmidi.MidiIn(CLIENT)
        port.ignore_types(midi_sysex=True, midi_time=False, midi_sense=True)

        def heard(message: list[int], _: float) -> None:
            # In a thread of rtmidi's, which keeps a clock's time better than a busy loop does; the
            # loop may have ended.
            at = time.monotonic()
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._on_bytes, name, bytes(message), at)

        port.callback = heard
        port.open_port(number)
        self._inputs[name] = port
        same = next((at for at, each in enumerate(outputs) if _stem(each) == _stem(name)), None)
        if same is not None:
            output = rtmidi.MidiOut(CLIENT)
            output.open_port(same)
            self._outputs[name] = output

    def _close(self, name: str) -> None:
        for port in (self._inputs.pop(name, None), self._outputs.pop(name, None)):
            if port is not None:
                with contextlib.suppress(RuntimeError, OSError):
                    port.close_port()


def _stem(name: str) -> str:
    """A port's name without the numbers that tell its input from its output."""
    return name.rstrip("0123456789: ").strip()
