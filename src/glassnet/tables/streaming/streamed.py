"""A table that need not fit into memory: a folder of files, a large file, an Arrow data set, or batches of rows."""

from __future__ import annotations

import hashlib
import json
import warnings
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError, DataWarning, FileError, GlassnetError, SettingError, UnknownNameError
from glassnet.memory import budget
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.reading.names import MADE_UP
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.tables.streaming.parts import START, Batch, Mark, Part
from glassnet.tables.streaming.positions import TRAINING, checked_shares, dealt, position_hashes, text_hashes
from glassnet.tables.streaming.target import FoundTarget, TargetReader
from glassnet.typing import AnyArray

SAMPLED = 100_000  # rows, by which it is decided what columns are
OF_PARTS = 1 << 48  # at least this is a checksum of parts; that of a file, a CRC-32, is less
MOST_PARTS = 32  # that are looked into for them


class Unread(NamedTuple):
    """A part that cannot be read, and why."""

    part: str
    why: str


@dataclass(frozen=True, eq=False)
class StreamedDataset:
    """A table in parts, of which a few rows are in memory at once.

    Parameters
    ----------
    parts : tuple of Part
        In the order of their rows.
    name : str
        For messages.
    target : str or None
        The column to predict.
    columns : ColumnChoices
        What is known of columns.
    memory : int
        Bytes that preparation and training may take.
    cache : str or None
        Folder for prepared rows; None for that of the user's cache.
    strict : bool
        Whether a part that cannot be read is an error, instead of being left out with a warning.
    notes : tuple of str
        How the source was understood.
    test : float
        Share of the rows that `fit` leaves out for a test.
    """

    parts: tuple[Part, ...]
    name: str
    target: str | None = None
    columns: ColumnChoices = NO_CHOICES
    memory: int = field(default_factory=budget)
    cache: str | None = None
    strict: bool = False
    notes: tuple[str, ...] = ()
    test: float = 0.0
    keep: Any = field(default=None, repr=False)  # what must live as long as the parts are read

    @property
    def fingerprint(self) -> tuple[int, int]:
        """Bytes of the files and a checksum of their names, sizes and times, by which they are known again."""
        stamps = json.dumps([part.stamp() for part in self.parts]).encode()
        return self.n_bytes, OF_PARTS | int.from_bytes(hashlib.blake2b(stamps, digest_size=6).digest())

    @property
    def n_bytes(self) -> int:
        """Bytes of the files."""
        return sum(part.n_bytes for part in self.parts)

    @property
    def bytes_in_memory(self) -> int:
        """About how many bytes the whole table would take."""
        return int(sum(part.growth * part.n_bytes for part in self.parts))

    @property
    def rows_about(self) -> int:
        """About how many rows there are: counted in footers, else estimated from the first rows of the first file."""
        counted, unknown, bytes_of_row = 0, 0, 0.0
        for part in self.parts:
            rows = _rows_of(part)
            if rows is not None:
                counted += rows
                continue
            unknown += part.n_bytes
            first = None if bytes_of_row else next(_tried(part), None)
            if first is not None and len(first.table):
                bytes_of_row = (first.after.offset or first.table.nbytes / part.growth) / len(first.table)
        return counted + int(unknown / bytes_of_row if bytes_of_row else 0)

    def chosen(self, columns: ColumnChoices | None = None, *, test: float | None = None) -> StreamedDataset:
        """Return the same table with other choices of columns or another share for the test; a weight column stays."""
        columns = self.columns if columns is None else replace(columns, weight=columns.weight or self.columns.weight)
        return replace(self, columns=columns, test=self.test if test is None else test)

    @property
    def weight(self) -> str | None:
        """The column of row weights."""
        return self.columns.weight

    @property
    def group(self) -> str | None:
        """The column of what a row belongs to."""
        return self.columns.resolved(self.column_names).group

    @cached_property
    def column_names(self) -> list[str]:
        """The columns of the first part that can be read."""
        return list(self.first_rows.column_names)

    @property
    def first_rows(self) -> pa.Table:
        """Some rows of the first part that can be read."""
        return next(self.first.batches()).table

    def sample(self, rows: int = SAMPLED) -> pa.Table:
        """Return about so many rows from many parts; all where there are fewer.

        Parameters
        ----------
        rows : int
            How many, about.

        Returns
        -------
        pyarrow.Table
            In the order of the parts; those that cannot be read have none.
        """
        parts, names = self.parts, self.column_names
        if len(parts) > MOST_PARTS:
            parts = tuple(parts[k * (len(parts) - 1) // (MOST_PARTS - 1)] for k in range(MOST_PARTS))
        found: dict[str, list[pa.Table]] = {}
        small_first = sorted(parts, key=lambda part: (part.n_bytes, part.key))  # what they lack, larger ones give
        for left, part in zip(range(len(parts), 0, -1), small_first, strict=True):
            try:
                some = part.knowing(names).some(-(-rows // left))
                found[part.key] = [self._aligned(part, table) for table in some]
            except GlassnetError:  # what cannot be read is told when all of it is
                continue
            rows -= sum(map(len, found[part.key]))
            if rows <= 0:
                break
        together: list[pa.Table] = []
        for table in (each.replace_schema_metadata() for part in parts for each in found.get(part.key, ())):
            try:
                together = [pa.concat_tables([*together, table], promote_options="permissive")]
            except pa.ArrowException:  # of other types than those before it, which is told when all of it is read
                continue
        return together[0]

    @cached_property
    def first(self) -> Part:
        """The first part that can be read."""
        for part in self.parts:
            if next(_tried(part), None) is not None:
                return part
        raise FileError(f"{self.name}: none of {len(self.parts)} parts can be read; the first: {_why(self.parts[0])}")

    def target_of(self, sample: pa.Table) -> FoundTarget:
        """Return the target of some rows, and how it is read.

        Raises
        ------
        SettingError
            No target is named.
        UnknownNameError
            No column has that name.
        """
        if self.target is None:
            raise SettingError(f"{self.name}: expected the name of the column to predict (target), got none")
        around = Surroundings(sample, self.first.separator, self.columns.decimal)
        return TargetReader.of(sample, self.target, self.columns.marks(), around)

    def first_targets(self) -> AnyArray:
        """Return the targets of a sample of the rows, in the type that they have there."""
        return self.target_of(self.sample()).y

    def labelled(
        self, shares: Mapping[str, float] | None = None, seed: int = 0
    ) -> Iterator[tuple[pa.Table, AnyArray, AnyArray]]:  # fmt: skip
        """Yield the rows that have a target, in their order, in tables of bounded size.

        Parameters
        ----------
        shares : mapping of str to float, optional
            Of the rows that do not train.
        seed : int
            That deals the rows.

        Yields
        ------
        X : pyarrow.Table
            m rows, without the target and the columns that are no features.
        y : array (m,)
            Their targets.
        part : array of int (m,)
            0 for training, k for the k-th of the shares.

        Raises
        ------
        FileError, DataError
            A part cannot be read, and the data set is strict.

        Warns
        -----
        DataWarning
            A part cannot be read: it is left out, from the rows on that cannot be read.
        """
        dealing, reader = checked_shares(shares or {}), self.target_of(self.sample()).reader
        aside = self.columns.resolved(self.column_names).aside()
        for each, rows in self._all():
            found = reader.read(rows.table)
            part = self.dealt(each, rows, dealing, seed)
            part = part if found.kept is None else part[found.kept]
            X = found.table.drop_columns([name for name in aside if name in found.table.column_names])
            if len(X):
                yield X, reader.typed(found.y), part

    def dealt(self, part: Part, rows: Batch, shares: Mapping[str, float], seed: int) -> AnyArray:
        """Return to what each row is dealt: 0 for training, k for the k-th of the shares; groups stay together."""
        if self.group is None:
            return dealt(self.hashes(part, rows, seed), shares)
        return dealt(text_hashes(rows.table[self.group].to_pylist(), seed), shares)

    def _all(self, *, strict: bool | None = None) -> Iterator[tuple[Part, Batch]]:
        """Yield the rows of all parts, and warn of those that cannot be read."""
        for each in self.parts:
            try:
                for rows in self.of_part(each, START):
                    yield each, rows
            except (FileError, DataError) as error:
                if (self.strict if strict is None else strict) or len(self.parts) == 1:
                    raise
                warnings.warn(f"{each.name} is left out: {error}", DataWarning, stacklevel=4)

    def batches(
        self, part: str | None = None, *, shares: Mapping[str, float] | None = None, seed: int = 0,
        strict: bool | None = None,
    ) -> Iterator[pa.Table]:  # fmt: skip
        """Yield the rows, in their order, in tables of bounded size.

        Parameters
        ----------
        part : str, optional
            "training" or a name of `shares`: only the rows that are dealt to it.
        shares : mapping of str to float, optional
            Of the rows that do not train, such as ``{"validation": 0.1, "test": 0.2}``.
        seed : int
            That deals the rows.
        strict : bool, optional
            Whether a file that cannot be read is an error; as the data set says if None.

        Yields
        ------
        pyarrow.Table
            All columns of the source.

        Raises
        ------
        FileError, DataError
            A file cannot be read, or lacks columns, and `strict` is True.

        Warns
        -----
        DataWarning
            A file cannot be read: it is left out, from the rows on that cannot be read.
        """
        dealing = checked_shares(shares or {})
        if part is not None and part not in (TRAINING, *dealing):
            raise UnknownNameError.among("part of the rows", part, [TRAINING, *dealing])
        wanted = 0 if part in (None, TRAINING) else 1 + list(dealing).index(part)
        for each, rows in self._all(strict=strict):
            if part is None:
                yield rows.table
                continue
            chosen = np.flatnonzero(self.dealt(each, rows, dealing, seed) == wanted)
            if len(chosen):
                yield rows_at(rows.table, chosen)

    def of_part(self, part: Part, after: Mark) -> Iterator[Batch]:
        """Yield the rows of a part with the columns of the first, in their order."""
        for batch in part.knowing(self.column_names).batches(after):
            yield Batch(self._aligned(part, batch.table), batch.after)

    def _aligned(self, part: Part, table: pa.Table) -> pa.Table:
        """Return rows of a part with the columns of the first, in their order; DataError where some are missing."""
        names, held = self.column_names, table.column_names
        if held == names:
            return table
        if len(held) == len(names) and all(map(MADE_UP.fullmatch, held)):
            return table.rename_columns(names)  # the lines of one file were split, and the first part has its names
        missing = [name for name in names if name not in held]
        if missing:
            raise DataError(f"{part.name} lacks {listed(map(repr, missing), 100)}, which {self.parts[0].name} has")
        return table.select(names)

    def hashes(self, part: Part, rows: Batch, seed: int) -> Any:
        """Return the random numbers of a part's rows."""
        m = len(rows.table)
        return position_hashes(part.key, rows.after.rows - m, m, seed)


def _rows_of(part: Part) -> int | None:
    """Return how many rows a part has where that is known; 0 of one that cannot be read."""
    try:
        return part.rows_about()
    except GlassnetError:
        return 0


def _tried(part: Part) -> Iterator[Batch]:
    """Yield the rows of a part, as far as it can be read."""
    try:
        yield from part.batches()
    except GlassnetError:
        return


def _why(part: Part) -> str:
    """Return why a part has no rows."""
    try:
        next(part.batches(), None)
    except GlassnetError as error:
        return str(error)
    return "it holds no rows"
