"""The studio's server: an address with a token, until Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn

from glassnet.studio.app import Studio
from glassnet.web_server import run


def of_app(studio: Studio) -> uvicorn.Config:
    """Return how a studio is served: quietly, and so that Ctrl-C ends it at once."""
    return uvicorn.Config(
        studio.app, log_level="critical", access_log=False, server_header=False, date_header=False, ws="none",
        lifespan="on", timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip


def serve(host: str, port: int, studio: Studio, ready: Callable[[str], None] = lambda address: None) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    host, port : str, int
        Where to listen.
    studio : Studio
        With its token or password, and what was named in the shell.
    ready : callable
        Gets the address once it is answered.

    Raises
    ------
    SettingError
        If the address cannot be taken.
    """
    token = "" if studio.password else f"?token={studio.token}"
    run(of_app(studio), host, port, lambda address: ready(address + token))
