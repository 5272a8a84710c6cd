import subprocess
import sys
from pathlib import Path

from immersions.server import typescript

ROOT = Path(__file__).parents[2]


def test_the_page_s_types_are_those_of_the_server():
    on_disk = (ROOT / typescript.TARGET).read_text(encoding="utf-8")
    assert on_disk == typescript.generate()


def test_check_ends_with_one_line_when_a_type_was_changed_by_hand(tmp_path):
    package = tmp_path / "src" / "immersions"
    package.parent.mkdir()
    package.symlink_to(ROOT / "src" / "immersions")
    page = tmp_path / typescript.TARGET
    page.parent.mkdir(parents=True)
    page.write_text(typescript.generate().replace("running: boolean", "running: number"))
    code = (
        "import sys; from pathlib import Path; import immersions.server.typescript as t;"
        f"t.__file__ = {str(package / 'server' / 'typescript.py')!r};"
        "sys.exit(t.main(['--check']))"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert run.returncode == 1
    assert run.stderr.count("\n") == 1
    assert "messages.ts" in run.stderr
