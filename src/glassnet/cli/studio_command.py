"""The command `glassnet studio`: a page on which a network is built, trained and opened."""

from __future__ import annotations

import os
import secrets
import sys
import webbrowser
from pathlib import Path
from typing import Annotated

import typer

from glassnet.cli.options import Lang, data_option, path_argument
from glassnet.cli.terminal import complain, say
from glassnet.errors import MissingLibraryError, SettingError
from glassnet.texts import language_or_browsers, told

PASSWORD = "GLASSNET_STUDIO_PASSWORD"
SHORTEST_PASSWORD = 8


def studio(
    data: Annotated[Path | None, path_argument("[DATA | MODEL]", "Data to train on, or a model file.")] = None,
    of_model: Annotated[Path | None, path_argument("[DATA]", "Data of the model: a table, or pictures.")] = None,
    *,
    target: Annotated[str | None, data_option("Column to predict; guessed by its name when not given.")] = None,
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
        from glassnet.studio.app import Studio
        from glassnet.studio.server import serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] in ("starlette", "uvicorn"):
            raise MissingLibraryError.of("glassnet studio", "starlette", "uvicorn") from None
        raise
    from glassnet.web_server import is_loopback

    password = None if is_loopback(host) else _password(host)
    served = Studio(secrets.token_urlsafe(24), password, lang=language_or_browsers())
    if data is not None:
        from glassnet.studio.opening import opened

        served.first = opened(served.tables, data, of_model, target)

    def ready(address: str) -> None:
        if served.password is not None:
            complain(
                told(f"note: other machines can open the studio with the password in {PASSWORD}; nothing is encrypted")
            )
        say(told(f"Studio: {address}"))
        say(told("Ctrl-C ends it."))
        sys.stdout.flush()
        if not no_browser:
            webbrowser.open(address)

    try:
        serve(host, port, served, ready)
    except KeyboardInterrupt:
        say(told("The studio has ended."))


def _password(host: str) -> str:
    """Return the password that whoever connects from another machine must know."""
    found = os.environ.get(PASSWORD, "")
    if len(found) < SHORTEST_PASSWORD:
        raise SettingError(
            f"--host {host}: other machines could open the studio, see its data and stop its trainings, and nothing "
            f"on the way is encrypted; set {PASSWORD} to a password of {SHORTEST_PASSWORD} characters or more, or "
            "leave --host out"
        )
    return found
