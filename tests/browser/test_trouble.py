"""What is wrong with the dreaming stands on the page, not in a tooltip."""

from __future__ import annotations

from pathlib import Path

import pytest
from browser_server import Server
from playwright.sync_api import Browser, expect

from immersions import assets

pytestmark = pytest.mark.browser


def test_why_an_ear_cannot_be_loaded_can_be_read(
    browser: Browser, chromium: str, tmp_path: Path
) -> None:
    folder = tmp_path / "my own ear"
    folder.mkdir()
    described = (assets.ear_folder("small") / "config.json").read_bytes()
    (folder / "config.json").write_bytes(described)
    (folder / "model.safetensors").write_bytes(b"cut short")
    server = Server("--ear", str(folder))
    server.start()
    try:
        page = browser.new_page()
        page.goto(server.url)
        trouble = page.locator(".ailing")
        expect(trouble).to_contain_text("my own ear/model.safetensors", timeout=30_000)
        assert str(tmp_path) not in trouble.inner_text()
        page.get_by_label("Ear", exact=True).select_option("small")
        expect(trouble).to_have_count(0, timeout=30_000)
        page.close()
    finally:
        server.stop()
