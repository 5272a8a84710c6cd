"""Rules of the house that no linter knows: sizes, what is imported, what is declared."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FILE = 300  # lines
ROOMS = ("src", "tests", "benchmarks", "recipes", "examples", "tools", "web/src", "web/scripts")
GENERATED = ROOT / "web" / "src" / "messages.ts"
FORBIDDEN = {"pickle", "cPickle", "dill", "cloudpickle", "shelve", "marshal"}


def sources(*suffixes: str, below: Iterable[str] = ROOMS) -> list[Path]:
    """Files written by hand in the given folders, whatever the version control knows of them."""
    found = (path for folder in below for path in (ROOT / folder).rglob("*"))
    return sorted(
        path
        for path in found
        if path.suffix in suffixes and path != GENERATED and "node_modules" not in path.parts
    )


def imported(path: Path) -> set[str]:
    """Top-level names of every package that a file imports, at its head or inside a function."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.partition(".")[0])
    return names


def declared(*extras: str) -> set[str]:
    """Names of the distributions that pyproject.toml asks for."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = list(project["dependencies"])
    for extra in extras:
        wanted += project["optional-dependencies"][extra]
    return {re.split(r"[\s<>=!~\[;]", name)[0].lower().replace("_", "-") for name in wanted}


def test_no_file_is_too_long() -> None:
    written = sources(".py", ".ts", ".tsx", ".css", ".sh", ".mjs")
    assert len(written) > 20
    lengths = {path: path.read_text(encoding="utf-8").count("\n") for path in written}
    assert {str(path): lines for path, lines in lengths.items() if lines > LONGEST_FILE} == {}


def test_nothing_imports_pickle() -> None:
    guilty = {str(path): imported(path) & FORBIDDEN for path in sources(".py")}
    assert {path: names for path, names in guilty.items() if names} == {}


def test_every_import_is_a_declared_dependency() -> None:
    """What the wheel's environment shares with ours cannot hide a missing requirement."""
    distributions = importlib.metadata.packages_distributions()
    allowed = declared("pictures", "notebook", "midi")
    missing: dict[str, str] = {}
    for path in sources(".py", below=["src"]):
        for name in imported(path) - set(sys.stdlib_module_names) - {"immersions"}:
            names = {found.lower().replace("_", "-") for found in distributions.get(name, [name])}
            if not names & allowed:
                missing[name] = str(path.relative_to(ROOT))
    assert missing == {}


def test_the_readme_names_every_room() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    tree = text[text.index("## The tree") : text.index("## Targets")]
    package = [path.name for path in (ROOT / "src" / "immersions").iterdir()]
    rooms = {name for name in package if not name.startswith(("__", "py.typed"))}
    assert {
        name for name in rooms | {room.split("/")[0] for room in ROOMS} if name not in tree
    } == set()


@pytest.mark.parametrize("path", ["README.md", "CONTRIBUTING.md"])
def test_the_first_pages_stay_short(path: str) -> None:
    assert (ROOT / path).read_text(encoding="utf-8").count("\n") < 100
