"""The routes: what the page asks, and which work answers it."""

from __future__ import annotations

import asyncio
import contextlib
import html
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import cache
from importlib.resources import files
from pathlib import PurePosixPath
from typing import Any

import numpy as np
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from glassnet.errors import GlassnetError
from glassnet.memory import give_back
from glassnet.plain_text import one_line
from glassnet.studio.choices import choices
from glassnet.studio.description import BYTES, description
from glassnet.studio.description import Route as Described
from glassnet.studio.exports import EXPORTS
from glassnet.studio.fit_routes import DESCRIBED as OF_FITS
from glassnet.studio.fit_routes import routes_of
from glassnet.studio.fits import Fits
from glassnet.studio.guard import OPEN, App, Guard, equal
from glassnet.studio.kept import Shelf, again
from glassnet.studio.looked_at import LookedAt
from glassnet.studio.models import MODEL
from glassnet.studio.opening import Opened, go_on
from glassnet.studio.plain import text
from glassnet.studio.questions import NOTHING, ORDERS, QUESTIONS, Question, Word
from glassnet.studio.refused import NO_MEMORY, RefusedError, refusal
from glassnet.studio.requests import MOST_UPLOAD, body_of, json_of, write_body
from glassnet.studio.runs import Run
from glassnet.studio.session import Session
from glassnet.studio.sources import TABLE, make
from glassnet.studio.spec import complete
from glassnet.studio.tables import Tables

MOST_RUNS = 8
KEPT = 600.0  # seconds after the last page has left
HEARTBEAT = 15.0  # seconds: so that a closed page is noticed
KINDS = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml", ".json": "application/json", ".png": "image/png",
}  # fmt: skip
WRONG_PASSWORD = 1.0  # seconds that a wrong one takes


