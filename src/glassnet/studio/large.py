"""Arrays that are too large to be sent whole, drawn in means of blocks; weights of the first layer as pictures."""

from __future__ import annotations

from math import ceil
from typing import Any

import numpy as np

from glassnet.errors import UnknownNameError
from glassnet.inspection.trace import Trace
from glassnet.studio.plain import plain
from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.typing import Array

ROWS, COLUMNS = 64, 256  # of a picture of a whole array, at most
MOST_UNITS = 64  # whose weights are sent at once
MOST_SIDE = 64  # of a picture of weights
DIGITS = 4  # of numbers that are only drawn


def array_of(trace: Trace, key: str) -> Array:
    """Return an array of a pass by its key, such as "W[1]".

    Raises
    ------
    RefusedError
        If there is none.
    """
    try:
        M = trace.array(key)
    except UnknownNameError as error:
        raise RefusedError(str(error), "key") from None
    if M is None:
        raise RefusedError(f"key: this pass has no {key:.20}", "key")
    return np.asarray(M)


def binned(M: Array, rows: int = ROWS, columns: int = COLUMNS) -> dict[str, Any]:
    """Return a matrix in at most so many cells, each the mean of a block of numbers.

    Parameters
    ----------
    M : array (rows, columns)
        Any.
    rows, columns : int
        Cells at most; a matrix of one column or row may have as many cells as both bounds allow.

    Returns
    -------
    dict
        The shape, how many rows and columns a cell has (fewer at the ends), and the means.
    """
    high, wide = (ceil(size / most) for size, most in zip(M.shape, (rows, columns), strict=True))
    if M.shape[1] == 1:
        high = ceil(M.shape[0] / COLUMNS)
    starts = [np.arange(0, size, block) for size, block in zip(M.shape, (high, wide), strict=True)]
    counts = [np.minimum(size - start, block) for size, start, block in zip(M.shape, starts, (high, wide), strict=True)]
    sums = np.add.reduceat(np.add.reduceat(M, starts[0], axis=0), starts[1], axis=1)
    means = sums / (counts[0][:, None] * counts[1])
    return {"shape": list(M.shape), "rows": high, "columns": wide, "values": plain(_rounded(means))}


def _rounded(M: Array) -> Array:
    """Round numbers that are drawn to some digits of the largest."""
    largest = float(np.abs(M[np.isfinite(M)]).max(initial=0.0))
    return M if largest == 0 else M.round(DIGITS - int(np.floor(np.log10(largest))))


def pictures(session: Session, first: int, count: int, side: int) -> dict[str, Any]:
    """Return the weights of units of layer 1 as pictures.

    Parameters
    ----------
    session : Session
        Whose features are a picture.
    first, count : int
        Units, from 0.
    side : int
        Most points along a side; where a picture has more, a point is the mean of a square of them.

    Returns
    -------
    dict
        The shape, how many points a square has along its side, the flat numbers of each unit.

    Raises
    ------
    RefusedError
        If the features are no picture, or there is no such unit.
    """
    shape = session.data.picture
    if shape is None:
        raise RefusedError("the features of these data are no picture", "run")
    W = session.net.W[1]
    if not 0 <= first < len(W):
        raise RefusedError(f"first: layer 1 has {len(W)} units, counted from 0; got {first}", "first")
    high, wide, channels = (*shape, 1)[:3]
    block = max(1, ceil(max(high, wide) / min(side, MOST_SIDE)))
    chosen = W[first : first + min(count, MOST_UNITS)]
    made = [_squares(row.reshape(high, wide, channels), block) for row in chosen]
    return {
        "shape": list(made[0].shape), "block": block, "first": first, "iteration": session.place.iteration,
        "units": [plain(_rounded(each).ravel()) for each in made],
    }  # fmt: skip


def _squares(M: Array, block: int) -> Array:
    """Return a picture (rows, columns, channels) in means of squares."""
    if block == 1:
        return M
    starts = [np.arange(0, size, block) for size in M.shape[:2]]
    counts = [np.minimum(size - start, block) for size, start in zip(M.shape[:2], starts, strict=True)]
    sums = np.add.reduceat(np.add.reduceat(M, starts[0], axis=0), starts[1], axis=1)
    means: Array = sums / (counts[0][:, None] * counts[1])[..., None]
    return means
