"""The command line: one module a command, imported when it is called.

To add a command: write `cli/NAME.py` with a function `NAME` whose annotated arguments are Typer's
(or a Typer `app` of subcommands), and one line in `COMMANDS`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from importlib import import_module
from typing import Any

COMMANDS = {
    "perform": "Play: hear a loop bend towards the neurons that you choose, in the browser.",
    "render": "Play a logged performance again, as sound or as a film.",
    "dream": "Bend a loop towards chosen neurons and write it to a file.",
    "ears": "List the ears, and show what neurons one has.",
    "train": "Train an ear on folders of music.",
    "layout": "Lay out every neuron of a network, as a file and as pictures.",
    "probe": "Measure what an ear knows: a linear classifier tells labels apart.",
}
USAGE_ERROR = 2
INTERRUPTED = 130
LARGEST_SEED = 2**31 - 1
"""What every generator takes."""
DEBUG = "IMMERSIONS_DEBUG"

HELP = """\
usage: immersions COMMAND [OPTION]…

Hear, see and play a neural network that listens to music.

commands:
{commands}

options:
  --help       show this, or with a command what it takes
  --version    show the version

Errors are one line; with {debug}=1 in the environment they come with a traceback."""


def main() -> None:
    """What the command `immersions` runs."""
    # Read when torch is loaded. Threads that spin while they wait stop each other where another
    # program works too: a dream of 30 steps on two busy cores took 60 s, and 5 s if they sleep.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    sys.exit(run(sys.argv[1:]))


def run(arguments: Sequence[str]) -> int:
    """Run a command line, and return its exit status; what went wrong is one line."""
    try:
        status = _dispatch(list(arguments))
        sys.stdout.flush()
        return status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has seen enough; Python would complain again at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except Exception as error:
        if os.environ.get(DEBUG):
            raise
        print(f"immersions: {one_line(error)}", file=sys.stderr)
        return USAGE_ERROR


def one_line(error: BaseException) -> str:
    """What an error says, on one line."""
    says: Callable[[], str] = getattr(error, "format_message", lambda: str(error))
    text = " ".join(says().split())
    expected = isinstance(error, ValueError | OSError) or hasattr(error, "format_message")
    return text if text and expected else f"{type(error).__name__}: {text}".rstrip(": ")


def _dispatch(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("--help", "-h"):
        width = max(map(len, COMMANDS)) + 4
        lines = [f"  {name:<{width}}{text}" for name, text in COMMANDS.items()]
        print(HELP.format(commands="\n".join(lines), debug=DEBUG))
        return 0
    if arguments[0] == "--version":
        from immersions import __version__

        print(__version__)
        return 0
    name, *rest = arguments
    if name not in COMMANDS:
        raise ValueError(f"unknown command {name!r}; commands: {', '.join(COMMANDS)}")
    result = _command(name)(args=rest, prog_name=f"immersions {name}", standalone_mode=False)
    return result if isinstance(result, int) else 0


def _command(name: str) -> Any:
    """The Typer application of a command."""
    import typer

    module = import_module(f"immersions.cli.{name}")
    if hasattr(module, "app"):
        return module.app
    app = typer.Typer(add_completion=False, rich_markup_mode=None)
    app.command(name)(getattr(module, name))
    return app
