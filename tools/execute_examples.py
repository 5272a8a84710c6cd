"""Copy the documentation with its examples executed: below each, what it showed in a notebook.

    python tools/execute_examples.py docs build/docs

All `python` blocks of a page run in one namespace, from top to bottom, in an empty folder. Below
a block stands what it printed, and its last expression as a notebook shows it, say a player. The
site is built from the copy; the pages themselves stay plain.
"""

from __future__ import annotations

import ast
import contextlib
import io
import os
import re
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

BLOCK = re.compile(r"^```python\n(.*?)^```\n", re.DOTALL | re.MULTILINE)


def shown(value: Any) -> str:
    """What a notebook shows of a value, as Markdown."""
    if value is None:
        return ""
    if hasattr(value, "_repr_html_"):
        return f"\n{value._repr_html_()}\n"
    return f"\n```text\n{value!r}\n```\n"


def run(code: str, where: str, namespace: dict[str, Any]) -> str:
    """Execute a block, and return as Markdown what it printed and what its last expression is."""
    tree = ast.parse(code, where)
    last = tree.body.pop() if tree.body and isinstance(tree.body[-1], ast.Expr) else None
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(tree, where, "exec"), namespace)
        value = (
            eval(compile(ast.Expression(last.value), where, "eval"), namespace) if last else None
        )
    text = printed.getvalue()
    return (f"\n```text\n{text}```\n" if text else "") + shown(value)


def executed(page: Path) -> str:
    """The text of a page with the results of its examples."""
    namespace: dict[str, Any] = {"__name__": "__main__"}
    text = page.read_text(encoding="utf-8")
    before = Path.cwd()

    def result(match: re.Match[str]) -> str:
        line = text[: match.start()].count("\n") + 1
        code = "\n" * line + match[1]
        return match[0] + run(code, str(page), namespace)

    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return BLOCK.sub(result, text)
        finally:
            os.chdir(before)


def main(source: Path, destination: Path) -> None:
    source, destination = source.resolve(), destination.resolve()
    shutil.rmtree(destination, ignore_errors=True)
    shutil.copytree(source, destination)
    for page in sorted(source.rglob("*.md")):
        if BLOCK.search(page.read_text(encoding="utf-8")):
            print(f"executing the examples of {page.relative_to(source)}", flush=True)
            (destination / page.relative_to(source)).write_text(executed(page), encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
