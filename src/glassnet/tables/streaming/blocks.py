"""Prepared rows on disk, in blocks that are mapped into memory one at a time."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
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
    """

    path: Path
    role: str
    n_rows: int
    tables: Mapping[int, AnyArray]

    def X(self) -> CodedColumns:
        """Return the features, (n, m), as the columns have them; most are mapped into memory, and read when used."""
        return CodedColumns([block_of(leaf) for leaf in self.leaves()], DTYPE)

    def leaves(self) -> list[Leaf]:
        """Return the features as they are on disk."""
        arrays, about = read_arrays(self.path)
        return [
            Leaf(kind, tuple(arrays[k] for k in which), own, self.tables.get(j))
            for j, (kind, which, own) in enumerate(about[self.role]["leaves"])
        ]

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
        That made them; for later rows too. Numbers that it has in groups are still in the order of the columns.
    training, validation : PreparedRows
        The rows.
    fingerprint : int
        Of source, division and preparation.
    resumed : int
        Blocks that an earlier run had finished.
    scored : Blocks or None
        The same rows with scores in place of words, where there are words among other columns.
    """

    folder: Path
    preparation: Preparation
    training: PreparedRows
    validation: PreparedRows
    fingerprint: int
    resumed: int = 0
    scored: Blocks | None = None

    def discard(self) -> None:
        """Remove the files."""
        shutil.rmtree(self.folder, ignore_errors=True)
