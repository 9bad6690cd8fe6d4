"""From a table or pictures to the rows of numbers that a network takes, fitted on training rows only."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, TypeGuard

import numpy as np

from glassnet.arrays.coded_columns import Block, CodedColumns, Numbers, Rearranged, Steps, repeated
from glassnet.documents import ANYTHING, DISTINCT_TEXTS, TEXT, TEXTS, checked, listed, whole
from glassnet.errors import (
    DataError,
    DataWarning,
    ModelFileError,
    SettingError,
    ShapeError,
    WrongTypeError,
    suggestion,
)
from glassnet.tables.arrow import pa
from glassnet.tables.cells import distinct_cells
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.picture import PictureShape
from glassnet.tables.columns.text import TextColumn
from glassnet.tables.columns.text_scores import TextScores
from glassnet.tables.dataset import Pictures
from glassnet.tables.frames import as_table
from glassnet.tables.spelling.spelled import Spelled

GROUP = listed(whole(0), least=2, most=2)
ENTRIES = {
    "kind": TEXT,
    "source": DISTINCT_TEXTS,
    "columns": listed(ANYTHING, least=1),
    "notes": TEXTS,
    "missing": TEXTS,
    "groups": listed(GROUP, least=1),
}


@dataclass(frozen=True)
class Preparation:
    """How samples become rows of numbers, fitted on training rows only.

    Parameters
    ----------
    columns : tuple of Column
        The columns in use, in the order of their features; one of many categories is there twice, as a CategoryColumn
        and as TargetMeans.
    source : tuple of str
        All columns that the training table had.
    pictures : PictureShape or None
        The shape of pictures, where samples are pictures; then there are no columns.
    notes : list of str
        What was dropped and why, one sentence each.
    missing : tuple of str
        Text that stands for a missing cell, beside the usual marks.
    groups : tuple of (int, int)
        Of numbers that are embedded, as the columns have their features: the place of the number itself, and how many
        features it and its bins are.
    """

    columns: tuple[Column, ...] = ()
    source: tuple[str, ...] = ()
    pictures: PictureShape | None = None
    notes: list[str] = field(default_factory=list)
    missing: tuple[str, ...] = ()
    groups: tuple[tuple[int, int], ...] = ()

    @property
    def feature_names(self) -> list[str]:
        """A name for every number of a prepared row."""
        if self.pictures:
            return self.pictures.features
        names = [feature for column in self.columns for feature in column.features]
        if not self.groups:
            return names
        t = self.rows_of_group
        padded = [f"{names[start]} (no bin)" for start, _ in self.groups for _ in range(t)]
        arranged = padded + [""] * (self.n_features - len(padded))
        for place, name in zip(self.places, names, strict=True):
            arranged[place] = name
        return arranged

    @property
    def n_features(self) -> int:
        """Numbers in a prepared row."""
        if self.pictures:
            return self.pictures.n_x
        padding = len(self.groups) * self.rows_of_group - sum(width for _, width in self.groups)
        return sum(column.width for column in self.columns) + padding

    @property
    def rows_of_group(self) -> int:
        """Features of each group: those of the largest, 0 without groups."""
        return max((width for _, width in self.groups), default=0)

    @property
    def places(self) -> list[int]:
        """Where each feature of the columns is in a prepared row.

        Groups come first, each padded with zeros before its bins; a number itself is the last of its group.
        """
        t, found = self.rows_of_group, {}
        for group, (start, width) in enumerate(self.groups):
            end = (group + 1) * t
            found[start] = end - 1
            found |= {start + j: end - width + j - 1 for j in range(1, width)}
        others = (j for j in range(sum(column.width for column in self.columns)) if j not in found)
        found |= {j: len(self.groups) * t + i for i, j in enumerate(others)}
        return [found[j] for j in range(len(found))]

    def grouped(self, X: Any, *, least: int = 2) -> Preparation | None:
        """Return the preparation with numbers and their bins in groups, for networks that embed them.

        Numbers of less than half as many bins as another stay with the other features: their groups would be mostly
        padding.

        Parameters
        ----------
        X : pyarrow.Table, or whatever `as_table` takes
            Training rows, of which the first is enough.
        least : int
            Features, the number and its bins, that the largest group must have.

        Returns
        -------
        Preparation or None
            None where no number has so many.
        """
        rows = features(X, self)
        if isinstance(rows, Pictures):
            return None
        X, start, found = rows.slice(0, 1), 0, []
        for column in self.columns:
            blocks = column.encode(column.parsed(X[column.name], self.missing).cells, np.float32)
            starts = start + np.cumsum([0, *(block.width for block in blocks)])
            for (number, bins), place in zip(pairwise(blocks), starts, strict=False):
                if isinstance(bins, Steps) and isinstance(number, Numbers) and number.width == 1:
                    found.append((int(place), 1 + bins.width))
            start = int(starts[-1])
        most = max((width for _, width in found), default=0)
        groups = tuple(each for each in found if 2 * each[1] >= most)
        return replace(self, groups=groups) if groups and most >= least else None

    def unclipped(self) -> Preparation:
        """Return the preparation for linear models: numbers as they are, neither clipped nor binned.

        Returns
        -------
        Preparation
            With the same columns.
        """
        columns = (each.unclipped() for each in self.columns)
        return replace(self, columns=tuple(columns), groups=())

    @property
    def text(self) -> str:
        """Which columns become words: "" (none), "mixed" (some) or "alone" (all)."""
        are_words = [_are_words(column) for column in self.columns]
        return "" if not any(are_words) else "alone" if all(are_words) else "mixed"

    def with_text_scores(self, X: Any, targets: np.ndarray) -> Preparation | None:
        """Return the preparation with scores instead of words, for networks with hidden layers.

        Parameters
        ----------
        X : pyarrow.Table, or whatever `as_table` takes
            The training rows.
        targets : array (m, number of targets)
            Their targets.

        Returns
        -------
        Preparation or None
            None where there are no words, or too many targets.
        """
        if not self.text:
            return None
        X = features(X, self)
        found = {}
        for column in filter(_are_words, self.columns):
            scores = TextScores.of(column, column.parsed(X[column.name], self.missing).cells, targets)
            if scores is None:
                return None
            found[column.name] = scores
        return self.with_scores(found)

    def with_scores(self, scores: Mapping[str, TextScores]) -> Preparation:
        """Return the preparation with scores in place of words.

        Parameters
        ----------
        scores : mapping of str to TextScores
            For the name of each column of words.

        Returns
        -------
        Preparation
            With the other columns as they are.
        """
        columns = (scores[each.name] if _are_words(each) else each for each in self.columns)
        return replace(self, columns=tuple(columns))

    def transform(self, X: Any, dtype: Any = np.float32, *, targets: np.ndarray | None = None) -> np.ndarray:
        """Return samples as rows of numbers.

        Parameters
        ----------
        X : pyarrow.Table, Pictures, or whatever `as_table` takes
            Columns are found by name, others than training's are ignored; those of an array by their order.
        dtype : float32 or float64
            Of the result.
        targets : array (m, number of targets), optional
            For training rows: their targets, so that no row's features hold its own.

        Returns
        -------
        ndarray, shape (m, n_features), C-contiguous
            Without `targets` a row depends on its own sample only, not on the others beside it.

        Raises
        ------
        DataError
            A column is missing, or a cell is text or infinite where training saw numbers; no rows.
        ShapeError
            An array or picture has another width than in training.
        WrongTypeError
            Pictures where training saw a table, or the other way round.
        SettingError
            `dtype` is no floating-point type.

        Warns
        -----
        DataWarning
            Cells cannot be read as what training saw: they are missing.
        """
        X = self._checked(X, dtype)
        if self.pictures:
            return self.pictures.transform(X, dtype)
        rows: np.ndarray = CodedColumns(self._blocks(X, dtype, targets), dtype).toarray().T
        return rows

    def encode(
        self, X: Any, dtype: Any = np.float32, *, targets: np.ndarray | None = None
    ) -> CodedColumns | np.ndarray:  # fmt: skip
        """Return samples as columns of numbers in a compact form, which is expanded some samples at a time.

        Parameters
        ----------
        X, dtype, targets
            As for `transform`.

        Returns
        -------
        CodedColumns, or ndarray of pictures, shape (n_features, m)
            Expanded, it is `transform`'s result transposed, to the bit.

        Raises
        ------
        DataError, ShapeError, WrongTypeError, SettingError
            As for `transform`.
        """
        X = self._checked(X, dtype)
        if self.pictures:
            return self.pictures.transform(X, dtype).T
        return CodedColumns(self._blocks(X, dtype, targets), dtype)

    def _checked(self, X: Any, dtype: Any) -> pa.Table | Pictures:
        if np.dtype(dtype).kind != "f":
            raise SettingError(f"dtype must be float32 or float64, got {np.dtype(dtype)}")
        X = features(X, self)
        if not len(X):
            raise DataError("expected at least one row, got none")
        if isinstance(X, Pictures) and not self.pictures:
            raise WrongTypeError(f"expected a table with columns {', '.join(self.source[:20])}, got pictures")
        if self.pictures and not isinstance(X, Pictures):
            raise WrongTypeError(f"expected pictures as in training, got a table of {X.num_columns} columns")
        return X

    def _blocks(self, X: pa.Table, dtype: Any, targets: np.ndarray | None) -> list[Block]:
        """Return the features of all columns; cells are read once, also for two columns of one name."""
        blocks: list[Block] = []
        index = {name: k for k, name in enumerate(X.column_names)}
        name, read, distinct = "", None, None
        for column in self.columns:
            if column.name not in index:
                held = ", ".join(X.column_names[:20]) + ", ..." * (X.num_columns > 20)
                near = suggestion(column.name, X.column_names)
                raise DataError(f"column {column.name!r} of the training rows is missing{near}; columns: {held}")
            if read is None or not column.is_companion or column.name != name:
                name, read = column.name, column.parsed(X.column(index[column.name]), self.missing)
                if len(read.unreadable):
                    warnings.warn(_unreadable(column, X, read), DataWarning, stacklevel=4)
                distinct = distinct_cells(read.cells)
            if distinct is None or (targets is not None and column.is_companion):  # which sees each row's target
                blocks += column.encode(read.cells, dtype, targets)
            else:
                blocks += repeated(column.encode(distinct.values, dtype), distinct.indices)
        return [Rearranged(blocks, np.array(self.places), self.n_features)] if self.groups else blocks

    def parsed(self, X: pa.Table) -> tuple[pa.Table, dict[str, Spelled]]:
        """Return later rows with each cell as its column reads it, and how it did.

        Parameters
        ----------
        X : pyarrow.Table
            m rows; columns that are not in use stay as they are.

        Returns
        -------
        table : pyarrow.Table
            The same columns; `transform` takes it, and finds nothing unreadable.
        read : dict of str to Spelled
            The cells of each column in use, and which could not be read.

        Raises
        ------
        DataError
            More than half of a column's cells are of another kind.
        """
        names = {column.name: column for column in self.columns if not column.is_companion}
        read = {name: names[name].parsed(X[name], self.missing) for name in X.column_names if name in names}
        return pa.table({name: read[name].cells if name in read else X[name] for name in X.column_names}), read

    def to_document(self) -> dict[str, Any]:
        """Return the preparation as plain data.

        Returns
        -------
        dict
            Numbers, names and lists, as JSON can hold them.
        """
        notes = list(self.notes)
        if self.pictures:
            return {"kind": "pictures", **self.pictures.to_document(), "notes": notes}
        columns = [column.to_document() for column in self.columns]
        document: dict[str, Any] = {
            "kind": "table", "source": list(self.source), "columns": columns, "notes": notes,
        }  # fmt: skip
        if self.groups:
            document["groups"] = list(map(list, self.groups))
        return {**document, "missing": list(self.missing)} if self.missing else document

    @classmethod
    def from_document(cls, document: Any) -> Preparation:
        """Return the preparation that a document describes.

        Parameters
        ----------
        document : object
            What JSON was read as; it may come from anywhere.

        Returns
        -------
        Preparation
            Equal to the one that was written.

        Raises
        ------
        ModelFileError
            The document is not one that `to_document` writes; the message names the entry.
        """
        where = "preparation"
        kind = checked(document, {"kind": TEXT, "notes": TEXTS}, where, others=True)["kind"]
        if kind == "pictures":
            return cls(pictures=PictureShape.from_document(document, where), notes=list(document["notes"]))
        if kind != "table":
            raise ModelFileError(f"{where}: kind must be 'table' or 'pictures', got {kind!r:.80}")
        checked(document, ENTRIES, where, later=("missing", "groups"))
        source, entries = document["source"], document["columns"]
        columns = tuple(_column_from_document(each, f"{where}, column {j}") for j, each in enumerate(entries, 1))
        names = [column.name for column in columns]
        distinct = {(column.is_companion, column.name) for column in columns}
        if len(distinct) < len(columns) or not set(names) <= set(source):
            raise ModelFileError(f"{where}: columns must be distinct and in source, got {names!r:.200}")
        groups = [(start, width) for start, width in document.get("groups", ())]
        ends = [0, *(start + width for start, width in groups)]
        starts = [*(start for start, _ in groups), sum(column.width for column in columns)]
        if any(start < end for end, start in zip(ends, starts, strict=True)) or any(width < 2 for _, width in groups):
            raise ModelFileError(f"{where}: groups must be of features one after the other, got {groups!r:.200}")
        return cls(
            columns, tuple(source), None, list(document["notes"]), tuple(document.get("missing", ())), tuple(groups)
        )


def _are_words(column: Column) -> TypeGuard[TextColumn]:
    return type(column) is TextColumn and bool(column.terms)


def _unreadable(column: Column, X: pa.Table, read: Spelled) -> str:
    row, n = int(read.unreadable[0]), len(read.unreadable)
    cells = f"{n} cell{'s' * (n > 1)} of {len(X)} cannot be read as {column.words}"
    return f"column {column.name!r}: {cells}, the first in row {row + 1}: {X[column.name][row].as_py()!r:.80}; missing"


def _column_from_document(document: Any, where: str) -> Column:
    kind = checked(document, {"kind": ANYTHING}, where, others=True)["kind"]
    if not isinstance(kind, str) or kind not in COLUMN_TYPES:
        known = ", ".join(COLUMN_TYPES)
        raise ModelFileError(f"{where}: unknown kind {kind!r:.80}{suggestion(kind, COLUMN_TYPES)}; known: {known}")
    return COLUMN_TYPES[kind].from_document(document, where)


def features(X: Any, preparation: Preparation | None = None) -> pa.Table | Pictures:
    """Return samples as a table or pictures."""
    if isinstance(X, Pictures):
        return X
    if not isinstance(X, np.ndarray) or X.dtype.names:
        return as_table(X)
    if X.ndim in (3, 4) and X.dtype == np.uint8:
        order = preparation.pictures.order if preparation and preparation.pictures else "interleaved"
        return Pictures(X if X.ndim == 4 else X[..., np.newaxis], order)
    if X.ndim == 2 and preparation and preparation.source:
        if X.shape[1] != len(preparation.source):
            raise ShapeError(f"expected {len(preparation.source)} columns as in training, got {X.shape[1]}")
        return as_table(X, preparation.source)
    return as_table(X)
