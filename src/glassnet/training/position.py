"""The position of a run: what resuming it to the bit needs besides the optimiser's state and the generator."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.arrays.streamed_columns import StreamedColumns

Array = Any

CURVES = ("cost", "epoch_cost", "validation_cost", "learning_rate")  # what `History` holds of them
BLOCK = 2**20  # entries that a fingerprint copies at a time where they are not contiguous


@dataclass
class Position:
    """A run at the end of a fit, or at a checkpoint.

    Attributes
    ----------
    settings : dict
        Those that shape the numbers: the same run is resumed only where they are equal.
    samples : int
        m.
    data : int or None
        Fingerprint of the data; None where nothing depends on data or settings, so that any may follow.
    left : int
        Fingerprint of the parameters that the fit left: where they were changed since, the run is not resumed.
    planned, taken : int
        Steps of the run.
    before : int
        Steps into an epoch at which the run began.
    replayed : int
        Iterations of earlier runs that lbfgs takes again, because scipy does not hand out its curvature.
    engine : str
        What ran the equations.
    best_cost : array (1,) or (k,)
        Lowest cost so far, of each network of a stack.
    best_epoch, seconds
        As in `History`.
    base : array like theta, or None
        The parameters that the fit left, where the caller has changed them since (`follow`).
    last, best : array like theta, or None
        The parameters after the last step, and those of the lowest cost; None where `base` is the same.
    first : array like theta, or None
        Where lbfgs began.
    order : array (m,), (1,) or None
        Order of the samples in an epoch that has begun; its seed where they are streamed.
    curves : mapping
        The history of a run that was cut off, by Ctrl-C, a callback or a kill.
    """

    settings: dict[str, Any]
    samples: int
    data: int | None
    left: int
    planned: int
    taken: int
    before: int
    replayed: int
    engine: str
    best_cost: Array
    best_epoch: int
    seconds: float
    base: Array | None = None
    last: Array | None = None
    best: Array | None = None
    first: Array | None = None
    order: Array | None = None
    curves: Mapping[str, Array] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether the run was not cut off; one that was may have taken all its steps by then."""
        return not self.curves

    def end(self) -> None:
        """Mark the run as ended: what follows are further steps, not the rest of it."""
        self.planned, self.curves = self.taken, {}

    def settle(self, theta: Array) -> None:
        """Note the parameters that the fit leaves; what equals them is not kept twice."""
        self.left = fingerprint(theta)
        for name in ("last", "best"):
            if (kept := getattr(self, name)) is not None and np.array_equal(kept, theta):
                setattr(self, name, None)

    def follow(self, before: Array, theta: Array) -> None:
        """Note that the caller changed the parameters, from `before` to `theta`: training is resumed from `theta`."""
        if self.base is None:
            self.base = before.copy()
        self.left = fingerprint(theta)


def fingerprint(*arrays: Any) -> int:
    """Return a checksum that equal arrays share, whatever their memory layout.

    Parameters
    ----------
    *arrays : array of rank 1 to 3, SparseColumns, CodedColumns, StreamedColumns, or None
        What is compared.

    Returns
    -------
    int
        A CRC-32 of shapes, types and numbers.
    """
    crc = 0
    for M in arrays:
        if isinstance(M, (SparseColumns, CodedColumns)):
            crc = zlib.crc32(repr(M.shape).encode(), crc)
            for part in M.arrays:
                crc = zlib.crc32(np.ascontiguousarray(part).data, crc)
        elif isinstance(M, StreamedColumns):
            crc = zlib.crc32(repr((M.shape, M.fingerprint, M.window)).encode(), crc)
        elif M is None:
            crc = zlib.crc32(b"none", crc)
        else:
            rows = M[:, None] if M.ndim == 1 else M.mT  # sample by sample
            crc = zlib.crc32(f"{rows.shape} {rows.dtype}".encode(), crc)
            size = max(1, BLOCK // max(1, rows[..., :1, :].size))
            for start in range(0, rows.shape[-2], size):
                crc = zlib.crc32(np.ascontiguousarray(rows[..., start : start + size, :]).data, crc)
    return crc
