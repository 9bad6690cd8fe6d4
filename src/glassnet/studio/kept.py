"""Runs that were kept: each as it was at that moment, to be compared, and opened again."""

from __future__ import annotations

import copy
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glassnet.studio.differences import differences
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import COPIES, Session

MOST_KEPT, MOST_BYTES = 20, 500_000_000
DATA = ("source", "data_seed", "test_share", "scaled")


@dataclass
class Kept:
    """One of them.

    Parameters
    ----------
    number : int
        It is called by, from 1.
    session : Session
        As it was.
    deleted : bool
        Whether it is no longer shown; an undo shows it again.
    """

    number: int
    session: Session
    deleted: bool = False

    @property
    def spec(self) -> dict[str, Any]:
        """The specification, with the settings as they were."""
        return spec_of(self.session)

    def to_document(self) -> dict[str, Any]:
        """Return what a comparison shows of it."""
        session = self.session
        last = session.curve.last()
        return {
            "kept": self.number, "iteration": session.place.iteration, "costs": session.curve.since(),
            "metric": session.metric, "loss": session.net.architecture.loss,
            "last": {name: last[name] for name in ("train", "test", "score_train", "score_test")},
        }  # fmt: skip


class Shelf:
    """What was kept, of all runs of a studio."""

    def __init__(self) -> None:
        self.kept: list[Kept] = []
        self._numbered = 0
        self._lock = threading.Lock()

    def keep(self, session: Session) -> Kept:
        """Keep a session as it is now; to be called by its thread.

        Raises
        ------
        RefusedError
            If there is no room for another one.
        """
        twin, needed = session.twin(), COPIES * session.net.vector.nbytes
        with self._lock:
            self._make_room(needed)
            self._numbered += 1
            self.kept.append(Kept(self._numbered, twin))
            return self.kept[-1]

    def _make_room(self, needed: int) -> None:
        while self.kept and (len(self.kept) >= MOST_KEPT or needed + self._bytes() > MOST_BYTES):
            gone = next((each for each in self.kept if each.deleted), None)
            if gone is None:
                raise RefusedError(
                    f"{len(self.kept)} runs are kept, and there is room for no more; delete one", "keep", 429
                )
            self.kept.remove(gone)

    def _bytes(self) -> int:
        return sum(COPIES * each.session.net.vector.nbytes for each in self.kept)

    def named(self, number: Any) -> Kept:
        """Return one by its number.

        Raises
        ------
        RefusedError
            If there is none.
        """
        for each in tuple(self.kept):
            if str(each.number) == str(number):
                return each
        raise RefusedError(f"no run was kept as {number!r:.20}", "kept", 404)

    def change(self, given: Mapping[str, Any]) -> Kept:
        """Delete one, or take that back: {"kept": 1, "deleted": true}.

        Raises
        ------
        RefusedError
            If there is none, or something else is said.
        """
        found = self.named(given.get("kept"))
        if not isinstance(given.get("deleted"), bool):
            raise RefusedError(f"deleted: expected true or false; got {given.get('deleted')!r:.60}", "deleted")
        found.deleted = given["deleted"]
        return found

    def compared(self, session: Session) -> dict[str, Any]:
        """Return what was kept, and where the specifications differ: first the session's, then each of the others."""
        shown = [each for each in tuple(self.kept) if not each.deleted]
        specs = [spec_of(session), *(each.spec for each in shown)]
        losses = {each.net.architecture.loss for each in (session, *(kept.session for kept in shown))}
        return {
            "kept": [each.to_document() for each in shown],
            "settings": differences(specs),
            "same_data": all(spec[name] == specs[0][name] for spec in specs for name in DATA),
            "same_loss": len(losses) == 1,
        }


def spec_of(session: Session) -> dict[str, Any]:
    """Return a session's specification with the settings as they are now."""
    return {**session.spec, "settings": session.place.settings}


def again(kept: Kept) -> Session:
    """Return a session that goes on where a kept one stood, to the bit."""
    session = kept.session.twin()
    session.spec = copy.deepcopy(kept.spec)
    return session
