"""What a page asks of the fitted model that a run looks at: its form, an answer to a row, another network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glassnet.studio.fitted import Fitted
from glassnet.studio.knobs import as_number
from glassnet.studio.looked_at import LookedAt
from glassnet.studio.refused import RefusedError
from glassnet.studio.runs import Run
from glassnet.studio.session import Session

ASK: Mapping[str, Any] = {
    "type": "object",
    "properties": {
        "i": {"type": "integer"}, "coverage": {"type": "number"},
        "cells": {"type": "object", "additionalProperties": {"type": ["string", "null"]}},
    },
}  # fmt: skip
WHY: Mapping[str, Any] = {
    "type": "object", "properties": {name: ASK["properties"][name] for name in ("i", "cells")},
}  # fmt: skip
SHOW: Mapping[str, Any] = {
    "type": "object", "required": ["network"], "properties": {"network": {"type": "integer", "minimum": 0}},
}  # fmt: skip


def form(run: Run) -> dict[str, Any]:
    """Return the form of the model; no fields where the run trains a network of its own."""
    session = run.session
    return session.fitted.form() if isinstance(session, LookedAt) else {"fields": []}


def ask(run: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the model answers to a row with other cells in some columns.

    Raises
    ------
    RefusedError
        If the run looks at no fitted model, or something cannot be asked.
    """
    session = _looked_at(run.session)
    coverage = as_number(body.get("coverage", 0.9))
    if coverage is None or not 0 < coverage < 1:
        raise RefusedError(f"coverage: expected a share between 0 and 1; got {body.get('coverage')!r:.60}", "coverage")
    fitted: Fitted = session.fitted
    return fitted.answer(body.get("i", 0), body.get("cells"), coverage, session.shown)


def why(run: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    """Return what each column contributes to such an answer, which takes longer.

    Raises
    ------
    RefusedError
        As `ask` does.
    """
    return _looked_at(run.session).fitted.why(body.get("i", 0), body.get("cells"))


def show(run: Run, body: Mapping[str, Any]) -> dict[str, Any]:
    """Show another network of the model in the middle, and return the state."""
    _looked_at(run.session).show(body.get("network"))
    return run.changed()


def _looked_at(session: Session) -> LookedAt:
    if not isinstance(session, LookedAt):
        raise RefusedError("this run trains a network of its own; train a preset on a table, or open a fitted model")
    return session
