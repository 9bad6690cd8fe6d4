"""The command `glassnet studio`: a page on which a network is built, trained and opened."""

from __future__ import annotations

import os
import sys
import webbrowser
from typing import Annotated

import typer

from glassnet.cli.options import Lang
from glassnet.cli.terminal import complain, say
from glassnet.errors import MissingLibraryError, SettingError
from glassnet.texts import told

PASSWORD = "GLASSNET_STUDIO_PASSWORD"


def studio(
    *,
    port: Annotated[int, typer.Option(help="Port to listen at; 0 takes a free one.", min=0, max=65535)] = 0,
    host: Annotated[
        str,
        typer.Option(
            help="Address to listen at; at another one than the default other machines can open it, with a password."
        ),
    ] = "127.0.0.1",
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Print the address only.")] = False,
    lang: Lang = None,
) -> None:
    """Open a page on which a network is built, trained, stopped and opened to its last number.

    It runs on this machine until Ctrl-C.
    """
    try:
        from glassnet.studio.server import is_loopback, serve
    except ImportError:
        raise MissingLibraryError.of("glassnet studio", "starlette", "uvicorn") from None
    password = None if is_loopback(host) else _password(host)

    def ready(address: str) -> None:
        say(told(f"Studio: {address}"))
        say(told("Ctrl-C ends it."))
        sys.stdout.flush()
        if not no_browser:
            webbrowser.open(address)

    try:
        serve(host, port, password=password, ready=ready)
    except KeyboardInterrupt:
        say(told("The studio has ended."))


def _password(host: str) -> str:
    """Return the password that whoever connects from another machine must know."""
    found = os.environ.get(PASSWORD, "")
    if len(found) < 8:
        raise SettingError(
            f"--host {host}: other machines could open the studio, see its data and stop its trainings, and nothing "
            f"on the way is encrypted; set {PASSWORD} to a password of 8 characters or more, or leave --host out"
        )
    complain(told(f"note: other machines can open the studio with the password in {PASSWORD}; nothing is encrypted"))
    return found
