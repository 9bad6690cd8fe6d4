"""A film of a run: it is trained again from its start, by the same acts, and pictures are taken on the way.

That is done in a thread of its own on a network of its own, so the run goes on. Equal acts give equal numbers, to the
bit, so the film shows the training that was seen; it can say how far it is, and be given up.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import GlassnetError
from glassnet.plain_text import one_line
from glassnet.studio.curve import Curve
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session

KINDS = ("gif", "webp")
PICTURES = 80
MOST_SECONDS = 600.0


class Making:
    """A film that is being made, or was.

    Parameters
    ----------
    session : Session
        What was trained; only its start and its acts are used.
    kind : {"gif", "webp"}
        The format.
    lang : {"en", "zh"}
        The language of its words.
    ended : callable
        Whether nobody waits for it any longer.
    """

    def __init__(self, session: Session, kind: str, lang: str, ended: Callable[[], bool]) -> None:
        self.kind: str = kind
        self.iteration: int = session.place.iteration
        self.pictures, self.of = 0, len(moments(self.iteration))
        self.file: bytes | None = None
        self.error: str = ""
        self.cancelled: bool = False
        self._ended = ended
        self._lang = lang
        self._session = session.twin()
        self._thread = threading.Thread(target=self._work, name="glassnet-film", daemon=True)
        self._thread.start()

    def to_document(self) -> dict[str, Any]:
        """Return how far it is."""
        state = "error" if self.error else "made" if self.file else "given up" if self.cancelled else "making"
        return {
            "state": state, "kind": self.kind, "pictures": self.pictures, "of": self.of, "iteration": self.iteration,
            "bytes": len(self.file or b""), "error": self.error,
        }  # fmt: skip

    def join(self, seconds: float) -> bool:
        """Wait for its end; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    def _work(self) -> None:
        try:
            with np.errstate(all="ignore"):
                self.file = film(self._session, self.kind, self._lang, self._go_on)
        except GlassnetError as error:
            self.error = str(error)
        except Exception as error:
            self.error = f"a fault of glassnet: {one_line(str(error)):.300}"

    def _go_on(self, pictures: int) -> bool:
        self.pictures = pictures
        self.cancelled = self.cancelled or self._ended()
        return not self.cancelled


def moments(iterations: int) -> list[int]:
    """Return the iterations of the pictures: many at first, where most happens."""
    n = min(PICTURES, iterations + 1)
    share = np.linspace(0, 1, n) ** 2
    return sorted(set(np.round(share * iterations).astype(int).tolist()) | {0, iterations})


def film(session: Session, kind: str, lang: str, go_on: Callable[[int], bool]) -> bytes | None:
    """Return the film of a session's training.

    Parameters
    ----------
    session : Session
        A twin, which is trained again from its start.
    kind : {"gif", "webp"}
        The format.
    lang : {"en", "zh"}
        The language of its words.
    go_on : callable
        Gets the number of pictures that are there; what it returns says whether more are wanted.

    Returns
    -------
    bytes or None
        None where no more were wanted.

    Raises
    ------
    RefusedError
        If that takes too long.
    """
    with interrupts.held():
        from glassnet.plots.of_films import Film, Moment, Samples, text_of, written
        from glassnet.plots.style import in_language, word

    data, vector = session.data, session.net.vector.copy()  # where it has to come out again
    test = np.isin(np.arange(data.m), session.test)
    samples = Samples(data.X, data.Y, data.classes, data.features, test if test.any() else None, data.picture)
    known = [point for point in session.curve.points if point[1] is not None]
    last, acts = session.place.iteration, list(session.place.acts)
    session.reset()
    start = session.curve.last()["train"] or 0.0
    highest = max([start, *(min(point[1], 1.5 * start) for point in known)]) or 1.0
    drawn = Film(samples, last, highest, lang)
    is_share = data.classes is not None

    def moment() -> Moment:
        points, now = session.curve.since(), session.curve.last()
        curves = {"training": (points["iterations"], points["train"]), "test": (points["iterations"], points["test"])}
        score, part = (now["score_test"], "test") if len(session.test) else (now["score_train"], "training")
        facts = {
            word("Cost J"): text_of(now["train"]),
            f"{word(session.metric)}, {word(part)}": text_of(score, percent=is_share),
        }
        return Moment(session.place.iteration, session.net, curves, facts)

    pictures: list[Any] = []
    with in_language(lang):
        for _ in again(session, acts, moments(last)):
            pictures.append(drawn.picture(moment()))
            if not go_on(len(pictures)):
                return None
    if not np.array_equal(session.net.vector, vector, equal_nan=True):
        raise RefusedError("the film: training again came out otherwise, so it would show another training", "film")
    return written(pictures, kind)


