"""The data of a network held against its architecture: X (n[0], m), Y (n[L], m) and sample weights S (1, m)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.sparse_columns import SparseColumns, is_sparse
from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.core import checks
from glassnet.core.architecture import Architecture
from glassnet.core.parameters import Parameters
from glassnet.errors import DataError, SettingError, ShapeError
from glassnet.typing import Array, ArrayLike, Columns, Tensor


def features(X: Columns, architecture: Architecture, theta: Parameters, suffix: str = "") -> Tensor:
    """Return X (n[0], m) in the type of the parameters, sparse or coded as it is; `suffix` follows its name.

    With an embedding X has `architecture.n_x` rows.
    """
    n_x, name, embedding = architecture.n_x, f"X{suffix}", architecture.embedding
    if isinstance(X, CodedColumns) or is_sparse(X):
        return _sparse(name, X, n_x, theta.vector.dtype)
    rows = (
        f"n[0] = {n_x} features" if embedding is None else f"first {embedding.groups} groups of {embedding.rows} rows"
    )
    X = checks.matrix(name, X, rows=n_x, what=f"{rows}, one column per sample")
    return _of_networks(name, X, theta)


def samples(
    X: Columns,
    Y: ArrayLike,
    sample_weight: ArrayLike | None,
    architecture: Architecture,
    theta: Parameters,
    suffix: str = "",
) -> tuple[Tensor, Array, Array | None]:
    """Return X (n[0], m), Y (n[L], m) and the weights S (1, m) or None, in the type of the parameters.

    A stream brings Y and S along: they are None.
    """
    if isinstance(X, StreamedColumns):
        return _stream(X, Y, sample_weight, architecture, theta), None, None
    columns = features(X, architecture, theta, suffix)
    n_y, m = architecture.sizes[-1], columns.shape[-1]
    Y = checks.matrix(f"Y{suffix}", Y, rows=n_y, columns=m, what=f"n[L] = {n_y} rows, one column per column of X")
    Y = _of_networks(f"Y{suffix}", Y, theta)
    checks.labels(architecture.loss_entry.labels, Y, architecture.loss)
    if sample_weight is None:
        return columns, Y, None
    S = checks.matrix("sample_weight", sample_weight, rows=1, columns=m, what="one weight per column of X")
    return columns, Y, checks.weights(_of_networks("sample_weight", S, theta))


def validation_samples(
    validation: Sequence[Any] | None, architecture: Architecture, theta: Parameters
) -> tuple[Tensor, ...] | None:
    """Return (X, Y) or (X, Y, S) of data whose cost is watched, as `samples` does."""
    if validation is None:
        return None
    if len(validation) not in (2, 3):
        raise SettingError(f"validation: expected (X, Y) or (X, Y, sample_weight); got {len(validation)} items")
    X, Y, S = (*validation, None) if len(validation) == 2 else validation
    return tuple(M for M in samples(X, Y, S, architecture, theta, " of validation") if M is not None)


def _of_networks(name: str, M: Array, theta: Parameters) -> Array:
    """Return finite numbers, one matrix for all networks or one for each."""
    stack = None if theta.vector.ndim == 1 else len(theta.vector)
    if M.ndim == 3 and M.shape[0] != stack:
        wanted = "one network, so no leading axis" if stack is None else f"a leading axis of {stack}"
        raise ShapeError(f"{name}: expected {wanted}; got shape {M.shape}")
    return checks.finite(name, M, theta.vector.dtype)


def _stream(X: StreamedColumns, Y: Any, sample_weight: Any, architecture: Architecture, theta: Parameters) -> Any:
    if X.shape[0] != architecture.n_x or X.shape[1] == 0:
        raise ShapeError(f"X: expected shape ({architecture.n_x}, m), one column per sample; got {X.shape}, streamed")
    if Y is not None or sample_weight is not None:
        raise SettingError("X is streamed and brings its own targets and weights; give None for Y and sample_weight")
    return X.changed(dtype=theta.vector.dtype)


def _sparse(name: str, X: Any, n_x: int, dtype: Any) -> SparseColumns | CodedColumns:
    if X.ndim != 2 or X.shape[0] != n_x or X.shape[1] == 0:
        raise ShapeError(f"{name}: expected shape ({n_x}, m), one column per sample; got {X.shape}, sparse")
    columns = (CodedColumns if isinstance(X, CodedColumns) else SparseColumns).of(X, dtype)
    if not all(np.isfinite(part).all() for part in columns.numbers):
        raise DataError(f"{name}: not every number is finite. Impute or remove the others")
    return columns
