"""What every kind of column does: it reads cells of a whole table, is fitted to training cells, and makes features."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from glassnet.arrays.coded_columns import Block, Numbers, expanded
from glassnet.documents import MAPPING, TEXT, Kind, checked, number
from glassnet.errors import DataError, ModelFileError
from glassnet.tables.arrow import pa
from glassnet.tables.cell_types import bytes_as_text
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.surroundings import NO_SURROUNDINGS, Surroundings
from glassnet.typing import AnyArray


class UninformativeColumn(Exception):  # noqa: N818 - no error: the column is dropped
    """Training cells say nothing about any target; the message is the reason."""


class FitOptions(NamedTuple):
    """How finely columns become features.

    Parameters
    ----------
    bins : int
        Of a column of numbers; 0 for none.
    max_categories : int
        Most values of a column of text that have a feature of their own.
    """

    bins: int = 0
    max_categories: int = 256


class Part(NamedTuple):
    """Which rows some training cells are of, where there are more of them than fit into memory.

    Parameters
    ----------
    priorities : array of uint64 (m,)
        A random number for each row, that follows from its position: of those that are kept, the lowest are.
    size : int
        Most cells in a sample, and most values that are counted.
    few : bool
        Whether the distinct numbers may still be few.
    """

    priorities: AnyArray
    size: int
    few: bool = True


class RawColumn(NamedTuple):
    """A column of a whole table before its kind is known.

    Parameters
    ----------
    name : str
        The column.
    cells : pyarrow.ChunkedArray
        As they were read: text, or what the file or frame had.
    missing : tuple of str
        What stands for a missing cell, beside the usual marks.
    format : mapping, optional
        How text is read, as the user or a model file says.
    asked : bool
        Whether the user or a model file says that the column is of the kind that reads it.
    around : Surroundings
        What the other columns of the file say.
    """

    name: str
    cells: pa.ChunkedArray
    missing: tuple[str, ...] = ()
    format: Mapping[str, Any] | None = None
    asked: bool = False
    around: Surroundings = NO_SURROUNDINGS


class Novelty(NamedTuple):
    """What is new in later cells.

    Parameters
    ----------
    words : str
        The end of a sentence that begins with the column.
    rows : int
        In how many rows.
    examples : tuple of str
        Some of the cells.
    """

    words: str
    rows: int
    examples: tuple[str, ...] = ()


LATER = ("format", "facts")  # entries of a document that may be missing
EMPTY = 0.1  # share of missing cells beyond twice that of training from which on they are told
MAX_EXAMPLES = 5
TOLERATED = 0.5  # share of cells that cannot be read, up to which they are missing; with more it is another column


@dataclass(frozen=True)
class Column:
    """What training rows said about a column.

    Parameters
    ----------
    name : str
        The column.
    format : mapping
        How its text is read, where that needs saying: plain data.
    facts : mapping
        What training cells were like, by which later ones are judged: plain data.
    """

    kind: ClassVar[str]  # in documents
    words: ClassVar[str]  # what its cells are called in messages
    entries: ClassVar[Mapping[str, Kind]]  # what a document holds for each field but `name`
    formats: ClassVar[Mapping[str, Kind]] = {}  # what `format` may hold
    later: ClassVar[tuple[str, ...]] = ()  # entries that files of older versions lack
    known_facts: ClassVar[Mapping[str, Kind]] = {}  # what `facts` may hold, beside "missing"
    instead: ClassVar[str] = "--categorical {}"  # the option that makes another kind of it
    is_companion: ClassVar[bool] = False  # whether there is another column of the same name
    is_derived: ClassVar[bool] = False  # whether it is made of a column of another kind, and no kind to choose
    n_binned: ClassVar[int] = 0  # numbers in a cell that are filled into bins
    n_counted: ClassVar[int] = 1  # times as many values as of others are counted where rows come in parts

    name: str
    format: Mapping[str, Any] = field(default_factory=dict, kw_only=True)
    facts: Mapping[str, Any] = field(default_factory=dict, kw_only=True)

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        raise NotImplementedError

    @property
    def width(self) -> int:
        """Number of features."""
        return len(self.features)

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        """Return cells of a whole table as this kind of column has them.

        Parameters
        ----------
        raw : RawColumn
            The column, and what is known of it.

        Returns
        -------
        Spelled or None
            The cells as numbers, dates or text, and how they were read; None where the column is of another kind.
        """
        raise NotImplementedError

    def parsed(self, cells: pa.ChunkedArray, missing: tuple[str, ...] = ()) -> Spelled:
        """Return later cells as the kind of column that this is, text read as that of training was.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells of any type.
        missing : tuple of str
            What stands for a missing cell, beside the usual marks.

        Returns
        -------
        Spelled
            Up to half of the cells may be unreadable: they are missing.

        Raises
        ------
        DataError
            If the cells, or more than half of them, are of another kind.
        """
        read = self.read_alike(self.name, cells, missing, self.format)
        lost = len(read.unreadable)
        if lost > TOLERATED * (lost + len(read.cells) - read.cells.null_count):
            row = int(read.unreadable[0])
            raise DataError(
                f"column {self.name!r}, row {row + 1}: text where training saw {self.words}: {cells[row].as_py()!r:.80}"
            )
        return read

    @classmethod
    def read_alike(
        cls, name: str, cells: pa.ChunkedArray, missing: tuple[str, ...], form: Mapping[str, Any]
    ) -> Spelled:  # fmt: skip
        """Return cells of a column that is known to be of this kind, whatever number of them cannot be read.

        Parameters
        ----------
        name : str
            The column.
        cells : pyarrow.ChunkedArray
            m cells of any type.
        missing : tuple of str
            What stands for a missing cell, beside the usual marks.
        form : mapping
            How its text is read.

        Returns
        -------
        Spelled
            As `read` does.

        Raises
        ------
        DataError
            If the type of the cells is of another kind.
        """
        types = pa.types
        if types.is_binary(cells.type) or types.is_large_binary(cells.type):
            cells = bytes_as_text(name, cells)
        read = cls.read(RawColumn(name, cells, missing, form, asked=True))
        if read is None:
            raise DataError(f"column {name!r}: {cells.type} where training saw {cls.words}")
        return read

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        """Return what `fit_counted` asks of training cells: counts, of which those of parts are merged.

        Parameters
        ----------
        name : str
            The column.
        cells : pyarrow.ChunkedArray
            m cells, as `read` returns them.
        part : Part, optional
            Of which rows they are, where there are more.

        Returns
        -------
        object
            With `rows`, `lost` (how many cells are missing), `is_exact` (whether nothing is left out) and `merged`,
            which takes those of another part.
        """
        raise NotImplementedError

    @classmethod
    def fit(cls, name: str, cells: pa.ChunkedArray, options: FitOptions) -> Self:
        """Return what to keep of training cells, as `fit_counted` does.

        Parameters
        ----------
        name : str
            The column.
        cells : pyarrow.ChunkedArray
            Its m cells, as `read` returns them.
        options : FitOptions
            How finely it becomes features.

        Returns
        -------
        Column
            Of this type.

        Raises
        ------
        UninformativeColumn
            If the cells say nothing, such as one value in all rows.
        """
        return cls.fit_counted(name, cls.counted(name, cells), options)

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        """Return what to keep of training cells.

        Parameters
        ----------
        name : str
            The column.
        counted : object
            What `counted` returned of them.
        options : FitOptions
            How finely it becomes features.

        Returns
        -------
        Column
            Of this type.

        Raises
        ------
        UninformativeColumn
            If the cells say nothing, such as one value in all rows.
        """
        raise NotImplementedError

    @classmethod
    def describe(cls, cells: pa.ChunkedArray) -> str:
        """Return what cells hold, in a few words.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells, as `read` returns them, not all missing.

        Returns
        -------
        str
            Such as "1.5 to 80", or some of the values.
        """
        return examples(cells)

    def facts_of(self, counted: Any) -> dict[str, Any]:
        """Return what training cells are like, by which later ones are judged.

        Parameters
        ----------
        counted : object
            What `counted` returned of them.

        Returns
        -------
        dict
            Plain data, of the kinds in `known_facts`; "missing" is the share of missing cells.
        """
        return {"missing": counted.lost / max(counted.rows, 1)}

    def novelties(self, cells: pa.ChunkedArray, unreadable: int = 0) -> list[Novelty]:
        """Return what is new in later cells.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells, as `parsed` returns them.
        unreadable : int
            How many of them are missing because they could not be read, which is told elsewhere.

        Returns
        -------
        list of Novelty
            Empty where nothing is, or nothing is known of training cells.
        """
        lost, m, before = cells.null_count - unreadable, len(cells), self.facts.get("missing")
        if before is None or lost <= m * (2 * before + EMPTY):
            return []
        return [Novelty(f"is {'empty' if lost == m else 'often empty'} ({before:.1%} of the training rows)", lost)]

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        """Return the features of cells in a compact form. A column defines this or `fill`; the other follows.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells, as `parsed` returns them.
        dtype : float32 or float64
            Of numbers.
        targets : array (m, number of targets), optional
            For training rows: their targets.

        Returns
        -------
        list of Block
            Of m samples each: `width` features together, in the order of `features`.
        """
        out = np.zeros((len(cells), self.width), dtype)
        self.fill(cells, out, targets)
        return [Numbers(out)]

    def fill(self, cells: pa.ChunkedArray, out: np.ndarray, targets: np.ndarray | None = None) -> None:
        """Write the features of cells.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells, as `parsed` returns them.
        out : array (m, number of features)
            What is written.
        targets : array (m, number of targets), optional
            For training rows: their targets.
        """
        expanded(self.encode(cells, out.dtype, targets), out)

    def unclipped(self) -> Self:
        """Return the column as linear models take it, which extend beyond the training rows.

        Returns
        -------
        Column
            Of numbers that are neither clipped nor binned; others as they are.
        """
        return self

    def to_document(self) -> dict[str, Any]:
        """Return the column as plain data.

        Returns
        -------
        dict
            That JSON can hold.
        """
        document = {"kind": self.kind, **{name: _thawed(value) for name, value in vars(self).items()}}
        return {name: value for name, value in document.items() if value or name not in LATER}

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        """Return the column that a document describes.

        Parameters
        ----------
        document : object
            What `to_document` returned.
        where : str
            Beginning of messages: which column it is.

        Returns
        -------
        Column
            Of this type.

        Raises
        ------
        ModelFileError
            If it is no such document.
        """
        rows = {"kind": TEXT, "name": TEXT, **dict.fromkeys(LATER, MAPPING), **cls.entries}
        checked(document, rows, where, later=(*LATER, *cls.later))
        plain = {name: dict(document.get(name, {})) for name in LATER}
        fields = {name: _frozen(value) for name, value in document.items() if name not in ("kind", *LATER)}
        column = cls(**fields, format=plain["format"], facts=plain["facts"])
        checked(plain["format"], cls.formats, f"{where}, format", later=cls.formats)
        facts = {"missing": number(0, 1), **cls.known_facts}
        checked(plain["facts"], facts, f"{where}, facts", later=facts)
        if not column.features:
            raise ModelFileError(f"{where}: {column.name!r:.80} becomes no feature")
        return column


def examples(cells: pa.ChunkedArray) -> str:
    """Return some of the values that cells hold."""
    values = [value for value in cells.slice(0, 100).unique().to_pylist() if value is not None][: MAX_EXAMPLES + 1]
    return ", ".join(map(str, values[:MAX_EXAMPLES])) + ", ..." * (len(values) > MAX_EXAMPLES)


def outside(values: np.ndarray, facts: Mapping[str, Any], show: Callable[[float], str]) -> list[Novelty]:
    """Return whether numbers are far outside of the range of training: by more than half of its width."""
    least, most = facts.get("least"), facts.get("most")
    if least is None or most is None:
        return []
    with np.errstate(over="ignore"):
        width = (most - least) / 2 or abs(most) / 2
        far = (values < least - width) | (values > most + width)
    if not far.any():
        return []
    some = tuple(show(each) for each in dict.fromkeys(values[far][:MAX_EXAMPLES].tolist()))
    return [Novelty(f"is far outside of the training rows' {show(least)} to {show(most)}", int(far.sum()), some)]


def _thawed(value: Any) -> Any:
    """Return tuples as lists."""
    if isinstance(value, Mapping):
        return {name: _thawed(each) for name, each in value.items()}
    return [_thawed(each) for each in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    """Return lists as tuples, and whole numbers as the floats that every number of a column is."""
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    return float(value) if type(value) is int else value
