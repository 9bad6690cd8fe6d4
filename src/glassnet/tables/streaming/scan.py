"""The first pass over a table in parts: what its columns are, and all that their preparation asks of training rows.

What a column is, how its text is read, and whether it is an identifier, is decided from a sample of some 100,000 rows;
everything else is counted over all training rows. A part is counted by itself and then added, so that one that breaks
off leaves nothing behind.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from glassnet.errors import DataError, DataWarning, FileError
from glassnet.tables.arrow import pa, release_memory
from glassnet.tables.cells import rows_at
from glassnet.tables.columns import COLUMN_TYPES
from glassnet.tables.columns.amounts import Amounts
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.column import TOLERATED, Part
from glassnet.tables.columns.target_means import frequent
from glassnet.tables.fitting import options_of, preparation_of
from glassnet.tables.preparation import Preparation
from glassnet.tables.streaming.layout import Layout, Rows
from glassnet.tables.streaming.positions import TRAINING, mixed
from glassnet.tables.streaming.streamed import StreamedDataset, Unread
from glassnet.tables.streaming.target import TargetCounts, TargetSummary
from glassnet.typing import AnyArray

Progress = Callable[[str, int], None]
SAMPLE, LEAST_SAMPLE = 2**18, 2**12  # numbers or values of a column
SHARE_OF_COUNTS = 8  # part of the memory that all that is counted may take
BYTES_OF_COUNTED = 2 * 32  # of a number with its priority, or of a value, while two parts are merged
UNREADABLE = "cannot be read as"


class Unreadable(dict[str, list[int]]):
    """For each column how many cells cannot be read, and how many can."""

    def add(self, name: str, lost: int, there: int) -> None:
        """Add those of some rows."""
        known = self.setdefault(name, [0, 0])
        known[0] += lost
        known[1] += there

    def update_by(self, other: Unreadable) -> None:
        """Add those of other rows."""
        for name, (lost, there) in other.items():
            self.add(name, lost, there)


@dataclass(frozen=True, eq=False)
class Scan:
    """What the first pass found.

    Parameters
    ----------
    layout : Layout
        How rows are understood.
    preparation : Preparation
        Of training rows, without target means.
    many : mapping of str to tuple of str
        For each column of many categories the values that have a target mean.
    few : mapping of str to array
        The distinct numbers of columns that have few of them.
    target : TargetSummary
        Of training rows.
    rows : mapping of str to int
        Of training, and of each share.
    unread : tuple of Unread
        Parts that cannot be read.
    sample : pyarrow.Table
        Some of the rows.
    notes : tuple of str
        What the user should know.
    """

    layout: Layout
    preparation: Preparation
    many: Mapping[str, tuple[str, ...]]
    few: Mapping[str, AnyArray]
    target: TargetSummary
    rows: Mapping[str, int]
    unread: tuple[Unread, ...]
    sample: pa.Table
    notes: tuple[str, ...]

    @property
    def data(self) -> StreamedDataset:
        """The table."""
        return self.layout.data

    def target_example(self) -> AnyArray:
        """Return a target or two."""
        some = self.target.classes if self.target.classes is not None else [self.target.least, self.target.most]
        return self.layout.target.typed(np.asarray(some))[:2]

    @property
    def no_rows(self) -> pa.Table:
        """No rows, with all columns but the target."""
        return self.sample.drop_columns([self.layout.target.name]).slice(0, 0)

    def read(self, X: pa.Table, preparation: Preparation) -> pa.Table:
        """Return rows with each cell as its column reads it; those that cannot be read are missing."""
        columns = {column.name: column for column in preparation.columns if not column.is_companion}
        return pa.table({
            name: column.read_alike(name, X[name], preparation.missing, column.format).cells
            for name, column in columns.items()
        })  # fmt: skip

    @property
    def parts(self) -> list[Any]:
        """The parts that can be read."""
        broken = {each.part for each in self.unread}
        return [part for part in self.data.parts if part.name not in broken]


class _Counts:
    """What was counted of some parts."""

    def __init__(self, shares: Mapping[str, float]) -> None:
        self.columns: dict[str, Any] = {}
        self.target: TargetCounts | None = None
        self.rows = dict.fromkeys((TRAINING, *shares), 0)
        self.unreadable = Unreadable()
        self.without_target = 0

    def add(self, layout: Layout, rows: Rows, size: int, before: _Counts) -> None:
        """Count some rows; `before` is what was counted of other parts."""
        for k, name in enumerate(self.rows):
            self.rows[name] += int((rows.of == k).sum())
        self.without_target += rows.read - len(rows.y)
        chosen = np.flatnonzero(rows.of == 0)
        if not len(chosen):
            return
        X, y, hashes = rows.X, rows.y, rows.hashes
        if len(chosen) < len(y):
            X, y, hashes = rows_at(X, chosen), y[chosen], hashes[chosen]
        part = Part(mixed(hashes), size)
        self._target(TargetCounts.of(y, part))
        for name, decision in layout.decisions.items():
            if not decision.reason:
                kind = COLUMN_TYPES[decision.kind]
                read = kind.read_alike(name, X[name], layout.missing, decision.format)
                self.unreadable.add(name, len(read.unreadable), len(read.cells) - read.cells.null_count)
                few = all(each.is_exact for of in (self, before) if (each := of.columns.get(name)) is not None)
                self._column(name, kind.counted(name, read.cells, part._replace(few=few)))

    def merge(self, other: _Counts) -> None:
        """Add what was counted of other parts."""
        for name, n in other.rows.items():
            self.rows[name] += n
        self.without_target += other.without_target
        self.unreadable.update_by(other.unreadable)
        if other.target is not None:
            self._target(other.target)
        for name, each in other.columns.items():
            self._column(name, each)

    def _target(self, counted: TargetCounts) -> None:
        self.target = counted if self.target is None else self.target.merged(counted)

    def _column(self, name: str, counted: Any) -> None:
        self.columns[name] = counted if name not in self.columns else self.columns[name].merged(counted)


def scanned(
    data: StreamedDataset, shares: Mapping[str, float] | None = None, seed: int = 0, progress: Progress | None = None
) -> Scan:
    """Return what the columns of a table in parts are, and the preparation of its training rows.

    Parameters
    ----------
    data : StreamedDataset
        The table, with a target.
    shares : mapping of str to float
        Of the rows that do not train, such as ``{"validation": 0.1}``.
    seed : int
        That deals the rows.
    progress : callable, optional
        Is told "Reading" and the number of rows so far.

    Returns
    -------
    Scan
        The same in whatever order the parts are, up to rounding.

    Raises
    ------
    FileError, DataError
        No part can be read, or one cannot and the data set is strict; no row has a target.

    Warns
    -----
    DataWarning
        A part cannot be read: it is left out.
    """
    sample = data.sample()
    layout = Layout.of(data, sample, shares or {}, seed)
    total, unread, done = _Counts(layout.shares), [], 0
    size = _sample_size(layout)
    for part in data.parts:
        own = _Counts(layout.shares)
        try:
            for rows in layout.rows(part):
                own.add(layout, rows, size, total)
                done += rows.read
                if progress is not None:
                    progress("Reading", done)
        except (FileError, DataError) as error:
            if data.strict or len(data.parts) == 1:
                raise
            unread.append(Unread(part.name, str(error)))
            warnings.warn(f"{part.name} is left out: {error}", DataWarning, stacklevel=2)
            continue
        total.merge(own)
        release_memory()
    if len(unread) == len(data.parts):
        raise FileError(f"{data.name}: none of {len(unread)} parts can be read; the first: {unread[0].why}")
    return _scan(layout, total, tuple(unread), sample)


def _scan(layout: Layout, total: _Counts, unread: tuple[Unread, ...], sample: pa.Table) -> Scan:
    if total.target is None:
        raise DataError(f"{layout.data.name}: no row trains that has a known {layout.target.name!r}")
    reader = layout.target.settled(total.target)
    decisions = dict(layout.decisions)
    for name, (lost, there) in total.unreadable.items():
        words = COLUMN_TYPES[decisions[name].kind].words
        if lost > TOLERATED * (lost + there):
            raise DataError(
                f"column {name!r}: {lost:,} of {lost + there:,} cells cannot be read as {words}, which those of the "
                "first rows are"
            )
        remarks = [remark for remark in decisions[name].remarks if UNREADABLE not in remark]
        if lost:
            cells, are = ("cells", "are") if lost > 1 else ("cell", "is")
            remarks.append(f"has {lost:,} {cells} of {lost + there:,} that {UNREADABLE} {words} and {are} missing")
        decisions[name] = decisions[name]._replace(remarks=tuple(remarks))
    m = total.rows[TRAINING]
    drop = layout.data.columns.resolved(sample.column_names).drop
    preparation = preparation_of(
        decisions, total.columns, options_of(decisions, m), missing=layout.missing, drop=tuple(drop)
    )
    many = {
        column.name: values
        for column in preparation.columns
        if isinstance(column, CategoryColumn) and column.other and (values := frequent(total.columns[column.name]))
    }
    few = {
        name: counted.values
        for name, counted in total.columns.items()
        if isinstance(counted, Amounts) and counted.values is not None
    }
    notes = list(layout.notes)
    if total.without_target:
        n, name = total.without_target, reader.name
        what = "without a target" if layout.weight is None else "without a target or of weight 0"
        notes.append(f"target {name!r}: {n:,} row{'s' * (n > 1)} {what} left out.")
    notes += [f"{each.part} is left out: {each.why}" for each in unread]
    layout = replace(layout, target=reader, decisions=decisions)
    return Scan(layout, preparation, many, few, total.target.summary(reader), total.rows, unread, sample, tuple(notes))


def _sample_size(layout: Layout) -> int:
    """Return how many numbers of each column are kept, of which quantiles are taken, and how many values."""
    kinds = [COLUMN_TYPES[each.kind] for each in layout.decisions.values() if not each.reason]
    used = [kind.n_binned or kind.n_counted for kind in kinds]
    room = layout.data.memory // SHARE_OF_COUNTS // (BYTES_OF_COUNTED * (sum(used) + 1))
    return int(min(max(room, LEAST_SAMPLE), SAMPLE))
