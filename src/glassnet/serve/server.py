"""The server of a model: quiet, until Ctrl-C, after which requests that have begun are answered."""

from __future__ import annotations

from collections.abc import Callable

import uvicorn

from glassnet.serve.app import Application
from glassnet.web_server import run

GRACE = 5  # seconds that requests have to end after Ctrl-C


def of_app(application: Application) -> uvicorn.Config:
    """Return how a model is served."""
    return uvicorn.Config(
        application, log_level="critical", access_log=False, server_header=False, date_header=False, ws="none",
        lifespan="off", timeout_graceful_shutdown=GRACE, proxy_headers=False,
    )  # fmt: skip


def serve(host: str, port: int, application: Application, ready: Callable[[str], None]) -> None:
    """Serve a model until Ctrl-C.

    Parameters
    ----------
    host, port : str, int
        Where to listen.
    application : Application
        With the model.
    ready : callable
        Gets the address once it is answered.

    Raises
    ------
    SettingError
        If the address cannot be taken.
    """
    run(of_app(application), host, port, ready)
