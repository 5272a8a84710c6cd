"""Who reaches a performance that others than this machine can reach, and what they may do."""

import asyncio
import time

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from immersions.server import doorkeeper
from immersions.server.access import Access, cookies_in, kept_token, new_token
from immersions.server.app import make_app

THERE = "http://192.0.2.1:8765"
ACCESS = Access(new_token())


@pytest.fixture
def page(tmp_path):
    """A built page, as far as its addresses go."""
    (tmp_path / "assets").mkdir()
    (tmp_path / "assets" / "page.js").write_text("export {};")
    (tmp_path / "index.html").write_text("<title>the page</title>")
    (tmp_path / "stage.html").write_text("<title>the stage</title>")
    return tmp_path


@pytest.fixture
def visit(room, page):
    """A new visitor's browser, without cookies."""
    app = make_app(room, {"stage-pc"}, page, ACCESS)
    return lambda: TestClient(app, base_url=THERE)


@pytest.fixture(autouse=True)
def patience(monkeypatch):
    monkeypatch.setattr(doorkeeper, "GUESS_SECONDS", 0.05)


def enter(client, role):
    return client.get("/", params={"token": ACCESS.link_token(role)}, follow_redirects=False)


def connected(client, path, **headers):
    """A socket to where the client is; the test client itself would go elsewhere, uncookied."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    headers = {"host": "192.0.2.1:8765", "cookie": cookies, **client.headers, **headers}
    return client.websocket_connect(path, headers=headers)


def test_without_its_link_nothing_is_answered(visit):
    client = visit()
    for path in ("/", "/stage", "/assets/page.js", "/api/health", "/api/layout/x", "/nothing"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "open the one that the server printed" in answer.json()["detail"]
    assert client.post("/api/clips").status_code == 403
    with pytest.raises(WebSocketDisconnect), connected(client, "/ws"):
        pass
    token = ACCESS.link_token("performer")
    # The link works on pages alone: a socket or an upload needs the cookie.
    with pytest.raises(WebSocketDisconnect), connected(client, f"/ws?token={token}"):
        pass
    assert client.post(f"/api/clips?token={token}").status_code == 403


def test_the_link_is_exchanged_for_a_cookie_and_drops_the_token(visit):
    client = visit()
    token = ACCESS.link_token("performer")
    answer = client.get(f"/?a=1&token={token}&b=%20", follow_redirects=False)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/?a=1&b=+"
    cookie = answer.headers["Set-Cookie"]
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= set(cookie.split("; "))
    assert token not in str(answer.headers)
    assert answer.headers["Cache-Control"] == "no-store"
    assert "the page" in client.get("/").text
    assert client.get("/assets/page.js").status_code == 200
    assert client.get("/api/health").json()["status"] == "ok"
    with connected(client, "/ws", Origin=THERE) as socket:
        assert socket.receive_json()["type"] == "welcome"
        socket.send_json({"type": "set", "parameters": {"learning_rate": 0.02}})
        assert next_of(socket, "state")["state"]["parameters"]["learning_rate"] == 0.02


def next_of(socket, kind):
    while (said := socket.receive_json())["type"] != kind:
        pass
    return said


def test_a_link_on_another_site_leads_on_without_a_redirect(visit):
    """A browser keeps a strict cookie back on every redirect that another site began."""
    token = ACCESS.link_token("performer")
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = visit().get(f"/a?token={token}", headers=headers)
    assert answer.status_code == 200
    assert answer.headers["Refresh"] == "0; url=/a"
    assert answer.headers["Set-Cookie"]


@pytest.mark.parametrize("where", ["/%2F/evil.example", "/\\evil.example", "/%0d%0aX-A:1"])
def test_a_link_leads_nowhere_else(visit, where):
    token = ACCESS.link_token("performer")
    answer = visit().get(f"{where}?token={token}", follow_redirects=False)
    assert answer.status_code == 303
    location = answer.headers["Location"]
    assert location.startswith("/")
    assert not location.startswith(("//", "/\\"))
    assert "X-A" not in answer.headers


def test_a_wrong_link_or_cookie_is_one_line_and_slow(visit):
    client = visit()
    began = time.monotonic()
    answer = client.get("/", params={"token": new_token()})
    assert time.monotonic() - began >= doorkeeper.GUESS_SECONDS
    assert answer.status_code == 403
    assert answer.json()["detail"] == doorkeeper.WRONG
    other = Access(new_token())
    client.headers["Cookie"] = other.cookie("performer", "8765", secure=False).split(";")[0]
    assert client.get("/").json()["detail"] == doorkeeper.WRONG
    with pytest.raises(WebSocketDisconnect), connected(client, "/ws"):
        pass


def test_an_old_cookie_does_not_stand_in_the_way_of_the_right_link(visit):
    client = visit()
    other = Access(new_token()).cookie("performer", "8765", secure=False).split(";")[0]
    token = ACCESS.link_token("performer")
    answer = client.get("/", params={"token": token}, headers={"Cookie": other})
    assert answer.status_code == 200


def test_who_guesses_much_is_not_looked_at_and_hinders_no_other(monkeypatch):
    monkeypatch.setattr(doorkeeper, "GUESS_SECONDS", 0.3)
    keeper = doorkeeper.Doorkeeper(ACCESS)

    def asking(address, token):
        scope = {
            **{"type": "http", "method": "GET", "path": "/", "scheme": "http", "state": {}},
            **{"client": (address, 1), "headers": [(b"host", b"192.0.2.1:8765")]},
        }
        return keeper.answer({**scope, "query_string": f"token={token}".encode()})

    async def guess():
        right = ACCESS.link_token("performer")
        wrong = [asking("192.0.2.9", new_token()) for _ in range(doorkeeper.MOST_GUESSES + 3)]
        guessing = [asyncio.create_task(each) for each in wrong]
        await asyncio.sleep(0.05)
        assert (await asking("192.0.2.9", right)).status_code == 429
        assert (await asking("192.0.2.8", right)).status_code == 303
        codes = [answer.status_code for answer in await asyncio.gather(*guessing)]
        assert sorted(codes) == [403] * doorkeeper.MOST_GUESSES + [429] * 3
        assert (await asking("192.0.2.9", right)).status_code == 303

    asyncio.run(guess())


def test_a_viewer_watches_and_changes_nothing(visit, room):
    client = visit()
    link = {"token": ACCESS.link_token("viewer")}
    assert "the stage" in client.get("/stage", params=link).text
    assert "the stage" in client.get("/").text
    assert client.get("/assets/page.js").status_code == 200
    for path in ("/api/health", "/api/clips/noise/audio", "/index.html", "/docs"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert answer.json()["detail"] == "viewers watch, and change nothing"
    assert client.post("/api/clips").status_code == 403
    assert client.post("/stage").status_code == 403
    with connected(client, "/ws") as socket:
        assert socket.receive_json()["type"] == "welcome"
        check_that_nothing_changes(socket, room)


def test_a_performer_s_stage_window_is_a_viewer(visit, room):
    client = visit()
    enter(client, "performer")
    with connected(client, "/ws?view") as socket:
        check_that_nothing_changes(socket, room)


def check_that_nothing_changes(socket, room):
    before = room.first.state, room.desk
    for said in (
        {"type": "run", "running": True},
        {"type": "set", "parameters": {"learning_rate": 0.02}},
        {"type": "ear", "id": "small"},
        {"type": "open", "ear": "small"},
    ):
        socket.send_json(said)
        assert next_of(socket, "error")["message"] == "viewers watch, and change nothing"
    socket.send_json({"type": "explode"})
    assert "explode" in next_of(socket, "error")["message"]
    socket.send_json({"type": "pull", "id": 0})
    socket.send_json({"type": "restart"})
    assert next_of(socket, "error")["message"] == "viewers watch, and change nothing"
    assert (room.first.state, room.desk) == before


def test_who_performs_and_opens_the_viewers_link_still_performs(visit):
    client = visit()
    enter(client, "performer")
    enter(client, "viewer")
    assert client.get("/api/health").status_code == 200


def test_two_performances_on_a_machine_keep_their_cookies_apart(visit):
    cookies = [ACCESS.cookie("performer", port, secure=False) for port in ("8765", "8766")]
    assert len({each.split("=")[0] for each in cookies}) == 2
    assert ACCESS.cookie("viewer", "1", secure=True).endswith("; Secure")


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("192.0.2.1:8765", 403),
        ("stage-pc:8765", 403),
        ("[2001:db8::1]:8765", 403),
        ("evil.example", 403),
    ],
)
def test_numbers_and_own_names_are_asked_for_the_link_others_sent_away(visit, host, status):
    answer = visit().get("/", headers={"Host": host})
    assert answer.status_code == status
    own = "printed at its start" in answer.json()["detail"]
    assert own == (host != "evil.example")


def test_another_site_is_refused_with_a_cookie_too(visit):
    client = visit()
    enter(client, "performer")
    headers = {"Origin": "http://evil.example"}
    assert client.get("/api/health", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), connected(client, "/ws", **headers):
        pass


def test_tokens_have_256_bits_and_are_not_shown():
    token = new_token()
    assert len({new_token() for _ in range(100)}) == 100
    assert len(token) >= 43
    assert token not in repr(Access(token))
    assert ACCESS.link_token("viewer") not in (ACCESS.token, ACCESS.cookie("viewer", "1", False))


def test_cookies_are_read_as_browsers_send_them():
    assert cookies_in("a=1; b = 2;c;d=x=y") == {"a": "1", "b": "2", "c": "", "d": "x=y"}


def test_a_token_is_kept_for_its_user_alone(tmp_path):
    path = tmp_path / "state" / "token"
    token = kept_token(path)
    assert kept_token(path) == token
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_text("short")
    assert kept_token(path) not in (token, "short")
    path.unlink()
    assert kept_token(path) != token


def test_where_no_token_can_be_kept_there_is_one_all_the_same(tmp_path):
    (tmp_path / "state").write_text("a file where the folder should be")
    path = tmp_path / "state" / "token"
    assert kept_token(path) != kept_token(path)
