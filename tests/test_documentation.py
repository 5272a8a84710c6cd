"""The documentation is true: its examples run, its links lead somewhere, its options exist."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
TEXTS = [*PAGES, ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]


def name(path: Path) -> str:
    return str(path.relative_to(ROOT))


def examples(path: Path) -> str:
    """All `python` blocks of a page as one program, each at its own line number."""
    lines = path.read_text(encoding="utf-8").splitlines()
    inside = False
    program = []
    for line in lines:
        fence = line.startswith("```")
        program.append(line if inside and not fence else "")
        inside = line.startswith("```python") if fence else inside
    return "\n".join(program)


def commands() -> dict[str, Any]:
    """Every command by its words after `immersions`, as click sees it."""
    from immersions.cli import application

    def walk(command: Any, words: str) -> dict[str, Any]:
        found = {words: command} if words else {}
        for word, child in getattr(command, "commands", {}).items():
            found |= walk(child, f"{words} {word}".strip())
        return found

    return walk(typer.main.get_command(application), "")


@pytest.mark.parametrize("page", [page for page in TEXTS if examples(page).strip()], ids=name)
def test_examples_run(page: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec(compile(examples(page), str(page), "exec"), {"__name__": "__main__"})


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
    leaves = {words: one for words, one in commands().items() if not hasattr(one, "commands")}
    assert sorted(sections) == sorted(leaves)
    for words, command in leaves.items():
        options = {
            option
            for parameter in command.params
            for option in (*parameter.opts, *parameter.secondary_opts)
            if option.startswith("--") and option != "--help"
        }
        documented = set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", sections[words]))
        assert documented == options, words
