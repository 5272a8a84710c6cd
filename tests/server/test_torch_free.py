import subprocess
import sys


def test_the_server_serves_without_torch():
    """All of the server's side, with an import of torch made to fail."""
    code = """
import sys
sys.modules["torch"] = None
from starlette.testclient import TestClient
import immersions.cli.perform, immersions.server.serving, immersions.server.typescript
from immersions.server.app import make_app
from immersions.server.library import Library
from immersions.server.ears import EarChoice
from immersions.server.room import Room
from immersions.stage import conductor, performance, supervisor, worker
room = Room(Library(), {"small": EarChoice("small", "small", "small", 44100)}, "small", 1)
client = TestClient(make_app(room), base_url="http://127.0.0.1")
with client.websocket_connect("/ws", headers={"Host": "127.0.0.1"}) as socket:
    assert len(socket.receive_json()["parameters"]) > 5
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
