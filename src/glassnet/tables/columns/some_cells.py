"""The cells of training themselves, for columns that are fitted to them: of parts a uniform sample of the rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at
from glassnet.tables.columns.column import Part
from glassnet.typing import AnyArray


@dataclass(frozen=True, eq=False)
class SomeCells:
    """What is kept of cells.

    Parameters
    ----------
    rows, lost : int
        Cells, and how many of them are missing.
    cells : pyarrow.ChunkedArray
        All of them; of parts those of the rows with the lowest priorities.
    priorities : array of uint64 (k,) or None
        Theirs, rising.
    size : int
        Most of them.
    """

    rows: int
    lost: int
    cells: pa.ChunkedArray
    priorities: AnyArray | None = None
    size: int = 0

    @classmethod
    def of(cls, cells: pa.ChunkedArray, part: Part | None = None) -> Self:
        """Return what is kept of m cells."""
        if part is None:
            return cls(len(cells), cells.null_count, cells)
        return cls._lowest(len(cells), cells.null_count, cells, part.priorities, part.size)

    @property
    def is_exact(self) -> bool:
        """Whether they are all cells."""
        return self.priorities is None or len(self.cells) == self.rows

    def merged(self, other: SomeCells) -> SomeCells:
        """Return what is kept of the cells of both."""
        cells = pa.chunked_array([*self.cells.chunks, *other.cells.chunks])
        priorities = np.concatenate([self.priorities, other.priorities])
        rows, lost = self.rows + other.rows, self.lost + other.lost
        return self._lowest(rows, lost, cells, priorities, max(self.size, other.size))

    @classmethod
    def _lowest(cls, rows: int, lost: int, cells: pa.ChunkedArray, priorities: AnyArray, size: int) -> Self:
        order = np.argsort(priorities, kind="stable")[:size]
        return cls(rows, lost, rows_at(cells, order), priorities[order], size)
