"""The types of what glassnet takes and returns.

Shapes stand in the docstrings, in the notation: X (n[0], m) has one column per sample. Everything else that an
annotation can say is here. `Tensor` is Any, since the equations run on the arrays of several libraries, whose types
have nothing in common that could be declared.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

__all__ = [
    "AnyArray",
    "Array",
    "ArrayLike",
    "Columns",
    "Cost",
    "Indices",
    "Labels",
    "LayerArrays",
    "LearningRateSchedule",
    "PerNetwork",
    "Rows",
    "Seed",
    "SparseMatrix",
    "Table",
    "Tensor",
]

Array: TypeAlias = NDArray[np.floating[Any]]  # real numbers, float32 or float64
Indices: TypeAlias = NDArray[np.integer[Any]]  # numbers of samples, features or classes, counted from 0
Labels: TypeAlias = NDArray[Any]  # classes as they were given: text, numbers, truth values, objects
LayerArrays: TypeAlias = Sequence[ArrayLike | None]  # one array for each layer; entry 0 is unused
AnyArray: TypeAlias = Any  # numbers or labels, dense or of scipy.sparse: arrays whose type is checked at run time
Cost: TypeAlias = (
    Any  # J: a float; of a stack an array (k,). Users of a union would have to distinguish both at each use
)
Tensor: TypeAlias = Any  # an array of whichever engine: NumPy's, torch's, or a symbol of what is recorded
PerNetwork: TypeAlias = float | Sequence[float]  # one number for all networks of a stack, or one for each
# As text, since NumPy loads its generators when they are first asked for, which takes 10 ms.
Seed: TypeAlias = "int | np.integer[Any] | np.random.Generator | np.random.RandomState | None"
LearningRateSchedule: TypeAlias = Callable[..., float]  # factor(t, T, costs) on the learning rate


class SparseMatrix(Protocol):
    """A matrix or array of scipy.sparse."""

    @property
    def nnz(self) -> int:
        """Number of stored entries."""
        ...

    def tocsc(self) -> Any:
        """Return it by columns."""
        ...


class Table(Protocol):
    """A data frame of pandas or polars, or an Arrow table."""

    @property
    def columns(self) -> Any:
        """The columns, or their names."""
        ...

    def __len__(self) -> int: ...


Columns: TypeAlias = ArrayLike | SparseMatrix  # X (n[0], m) of a network: one column per sample
Rows: TypeAlias = ArrayLike | SparseMatrix | Table | Mapping[Any, Any]  # X of an estimator: one row per sample
