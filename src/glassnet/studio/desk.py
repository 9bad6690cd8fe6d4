"""What a page asks of one run, answered in this process: the work of the server, without a server.

A page in a notebook has no address to ask. It sends each question as a message, with the address that the server would
have; the answer is the same JSON. What the server streams is asked for again and again: the page says what it has seen.
"""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from glassnet.errors import GlassnetError
from glassnet.network import Network
from glassnet.plain_text import one_line
from glassnet.studio import views
from glassnet.studio.choices import choices
from glassnet.studio.data import Data
from glassnet.studio.exports import EXPORTS
from glassnet.studio.given import SOURCE, GivenSession, complete_given
from glassnet.studio.kept import Shelf, again
from glassnet.studio.plain import text
from glassnet.studio.questions import ORDERS, QUESTIONS
from glassnet.studio.refused import NO_MEMORY, RefusedError, refusal
from glassnet.studio.runs import Run
from glassnet.studio.session import Session
from glassnet.studio.tables import Tables

KEPT = re.compile(r"/api/kept/([0-9]+)/open")
UNSEEN = 120.0  # seconds after which a run that no page asks about takes no further steps
LONGEST = 300.0  # seconds that an answer may take
JOINED = 20.0  # seconds in which a thread has ended


class Answer(NamedTuple):
    """What goes back: a status as HTTP has it, and a document or a file."""

    status: int
    text: str = ""
    name: str = ""
    type: str = "application/json"
    body: bytes | None = None


class WatchedRun(Run):
    """A run that trains as long as pages ask about it."""

    def _piece(self) -> None:
        if time.monotonic() - self.seen > UNSEEN:
            self.playing = False
            self.session.note()
            self.end()
            return
        super()._piece()


class Desk:
    """One training, and the pages that look at it.

    Parameters
    ----------
    net : Network
        Where it starts; it stays as it is.
    data : Data
        What it learns from.
    spec : mapping
        As `given.spec_of` returns it.
    """

    def __init__(self, net: Network, data: Data, spec: Mapping[str, Any]) -> None:
        self.first: Network = net
        self.spec: dict[str, Any] = dict(spec)
        self.data: Data = data
        self.tables: Tables = Tables()  # an export asks it for the file of a table; there is none
        self.shelf: Shelf = Shelf()
        self._pages: set[str] = set()
        self._run: WatchedRun | None = None
        self._begin(spec)

    @property
    def network(self) -> Network:
        """The network as it is now."""
        return self.session.net

    def _begin(self, asked: Mapping[str, Any]) -> None:
        """Begin a run; the one before ends."""
        spec = complete_given(asked)
        described = all(spec[name] == self.spec[name] for name in ("hidden", "loss", "seed", "initializer"))
        self._put(GivenSession(spec, self.data, self.first if described else None))

    def _put(self, session: Session) -> None:
        self.close()
        self.session: Session = session
        self.name: str = secrets.token_hex(4)

    def run(self) -> WatchedRun:
        """Return the run, with a thread of its own while pages look at it."""
        if self._run is None or self._run.ended:
            if self._run is not None:
                self._run.join(JOINED)
            self._run = WatchedRun(self.name, self.session, self.shelf)
        self._run.seen = time.monotonic()
        return self._run

    def leave(self, page: str) -> None:
        """Forget a page; after the last one no thread is left, and the training stays where it is."""
        self._pages.discard(page)
        if not self._pages:
            self.close()

    def close(self) -> None:
        """End the thread; it begins again when something is asked."""
        if self._run is not None:
            self._run.end()
            self._run.join(JOINED)
            self._run = None

    # ------------------------------------------------------------ questions
    def answer(self, page: str, method: str, path: str, body: Any = None) -> Answer:
        """Answer one question of a page.

        Parameters
        ----------
        page : str
            Its name.
        method, path : str
            As the server has them: "GET", "/api/runs/3f2a91c0/unit?layer=1".
        body : mapping, optional
            What was posted.

        Returns
        -------
        Answer
            Refusals included.
        """
        self._pages.add(page)
        address = urlsplit(path)
        query = dict(parse_qsl(address.query, keep_blank_values=True))
        try:
            found = self._answer(method, address.path, query, {} if body is None else body)
        except GlassnetError as error:
            status = error.status if isinstance(error, RefusedError) else 422
            return Answer(status, text(refusal(str(error), getattr(error, "field", ""))))
        except MemoryError:
            return Answer(422, text(refusal(NO_MEMORY)))
        except Exception as error:
            line = one_line(f"{type(error).__name__}: {error}")
            return Answer(500, text(refusal(f"{line:.300}. This is a fault of glassnet")))
        return found if isinstance(found, Answer) else Answer(200, text(found))

    def _answer(self, method: str, path: str, query: Mapping[str, str], body: Any) -> Any:
        if not isinstance(body, Mapping):
            raise RefusedError(f"expected an object; got {body!r:.60}", status=400)
        if (method, path) == ("GET", "/api/choices"):
            own = [{**SOURCE, "label": "Your arrays", "settings": []}]
            return {**choices(), "sources": own, "start": {"run": self.name}, "lang": ""}
        kept = KEPT.fullmatch(path)
        if method == "POST" and (path == "/api/runs" or kept):
            if kept:
                self._put(again(self.shelf.named(kept[1])))
            else:
                self._begin(body)
            run = self.run()
            return run.ask(run.state).result(LONGEST)
        name, _, what = path.removeprefix("/api/runs/").partition("/")
        rows = QUESTIONS if method == "GET" else ORDERS
        if not path.startswith("/api/runs/") or (what not in rows and what not in ("news", "export")):
            raise RefusedError(f"{method} {path:.80}: there is no such question", status=404)
        if name != self.name:
            raise RefusedError(f"there is no run {name!r:.40}; start another one", "run", 404)
        run = self.run()
        if what == "news":
            return _news(run, query)
        if what == "export":
            return self._export(run, query)
        row = rows[what]
        return run.ask(row.asked(run, query) if method == "GET" else row.told(run, body)).result(LONGEST)

    def _export(self, run: Run, query: Mapping[str, str]) -> Answer:
        kind, lang = query.get("kind", ""), "zh" if query.get("lang") == "zh" else "en"
        if kind not in EXPORTS:
            raise RefusedError(f"kind: expected one of {', '.join(EXPORTS)}; got {kind!r:.60}", "kind")
        row = EXPORTS[kind]
        made = run.ask(lambda: row.make(run.session, self.tables, lang)).result(LONGEST)
        return Answer(200, name=f"glassnet-{run.name}{row.suffix}", type=row.type, body=made)


def _news(run: Run, query: Mapping[str, str]) -> dict[str, Any]:
    """Return what a page that has seen so much has not: a state or a frame; nothing where there is none."""
    change, version, iteration = (_count(query, name) for name in ("change", "version", "iteration"))

    def work() -> dict[str, Any]:
        seen = {"change": run.change, "version": run.version, "iteration": run.session.place.iteration}
        if change != run.change:
            return {**seen, "state": run.state()}
        costs = run.session.curve.since(iteration)
        return {**seen, "frame": {**views.frame(run.session), "costs": costs}}

    is_new = change != run.change or version != run.version
    return run.ask(work).result(LONGEST) if is_new else {}


def _count(query: Mapping[str, str], name: str) -> int:
    given = query.get(name, "-1")
    return int(given) if given.removeprefix("-").isdigit() and given.isascii() and len(given) < 16 else -1
