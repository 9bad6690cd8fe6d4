"""The target of rows that come in parts: how its cells are read, and what is known of it in the end."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, Self

import numpy as np

from glassnet.errors import DataError
from glassnet.tables.arrow import pa
from glassnet.tables.cells import decoded, is_text
from glassnet.tables.columns.amounts import Amounts
from glassnet.tables.columns.column import Part
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.tables.streaming.deviations import Deviations
from glassnet.tables.target import MAX_CLASSES, TargetColumn, read_target
from glassnet.typing import AnyArray

MOST_LABELS = 100_000


class TargetSummary(NamedTuple):
    """What is known of the target of training rows.

    Parameters
    ----------
    dtype : numpy.dtype
        Of the target, as it is where all rows are read at once.
    classes, counts : array or None
        The distinct targets, sorted, and how many rows have each; None where these are too many.
    rows : int
        Rows with a target.
    mean, deviation, least, most : float
        Of numbers; NaN of labels.
    amounts : Amounts or None
        Of numbers: quantiles are taken of them.
    """

    dtype: Any
    classes: AnyArray | None
    counts: AnyArray | None
    rows: int
    mean: float = np.nan
    deviation: float = np.nan
    least: float = np.nan
    most: float = np.nan
    amounts: Amounts | None = None

    @property
    def kind(self) -> str:
        """NumPy's letter for the type: "U" text, "b" truth values, "i" or "u" whole numbers, "f" others."""
        return str(self.dtype.kind)


@dataclass(frozen=True)
class TargetReader:
    """How the target of later rows is read.

    Parameters
    ----------
    name : str
        Of its column.
    dtype : numpy.dtype
        Of the result.
    form : str
        How its text is read, as `read_target` takes it; "" of others.
    missing : tuple of str
        What stands for a missing cell, beside the usual marks.
    from_floats : bool
        Whether its cells are floats, of which a few whole ones are classes.
    """

    name: str
    dtype: Any
    form: str = ""
    missing: tuple[str, ...] = ()
    from_floats: bool = False

    @classmethod
    def of(
        cls, sample: pa.Table, name: str, missing: tuple[str, ...], around: Surroundings
    ) -> FoundTarget:  # fmt: skip
        """Return the target of some rows, and how it is read."""
        found = read_target(sample, name, missing=missing, around=around)
        form, kind = found.form, decoded(sample[name].slice(0, 0)).type
        if not form and is_text(kind):
            form = json.dumps({"kind": "labels" if found.y.dtype.kind == "U" else "number"})
        dtype = np.dtype(np.str_) if found.y.dtype.kind == "U" else found.y.dtype
        return FoundTarget(cls(name, dtype, form, missing, pa.types.is_floating(kind)), found.y, found.notes)

    @property
    def are_labels(self) -> bool:
        """Whether targets are text or truth values."""
        return self.dtype.kind in "Ub"

    def read(self, table: pa.Table) -> TargetColumn:
        """Return the target of some rows and the others' columns: numbers as floats, until their type is known.

        Raises
        ------
        DataError
            Text where numbers are expected, or the like.
        """
        if not len(table) or table[self.name].null_count == len(table):
            none = np.zeros(0, np.intp)
            return TargetColumn(table.drop_columns([self.name]).slice(0, 0), np.zeros(0, self.dtype), none)
        found = read_target(table, self.name, missing=self.missing, form=self.form)
        y = found.y
        if self.are_labels != (y.dtype.kind in "Ub"):
            raise DataError(f"target column {self.name!r}: {y.dtype} where the first rows have {self.dtype}")
        return found._replace(y=y.astype(self.dtype if self.are_labels else np.float64, copy=False))

    def settled(self, known: TargetCounts) -> TargetReader:
        """Return the reader with the type that all rows have."""
        if self.dtype.kind not in "iu" or known.amounts is None:
            return self
        few = known.amounts.is_exact and len(known.amounts.distinct()[0]) <= MAX_CLASSES
        are_whole = known.are_whole and (few or not self.from_floats)
        return self if are_whole else replace(self, dtype=np.dtype(np.float64))

    def typed(self, y: AnyArray) -> AnyArray:
        """Return targets that were read, in their type."""
        return y.astype(self.dtype, copy=False)


class FoundTarget(NamedTuple):
    """The target of some rows, how it is read, and notes."""

    reader: TargetReader
    y: AnyArray
    notes: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class TargetCounts:
    """What is kept of the targets of training rows.

    Parameters
    ----------
    labels : mapping
        How many rows have each; None of numbers.
    amounts, deviations : optional
        Of numbers.
    are_whole : bool
        Whether all numbers are.
    """

    labels: Mapping[Any, int] | None = None
    amounts: Amounts | None = None
    deviations: Deviations | None = None
    are_whole: bool = True

    @classmethod
    def of(cls, y: AnyArray, part: Part) -> Self:
        """Return what is kept of some targets."""
        if y.dtype.kind in "Ub":
            values, counts = np.unique(y, return_counts=True)
            return cls(dict(zip(values.tolist(), counts.tolist(), strict=True)))
        return cls(None, Amounts.of(y, part), Deviations.of(y[:, np.newaxis]), not (y % 1).any())

    def merged(self, other: TargetCounts) -> TargetCounts:
        """Return what is kept of the targets of both."""
        if self.labels is not None and other.labels is not None:
            labels = dict(self.labels)
            for label, n in other.labels.items():
                labels[label] = labels.get(label, 0) + n
            if len(labels) > MOST_LABELS:
                raise DataError(
                    f"the target has more than {MOST_LABELS:,} different labels: it names rows, not classes"
                )
            return TargetCounts(labels)
        assert self.amounts is not None
        assert other.amounts is not None
        assert self.deviations is not None
        assert other.deviations is not None
        whole = self.are_whole and other.are_whole
        return TargetCounts(None, self.amounts.merged(other.amounts), self.deviations.merged(other.deviations), whole)

    def summary(self, reader: TargetReader) -> TargetSummary:
        """Return what is known of the target."""
        if self.labels is not None:
            labels = sorted(self.labels)
            counts = np.array([self.labels[label] for label in labels])
            return TargetSummary(np.dtype(reader.dtype), np.array(labels), counts, int(counts.sum()))
        amounts, of_all = self.amounts, self.deviations
        assert amounts is not None
        assert of_all is not None
        return TargetSummary(
            reader.dtype,
            None if amounts.values is None else reader.typed(amounts.values),
            amounts.counts, of_all.n, float(of_all.mean[0]), float(of_all.deviation[0]), amounts.least, amounts.most,
            amounts,
        )  # fmt: skip
