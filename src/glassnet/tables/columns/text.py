"""Free text: a feature for each word, and each pair of neighbouring words, that several training rows hold.

A row's feature is how often it holds the term, weighed by how few rows hold it (TF-IDF: Salton & Buckley 1988,
doi:10.1016/0306-4573(88)90021-0), all scaled to one length. Nearly all are 0, and only the others are kept.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from glassnet import interrupts
from glassnet.arrays.coded_columns import Block, OneHot, SparseRows
from glassnet.documents import TRUTH, Kind, listed, number
from glassnet.errors import ModelFileError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text, text_array
from glassnet.tables.columns.column import Column, FitOptions, Part, RawColumn, UninformativeColumn
from glassnet.tables.columns.values import Values, as_text
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.words import AT_A_TIME, Words, is_free_text, words_of
from glassnet.typing import AnyArray

LEAST_ROWS = 2  # that hold a term
FEWEST_TERMS, MOST_TERMS = 2**10, 2**14  # as many as rows, within these
LENGTH = 3.0  # of a row's features: about that of the other columns', so that one learning rate fits all
TERM = Kind("a word or two", lambda term: isinstance(term, str) and term.split(" ") == term.split()[:2])
TERMS = Kind(
    f"a list of distinct texts of a word or two, at most {MOST_TERMS}",
    lambda terms: listed(TERM, most=MOST_TERMS).holds(terms) and len(set(terms)) == len(terms),
)


@dataclass(frozen=True)
class TextColumn(Column):
    """What training rows said about a column of text.

    Parameters
    ----------
    name : str
        The column.
    rows : float
        Training rows.
    terms : tuple of str
        Words and pairs of words with a feature of their own, the most frequent first.
    frequencies : tuple of float
        For each the number of training rows that hold it; of rows in parts it may be too high by what `Values` says.
    missing : bool
        Cells were missing in training: one more feature says where.
    """

    kind, words = "text", "text"
    n_counted = 4
    entries: ClassVar = {
        "rows": number(1), "terms": TERMS, "frequencies": listed(number(1), most=MOST_TERMS), "missing": TRUTH,
    }  # fmt: skip

    rows: float
    terms: tuple[str, ...]
    frequencies: tuple[float, ...]
    missing: bool

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        cells = decoded(raw.cells) if raw.asked else raw.cells
        if not is_text(cells.type):
            simple = pa.types.is_primitive(cells.type) or pa.types.is_null(cells.type)
            return Spelled(as_text(cells)) if raw.asked and simple else None
        text = clean(cells, raw.missing)
        if raw.asked:
            return Spelled(text)
        return Spelled(text, remarks=("is text: its words are features",)) if is_free_text(text) else None

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        return term_counts(cells, None if part is None else part._replace(size=cls.n_counted * part.size))

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        m, counts = counted.rows, counted.counts + counted.short  # what is kept was mostly there from the start
        most = min(max(FEWEST_TERMS, 2 ** (m - 1).bit_length()), MOST_TERMS)
        n = min(int((counts >= LEAST_ROWS).sum()), most)
        if not n and not counted.lost:
            raise UninformativeColumn(f"holds no word in {LEAST_ROWS} rows")
        frequencies = tuple(np.minimum(counts[:n], m).astype(float).tolist())
        return cls(name, float(m), tuple(counted.values[:n].to_pylist()), frequencies, counted.lost > 0)

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        return [f"{self.name}: {term}" for term in self.terms] + [f"{self.name}=(missing)"] * self.missing

    @property
    def width(self) -> int:
        return len(self.terms) + self.missing

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        return [*([SparseRows(self.matrix(cells).astype(dtype))] if self.terms else []), *self._marks(cells)]

    def _marks(self, cells: pa.ChunkedArray) -> list[Block]:
        """Return the feature that says where cells are missing."""
        return [OneHot(cell_values(pc.is_null(cells)).astype(np.int8) - 1, 1)] if self.missing else []

    @property
    def rarity(self) -> AnyArray:
        """By what each term counts: 1 if all training rows hold it, more the fewer do."""
        rarity: AnyArray = np.log((1 + self.rows) / (1 + np.array(self.frequencies))) + 1
        return rarity

    def matrix(self, cells: pa.ChunkedArray) -> Any:
        """Return the weights of all terms in cells.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells, as `parsed` returns them.

        Returns
        -------
        scipy.sparse.csr_matrix of float64 (m, number of terms)
            A row depends on its own cell only.
        """
        with interrupts.held():
            from scipy.sparse import vstack  # it takes a third of a second to load

        starts = range(0, max(len(cells), 1), AT_A_TIME)
        return vstack([self._matrix(cells.slice(start, AT_A_TIME)) for start in starts], format="csr")

    def _matrix(self, cells: pa.ChunkedArray) -> Any:
        """Return the weights of some cells."""
        from scipy.sparse import csr_matrix

        words, known = words_of(cells), _lookup(self.terms)
        code = _found(pc.index_in(words.distinct, value_set=known.words))[words.code]
        row, key = _occurrences(code, words.row, len(known.words))
        near = np.searchsorted(known.keys, key).clip(max=len(known.keys) - 1)
        there = known.keys[near] == key
        held = row[there].astype(np.int64) * len(self.terms) + known.terms[near[there]]
        held, times = np.unique(held, return_counts=True)
        row, term = np.divmod(held, len(self.terms))
        numbers = (1 + np.log(times)) * self.rarity[term]
        length = np.sqrt(np.bincount(row, numbers**2, len(cells)))
        starts = np.searchsorted(row, np.arange(len(cells) + 1))
        return csr_matrix((LENGTH * numbers / length[row], term, starts), shape=(len(cells), len(self.terms)))

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        column = super().from_document(document, where)
        if len(column.frequencies) != len(column.terms):
            raise ModelFileError(f"{where}: {len(column.terms)} terms need as many frequencies")
        if max(column.frequencies, default=0) > column.rows:
            raise ModelFileError(f"{where}: more rows hold a term than the {column.rows:g} of training")
        return column


def _occurrences(code: AnyArray, row: AnyArray, n_words: int) -> tuple[AnyArray, AnyArray]:
    """Return row and key of each known word, and of each pair of known neighbours in one row; -1 is unknown."""
    pairs = np.flatnonzero((row[1:] == row[:-1]) & (code[1:] >= 0) & (code[:-1] >= 0))
    known = np.flatnonzero(code >= 0)
    key = np.empty(len(known) + len(pairs), np.int64)
    key[: len(known)] = code[known]
    key[len(known) :] = code[pairs]
    key[len(known) :] += 1
    key[len(known) :] *= n_words
    key[len(known) :] += code[pairs + 1]
    return np.concatenate([row[known], row[pairs]]), key


def term_counts(cells: pa.ChunkedArray, part: Part | None = None) -> Values:
    """Return how many cells hold each term: of all cells those that some hold, of parts those that most hold.

    Parameters
    ----------
    cells : pyarrow.ChunkedArray of text
        m cells.
    part : Part, optional
        Of which rows they are, where there are more.

    Returns
    -------
    Values
        The terms in place of the cells' values; of all cells no more than a column may have, but for equally frequent
        ones.
    """
    words = words_of(cells)
    distinct, counts = _rows_of_each(words, len(cells))
    if part is None:
        enough = int(np.partition(counts, -MOST_TERMS)[-MOST_TERMS]) if len(counts) > MOST_TERMS else 0
        often = counts >= max(LEAST_ROWS, enough)
        distinct, counts = distinct[often], counts[often]
    return Values.of_counts(len(cells), cells.null_count, _spelled(words, distinct), counts, part)


def _rows_of_each(words: Words, m: int) -> tuple[AnyArray, AnyArray]:
    """Return the distinct keys of terms, rising, and how many of m rows hold each."""
    row, key = _occurrences(words.code, words.row, len(words.distinct))
    distinct, held = None, key
    if (len(words.distinct) + 1) ** 2 >= np.iinfo(np.int64).max // max(m, 1):  # key and row fit into no number together
        distinct, held = np.unique(key, return_inverse=True)
    held *= max(m, 1)
    held += row
    del row, key
    held.sort()
    each = held[_first_of_each(held)]  # once for each row
    del held
    each //= max(m, 1)
    starts = np.flatnonzero(_first_of_each(each))
    keys, counts = each[starts], np.diff(starts, append=len(each))
    return (keys if distinct is None else distinct[keys]), counts


def _first_of_each(rising: AnyArray) -> AnyArray:
    """Return where a rising number is the first of its kind."""
    first = np.ones(len(rising), bool)
    np.not_equal(rising[1:], rising[:-1], out=first[1:])
    return first


def _spelled(words: Words, keys: AnyArray) -> pa.Array:
    """Return the terms that rising keys stand for."""
    n = max(len(words.distinct), 1)
    singles = int(np.searchsorted(keys, n))
    first, last = (words.distinct.take(pa.array(each)) for each in (keys[singles:] // n - 1, keys[singles:] % n))
    pairs = pc.binary_join_element_wise(first, last, pa.scalar(" ", first.type))
    return pa.concat_arrays([words.distinct.take(pa.array(keys[:singles])), pairs])


class _Lookup(NamedTuple):
    words: pa.Array  # that occur in terms
    keys: AnyArray  # of terms, rising
    terms: AnyArray  # which term each of them is


@lru_cache(maxsize=8)
def _lookup(terms: tuple[str, ...]) -> _Lookup:
    """Return how terms are found."""
    words = sorted({word for term in terms for word in term.split(" ")})
    place = {word: k for k, word in enumerate(words)}
    keys = []
    for term in terms:
        first, _, last = term.rpartition(" ")
        keys.append((place[first] + 1 if first else 0) * len(words) + place[last])
    order = np.argsort(keys, kind="stable")
    return _Lookup(text_array(words, pa.large_string()), np.array(keys, np.int64)[order], order)


def _found(indices: pa.Array) -> AnyArray:
    """Return indices, -1 where there is none."""
    return np.nan_to_num(cell_values(pa.chunked_array([indices])), nan=-1).astype(np.int64)
