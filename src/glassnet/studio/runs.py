"""A run: a session in a thread of its own, which takes steps while it plays and does what is asked in between.

All work on a session is done by its thread, one piece after another, so every answer is of one moment. A piece of
training takes the rest of a frame's time. What pages ask waits until the training has had as much time as what was
asked before, so that pages that ask much leave it half of the time. Answers are computed by one core: the browser needs
the others, and a second thread that waits for one of them makes an answer ten times slower.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any

import numpy as np

from glassnet.arrays.threads import blas_threads
from glassnet.errors import GlassnetError
from glassnet.plain_text import one_line
from glassnet.studio import views
from glassnet.studio.findings import Findings
from glassnet.studio.kept import Shelf
from glassnet.studio.knobs import as_number
from glassnet.studio.pace import Pace
from glassnet.studio.plain import text
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session

FRAME = 1 / 30  # seconds between two frames, about
PIECE = 0.75 * FRAME  # of training, so that there is time for what pages ask
LONGEST = 0.25  # seconds of a piece of an epoch, where a step or the start of `fit` does not take longer
MOST_SPEED = 10**6
NOTES = 20  # costs and scores of all samples take at most one part in so many of the time

Job = tuple[Callable[[], Any], "Future[Any]"]


class Run:
    """One training that pages watch.

    Parameters
    ----------
    name : str
        In addresses.
    session : Session
        What is trained.
    shelf : Shelf, optional
        Where it is kept.
    """

    def __init__(self, name: str, session: Session, shelf: Shelf | None = None) -> None:
        self.name: str = name
        self.session: Session = session
        self.shelf: Shelf = shelf or Shelf()
        self.playing: bool = False
        self.speed: int | None = None  # steps in a frame; None is as fast as it goes
        self.every: int | None = None  # after so many steps, and twice as many, …, playing pauses
        self.frame: str = ""  # the newest, as JSON without its end, the same for all pages
        self.iteration: int = 0  # of the frame
        self.version = self.change = 0  # counts frames; counts what else changed
        self.seen: float = time.monotonic()
        self.findings = Findings(self.tell)
        self._watchers: set[Watcher] = set()
        self._jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self._stopping = False
        self._pace = Pace()
        self._debt, self._published, self._took = 0.0, 0.0, 0.0
        self._noted, self._noting = 0.0, 0.0  # when costs and scores were noted, and how long that took
        self._thread = threading.Thread(target=self._work, name=f"glassnet-run-{name}", daemon=True)
        self._thread.start()

    # ------------------------------------------------------------ asked from outside
    def ask(self, work: Callable[[], Any]) -> Future[Any]:
        """Let the run's thread do some work between two pieces of training."""
        answer: Future[Any] = Future()
        if self._stopping:
            answer.set_exception(RefusedError("this run has ended; start another one", status=404))
        else:
            self._jobs.put((work, answer))
        return answer

    async def asked(self, work: Callable[[], Any]) -> Any:
        """Return what some work of the run's thread gives."""
        self.seen = time.monotonic()
        return await asyncio.wrap_future(self.ask(work))

    def end(self) -> None:
        """End the thread after the step that it is taking."""
        self._stopping = True
        self._jobs.put(None)
        for watcher in tuple(self._watchers):
            watcher.wake()

    def join(self, seconds: float) -> bool:
        """Wait for the thread's end; return whether it has ended."""
        self._thread.join(seconds)
        return not self._thread.is_alive()

    @property
    def ended(self) -> bool:
        """Whether it was ended."""
        return self._stopping

    @property
    def watched(self) -> bool:
        """Whether a page is open on it."""
        return bool(self._watchers)

    def state(self) -> dict[str, Any]:
        """Return the whole state for the page; to be called by the run's thread."""
        return {
            "run": self.name, "playing": self.playing, "speed": self.speed or 0, "findings": self.findings.found,
            "change": self.change, **views.state(self.session),
        }  # fmt: skip

    # ------------------------------------------------------------ acts
    def do(self, what: Any, speed: Any = None, every: Any = None) -> dict[str, Any]:
        """Do one of `ACTS`, and return the state; to be called by the run's thread.

        Raises
        ------
        RefusedError
            If there is no such act, or speed or pauses are no whole number of steps.
        """
        if not isinstance(what, str) or what not in ACTS:
            raise RefusedError(f"what: expected one of {', '.join(ACTS)}; got {what!r:.60}", "what")
        if speed is not None:
            self.speed = _steps(speed, "speed", "steps in a frame; 0 is all it can")
        if every is not None:
            self.every = _steps(every, "every", "steps between pauses; 0 is no pause")
        ACTS[what](self)
        return self.changed()

    def changed(self) -> dict[str, Any]:
        """Tell the pages that something else than the numbers of a frame has changed, and return the state."""
        self.change += 1
        self._pace.slow_down()
        self._publish(note=False)
        if not self.playing:
            self.findings.look(self.session)
        return self.state()

    def _play(self) -> None:
        self.playing = self.session.place.finished is None

    def _pause(self) -> None:
        if self.playing:
            self.playing = False
            self.session.note()

    def _step(self) -> None:
        self.playing = False
        self.session.advance(1)
        self.session.note()

    def _epoch(self) -> None:
        self.playing = False
        left = self.session.steps_per_epoch - self.session.place.step
        while left > 0 and self.session.place.finished is None and not self._stopping:  # long epochs can be ended
            steps = min(left, self._pace.steps_in(LONGEST))
            self._train(steps)
            left -= steps
        self.session.note()

    def _part(self) -> None:
        self.playing = False
        self.session.next_part()

    def _reset(self) -> None:
        self.playing = False
        self.session.restart()
        self.findings.clear()

    # ------------------------------------------------------------ the thread
    def _work(self) -> None:
        with np.errstate(all="ignore"):  # what is not finite is shown as such
            while not self._stopping:
                job = self._next_job()
                if job is not None:
                    self._do(*job)
                elif self.playing and not self._stopping:
                    self._piece()
        while True:  # nobody waits for an answer that never comes
            try:
                job = self._jobs.get_nowait()
            except queue.Empty:
                return
            if job is not None and job[1].set_running_or_notify_cancel():
                job[1].set_exception(RefusedError("this run has ended; start another one", status=404))

    def _next_job(self) -> Job | None:
        """Wait for work where nothing plays; else take what is there, once the training had its share."""
        if not self.playing:
            return self._jobs.get()
        wait = self._published + FRAME - time.perf_counter() if self.speed else 0.0
        if wait > 0:  # there is time for what is asked
            self._debt = 0.0
        elif self._debt > FRAME:
            return None
        try:
            return self._jobs.get(timeout=wait) if wait > 0 else self._jobs.get_nowait()
        except queue.Empty:
            return None

    def _do(self, work: Callable[[], Any], answer: Future[Any]) -> None:
        if not answer.set_running_or_notify_cancel():  # the page that asked has left
            return
        began = time.perf_counter()
        try:
            with blas_threads(0, one=True):
                result = work()
        except BaseException as error:  # it is the asker's
            answer.set_exception(error)
        else:
            answer.set_result(result)
        self._debt += time.perf_counter() - began

    def _piece(self) -> None:
        """Take steps for a moment, and publish a frame where one is due; an error ends the training, not the thread."""
        try:
            left = self.every - self.session.place.iteration % self.every if self.every else MOST_SPEED
            target = max(PIECE - self._took, 0.5 * PIECE)
            self._train(min(self.speed or self._pace.steps_in(target), left))
            since = time.perf_counter() - self._published
            if self.speed or since >= max(0.5 * FRAME, 4 * self._took):  # a single step is no frame of its own
                self._publish(note=time.perf_counter() - self._noted >= NOTES * self._noting)
                self.findings.look_in_passing(self.session)
            place = self.session.place
            if place.finished is not None or (self.every and place.iteration % self.every == 0):
                self.playing = False
                self.session.note()
                self.changed()
        except Exception as error:
            fault = "" if isinstance(error, GlassnetError) else "a fault of glassnet: "
            self.session.place.finished, self.playing = f"{fault}{one_line(str(error)):.400}", False
            self.tell()

    def _train(self, steps: int) -> None:
        began = time.perf_counter()
        before = self.session.place.iteration
        self.session.advance(steps)
        seconds = time.perf_counter() - began
        self._pace.learn(self.session.place.iteration - before, seconds)
        self._debt = max(0.0, self._debt - seconds)

    def _publish(self, *, note: bool) -> None:
        began = time.perf_counter()
        if note:
            with blas_threads(0, one=True):
                self.session.note()
            self._noted = time.perf_counter()
            self._noting = self._noted - began
        framed = time.perf_counter()
        if self._watchers:
            self.frame = text(views.frame(self.session))[:-1]
        self.iteration = self.session.place.iteration
        self.version += 1
        for watcher in tuple(self._watchers):
            watcher.wake()
        self._published = time.perf_counter()
        self._took = self._published - framed
        self._debt += 0.0 if self.speed else self._published - began

    def tell(self) -> None:
        """Tell the pages that the state has changed."""
        self.change += 1
        for watcher in tuple(self._watchers):
            watcher.wake()

    # ------------------------------------------------------------ pages
    def watch(self) -> Watcher:
        """Return what tells one page of news; its `close` must be called."""
        watcher = Watcher(self)
        self._watchers.add(watcher)
        return watcher

    def leave(self, watcher: Watcher) -> None:
        """Forget a page."""
        self._watchers.discard(watcher)
        self.seen = time.monotonic()


