"""A web application at an address, until Ctrl-C: what the studio and `glassnet serve` have in common."""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING

from glassnet.errors import SettingError

if TYPE_CHECKING:
    import uvicorn

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
    # With its protocol named, so that asyncio sends each part of an answer at once (TCP_NODELAY).
    found = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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


def run(config: uvicorn.Config, host: str, port: int, ready: Callable[[str], None]) -> None:
    """Serve an application until Ctrl-C.

    Parameters
    ----------
    config : uvicorn.Config
        Of the application.
    host, port : str, int
        Where to listen.
    ready : callable
        Gets the address once it is answered.

    Raises
    ------
    SettingError
        If the address cannot be taken.
    """
    import uvicorn

    taken = listening(host, port)
    shown = f"[{host}]" if ":" in host else host
    address = f"http://{shown}:{taken.getsockname()[1]}/"

    class Server(uvicorn.Server):
        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            ready(address)

    Server(config).run(sockets=[taken])
