"""The application: paths, bodies with limits, and requests for single rows that are answered together.

Requests that the event loop has read when the first of them is answered are one batch: one pass through the network for
all. What takes longer than some rows with plain columns goes to a thread, one request after the other.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NoReturn

from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.types import Receive, Scope, Send

from glassnet.errors import GlassnetError
from glassnet.estimators.saving import kind_of
from glassnet.plain_text import shortened
from glassnet.serve.fields import WrongRowsError
from glassnet.serve.limits import Limits
from glassnet.serve.metrics import KIND, Metrics
from glassnet.serve.openapi import document
from glassnet.serve.predictor import FEW_ROWS, Asked, Predictor, finite, reason

JSON = (b"content-type", b"application/json")


class RefusedError(Exception):
    """A request that is not answered, and why."""

    def __init__(self, status: int, text: str, headers: dict[str, str] | None = None) -> None:
        super().__init__(text)
        self.status, self.headers = status, headers


class Application:
    """Serves a model.

    Parameters
    ----------
    predictor : Predictor
        Answers rows.
    limits : Limits
        Of a request.
    """

    def __init__(self, predictor: Predictor, limits: Limits | None = None) -> None:
        self.predictor, self.limits = predictor, limits or Limits()
        self.metrics = Metrics()
        self.document = json.dumps(document(predictor, self.limits)).encode()
        self._thread = ThreadPoolExecutor(1)
        self._in_thread = 0
        self._waiting: list[tuple[list[list[Any]], asyncio.Future[dict[str, Any]]]] = []
        self._pages: dict[str, Callable[[], Response]] = {
            "/health": lambda: JSONResponse({"status": "ok", "model": kind_of(predictor.model)}),
            "/metrics": lambda: Response(self.metrics.text(), headers={"content-type": KIND}),
            "/openapi.json": lambda: Response(self.document, media_type="application/json"),
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            return
        path, response = scope["path"], None
        try:
            if path == "/predict":
                status, body = await self._predict(scope, receive)
                length = (b"content-length", str(len(body)).encode())
                await send({"type": "http.response.start", "status": status, "headers": [JSON, length]})
                await send({"type": "http.response.body", "body": body})
                self.metrics.request(path, status)
                return
            response = self._page(scope)
        except RefusedError as refused:
            response = JSONResponse({"error": str(refused)}, refused.status, refused.headers)
        except WrongRowsError as error:
            wrong = [each._asdict() for each in error.wrong]
            first = wrong[0]
            where = f"row {first['row']}" + ("" if first["column"] is None else f", column {first['column']!r}")
            response = JSONResponse({"error": f"{where}: {first['reason']}", "wrong": wrong}, 422)
        except TimeoutError:
            response = JSONResponse({"error": f"it took longer than {self.limits.seconds:g} seconds"}, 503)
        except GlassnetError as error:
            response = JSONResponse({"error": reason(error)}, 422)
        except ClientDisconnect:
            return
        self.metrics.request(path if path in self._pages or path == "/predict" else "other", response.status_code)
        await response(scope, receive, send)

    def _page(self, scope: Scope) -> Response:
        page = self._pages.get(scope["path"])
        if page is None:
            known = ", ".join(["POST /predict", *(f"GET {path}" for path in self._pages)])
            raise RefusedError(404, f"there is no such path; there are {known}")
        if scope["method"] not in ("GET", "HEAD"):
            raise RefusedError(405, f"expected GET {scope['path']}; got {scope['method']:.20}", {"allow": "GET, HEAD"})
        return page()

    # ------------------------------------------------------------ predictions
    async def _predict(self, scope: Scope, receive: Receive) -> tuple[int, bytes]:
        began = time.perf_counter()
        if scope["method"] != "POST":
            raise RefusedError(405, f"expected POST /predict; got {scope['method']:.20}", {"allow": "POST"})
        async with asyncio.timeout(self.limits.seconds):
            rows, asked = self._asked(await self._body(scope, receive))
            cells = self.predictor.rows.checked(rows)
            if self.predictor.is_quick(len(cells), asked):
                answers = await self._together(cells)
            else:
                answers = await self._apart(cells, asked)
        try:
            body = json.dumps(answers, allow_nan=False, separators=(",", ":"))
        except ValueError:
            body = json.dumps(finite(answers), separators=(",", ":"))
        self.metrics.predicted(len(cells), time.perf_counter() - began)
        return 200, body.encode()

    async def _body(self, scope: Scope, receive: Receive) -> bytes:
        headers = dict(scope["headers"])
        kind = headers.get(b"content-type", b"").partition(b";")[0].strip().lower()
        if kind != b"application/json":
            raise RefusedError(415, f"expected Content-Type application/json; got {kind.decode('latin-1')!r:.60}")
        parts, size, more = [], 0, True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                raise ClientDisconnect
            parts.append(message.get("body", b""))
            size += len(parts[-1])
            if size > self.limits.size:
                raise RefusedError(413, f"expected at most {self.limits.size:,} bytes")
            more = message.get("more_body", False)
        return b"".join(parts)

    def _asked(self, body: bytes) -> tuple[list[Any], Asked]:
        """Return the rows of a request, and what is asked for beside predictions."""
        try:
            found = json.loads(body.decode(), parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            raise RefusedError(400, f"expected JSON: {shortened(str(error), 200)}") from None
        rows = found.get("rows") if isinstance(found, dict) else None
        if not isinstance(rows, list) or not rows:
            raise RefusedError(422, 'expected an object with a list of rows: {"rows": [{"column": cell, ...}, ...]}')
        if len(rows) > self.limits.rows:
            raise RefusedError(413, f"expected at most {self.limits.rows:,} rows; got {len(rows):,}")
        if len(found) == 1:
            return rows, Asked()
        return rows, self._beside(found)

    def _beside(self, found: dict[str, Any]) -> Asked:
        interval, explained = found.get("interval"), found.get("contributions", False)
        for name in found:
            if name not in ("rows", "interval", "contributions"):
                known = "rows, interval, contributions"
                raise RefusedError(422, f"expected {known}; got {shortened(name, 60)!r}")
        if interval is not None:
            if not self.predictor.has_intervals:
                raise RefusedError(422, "interval: this model has none; it left no rows out in its training")
            if isinstance(interval, bool) or not isinstance(interval, int | float) or not 0.5 <= interval <= 0.99:
                raise RefusedError(422, f"interval: expected a share from 0.5 to 0.99; got {interval!r:.60}")
        if not isinstance(explained, bool):
            raise RefusedError(422, f"contributions: expected true or false; got {explained!r:.60}")
        return Asked(interval, explained)

    async def _together(self, cells: list[list[Any]]) -> dict[str, Any]:
        """Answer with all that has been read by the next turn of the event loop."""
        loop = asyncio.get_running_loop()
        future: asyncio.Future[dict[str, Any]] = loop.create_future()
        self._waiting.append((cells, future))
        if len(self._waiting) == 1:
            loop.call_soon(self._answer_waiting)
        return await future

    def _answer_waiting(self) -> None:
        waiting, self._waiting = self._waiting, []
        while waiting:
            some, rows = 0, 0
            while some < len(waiting) and (not some or rows + len(waiting[some][0]) <= FEW_ROWS):
                rows += len(waiting[some][0])
                some += 1
            batch, waiting = waiting[:some], waiting[some:]
            try:
                answers = self.predictor.quick([row for cells, _ in batch for row in cells])
            except Exception as error:
                for _, future in batch:
                    _end(future, error)
                continue
            start = 0
            for cells, future in batch:
                _end(future, _part(answers, start, start + len(cells)))
                start += len(cells)

    async def _apart(self, cells: Sequence[Sequence[Any]], asked: Asked) -> dict[str, Any]:
        """Answer in a thread, where the preparation of a table holds up nobody else."""
        if self._in_thread >= self.limits.waiting:
            raise RefusedError(503, f"{self._in_thread} requests wait already; ask again later", {"retry-after": "1"})
        self._in_thread += 1
        work = asyncio.get_running_loop().run_in_executor(self._thread, self.predictor.answers, cells, asked)
        work.add_done_callback(self._one_less)
        return await asyncio.shield(work)

    def _one_less(self, work: asyncio.Future[Any]) -> None:
        self._in_thread -= 1
        if not work.cancelled():
            work.exception()  # seen, also where nobody waits for it any more


def _end(future: asyncio.Future[Any], answer: Any) -> None:
    if future.done():  # its time was over
        return
    if isinstance(answer, Exception):
        future.set_exception(answer)
    else:
        future.set_result(answer)


def _part(answers: dict[str, Any], start: int, stop: int) -> dict[str, Any]:
    """Return the answers to some rows."""
    return {name: each if name == "classes" else each[start:stop] for name, each in answers.items()}


def _no_number(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number of JSON")
