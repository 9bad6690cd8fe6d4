"""A list of samples as the page shows them: thumbnails of pictures, the first cells of rows."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

from glassnet.studio.plain import number
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.views import probabilities

MOST = 50
MOST_CELLS = 8  # of a row
SIDE = 32  # pixels of a thumbnail


def listed(session: Session, i: str) -> dict[str, Any]:
    """Return samples by their numbers: what they are, and what is answered.

    Parameters
    ----------
    session : Session
        The training.
    i : str
        Such as "3,17,25".

    Returns
    -------
    dict
        A list with one entry for each.

    Raises
    ------
    RefusedError
        If they are no numbers of samples, or too many.
    """
    data = session.data
    if not re.fullmatch(r"[0-9]{1,9}(,[0-9]{1,9})*", i) or i.count(",") >= MOST:
        raise RefusedError(f"i: expected up to {MOST} numbers of samples, such as 3,17,25; got {i!r:.60}", "i")
    chosen = np.array([int(each) for each in i.split(",")])
    if chosen.max() >= data.m:
        raise RefusedError(f"i: there are {data.m} samples, counted from 0; got {chosen.max()}", "i")
    X, Y = data.X[:, chosen], data.Y[:, chosen]
    answers = session.net.forward(X)
    is_test = np.isin(chosen, session.test).tolist()
    rows = zip(chosen.tolist(), data.labels(Y), data.labels(answers), is_test, strict=True)
    return {
        "samples": [
            {
                "i": k, "label": label, "prediction": prediction, "test": tests,
                "probabilities": probabilities(session, answers[:, at]), "picture": data.pixels(X[:, at], SIDE),
                "cells": None if data.picture else _cells(session, k),
            }
            for at, (k, label, prediction, tests) in enumerate(rows)
        ],
        "iteration": session.place.iteration,
    }  # fmt: skip


def _cells(session: Session, i: int) -> dict[str, Any]:
    """Return the first cells of a row; of a plane and the like its features."""
    data = session.data
    if data.cells is not None:
        return dict(list(data.cells(i).items())[:MOST_CELLS])
    return {str(name): number(value) for name, value in zip(data.features[:MOST_CELLS], data.X[:, i], strict=False)}
