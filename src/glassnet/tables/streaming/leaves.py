"""Prepared columns as arrays that can be written to disk, and back: the same kinds in all parts of a table.

What in-memory rows do for their own distinct cells, a table in parts does once for all: the few distinct numbers of a
column are rows of a table, and each cell is a code. Of text the terms are kept that a cell holds: they are its
features, or say its scores.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import TABLE_BYTES, Block, Lookup, Numbers, OneHot, SparseRows, Steps, expanded
from glassnet.tables.arrow import pa
from glassnet.tables.columns.category import codes
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.number import NumberColumn, numbers
from glassnet.tables.columns.target_means import FOLDS, TargetMeans
from glassnet.tables.columns.text import TextColumn
from glassnet.tables.spelling.texts import float_array
from glassnet.typing import AnyArray

DTYPE = np.float32
TERM = np.uint16  # of the index of a term, and of how many a cell holds
WORDS = "words"


class Leaf(NamedTuple):
    """Features of one kind, side by side.

    Parameters
    ----------
    kind : str
        Key in `LEAVES`.
    arrays : tuple of array
        With one entry for each row, or several: those of some rows come after those of the rows before them.
    about : dict
        Plain data that all parts share.
    table : array or None
        Shared by all parts: the features of each code; of words the weights by which they score, (FOLDS + 1, number of
        terms, number of targets), where their scores are the features.
    """

    kind: str
    arrays: tuple[AnyArray, ...]
    about: Mapping[str, Any] = {}
    table: AnyArray | None = None


def _numbers(block: Any) -> Leaf:
    return Leaf("numbers", (block.values,))


def _one_hot(block: Any) -> Leaf:
    return Leaf("one hot", (block.codes,), {"width": block.width})


def _steps(block: Any) -> Leaf:
    return Leaf("steps", (block.step, block.part), {"width": block.width, "full": block.full})


def _lookup(block: Any) -> Leaf:
    return Leaf("lookup", (block.codes,), {}, block.table[:-1])


def _words(block: SparseRows, folds: AnyArray | None) -> Leaf:
    rows = block.rows
    folds = np.full(rows.shape[0], FOLDS) if folds is None else folds
    arrays = (np.diff(rows.indptr).astype(TERM), rows.indices.astype(TERM), rows.data, folds.astype(np.int8))
    return Leaf(WORDS, arrays, {"width": block.width})


def sparse_rows(leaf: Leaf) -> Any:
    """Return the weights of words in cells, a scipy CSR matrix (m, number of terms)."""
    from scipy.sparse import csr_matrix

    lengths, terms, numbers, _ = leaf.arrays
    starts = np.concatenate([[0], np.cumsum(lengths, dtype=np.int64)])
    return csr_matrix((numbers, terms.astype(np.int32), starts), shape=(len(lengths), leaf.about["width"]))


def _words_or_scores(leaf: Leaf) -> Block:
    """Return the words of cells, or their scores: by the weights of the rows' folds, where these are known."""
    if leaf.table is None:
        return SparseRows(sparse_rows(leaf))
    rows, folds = sparse_rows(leaf), leaf.arrays[-1]
    scores = np.empty((len(folds), leaf.table.shape[-1]), DTYPE)
    for fold in np.unique(folds):
        scores[folds == fold] = rows[folds == fold] @ leaf.table[fold]
    return Numbers(scores)


LEAF_OF: Mapping[type[Block], Callable[[Any], Leaf]] = {
    Numbers: _numbers, OneHot: _one_hot, Steps: _steps, Lookup: _lookup,
}  # fmt: skip
LEAVES: Mapping[str, Callable[[Leaf], Block]] = {
    "numbers": lambda leaf: Numbers(leaf.arrays[0]),
    "one hot": lambda leaf: OneHot(leaf.arrays[0], leaf.about["width"]),
    "steps": lambda leaf: Steps(leaf.arrays[0], leaf.arrays[1], leaf.about["width"], leaf.about["full"]),
    "lookup": lambda leaf: Lookup(leaf.arrays[0], leaf.table),
    WORDS: _words_or_scores,
}


def block_of(leaf: Leaf) -> Block:
    """Return features as the network takes them."""
    return LEAVES[leaf.kind](leaf)


def leaves_of(column: Column, cells: pa.ChunkedArray, folds: AnyArray | None = None) -> list[Leaf]:
    """Return the features of m cells, but for target means; of text its words, also where scores become of them.

    `folds` (m,) are those of training rows; None of others.
    """
    encode = partial(TextColumn.encode, column) if isinstance(column, TextColumn) else column.encode
    blocks = encode(cells, DTYPE)
    return [_words(block, folds) if isinstance(block, SparseRows) else LEAF_OF[type(block)](block) for block in blocks]


class FewNumbers(NamedTuple):
    """A column of few distinct numbers: its features as rows of a table.

    Parameters
    ----------
    values : array of float (n,)
        The numbers, rising.
    table : array (n + 1, width)
        Their features, and those of a missing cell.
    """

    values: AnyArray
    table: AnyArray

    @classmethod
    def of(cls, column: Column, values: AnyArray | None) -> FewNumbers | None:
        """Return the table of a column; None where it has too many numbers, or is of another kind."""
        if type(column) is not NumberColumn or values is None:
            return None
        if (len(values) + 1) * column.width * np.dtype(DTYPE).itemsize > TABLE_BYTES:
            return None
        cells = np.append(values, np.nan)
        out = np.zeros((len(cells), column.width), DTYPE)
        expanded(column.encode(float_array(cells, ~np.isnan(cells)), DTYPE), out)
        return cls(values, out)

    def leaf(self, cells: pa.ChunkedArray) -> Leaf:
        """Return the features of training cells, each of which is among the values or missing."""
        found = numbers(cells, "")
        code = np.searchsorted(self.values, np.nan_to_num(found)).clip(max=len(self.values))
        code[np.isnan(found)] = len(self.values)
        return Leaf("lookup", (code.astype(code_type(len(self.table))),), {}, self.table)


def means_leaf(column: TargetMeans, cells: pa.ChunkedArray, folds: AnyArray | None) -> Leaf:
    """Return the codes of values and folds, of which a table says the features once all targets are known.

    Parameters
    ----------
    column : TargetMeans
        Its values.
    cells : pyarrow.ChunkedArray
        m cells.
    folds : array of int (m,) or None
        Of training rows; None for others, which have the means of all.
    """
    n = len(column.values) + 1
    code, _ = codes(cells, column.values)
    code = np.where(code < 0, n - 1, code) + n * (FOLDS if folds is None else folds)
    return Leaf("lookup", (code.astype(code_type((FOLDS + 1) * n)),))


def code_type(n: int) -> Any:
    """Return the type of codes of n rows of a table, as `Lookup` has it."""
    return next(kind for kind in (np.int8, np.int16, np.int32, np.int64) if n <= np.iinfo(kind).max)


def joined(leaves: Sequence[Sequence[Leaf]]) -> list[Leaf]:
    """Return the features of several parts as one."""
    first = leaves[0]
    return [
        leaf._replace(
            arrays=tuple(np.concatenate([part[j].arrays[k] for part in leaves]) for k in range(len(leaf.arrays)))
        )
        for j, leaf in enumerate(first)
    ]
