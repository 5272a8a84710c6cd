"""The documentation is true: its examples run, its links lead somewhere, its options exist."""

from __future__ import annotations

import base64
import importlib
import importlib.util
import io
import re
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import soundfile
import typer

from immersions import cli

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def commands() -> dict[str, Any]:
    """Every command by its words after `immersions`, as click sees it."""
    found: dict[str, Any] = {}
    for word in cli.COMMANDS:
        module = importlib.import_module(f"immersions.cli.{word}")
        app = getattr(module, "app", None)
        if app is None:
            app = typer.Typer(add_completion=False)
            app.command(word)(getattr(module, word))
        command = typer.main.get_command(app)
        children = getattr(command, "commands", {})
        found |= {word: command} | {f"{word} {name}": child for name, child in children.items()}
    return found


@pytest.fixture(scope="module")
def examples() -> ModuleType:
    """The tool that executes the examples for the site."""
    path = ROOT / "tools" / "execute_examples.py"
    spec = importlib.util.spec_from_file_location("execute_examples", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize(
    "page", [page for page in TEXTS if "```python" in page.read_text()], ids=name
)
def test_examples_run(page: Path, examples: ModuleType) -> None:
    """Page by page, from top to bottom, as for the site; an error in one is an error here."""
    assert len(examples.executed(page)) >= len(page.read_text(encoding="utf-8"))


def test_a_few_lines_give_a_player(examples: ModuleType) -> None:
    """What a notebook shows below the first example is an audio element with the dream in it."""
    text = (DOCS / "dreaming.md").read_text(encoding="utf-8")
    first = examples.BLOCK.search(text)[1]
    assert len([line for line in first.splitlines() if line]) <= 5
    shown = examples.run(first, "dreaming.md", {})
    player = re.search(r'<audio controls loop src="data:audio/wav;base64,([^"]+)">', shown)
    assert player is not None
    sound, rate = soundfile.read(io.BytesIO(base64.b64decode(player[1])))
    assert rate == 44_100
    assert len(sound) > rate
    assert abs(sound).max() > 0.05


def test_an_example_that_fails_is_not_passed_over(examples: ModuleType) -> None:
    with pytest.raises(ZeroDivisionError):
        examples.run("print('before')\n1 / 0", "nowhere", {})


@pytest.mark.parametrize("page", TEXTS, ids=name)
def test_links_lead_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    targets = re.findall(r"\]\(([^)\s]+)\)", text)
    nearby = [target.partition("#")[0] for target in targets if "://" not in target]
    missing = [target for target in nearby if target and not (page.parent / target).exists()]
    assert missing == []


def test_every_page_is_in_the_navigation() -> None:
    navigation = (ROOT / "mkdocs.yml").read_text(encoding="utf-8").partition("nav:")[2]
    listed = re.findall(r"[\w/-]+\.md", navigation)
    assert sorted(listed) == sorted(str(page.relative_to(DOCS)) for page in PAGES)


def test_every_decision_is_listed() -> None:
    index = (DOCS / "decisions" / "index.md").read_text(encoding="utf-8")
    for page in (DOCS / "decisions").glob("*.md"):
        assert page.name == "index.md" or f"({page.name})" in index


def test_every_command_and_option_is_documented_and_exists() -> None:
    text = (DOCS / "cli.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"^## `immersions ([^`]+)`\n(.*?)(?=^## |\Z)", text, re.M | re.S))
    assert sorted(sections) == sorted(commands())
    for words, command in commands().items():
        options = {
            option
            for parameter in command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--") and option != "--help"
        }
        first_cells = re.findall(r"^\|([^|]+)\|", sections[words], re.MULTILINE)
        documented = set(re.findall(r"`(--[a-z-]+)`", " ".join(first_cells)))
        assert documented == options, words
