"""The body of a request, read with limits, and its JSON."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect, Request

from glassnet.studio.refused import RefusedError

MOST_JSON = 1_000_000  # bytes
MOST_UPLOAD = 200_000_000


async def parts_of_body(request: Request, most: int) -> AsyncIterator[bytes]:
    """Yield the body of a request as it comes.

    Raises
    ------
    RefusedError
        If it has more bytes than that.
    """
    length = request.headers.get("content-length", "")
    if length.isascii() and length.isdigit() and int(length[:20]) > most:
        raise RefusedError(f"expected at most {most:,} bytes; got {length:.20}", status=413)
    seen = 0
    try:
        async for part in request.stream():
            seen += len(part)
            if seen > most:
                raise RefusedError(f"expected at most {most:,} bytes", status=413)
            yield part
    except ClientDisconnect:
        raise RefusedError("the request ended before its body did", status=400) from None


async def body_of(request: Request, most: int) -> bytes:
    """Return the body of a request; `parts_of_body` says what is raised."""
    return b"".join([part async for part in parts_of_body(request, most)])


async def write_body(request: Request, path: Path, most: int) -> None:
    """Write the body of a request to a file, as it comes; `parts_of_body` says what is raised."""
    with path.open("xb") as file:
        async for part in parts_of_body(request, most):
            file.write(part)


async def json_of(request: Request) -> dict[str, Any]:
    """Return the object that the body of a request holds as JSON.

    Raises
    ------
    RefusedError
        If it is of another type, too long, or no object.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json":
        raise RefusedError(f"expected Content-Type application/json; got {kind!r:.60}", status=415)
    body = await body_of(request, MOST_JSON)
    try:
        found = json.loads(body.decode(), parse_constant=_no_number)
    except (ValueError, RecursionError) as error:
        raise RefusedError(f"expected JSON: {error}", status=400) from None
    if not isinstance(found, dict):
        raise RefusedError(f"expected an object; got {found!r:.60}", status=400)
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
