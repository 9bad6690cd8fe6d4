"""Numbers that stand for missing cells: -999, 9999 and the like, far from all others and repeated."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, missing_cell, number_array
from glassnet.tables.spelling.spelled import Spelled

NINES = re.compile(r"-9{2,8}(\.9+|\.25)?|9{3,8}(\.9+)?|-?(1e\+\d\d+|3\.40282\d*e\+38|9\.96921e\+36)")  # as %g writes it
FEW = 3  # other values, without which nothing stands out
ROUNDS = 4  # marks that one column may have


def without_sentinels(read: Spelled, known: Sequence[float] | None = None) -> Spelled:
    """Return numbers, those that stand for missing cells missing.

    Parameters
    ----------
    read : Spelled
        Numbers.
    known : sequence of float, optional
        What stands for a missing cell; None to find it.

    Returns
    -------
    Spelled
        With "sentinels" in its format where there are such numbers, and a remark where they were found.
    """
    cells = read.cells
    types = pa.types
    usable = types.is_integer(cells.type) or types.is_float32(cells.type) or types.is_float64(cells.type)
    if not usable or cells.null_count == len(cells):
        return read
    found = _found(cells) if known is None else {float(value): 0 for value in known}
    for value in found:
        mark = number_array(np.array([value]))[0]
        cells = pc.if_else(pc.equal(cells.cast(pa.float64(), safe=False), mark), missing_cell(cells.type), cells)
    if known is not None or not found:
        return replace(read, cells=cells)
    remarks = tuple(f"holds {value:g} in {n:,} cells, far from all others: missing there" for value, n in found.items())
    return replace(
        read, cells=cells, format={**read.format, "sentinels": list(found)}, remarks=(*read.remarks, *remarks)
    )


def _found(cells: pa.ChunkedArray) -> dict[float, int]:
    """Return the numbers that stand for missing cells, and how many cells hold each."""
    found: dict[float, int] = {}
    extremes = pc.min_max(cells)
    if not any(_is_mark(extremes[end].as_py()) for end in ("min", "max")):
        return found
    values, counts = np.unique(cell_values(cells.drop_null()), return_counts=True)
    keep = np.isfinite(values)
    values, counts = values[keep].astype(np.float64), counts[keep]
    for _ in range(ROUNDS):
        for end, near in ((0, 1), (-1, -2)):
            if len(values) <= FEW or not _is_mark(values[end]):
                continue
            others = np.delete(values, end)
            spread, gap = others[-1] - others[0], abs(values[end] - values[near])
            # A second mark, such as -998 before -999, is near the first.
            if counts[end] > 1 and gap > spread * (1 if values[end] < 0 <= others[0] else 3):
                found[float(values[end])] = int(counts[end])
                values, counts = others, np.delete(counts, end)
    return found


def _is_mark(value: float | None) -> bool:
    return value is not None and bool(NINES.fullmatch(f"{value:.10g}"))
