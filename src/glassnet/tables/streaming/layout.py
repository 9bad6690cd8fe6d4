"""How the rows of a table in parts are understood, decided from a sample: columns, target, weights, what trains."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError, SettingError
from glassnet.tables.arrow import pa
from glassnet.tables.cells import cell_values, rows_at
from glassnet.tables.recognition import Decision, decision_of, recognised
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.tables.streaming.parts import START, Batch, Mark, Part
from glassnet.tables.streaming.positions import checked_shares
from glassnet.tables.streaming.streamed import StreamedDataset
from glassnet.tables.streaming.target import TargetReader
from glassnet.typing import AnyArray


class Rows(NamedTuple):
    """Rows of a batch whose target is known.

    Parameters
    ----------
    X : pyarrow.Table
        All columns but the target.
    y : array (m,)
        Their targets.
    weights : array (m,) or None
        Above 0.
    hashes : array of uint64 (m,)
        Their random numbers.
    of : array of int (m,)
        0 for training, k for the k-th of the shares.
    after : Mark
        How far the part is read with them.
    read : int
        Rows of the batch, those without a target too.
    """

    X: pa.Table
    y: AnyArray
    weights: AnyArray | None
    hashes: AnyArray
    of: AnyArray
    after: Mark
    read: int

    def held_out_of(self, labels: AnyArray | None) -> Rows:
        """Return all rows but those held out that have none of the training's labels; all where these are None."""
        if labels is None or not (lacks := (self.of > 0) & ~np.isin(self.y, labels)).any():
            return self
        some = np.flatnonzero(~lacks)
        weights = None if self.weights is None else self.weights[some]
        return self._replace(
            X=rows_at(self.X, some), y=self.y[some], weights=weights, hashes=self.hashes[some], of=self.of[some]
        )


@dataclass(frozen=True)
class Layout:
    """How the rows of a table in parts are understood, decided from a sample.

    Parameters
    ----------
    data : StreamedDataset
        The table.
    decisions : mapping of str to Decision
        What each column is used as, weights, groups and the target aside.
    target : TargetReader
        How the target is read.
    missing : tuple of str
        Text that stands for a missing cell, beside the usual marks.
    weight : str or None
        Column of row weights.
    shares : mapping of str to float
        Of the rows that do not train.
    seed : int
        That deals them.
    notes : tuple of str
        What the user should know.
    """

    data: StreamedDataset
    decisions: Mapping[str, Decision]
    target: TargetReader
    missing: tuple[str, ...]
    weight: str | None
    shares: Mapping[str, float]
    seed: int
    notes: tuple[str, ...] = ()

    @classmethod
    def of(cls, data: StreamedDataset, sample: pa.Table, shares: Mapping[str, float], seed: int) -> Layout:
        """Return how rows are understood that are like those of a sample."""
        found = data.target_of(sample)
        around = Surroundings(sample, data.first.separator, data.columns.decimal)
        choices = data.columns.resolved(sample.column_names)
        if choices.time is not None:
            raise SettingError(f"time={choices.time!r}: rows that come in parts are divided at random or by group")
        X = sample.drop_columns([data.target, *(name for name in choices.aside() if name != data.target)])
        if not X.num_columns:
            raise DataError(f"{data.name} holds no column of features")
        decided = {
            field.name: decision_of(field) for field in recognised(X, choices.of_features(), None, around).schema
        }
        decisions = {name: each or Decision("category") for name, each in decided.items()}
        return cls(
            data, decisions, found.reader, choices.marks(), choices.weight, checked_shares(shares), seed,
            (*data.notes, *data.first.notes(), *found.notes),
        )  # fmt: skip

    def rows(self, part: Part, after: Mark = START) -> Iterator[Rows]:
        """Yield the rows of a part whose target is known and whose weight is above 0."""
        for batch in self.data.of_part(part, after):
            yield self._rows(part, batch)

    def _rows(self, part: Part, batch: Batch) -> Rows:
        table, hashes = batch.table, self.data.hashes(part, batch, self.seed)
        weights = None if self.weight is None else _weights(table[self.weight], self.weight, part.name)
        of = self.data.dealt(part, batch, self.shares, self.seed)
        if weights is not None and not weights.all():
            some = np.flatnonzero(weights)
            table, hashes, of, weights = rows_at(table, some), hashes[some], of[some], weights[some]
        found = self.target.read(table)
        if found.kept is not None:
            hashes, of = hashes[found.kept], of[found.kept]
            weights = None if weights is None else weights[found.kept]
        return Rows(found.table, found.y, weights, hashes, of, batch.after, len(batch.table))


def _weights(cells: pa.ChunkedArray, name: str, where: str) -> AnyArray:
    """Return the weights of rows; DataError where one is no number of at least 0."""
    try:
        weights = cell_values(cells.cast(pa.float64())).astype(np.float32)
    except pa.ArrowException as error:
        raise DataError(f"{where}, weights {name!r}: {error!s:.100}") from None
    if not (np.isfinite(weights) & (weights >= 0)).all():
        row = int(np.flatnonzero(~(np.isfinite(weights) & (weights >= 0)))[0])
        raise DataError(f"{where}, weights {name!r}: expected numbers of at least 0, got {weights[row]:g}")
    return weights