def again(session: Session, acts: list[dict[str, Any]], stops: list[int]) -> Iterator[int]:
    """Train a session from its start by the acts of an earlier training, and stop on the way.

    Parameters
    ----------
    session : Session
        Which stands at its start.
    acts : list of dict
        Steps with their settings, and numbers that were set.
    stops : list of int
        Iterations.

    Yields
    ------
    int
        The iteration of each stop; the curves have a point there.

    Raises
    ------
    RefusedError
        If that takes too long.
    """
    began, waiting = time.monotonic(), list(stops[:-1])  # the last one comes after all acts
    session.curve = Curve()

    def due() -> Iterator[int]:
        while waiting and waiting[0] <= session.place.iteration:
            session.note()
            yield waiting.pop(0)

    for act in acts:
        place = session.place
        if act["what"] == "set":
            letter, l = act["array"][0], int(act["array"][1:])
            getattr(session.net, letter)[l][act["row"], act["column"]] = act["value"]
            place.step = 0  # `fit` begins a new epoch, as it did then
            continue
        yield from due()
        if place.settings != act["settings"]:
            place.settings, place.step = act["settings"], 0
        end = place.iteration + act["iterations"]
        while place.iteration < end:
            if time.monotonic() - began > MOST_SECONDS:
                raise RefusedError(f"the film: training again takes longer than {MOST_SECONDS:.0f} seconds", "film")
            before, place.finished = place.iteration, None
            session.advance(min([end, *waiting[:1]]) - before)
            if place.iteration == before:  # numbers are no longer finite
                return
            yield from due()
    session.note()
    yield stops[-1]


# ---------------------------------------------------------------- what a page asks
def order(run: Any, body: Mapping[str, Any]) -> dict[str, Any]:
    """Begin a film of a run, look how far it is, or give it up: {"what": "make", "kind": "gif"}.

    Raises
    ------
    RefusedError
        If something else is said, or the run has taken no step.
    """
    session, what = run.session, body.get("what")
    made: Making | None = session.film
    if what == "make":
        kind, lang = body.get("kind", "webp"), "zh" if body.get("lang") == "zh" else "en"
        if kind not in KINDS:
            raise RefusedError(f"kind: expected one of {', '.join(KINDS)}; got {kind!r:.60}", "kind")
        if not session.place.iteration:
            raise RefusedError("the film: nothing was trained yet; press play first", "film")
        if made is not None:
            made.cancelled = True
        session.film = made = Making(session, kind, lang, lambda: run.ended)
    elif what == "cancel":
        if made is not None:
            made.cancelled = True
    elif what != "look":
        raise RefusedError(f"what: expected one of make, look, cancel; got {what!r:.60}", "what")
    return {"state": "none"} if made is None else made.to_document()


def made_film(session: Session, kind: str) -> bytes:
    """Return the film that was made.

    Raises
    ------
    RefusedError
        If there is none of this kind.
    """
    made: Making | None = session.film
    if made is None or made.file is None or made.kind != kind:
        raise RefusedError(f"the film: none is there as {kind}; make it first", "kind")
    return made.file