def _steps(given: Any, name: str, expected: str) -> int | None:
    """Return a number of steps that a page says; None for 0."""
    number = as_number(given)
    if number is None or not 0 <= number <= MOST_SPEED or number % 1:
        raise RefusedError(f"{name}: expected {expected}; got {given!r:.60}", name)
    return int(number) or None


ACTS: dict[str, Callable[[Run], None]] = {
    "play": Run._play,
    "pause": Run._pause,
    "step": Run._step,
    "epoch": Run._epoch,
    "part": Run._part,
    "reset": Run._reset,
}


class Watcher:
    """What one page has seen of a run; made and awaited in the server's event loop, woken by the run's thread."""

    def __init__(self, run: Run) -> None:
        self.run: Run = run
        self._loop = asyncio.get_running_loop()
        self._news = asyncio.Event()

    def wake(self) -> None:
        """Tell the page that there is news; from any thread."""
        try:
            self._loop.call_soon_threadsafe(self._news.set)
        except RuntimeError:  # the loop is closed
            self.run.leave(self)

    async def news(self, seconds: float) -> bool:
        """Wait for news, at most so long; return whether there is some."""
        try:
            await asyncio.wait_for(self._news.wait(), seconds)
        except TimeoutError:
            return False
        self._news.clear()
        return True

    def close(self) -> None:
        """Watch no longer."""
        self.run.leave(self)