class Studio:
    """The runs of one server, and its routes.

    Parameters
    ----------
    token : str
        That the address has.
    password : str, optional
        Asked for in place of the token.
    kept : float
        Seconds for which a run is kept after its last page has left.
    lang : str
        The language that the page begins in; "" leaves that to the browser.
    """

    def __init__(self, token: str, password: str | None = None, *, kept: float = KEPT, lang: str = "") -> None:
        self.token: str = token
        self.password: str | None = password
        self.kept: float = kept
        self.lang: str = lang
        self.runs: dict[str, Run] = {}
        self.tables: Tables = Tables()
        self.shelf: Shelf = Shelf()
        self.fits: Fits = Fits(self.tables)
        self.first: Opened | None = None  # what the page begins with
        self._first_run = ""
        routes = [
            Route("/", self.page),
            Route(OPEN, self.open, methods=["POST"]),
            Route("/page/{path:path}", self.file),
            Route("/api/openapi.json", self.described),
            Route("/api/choices", self.choices),
            Route("/api/runs", self.listed),
            Route("/api/runs", self.start, methods=["POST"]),
            Route("/api/runs/{run}/end", self.end, methods=["POST"]),
            Route("/api/runs/{run}/events", self.events),
            Route("/api/runs/{run}/export", self.export),
            *(Route(_place(name), self._asking(row)) for name, row in QUESTIONS.items()),
            *(Route(_place(name), self._telling(row), methods=["POST"]) for name, row in ORDERS.items()),
            Route("/api/kept/{kept}/open", self.reopen, methods=["POST"]),
            Route("/api/upload", self.upload, methods=["POST"]),
            Route("/api/look", self.look, methods=["POST"]),
            *routes_of(self.fits),
        ]
        handlers: dict[Any, Callable[..., Awaitable[Response]]] = {
            GlassnetError: _refused, HTTPException: _no_route, MemoryError: _no_memory, Exception: _fault,
        }  # fmt: skip
        inner = Starlette(routes=routes, exception_handlers=handlers, lifespan=self._lifespan)
        self.guard: Guard = Guard(inner, token, password)

    @property
    def app(self) -> App:
        """The application, guard included."""
        return self.guard

    @contextlib.asynccontextmanager
    async def _lifespan(self, app: Starlette) -> AsyncIterator[None]:
        clearing = asyncio.create_task(self._clear())
        try:
            yield
        finally:
            clearing.cancel()
            for run in self.runs.values():
                run.end()
            self.fits.close()
            self.tables.close()

    async def _clear(self) -> None:
        """End runs that no page has looked at for a while, and give back the memory of those that have ended."""
        while True:
            await asyncio.sleep(min(self.kept / 4, 30))
            for name, run in list(self.runs.items()):
                if not run.watched and time.monotonic() - run.seen > self.kept:
                    self.runs.pop(name).end()
            await asyncio.to_thread(give_back)

    # ------------------------------------------------------------ the page
    async def page(self, request: Request) -> Response:
        """Answer the page, or set the cookie first."""
        headers = dict(request.headers)
        given = request.query_params.get("token")
        if given is not None and self.password is None and equal(given, self.token):
            return self._let_in(headers)
        if self.guard.knows(headers):
            return _file("index.html")
        if self.password is not None:
            return HTMLResponse(ASK, 403)
        return Response("open the address with its token that `glassnet studio` printed", 403, media_type="text/plain")

    async def open(self, request: Request) -> Response:
        """Take the password."""
        body = await body_of(request, 1000)
        given = dict(part.partition("=")[::2] for part in body.decode("latin-1").split("&")).get("password", "")
        from urllib.parse import unquote_plus

        if self.password is None or not equal(unquote_plus(given), self.password):
            await asyncio.sleep(WRONG_PASSWORD)
            return HTMLResponse(ASK, 403)
        return self._let_in(dict(request.headers))

    def _let_in(self, headers: dict[str, str]) -> Response:
        answer = RedirectResponse("/", 303)
        answer.set_cookie(self.guard.cookie(headers), self.guard.key, httponly=True, samesite="strict", path="/")
        return answer

    async def file(self, request: Request) -> Response:
        """Answer one of the page's files."""
        return _file(request.path_params["path"])

    async def choices(self, request: Request) -> Response:
        """Answer what can be chosen, and the texts of the page in Chinese."""
        return _json({**choices(), "cats": self.tables.cats(), "start": await self._start(), "lang": self.lang})

    async def described(self, request: Request) -> Response:
        """Answer what can be asked, in the words of OpenAPI."""
        asked = [Described("GET", _place(name), row.about, row.query) for name, row in QUESTIONS.items()]
        told = [Described("POST", _place(name), row.about, body=row.body) for name, row in ORDERS.items()]
        return _json(description((*OTHERS, *OF_FITS, *asked, *told)))

    async def _start(self) -> dict[str, Any] | None:
        """Return the run of what was named in the shell, started where it is not there; or what is wrong with it."""
        if self.first is None:
            return None
        if self._first_run in self.runs:
            return {"run": self._first_run}
        try:
            self._first_run = (await self._started(self.first.spec, self.first)).name
        except GlassnetError as error:
            return {**refusal(str(error), getattr(error, "field", "")), "spec": self.first.spec}
        return {"run": self._first_run}

    # ------------------------------------------------------------ runs
    async def listed(self, request: Request) -> Response:
        """Answer the runs that there are."""
        return _json({"runs": [{"run": name, "spec": run.session.spec} for name, run in self.runs.items()]})

    async def start(self, request: Request) -> Response:
        """Start a run."""
        run = await self._started(await json_of(request))
        return _json(await run.asked(run.state), 201)

    async def _started(self, given: Any, first: Opened | None = None) -> Run:
        spec = complete(given, self.tables)
        return await self._opened(lambda: self._session(spec, first))

    async def _opened(self, make_session: Callable[[], Session]) -> Run:
        self._make_room()
        run = Run(secrets.token_hex(4), await run_in_threadpool(make_session), self.shelf)
        self.runs[run.name] = run
        return run

    async def reopen(self, request: Request) -> Response:
        """Start a run where one stood that was kept."""
        await json_of(request)
        kept = self.shelf.named(request.path_params["kept"])
        run = await self._opened(lambda: again(kept))
        return _json(await run.asked(run.state), 201)

    def _session(self, spec: dict[str, Any], first: Opened | None) -> Session:
        if spec["source"]["name"] == MODEL:
            return LookedAt(spec, self.tables.models.of(spec["source"]))
        if spec["source"]["name"] == TABLE:
            self.fits.prepare()
        with np.errstate(all="ignore"):  # as in the run's thread
            session = Session(spec, make(spec["source"], spec["data_seed"], spec["test_share"], self.tables))
        return session if first is None else go_on(session, first)

    # ------------------------------------------------------------ files
    async def upload(self, request: Request) -> Response:
        """Take a table or pictures, and answer what is read of them."""
        kind = request.headers.get("content-type", "")
        if kind != "application/octet-stream":
            raise RefusedError(f"expected Content-Type application/octet-stream; got {kind!r:.60}", status=415)
        name = request.query_params.get("name", "")
        path = self.tables.place(name)
        try:
            await write_body(request, path, MOST_UPLOAD)
        except BaseException:
            path.unlink(missing_ok=True)
            raise
        source = self.tables.complete({"file": await run_in_threadpool(self.tables.uploaded, path, name)})
        return _json(await run_in_threadpool(self.tables.look, source))

    async def look(self, request: Request) -> Response:
        """Answer what is read of a table where something is said of its columns."""
        source = self.tables.complete(await json_of(request))
        return _json(await run_in_threadpool(self.tables.look, source))

    async def export(self, request: Request) -> Response:
        """Answer a run as a file."""
        run, kind = self._run(request), request.query_params.get("kind", "")
        if kind not in EXPORTS:
            raise RefusedError(f"kind: expected one of {', '.join(EXPORTS)}; got {kind!r:.60}", "kind")
        row, lang = EXPORTS[kind], "zh" if request.query_params.get("lang") == "zh" else "en"
        body = await run.asked(lambda: row.make(run.session, self.tables, lang))
        disposition = f'attachment; filename="glassnet-{run.name}{row.suffix}"'
        return Response(body, media_type=row.type, headers={"content-disposition": disposition})

    def _make_room(self) -> None:
        """End the run that was not looked at for the longest time, where there are too many.

        Raises
        ------
        RefusedError
            If pages are open on all of them.
        """
        while len(self.runs) >= MOST_RUNS:
            idle = [run for run in self.runs.values() if not run.watched]
            if not idle:
                raise RefusedError(f"{MOST_RUNS} runs are open; close one of their pages", status=429)
            self.runs.pop(min(idle, key=lambda run: run.seen).name).end()

    def _run(self, request: Request) -> Run:
        name = request.path_params["run"]
        if name not in self.runs:
            raise RefusedError(f"there is no run {name!r:.40}; start another one", "run", 404)
        return self.runs[name]

    def _asking(self, row: Question) -> Callable[[Request], Awaitable[Response]]:
        async def asking(request: Request) -> Response:
            run = self._run(request)
            return _json(await run.asked(row.asked(run, request.query_params)))

        return asking

    def _telling(self, row: Question) -> Callable[[Request], Awaitable[Response]]:
        async def telling(request: Request) -> Response:
            run = self._run(request)
            return _json(await run.asked(row.told(run, await json_of(request))))

        return telling

    async def end(self, request: Request) -> Response:
        """End a run."""
        run = self._run(request)
        await json_of(request)
        self.runs.pop(run.name).end()
        return _json({"run": run.name})

    async def events(self, request: Request) -> Response:
        """Stream the frames of a run, and tell when its state has changed."""
        run = self._run(request)
        return StreamingResponse(_events(run), media_type="text/event-stream")


