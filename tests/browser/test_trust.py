"""A performance that asks for its link, in a real browser: cookies, sites and policies are its."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from browser_player import NONE, SMALL, Player
from browser_server import Server
from playwright.sync_api import Browser

from immersions.server.access import Access

pytestmark = pytest.mark.browser

TOKEN = secrets.token_urlsafe(32)
VIOLATIONS = """
window.violations = [];
addEventListener("securitypolicyviolation", ({ violatedDirective }) =>
  violations.push(violatedDirective));
"""


@pytest.fixture(scope="module")
def guarded(chromium: str) -> Iterator[Server]:
    server = Server("--token", TOKEN)
    server.start()
    yield server
    server.stop()


def test_the_link_opens_a_page_that_plays_and_breaks_no_policy(
    browser: Browser, guarded: Server
) -> None:
    with browser.new_context(viewport=SMALL) as visitor:  # type: ignore[arg-type]
        visitor.add_init_script(VIOLATIONS)
        page = visitor.new_page()
        player = Player(page)
        player.listen()
        page.goto(f"{guarded.url}?token={TOKEN}")
        assert page.url == guarded.url
        assert page.evaluate("document.cookie") == ""
        player.wait("immersions.received.value > 0 && immersions.layout.value !== null")
        player.play()
        player.dream()
        player.wait_for_swaps(1)
        upload = {"name": "beat.wav", "mimeType": "audio/wav", "buffer": b"RIFF"}
        page.get_by_label("Sound file").set_input_files(upload)  # type: ignore[arg-type]
        page.locator(".notice").wait_for()
        assert "beat: expected a sound file" in page.locator(".notice").inner_text(), (
            "an upload passes the guard"
        )
        # Reloaded, it needs no token.
        page.goto(guarded.url)
        player.wait("immersions.received.value > 0")
        player.play()
        player.rest(1)
        assert player.interruptions() == NONE
        assert [each for each in player.problems if "422" not in each] == []
        assert player.ask("violations") == []
        # Lest nothing be counted at all.
        player.ask(INLINE)
        player.wait("violations.length > 0")
        assert player.ask("window.ran") is None


INLINE = """(() => {
  const script = document.createElement("script");
  script.textContent = "window.ran = true";
  document.body.append(script);
})()"""


def test_without_the_link_there_is_one_line(browser: Browser, guarded: Server) -> None:
    with browser.new_context() as stranger:
        page = stranger.new_page()
        for address in (guarded.url, f"{guarded.url}?token={secrets.token_urlsafe(32)}"):
            answer = page.goto(address)
            assert answer is not None
            assert answer.status == 403
            assert "link" in page.locator("body").inner_text()
        # A socket of any page is refused, too.
        assert (
            page.evaluate(
                f"""new Promise((resolve) => {{
              const socket = new WebSocket("{guarded.url.replace("http", "ws")}ws");
              socket.onopen = () => resolve("open");
              socket.onerror = () => resolve("refused");
            }})"""
            )
            == "refused"
        )


def test_the_other_link_only_watches(browser: Browser, guarded: Server) -> None:
    link = Access(TOKEN).link_token("viewer")
    with browser.new_context(viewport=SMALL) as viewer:  # type: ignore[arg-type]
        page = viewer.new_page()
        page.goto(f"{guarded.url}?token={link}")
        assert page.url == f"{guarded.url}stage"
        assert page.evaluate(ASK_TO_RUN) == "viewers watch, and change nothing"
        assert page.evaluate("fetch('/api/clips', {method: 'POST'}).then((r) => r.status)") == 403


ASK_TO_RUN = """new Promise((resolve) => {
  const socket = new WebSocket(`ws://${location.host}/ws`);
  socket.onopen = () => socket.send(JSON.stringify({ type: "run", running: true }));
  socket.onmessage = ({ data }) => {
    const said = typeof data === "string" ? JSON.parse(data) : {};
    if (said.type === "error") resolve(said.message);
  };
})"""


class Elsewhere(BaseHTTPRequestHandler):
    """Another site, with a link to the performance."""

    link = ""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(f'<a href="{self.link}">play</a>'.encode())

    def log_message(self, *_: object) -> None:
        pass


def test_the_link_works_from_another_site_too(browser: Browser, guarded: Server) -> None:
    """There a browser sends no strict cookie along a redirect."""
    Elsewhere.link = f"{guarded.url}?token={TOKEN}"
    site = HTTPServer(("127.0.0.1", 0), Elsewhere)
    threading.Thread(target=site.serve_forever, daemon=True).start()
    try:
        with browser.new_context(viewport=SMALL) as visitor:  # type: ignore[arg-type]
            page = visitor.new_page()
            page.goto(f"http://localhost:{site.server_port}/")
            page.get_by_text("play").click()
            player = Player(page)
            page.wait_for_url(guarded.url)
            player.wait("window.immersions?.received.value > 0")
    finally:
        site.shutdown()
        site.server_close()
