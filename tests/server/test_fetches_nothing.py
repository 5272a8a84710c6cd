"""The server fetches nothing: it has nothing to fetch with."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import immersions

CLIENTS = {
    *("urllib.request", "http.client", "ftplib", "smtplib", "httpx", "httpx2", "requests"),
    *("aiohttp", "websockets.client", "websockets.asyncio.client", "websockets.sync.client"),
}
SOURCES = sorted(
    path
    for room in ("server", "stage")
    for path in (Path(immersions.__file__).parent / room).rglob("*.py")
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: f"{path.parent.name}/{path.stem}")
def test_no_module_asks_for_a_client_even_late(path):
    asked = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            asked |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            asked |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        elif isinstance(node, ast.Attribute):
            assert node.attr not in ("create_connection", "open_connection"), path
    assert not asked & CLIENTS


def test_what_serves_loads_where_there_is_none():
    code = f"""
import sys
for name in {sorted(CLIENTS - {"http.client"})!r}:
    sys.modules[name] = None
import immersions.cli.perform, immersions.server.serving, immersions.server.app
from immersions.stage import conductor, layouts, performance, supervisor, worker
"""
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60)
    assert run.returncode == 0, run.stderr
