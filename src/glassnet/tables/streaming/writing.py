"""The second pass over a table in parts: prepared rows are written as blocks.

A block holds the rows of some tables that follow one another, and how far the source was read with them. It is written
whole or not at all, so a run that is killed leaves finished blocks, and the next one goes on behind them. The folder is
named by a hash of the source, the division of its rows and their preparation: of another one nothing is taken.

What target means a training row has, depends on the targets of all. Blocks hold codes of value and fold; the means are
a table, which is made of the finished blocks. So it is with scores of text: blocks hold its words and the folds of the
rows, and the weights of the words are fitted to as many rows of the finished blocks as memory holds.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError, FileError
from glassnet.files import cache_folder, clear_parts
from glassnet.tables.cells import rows_at
from glassnet.tables.columns.column import Column
from glassnet.tables.columns.target_means import FOLDS, MAX_TARGETS, TargetMeans, means_of
from glassnet.tables.columns.text import TextColumn
from glassnet.tables.columns.text_scores import TextScores
from glassnet.tables.fitting import with_target_means
from glassnet.tables.preparation import Preparation
from glassnet.tables.streaming.blocks import ROWS, Blocks, PreparedBlock, PreparedRows
from glassnet.tables.streaming.deviations import Deviations
from glassnet.tables.streaming.layout import Rows
from glassnet.tables.streaming.leaves import WORDS, FewNumbers, Leaf, joined, leaves_of, means_leaf
from glassnet.tables.streaming.parts import START, Mark
from glassnet.tables.streaming.positions import TRAINING, fold_of
from glassnet.tables.streaming.scan import Progress, Scan
from glassnet.tables.streaming.scores import weights_of_terms
from glassnet.tables.streaming.stored import read_about, read_arrays, write_arrays
from glassnet.typing import AnyArray

VERSION = 2  # of the blocks
VALIDATION = "validation"
Encode = Callable[[AnyArray], AnyArray]


def write_blocks(
    scan: Scan, encode: Encode, key: str = "", preparation: Preparation | None = None,
    progress: Progress | None = None, labels: AnyArray | None = None,
) -> Blocks:  # fmt: skip
    """Write the prepared rows of training and validation to disk, and return them.

    Parameters
    ----------
    scan : Scan
        What the first pass found.
    encode : callable
        From targets (m,) to target columns (m, n_outputs).
    key : str
        Text that changes when `encode` does.
    preparation : Preparation, optional
        Of a network that is trained further, instead of that of the scan.
    progress : callable, optional
        Is told "Preparing" and the number of rows so far.
    labels : array, optional
        The classes of the training; rows of others are not held out.

    Returns
    -------
    Blocks
        Those that an earlier run finished are kept.

    Raises
    ------
    FileError
        They cannot be written, or a part can no longer be read.
    """
    return _Writer(scan, encode, key, preparation, progress, labels).written()


def folder_of_blocks(cache: str | None) -> Path:
    """Return where the folders of blocks are: in the cache that the user named, or in the user's."""
    return Path(cache or cache_folder() / "blocks")


@dataclass
class _Pending:
    """Prepared rows that are not written yet."""

    leaves: list[list[Leaf]]
    y: list[AnyArray]
    weights: list[AnyArray]


