"""Prepared rows on disk, in blocks that are mapped into memory one at a time."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from glassnet.arrays.coded_columns import Block, CodedColumns, Rearranged
from glassnet.tables.preparation import Preparation
from glassnet.tables.streaming.leaves import DTYPE, Leaf, block_of
from glassnet.tables.streaming.stored import read_arrays
from glassnet.typing import AnyArray

ROWS = 2**16  # of a block, about


@dataclass(frozen=True, eq=False)
class PreparedBlock:
    """Some prepared rows.

    Parameters
    ----------
    path : Path
        Where they are.
    role : str
        "training" or "validation".
    n_rows : int
        How many.
    tables : mapping of int to array
        The features of codes, by the index of the leaf.
    rearranged : Preparation or None
        Whose order the features have, where numbers are in groups.
    """

    path: Path
    role: str
    n_rows: int
    tables: Mapping[int, AnyArray]
    rearranged: Preparation | None = None

    def X(self) -> CodedColumns:
        """Return the features, (n[0], m), mapped into memory: they are read when they are used."""
        arrays, about = read_arrays(self.path)
        blocks: list[Block] = [
            block_of(Leaf(kind, tuple(arrays[k] for k in which), own, self.tables.get(j)))
            for j, (kind, which, own) in enumerate(about[self.role]["leaves"])
        ]
        if self.rearranged is not None:
            blocks = [Rearranged(blocks, np.array(self.rearranged.places), self.rearranged.n_features)]
        return CodedColumns(blocks, DTYPE)

    def Y(self) -> AnyArray:
        """Return the targets, (n[L], m)."""
        arrays, about = read_arrays(self.path)
        which, width = about[self.role]["Y"]
        if width:  # one-hot
            return np.arange(width)[:, np.newaxis] == arrays[which]
        return arrays[which].T

    def weights(self) -> AnyArray | None:
        """Return the weights of the rows, (1, m); None where there are none."""
        arrays, about = read_arrays(self.path)
        which = about[self.role]["weights"]
        return None if which is None else arrays[which][np.newaxis]


@dataclass(frozen=True, eq=False)
class PreparedRows:
    """Prepared rows of training or validation.

    Parameters
    ----------
    parts : sequence of PreparedBlock
        In the order of the rows.
    n_features, n_outputs : int
        Numbers in a row, and in its target.
    """

    parts: Sequence[PreparedBlock]
    n_features: int
    n_outputs: int

    @property
    def n_rows(self) -> int:
        """How many."""
        return sum(part.n_rows for part in self.parts)

    @property
    def nbytes(self) -> int:
        """Bytes on disk, with those of the other rows in the same blocks."""
        return sum(part.path.stat().st_size for part in self.parts)


@dataclass(frozen=True, eq=False)
class Blocks:
    """All prepared rows.

    Parameters
    ----------
    folder : Path
        Where they are.
    preparation : Preparation
        That made them; for later rows too.
    training, validation : PreparedRows
        The rows.
    fingerprint : int
        Of source, division and preparation.
    """

    folder: Path
    preparation: Preparation
    training: PreparedRows
    validation: PreparedRows
    fingerprint: int
    resumed: int = field(default=0)  # blocks that an earlier run had finished

    def grouped(self, preparation: Preparation) -> Blocks:
        """Return the same rows with the features of a preparation that `Preparation.grouped` returned."""

        def rearranged(rows: PreparedRows) -> PreparedRows:
            parts = [PreparedBlock(part.path, part.role, part.n_rows, part.tables, preparation) for part in rows.parts]
            return PreparedRows(parts, preparation.n_features, rows.n_outputs)

        return Blocks(
            self.folder, preparation, rearranged(self.training), rearranged(self.validation), self.fingerprint
        )

    def discard(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)