async def _events(run: Run) -> AsyncIterator[str]:
    """Yield events until the page leaves or the run ends: at most 30 frames a second, each with the newest numbers."""
    watcher = run.watch()
    try:
        state = await run.asked(run.state)
        change, version, iteration = run.change, run.version, state["iteration"]
        yield f"event: state\ndata: {text(state)}\n\n"
        while not run.ended:
            if not await watcher.news(HEARTBEAT):
                yield ": still here\n\n"
                continue
            if run.change != change:
                state = await run.asked(run.state)
                change, version, iteration = state["change"], run.version, state["iteration"]
                yield f"event: state\ndata: {text(state)}\n\n"
            elif run.version != version:
                version, frame, reached = run.version, run.frame, run.iteration
                costs, iteration = text(run.session.curve.since(iteration)), reached
                yield f'event: frame\ndata: {frame},"change":{change},"costs":{costs}}}\n\n'
        yield "event: end\ndata: {}\n\n"
    except RefusedError:  # the run has ended
        yield "event: end\ndata: {}\n\n"
    finally:
        watcher.close()


# ---------------------------------------------------------------- what is described
ANY = {"type": "object"}
OTHERS = (  # the routes that are no question to a run
    Described("GET", "/api/openapi.json", "This document."),
    Described("GET", "/api/choices", "What can be chosen, and the texts of the page in Chinese."),
    Described("GET", "/api/runs", "The runs that there are."),
    Described(
        "POST",
        "/api/runs",
        "Start a run of a specification; what it leaves out has its default.",
        body=ANY,
        status="201",
    ),
    Described("POST", "/api/runs/{run}/end", "End a run.", body=NOTHING),
    Described("GET", "/api/runs/{run}/events", "The frames of a run, as they come.", gives="text/event-stream"),
    Described(
        "GET",
        "/api/runs/{run}/export",
        f"A run as a file: {', '.join(EXPORTS)}; in English or Chinese.",
        (Word("kind"), Word("lang", "en")),
        gives="*/*",
    ),
    Described(
        "POST", "/api/kept/{kept}/open", "Start a run where one stood that was kept.", body=NOTHING, status="201"
    ),
    Described("POST", "/api/upload", "Take a table.", (Word("name"),), body={}, takes=BYTES),
    Described("POST", "/api/look", "What is read of a table where something is said of its columns.", body=ANY),
)


