"""The server: an address with a token, until Ctrl-C."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable

import uvicorn

from glassnet.errors import SettingError
from glassnet.studio.app import Studio

BACKLOG = 128


def is_loopback(host: str) -> bool:
    """Return whether only this machine can connect to an address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that listens, at a free port where 0 is given.

    Raises
    ------
    SettingError
        If the address cannot be taken.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    found = socket.socket(family, socket.SOCK_STREAM)
    try:
        if os.name == "posix":  # elsewhere it would let another program take the same port
            found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind((host, port))
        found.listen(BACKLOG)
    except (OSError, OverflowError) as error:
        found.close()
        why = getattr(error, "strerror", "") or error
        where = f"--host {host} --port {port}"
        raise SettingError(f"{where}: cannot listen there: {why}; --port 0 takes a free one") from None
    return found


def of_app(studio: Studio) -> uvicorn.Config:
    """Return how a studio is served: quietly, and so that Ctrl-C ends it at once."""
    return uvicorn.Config(
        studio.app, log_level="critical", access_log=False, server_header=False, date_header=False, ws="none",
        lifespan="on", timeout_graceful_shutdown=1, proxy_headers=False,
    )  # fmt: skip


def serve(host: str, port: int, studio: Studio, ready: Callable[[str], None] | None = None) -> None:
    """Serve the studio until Ctrl-C.

    Parameters
    ----------
    host, port : str, int
        Where to listen.
    studio : Studio
        With its token or password, and what was named in the shell.
    ready : callable, optional
        Gets the address once it is answered.

    Raises
    ------
    SettingError
        If the address cannot be taken.
    """
    taken = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{taken.getsockname()[1]}/"
    address += "" if studio.password else f"?token={studio.token}"
    _Server(of_app(studio), address, ready).run(sockets=[taken])


class _Server(uvicorn.Server):
    """Tells its address once it answers there."""

    def __init__(self, config: uvicorn.Config, address: str, ready: Callable[[str], None] | None) -> None:
        super().__init__(config)
        self.address, self.ready = address, ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.ready is not None:
            self.ready(self.address)
