import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

HERE = "http://127.0.0.1:8765"


@pytest.fixture
def client(app):
    return TestClient(app, base_url=HERE)


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST", "[::1]:8765"])
def test_this_machine_s_names_are_answered(client, host):
    assert client.get("/api/health", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8765",
        "127.0.0.1.evil.example",
        "localhost@evil.example",
        "",
        "a:b",
    ],
)
def test_another_host_is_refused(client, host):
    answer = client.get("/api/health", headers={"Host": host})
    assert answer.status_code == 403
    assert "\n" not in answer.json()["detail"]
    with (
        pytest.raises(WebSocketDisconnect),
        client.websocket_connect("/ws", headers={"Host": host}),
    ):
        pass


@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8765"]
)
def test_another_origin_is_refused_even_one_of_this_machine(client, origin):
    headers = {"Host": "127.0.0.1:8765", "Origin": origin}
    assert client.get("/api/health", headers=headers).status_code == 403
    assert client.post("/api/clips", headers=headers).status_code == 403
    with pytest.raises(WebSocketDisconnect), client.websocket_connect("/ws", headers=headers):
        pass


def test_the_page_s_own_origin_is_welcome(client):
    headers = {"Host": "127.0.0.1:8765", "Origin": HERE}
    assert client.get("/api/health", headers=headers).status_code == 200
    with client.websocket_connect("/ws", headers=headers) as socket:
        assert socket.receive_json()["type"] == "welcome"


def test_every_answer_carries_the_headers_that_protect(client):
    for path in ("/", "/api/health", "/nothing"):
        headers = client.get(path).headers
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = dict(rule.split(" ", 1) for rule in headers["Content-Security-Policy"].split("; "))
        assert policy["default-src"] == "'none'"
        assert "unsafe-inline" not in policy["script-src"]
        assert "unsafe-eval" not in policy["script-src"].replace("wasm-unsafe-eval", "")
        assert policy["frame-ancestors"] == "'none'"


def test_no_file_beside_the_page_is_served(room, tmp_path):
    from immersions.server.app import make_app

    page = tmp_path / "page"
    page.mkdir()
    (page / "index.html").write_text("<title>the page</title>")
    (tmp_path / "secret").write_text("secret")
    client = TestClient(make_app(room, page=page), base_url=HERE)
    assert "the page" in client.get("/").text
    for path in ("/../secret", "/%2e%2e/secret", "/..%2fsecret", "/.%2e/secret", "/%2fetc/passwd"):
        assert client.get(path).status_code in (404, 405)


def test_a_page_that_was_not_built_is_one_clear_line(room, tmp_path):
    from immersions.server.app import make_app

    answer = TestClient(make_app(room, page=tmp_path), base_url=HERE).get("/")
    assert answer.status_code == 503
    assert "make web" in answer.text
    assert "\n" not in answer.text
