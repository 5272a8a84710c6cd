"""What pages are told while an ear that has no layout is laid out."""

import asyncio
import json
import os
import struct
import urllib.error
import urllib.request
from pathlib import Path

import numpy as np
import pytest
from listening import a_page

EARS = Path(__file__).parents[1] / "stage"


@pytest.fixture
def own(tmp_path, monkeypatch, begin):
    """A performance of an ear that nobody has laid out, and nothing is kept."""
    path = [str(EARS), os.environ.get("PYTHONPATH", "")]
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, path)))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with begin("--ear", "layout_ears:light") as running:
        yield running


def layout_of(performance, ear):
    """The header and the positions that the server answers."""
    address = performance.address.rstrip("/") + ear["layout_url"]
    with urllib.request.urlopen(address, timeout=20) as answer:
        told = answer.read()
    (length,) = struct.unpack("<I", told[:4])
    header = json.loads(told[4 : 4 + length])
    positions = np.frombuffer(told[-(-(4 + length) // 4) * 4 :], "<i2")
    return header, positions.reshape(header["snapshots"], header["vertices"], 2)


async def asked(performance, ear):
    return await asyncio.to_thread(layout_of, performance, ear)


def test_a_grid_then_progress_then_the_layout_whatever_ear_listens_meanwhile(own):
    async def play():
        async with a_page(own.socket) as page:
            await page.until(lambda page: "ear" in page.heard)
            ear = page.heard["ear"]
            header, positions = await asked(own, ear)
            assert (header["kind"], header["hash"]) == ("grid", ear["hash"])
            assert positions.shape == (1, ear["neurons"], 2)
            await page.until(lambda page: "layout" in page.heard)
            assert page.heard["layout"]["hash"] == ear["hash"]
            async with a_page(own.socket) as late:
                await late.until(lambda page: "layout" in page.heard)
                assert late.heard["layout"]["going"] == "computing"

            await page.say("ear", id="small")
            await page.until(lambda page: page.heard["ear"]["id"] == "small")
            small = page.heard["ear"]
            header, _ = await asked(own, small)
            assert (header["kind"], header["hash"]) == ("laid", small["hash"])
            with pytest.raises(urllib.error.HTTPError, match="404"):
                await asked(own, ear)

            await page.until(lambda page: page.heard["layout"]["going"] == "ready", 240)
            assert page.heard["layout"]["hash"] == ear["hash"] != small["hash"]
            await page.say("ear", id=ear["id"])
            await page.until(lambda page: page.heard["ear"]["id"] == ear["id"])
            header, positions = await asked(own, ear)
            assert header["kind"] == "laid"
            assert positions.shape == (header["snapshots"], ear["neurons"], 2)
            assert page.errors == []
            async with a_page(own.socket) as later:
                await later.until(lambda page: "ear" in page.heard)
                await asyncio.sleep(0.5)
                assert "layout" not in later.heard

    asyncio.run(play())
