"""Coded columns of some samples after those of others, as the columns of all of them; and of some of the samples."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.arrays.coded_columns import (
    Block,
    CodedColumns,
    Lookup,
    Numbers,
    OneHot,
    Rearranged,
    Repeated,
    SparseRows,
    Steps,
)

Array = Any


def joined(columns: Sequence[CodedColumns]) -> CodedColumns:
    """Return the samples of several matrices side by side.

    Parameters
    ----------
    columns : sequence of CodedColumns, (n, m[i]) each
        Of the same n features. What is mapped from a file is copied into memory.

    Returns
    -------
    CodedColumns, (n, Σ m[i])
        Expanded, it is `np.concatenate` of the expanded matrices along the samples, to the bit.
    """
    return CodedColumns(_joined([each.blocks for each in columns]), columns[0].dtype)


def chosen(columns: CodedColumns, which: Array) -> CodedColumns:
    """Return some samples, by their indices (k,); what is mapped from a file is read of these alone."""
    return CodedColumns([_chosen(block, which) for block in columns.blocks], columns.dtype)


def _chosen(block: Block, which: Array) -> Block:
    if isinstance(block, Repeated):
        return Repeated(block.blocks, block.index[which])
    return KINDS[type(block)].take(block, which)


def _joined(parts: Sequence[Sequence[Block]]) -> list[Block]:
    """Return the blocks of all samples, of those of some at a time."""
    plain = [list(_each_sample(blocks)) for blocks in parts]
    return [KINDS[type(same[0])].join(same) for same in zip(*plain, strict=True)]


def _each_sample(blocks: Sequence[Block]) -> Iterator[Block]:
    """Yield the blocks with the features of each sample; those of a few distinct ones are written out."""
    for block in blocks:
        if isinstance(block, Repeated):
            for distinct in _each_sample(block.blocks):
                yield KINDS[type(distinct)].take(distinct, block.index)
        else:
            yield block


class Kind(NamedTuple):
    """What is done with blocks of one type.

    Attributes
    ----------
    take : callable
        Takes a block and indices (m,), and returns the block of these samples.
    join : callable
        Takes blocks of the same features, and returns that of all their samples.
    """

    take: Callable[[Any, Array], Block]
    join: Callable[[Any], Block]


def _join_lookups(blocks: Sequence[Lookup]) -> Block:
    first = blocks[0]
    if all(np.array_equal(each.table, first.table) for each in blocks):
        return Lookup(np.concatenate([each.codes for each in blocks]), first.table[:-1])
    return Numbers(np.concatenate([each.table[each.codes] for each in blocks]))


def _join_sparse(blocks: Sequence[SparseRows]) -> Block:
    from scipy.sparse import vstack

    return SparseRows(vstack([each.rows for each in blocks], format="csr"))


# fmt: off
KINDS: dict[type[Block], Kind] = {
    Numbers: Kind(
        lambda block, chosen: Numbers(block.values[chosen]),
        lambda blocks: Numbers(np.concatenate([each.values for each in blocks]))),
    OneHot: Kind(
        lambda block, chosen: OneHot(block.codes[chosen], block.width),
        lambda blocks: OneHot(np.concatenate([each.codes for each in blocks]), blocks[0].width)),
    Lookup: Kind(
        lambda block, chosen: Lookup(block.codes[chosen], block.table[:-1]),
        _join_lookups),
    Steps: Kind(
        lambda block, chosen: Steps(block.step[chosen], block.part[chosen], block.width, block.full),
        lambda blocks: Steps(np.concatenate([each.step for each in blocks]),
                             np.concatenate([each.part for each in blocks]), blocks[0].width, blocks[0].full)),
    SparseRows: Kind(
        lambda block, chosen: SparseRows(block.rows[chosen]),
        _join_sparse),
    Rearranged: Kind(
        lambda block, chosen: Rearranged(
            [KINDS[type(each)].take(each, chosen) for each in _each_sample(block.blocks)], block.places, block.width),
        lambda blocks: Rearranged(_joined([each.blocks for each in blocks]), blocks[0].places, blocks[0].width)),
}
# fmt: on