class _Writer:
    def __init__(
        self, scan: Scan, encode: Encode, key: str, preparation: Preparation | None, progress: Progress | None,
        labels: AnyArray | None,
    ) -> None:  # fmt: skip
        self.scan, self.encode, self.progress, self.labels = scan, encode, progress, labels
        self.n_outputs = self._encoded(np.array(scan.target_example())).shape[1]
        self.given = preparation
        self.preparation = preparation or self._with_places_for_means(scan.preparation)
        stamps = [part.stamp() for part in scan.parts]
        layout = scan.layout
        identity = [
            VERSION, ROWS, stamps, layout.target.name, layout.target.dtype.str, layout.target.form, layout.weight,
            scan.data.group, dict(layout.shares), layout.seed, self.preparation.to_document(), key,
        ]  # fmt: skip
        digest = hashlib.blake2b(json.dumps(identity).encode(), digest_size=12)
        self.fingerprint = int.from_bytes(digest.digest()[:6])
        self.folder = folder_of_blocks(scan.data.cache) / digest.hexdigest()
        self.few = {} if preparation else {
            name: found
            for column in self.preparation.columns
            if (found := FewNumbers.of(column, scan.few.get(name := column.name))) is not None
        }  # fmt: skip
        self.done = 0

    def _encoded(self, y: AnyArray) -> AnyArray:
        targets = np.asarray(self.encode(y))
        return targets if targets.dtype == bool else targets.astype(np.float32)

    def _with_places_for_means(self, preparation: Preparation) -> Preparation:
        """Return the preparation with columns of target means that are still 0."""
        if self.n_outputs > MAX_TARGETS:
            return preparation
        nothing = (0.0,) * self.n_outputs
        means = {name: TargetMeans(name, values, (nothing,) * len(values)) for name, values in self.scan.many.items()}
        return with_target_means(preparation, means)

    def written(self) -> Blocks:
        """Write what is missing, and return all."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            cache = self.folder.parent
            what = f"expected a folder, but {cache} is a file" if cache.is_file() else error.strerror or str(error)
            raise FileError(f"cache {cache}: blocks cannot be written there ({what})") from None
        whole = self.folder / "whole"
        resumed = 0
        if not whole.exists():
            resumed = self._write_blocks()
            self._write_tables(whole)
        return self._opened(whole, resumed)

    def _path(self, k: int) -> Path:
        return self.folder / f"block-{k:06}"

    def _write_blocks(self) -> int:
        """Write the blocks that are missing, and return how many were there."""
        k, (first, mark) = 0, (0, START)
        while self._path(k).exists():
            about = read_about(self._path(k))
            first, mark, self.done = about["part"], Mark(*about["mark"]), about["done"]
            k += 1
        clear_parts(self._path(k))
        there, pending, n = k, {TRAINING: _Pending([], [], []), VALIDATION: _Pending([], [], [])}, 0
        if self._is_last(k):
            return there
        for index, part in enumerate(self.scan.parts):
            if index < first:
                continue
            try:
                for rows in self.scan.layout.rows(part, mark if index == first else START):
                    n += self._add(pending, rows)
                    self.done += rows.read
                    if self.progress is not None:
                        self.progress("Preparing", self.done)
                    if n >= ROWS:
                        self._write(k, pending, index, rows.after, last=False)
                        k, n = k + 1, 0
                        pending = {role: _Pending([], [], []) for role in pending}
            except DataError as error:
                raise FileError(f"{part.name} can no longer be read as before: {error}") from error
        self._write(k, pending, len(self.scan.parts), START, last=True)
        return there

    def _is_last(self, k: int) -> bool:
        return k > 0 and bool(read_about(self._path(k - 1))["last"])

    def _add(self, pending: Mapping[str, _Pending], rows: Rows) -> int:
        """Prepare the rows of a table, and return how many train or validate."""
        rows = rows.held_out_of(self.labels)
        y = self._encoded(self.scan.layout.target.typed(rows.y))
        chosen = {role: np.flatnonzero(rows.of == k) for k, role in enumerate((TRAINING, *self.scan.layout.shares))}
        read = self.scan.read(rows.X, self.preparation)
        n = 0
        for role, to in pending.items():
            some = chosen.get(role, np.zeros(0, np.intp))
            if not len(some):
                continue
            to.y.append(y[some])
            if rows.weights is not None:
                to.weights.append(rows.weights[some])
            leaves = self._leaves(rows_at(read, some), fold_of(rows.hashes[some], FOLDS) if role == TRAINING else None)
            to.leaves.append(leaves)
            n += len(some)
        return n

    def _leaves(self, read: Any, folds: AnyArray | None) -> list[Leaf]:
        return [leaf for _, leaf in self._leaves_of_columns(read, folds)]

    def _leaves_of_columns(self, read: Any, folds: AnyArray | None) -> Iterator[tuple[Column, Leaf]]:
        for column in self.preparation.columns:
            cells = read[column.name]
            if isinstance(column, TargetMeans):
                yield column, means_leaf(column, cells, folds)
            elif folds is not None and column.name in self.few:
                yield column, self.few[column.name].leaf(cells)
            else:
                yield from ((column, leaf) for leaf in leaves_of(column, cells, folds))

    def _write(self, k: int, pending: Mapping[str, _Pending], index: int, mark: Mark, *, last: bool) -> None:
        arrays: list[AnyArray] = []
        about: dict[str, Any] = {"part": index, "mark": list(mark), "done": self.done, "last": last}
        for role, of in pending.items():
            about[role] = _placed(of, arrays) if of.y else {"rows": 0}
        write_arrays(self._path(k), arrays, about)

    def _write_tables(self, whole: Path) -> None:
        """Write the tables that blocks share, the rows of each, and the finished preparations."""
        abouts, k = [], 0
        while self._path(k).exists():
            abouts.append(read_about(self._path(k)))
            k += 1
        plain, scored = self._tables(abouts)
        rows = {role: [each[role]["rows"] for each in abouts] for role in (TRAINING, VALIDATION)}
        about: dict[str, Any] = {"rows": rows, "prepared": []}
        arrays: list[AnyArray] = []
        for preparation, tables in (plain, scored) if scored else (plain,):
            leaves = {role: list(of_role) for role, of_role in tables.items()}
            about["prepared"].append({"preparation": preparation.to_document(), "leaves": leaves})
            arrays += [table for of_role in tables.values() for table in of_role.values()]
        write_arrays(whole, arrays, about)

    def _tables(self, abouts: list[dict[str, Any]]) -> tuple[_Tables, _Tables | None]:
        """Return the finished preparation with the tables of its leaves, and the one with scores in place of words."""
        empty = self.scan.read(self.scan.no_rows, self.preparation)
        leaves = {
            role: list(self._leaves_of_columns(empty, folds))
            for role, folds in ((TRAINING, np.zeros(0, np.int64)), (VALIDATION, None))
        }
        places = {
            role: {(column.name, leaf.kind): j for j, (column, leaf) in enumerate(of_role)}
            for role, of_role in leaves.items()
        }
        plain: dict[str, dict[int, AnyArray]] = {
            role: {j: leaf.table for j, (_, leaf) in enumerate(of_role) if leaf.table is not None}
            for role, of_role in leaves.items()
        }
        scored: dict[str, dict[int, AnyArray]] = {role: {} for role in leaves}
        means: dict[str, TargetMeans] = {}
        scores: dict[str, TextScores] = {}
        for j, (column, leaf) in enumerate(leaves[TRAINING]):
            tables = plain
            if isinstance(column, TargetMeans):
                table, of_all = self._means(column, j, abouts)
                table = table.astype(np.float32)
                means[column.name] = TargetMeans(column.name, column.values, tuple(map(tuple, of_all.tolist())))
            elif isinstance(column, TextScores) and leaf.kind == WORDS:  # of a network that is trained further
                table = self._weights_of_terms(j, abouts, np.array(column.weights))
            elif isinstance(column, TextColumn) and leaf.kind == WORDS and self._is_scored():
                table, tables = self._weights_of_terms(j, abouts), scored
                scores[column.name] = TextScores.weighing(column, table[-1])
            else:
                continue
            for role in leaves:
                tables[role][places[role][column.name, leaf.kind]] = table
        preparation = self.given or with_target_means(self.scan.preparation, means)
        if not scores:
            return _Tables(preparation, plain), None
        together = {role: plain[role] | scored[role] for role in leaves}
        return _Tables(preparation, plain), _Tables(preparation.with_scores(scores), together)

    def _training(self, abouts: list[dict[str, Any]]) -> list[PreparedBlock]:
        rows = [about[TRAINING]["rows"] for about in abouts]
        return [PreparedBlock(self._path(k), TRAINING, n, {}) for k, n in enumerate(rows) if n]

    def _is_scored(self) -> bool:
        """Return whether networks with hidden layers have scores in place of words."""
        return self.given is None and self.preparation.text == "mixed" and self.n_outputs <= MAX_TARGETS

    def _weights_of_terms(self, j: int, abouts: list[dict[str, Any]], of_all: AnyArray | None = None) -> AnyArray:
        return weights_of_terms(self._training(abouts), j, self.scan.data.memory, of_all)

    def _means(self, column: TargetMeans, j: int, abouts: list[dict[str, Any]]) -> tuple[AnyArray, AnyArray]:
        """Return the table of means by fold and value, those of all rows last, and these alone."""
        n, outputs = len(column.values) + 1, self.n_outputs
        sums, counts = np.zeros((FOLDS * n, outputs)), np.zeros(FOLDS * n)
        of_fold = [Deviations.of(np.zeros((0, outputs))) for _ in range(FOLDS)]
        for block in self._training(abouts):
            code = block.leaves()[j].arrays[0].astype(np.int64)
            Y = block.Y().T.astype(np.float64)
            counts += np.bincount(code, minlength=FOLDS * n)
            sums += np.stack([np.bincount(code, of, FOLDS * n) for of in Y.T], axis=1)
            for fold in range(FOLDS):
                of_fold[fold] = of_fold[fold].merged(Deviations.of(Y[code // n == fold]))
        sums_of, counts_of = sums.reshape(FOLDS, n, outputs), counts.reshape(FOLDS, n)
        table = np.zeros((FOLDS + 1, n, outputs))
        for fold in range(FOLDS + 1):
            used = [k for k in range(FOLDS) if k != fold]
            others = Deviations.of(np.zeros((0, outputs)))
            for k in used:
                others = others.merged(of_fold[k])
            table[fold] = means_of(
                sums_of[used].sum(axis=0), counts_of[used].sum(axis=0), others.mean, others.deviation
            )
        table[:, -1] = 0  # values that are not known
        if self.given is not None:
            table[-1, :-1] = column.means
        return table.reshape(-1, outputs), table[-1, :-1]

    def _opened(self, whole: Path, resumed: int) -> Blocks:
        arrays, about = read_arrays(whole)
        at, found = 0, []
        for each in about["prepared"]:
            preparation = Preparation.from_document(each["preparation"])
            rows = {}
            for role, indices in each["leaves"].items():
                tables = {j: np.array(arrays[at + k]) for k, j in enumerate(indices)}
                at += len(indices)
                parts = [PreparedBlock(self._path(k), role, n, tables) for k, n in enumerate(about["rows"][role]) if n]
                rows[role] = PreparedRows(parts, sum(each.width for each in preparation.columns), self.n_outputs)
            found.append(Blocks(self.folder, preparation, rows[TRAINING], rows[VALIDATION], self.fingerprint, resumed))
        return replace(found[0], scored=found[1]) if len(found) > 1 else found[0]


class _Tables(NamedTuple):
    """A preparation, and the tables of its leaves: by the role of the rows, and by the index of the leaf."""

    preparation: Preparation
    of_leaves: Mapping[str, Mapping[int, AnyArray]]


def _placed(of: _Pending, arrays: list[AnyArray]) -> dict[str, Any]:
    """Add the arrays of some rows to those of a block, and return where they are."""
    leaves = []
    for leaf in joined(of.leaves):
        which = list(range(len(arrays), len(arrays) + len(leaf.arrays)))
        arrays += leaf.arrays
        leaves.append([leaf.kind, which, leaf.about])
    Y = np.concatenate(of.y)
    one_hot = Y.dtype == bool and Y.shape[1] > 1 and bool((Y.sum(axis=1) == 1).all())
    place_of_y, width = len(arrays), Y.shape[1] if one_hot else 0
    arrays.append(Y.argmax(axis=1).astype(np.min_scalar_type(width)) if one_hot else Y)
    weights = None
    if of.weights:
        weights = len(arrays)
        arrays.append(np.concatenate(of.weights))
    return {"rows": len(Y), "leaves": leaves, "Y": [place_of_y, width], "weights": weights}
