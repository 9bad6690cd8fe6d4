"""Blocks of samples in memory, as a folder of prepared blocks has them on disk."""

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from glassnet.arrays.coded_columns import CodedColumns, Numbers, OneHot, Repeated, SparseRows, Steps
from glassnet.arrays.streamed_columns import StreamedColumns


@dataclass
class MemoryBlock:
    columns: CodedColumns
    targets: np.ndarray
    of_rows: np.ndarray | None = None
    n_read: int = 0

    @property
    def n_rows(self):
        return self.columns.shape[1]

    def X(self):
        self.n_read += 1
        return self.columns

    def Y(self):
        return self.targets

    def weights(self):
        return self.of_rows


def made(sizes, *, seed=0, weighted=False, classes=1, sparse=False):
    """Return blocks of these sizes; a sample's first feature is its number, the targets depend on the others.

    Sparse blocks have the last four features, of which one is 1, as words are kept.
    """
    rng = np.random.default_rng(seed)
    blocks, start = [], 0
    for k, m in enumerate(sizes):
        numbers = np.column_stack([start + np.arange(m), rng.normal(size=m)]).astype(np.float32)
        step, part = rng.integers(0, 5, m), (rng.random(m) / 2).astype(np.float32)
        codes = rng.integers(-1, 4, m)
        features = [Numbers(numbers), Steps(step, part, 5, 0.5), OneHot(codes, 4)]
        if sparse:
            features[2] = SparseRows(csr_matrix(expanded(features[2])))
        elif k % 2:  # as a block of few distinct cells has them
            values, index = np.unique(codes, return_inverse=True)
            features[2] = Repeated([OneHot(values, 4)], index)
        truth = (numbers[:, 1] + step - 2 > 0).astype(np.float32)
        Y = np.tile(truth, (classes, 1))
        weights = (0.5 + rng.random((1, m))).astype(np.float32) if weighted else None
        blocks.append(MemoryBlock(CodedColumns(features, "float32"), Y, weights))
        start += m
    return blocks


def expanded(block):
    return CodedColumns([block], "float32").toarray().T


def streamed(blocks, *, window=1, **options):
    shape = blocks[0].columns.shape[0], sum(block.n_rows for block in blocks)
    is_sparse = blocks[0].columns.is_sparse
    weighted = blocks[0].of_rows is not None
    return StreamedColumns(blocks, shape, window=window, weighted=weighted, is_sparse=is_sparse, **options)


def in_memory(blocks):
    """Return X, Y and S of all blocks."""
    X = np.concatenate([block.columns.toarray() for block in blocks], axis=1)
    Y = np.concatenate([block.targets for block in blocks], axis=1)
    S = None if blocks[0].of_rows is None else np.concatenate([block.of_rows for block in blocks], axis=1)
    return X, Y, S