# ---------------------------------------------------------------- answers
def _place(name: str) -> str:
    """Return the address of a question."""
    return "/api/runs/{run}" + (f"/{name}" if name else "")


def _json(document: Any, status: int = 200) -> Response:
    return Response(text(document), status, media_type="application/json")


async def _refused(request: Request, error: Exception) -> Response:
    status = error.status if isinstance(error, RefusedError) else 422
    return _json(refusal(str(error), getattr(error, "field", "")), status)


async def _no_route(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    return _json(refusal(f"{request.method} {request.url.path:.80}: {error.detail}"), error.status_code)


async def _no_memory(request: Request, error: Exception) -> Response:
    return _json(refusal(NO_MEMORY), 422)


async def _fault(request: Request, error: Exception) -> Response:
    line = one_line(f"{type(error).__name__}: {error}")
    return _json(refusal(f"{line:.300}. This is a fault of glassnet"), 500)


@cache
def _names() -> dict[str, bytes]:
    """Return the files of the page by name, each read once."""
    folder = files("glassnet.studio").joinpath("page")
    return {file.name: file.read_bytes() for file in folder.iterdir() if PurePosixPath(file.name).suffix in KINDS}


def _file(name: str) -> Response:
    """Answer one of the page's files; no name is looked up on the disk."""
    if (found := _names().get(name)) is None:
        raise HTTPException(404, "there is no such file")
    return Response(found, media_type=KINDS[PurePosixPath(name).suffix])


ASK = f"""<!doctype html><html lang="en"><meta charset="utf-8"><title>glassnet studio</title>
<form method="post" action="{html.escape(OPEN)}">
<label>Password <input type="password" name="password" autofocus></label> <button>Open</button></form></html>"""
