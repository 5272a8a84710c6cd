"""`immersions perform`: play a dreaming ear from the browser."""

from __future__ import annotations

import contextlib
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer


def perform(
    host: Annotated[str, typer.Option(help="Address of this machine to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 takes any free one.")] = 8765,
    ear: Annotated[
        str | None,
        typer.Option(
            help="A bundled ear, a folder, or module:callable that makes one; "
            "otherwise the one played last, or small."
        ),
    ] = None,
    fresh: Annotated[
        bool, typer.Option("--fresh", help="Begin a new performance, not the one played last.")
    ] = False,
    threads: Annotated[
        int, typer.Option(min=0, help="Processors for dreaming; 0 for as many as make sense.")
    ] = 0,
    token: Annotated[
        str | None,
        typer.Option(
            envvar="IMMERSIONS_TOKEN",
            help="What the page's link carries; made up where other machines can reach --host.",
        ),
    ] = None,
    certificate: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="Serve the page encrypted (https), with this."),
    ] = None,
    key: Annotated[
        Path | None,
        typer.Option(metavar="PEM", help="The certificate's key, where another file holds it."),
    ] = None,
    keep: Annotated[
        bool, typer.Option("--keep/--no-keep", help="Keep a log of the performance.")
    ] = True,
    link: Annotated[
        bool, typer.Option("--link/--no-link", help="Share tempo and place by Ableton Link.")
    ] = False,
    browser: Annotated[
        bool, typer.Option("--browser/--no-browser", help="Open the page in a browser.")
    ] = True,
    midi: Annotated[
        bool,
        typer.Option("--midi", help="Use this machine's MIDI ports (needs immersions[midi])."),
    ] = False,
    midi_clock: Annotated[
        bool, typer.Option("--midi-clock", help="Follow the MIDI clock that comes to its ports.")
    ] = False,
    osc: Annotated[
        str, typer.Option(metavar="PORT", help="Obey OSC on a UDP port of this machine.")
    ] = "",
    osc_to: Annotated[
        str, typer.Option(metavar="HOST:PORT", help="Tell all changes there by OSC.")
    ] = "",
    osc_from: Annotated[
        list[str] | None,
        typer.Option(metavar="ADDRESS", help="Obey OSC from these addresses alone."),
    ] = None,
) -> None:
    """Play: hear a loop bend, loop after loop, towards the neurons that you choose."""
    from immersions.server.app import NOT_BUILT, PAGE
    from immersions.server.hands import Wiring
    from immersions.server.serving import Certificate, Links, Stage
    from immersions.server.serving import perform as serve
    from immersions.stage.controls.osc_plan import plan
    from immersions.stage.logs import places
    from immersions.stage.worker import default_threads

    if not osc and (osc_to or osc_from):
        raise ValueError("--osc-to and --osc-from need --osc PORT")
    if key and not certificate:
        raise ValueError("--key needs --certificate PEM")
    shown = Certificate(certificate, key or certificate) if certificate else None
    wiring = Wiring(
        midi or midi_clock, midi_clock, plan(osc, osc_to or None, osc_from or ()) if osc else None
    )
    if not (PAGE / "index.html").is_file():
        print(NOT_BUILT, file=sys.stderr)

    def ready(links: Links) -> None:
        print(f"Play at {links.play} (Ctrl-C ends it)", flush=True)
        if "?" in links.watch:
            print(f"Watch at {links.watch}", flush=True)
        if browser:
            webbrowser.open(links.play)

    # Ctrl-C is how a performance ends, not a failure.
    with contextlib.suppress(KeyboardInterrupt):
        kept = None
        # RuntimeError: nobody knows where this user's home is.
        with contextlib.suppress(RuntimeError):
            kept = places.performances() if keep else None
        asked = Stage(
            host,
            port,
            ear,
            threads or default_threads(),
            token,
            shown,
            keep=kept,
            fresh=fresh,
            wiring=wiring,
            link=link,
        )
        serve(asked, ready)
