"""Checks of arrays against the notation: an argument fits the equations, or is refused in one sentence."""

from __future__ import annotations

import math
import sys
from typing import Any

import numpy as np

from glassnet.errors import DataError, GlassnetError, SettingError, ShapeError, WrongTypeError
from glassnet.typing import Array

ROUNDING = 1e-4  # the probabilities of a sample may sum to 1 ± this, as those of float32 models do


def matrix(name: str, array: Any, *, rows: int | None = None, columns: int | None = None, what: str = "") -> Array:
    """Return `array` as an array of real numbers with shape (rows, columns), or (k, rows, columns).

    Parameters
    ----------
    name : str
        The array's name in the notation, "W[1]" or "X".
    array : array_like
        The argument.
    rows, columns : int, optional
        Required numbers; None accepts any of at least 1.
    what : str
        What the rows are, for the message: "n[0] features".

    Raises
    ------
    WrongTypeError
        If it holds no real numbers.
    ShapeError
        If it is of rank 1, or its shape is another one.
    """
    M = _real(name, array)
    if M.ndim == 1:
        letter = name.partition(" ")[0]  # "X of validation"
        raise ShapeError(
            f"{name}: rank-1 arrays are refused, because they are neither row nor column; got shape {M.shape}. "
            f"Write {letter}.reshape({len(M)}, 1) for a column or {letter}.reshape(1, {len(M)}) for a row"
        )
    wanted = f"({rows or 'n'}, {columns or 'm'})" + (f", {what}" if what else "")
    if M.ndim not in (2, 3):
        raise ShapeError(f"{name}: expected shape {wanted}; got {M.shape}")
    if M.shape[-1] == 0:
        raise ShapeError(f"{name}: there is no sample (m = 0); got shape {M.shape}")
    if (rows is not None and M.shape[-2] != rows) or (columns is not None and M.shape[-1] != columns):
        transposed = rows is not None and M.shape[-1] == rows and M.shape[-2] != rows
        advice = f"; samples are columns here, so pass {name}.T" if transposed and name in {"X", "Y"} else ""
        raise ShapeError(f"{name}: expected shape {wanted}; got {M.shape}{advice}")
    return M


def matrices(name: str, array: Any, shape: tuple[int | str, ...], what: str) -> Array:
    """Return `array` as an array of real numbers, one matrix for each group of an embedding.

    Parameters
    ----------
    name : str
        The array's name in the notation, "W[0]".
    array : array_like
        The argument.
    shape : tuple of int or str
        (g, rows, columns), a letter where any number of at least 1 is accepted; a leading axis k may stand before it.
    what : str
        What the numbers are, for the message.

    Raises
    ------
    WrongTypeError
        If it holds no real numbers.
    ShapeError
        If it has another shape.
    """
    M = _real(name, array)
    sizes = zip(shape, M.shape[-3:], strict=False)
    if M.ndim not in (3, 4) or not all(n == size or (isinstance(n, str) and size) for n, size in sizes):
        raise ShapeError(f"{name}: expected shape ({', '.join(map(str, shape))}), {what}; got {M.shape}")
    return M


def _real(name: str, array: Any) -> Array:
    """Return `array` as an array of real numbers of any shape."""
    try:
        M = np.asarray(refuse_masked(name, array))
    except GlassnetError:
        raise
    except ValueError as error:  # lists of unequal lengths
        raise ShapeError(f"{name}: expected rows of equal length ({error})") from None
    except Exception as error:  # a tensor with gradients, or elsewhere: whatever its library raises
        raise WrongTypeError(
            f"{name}: a {type(array).__module__}.{type(array).__qualname__} cannot be read as a NumPy array "
            f"({str(error)[:200]})"
        ) from error
    if M.dtype.kind not in "fiub":
        raise WrongTypeError(f"{name}: expected real numbers; got an array of {M.dtype}")
    return M


def refuse_masked(name: str, array: Any) -> Any:
    """Return the array, or raise DataError where some of its cells are masked."""
    masked: Any = sys.modules.get("numpy.ma")  # without it nobody has made such an array
    kind = getattr(masked, "MaskedArray", None)  # nor while another thread is still importing it
    if kind is None or not isinstance(array, kind) or array.dtype.names:
        return array
    if (hidden := masked.getmaskarray(array)).any():
        first = ", ".join(map(str, np.argwhere(hidden)[0]))
        raise DataError(
            f"{name}: {hidden.sum()} of {hidden.size} cells are masked, the first at [{first}]; fill them "
            f"({name.partition(' ')[0]}.filled(...)) or leave their samples out"
        )
    return array


def finite(name: str, M: Array, dtype: Any, *, copy: bool = False) -> Array:
    """Return M as `dtype`, or raise DataError with the position of the first number that is not finite there."""
    with np.errstate(all="ignore"):
        converted = M.astype(dtype, copy=copy)
        total = float(np.sum(converted, dtype=np.float64))
    if math.isfinite(total):
        return converted
    bad = np.argwhere(~np.isfinite(converted))
    if len(bad) == 0:  # the sum overflowed, the numbers are fine
        return converted
    *_, row, column = bad[0]
    first = M[tuple(bad[0])]
    what, advice = "are not finite", "Impute or remove them"
    if np.isfinite(first):
        what = f"are beyond {np.finfo(converted.dtype).max:.3g}, what {converted.dtype} holds"
        advice = "Scale them" + ", or give the network dtype='float64'" * (converted.dtype == np.float32)
    raise DataError(
        f"{name}: {len(bad)} numbers {what}; the first is {first} in row {row}, column {column} "
        f"(counted from 0). {advice}"
    )


def weights(S: Array) -> Array:
    """Return the weights of the samples, or raise DataError where some are negative or all are 0."""
    if (S < 0).any() or not S.any(axis=-1).all():
        raise DataError("sample_weight: expected weights of at least 0, not all of them 0")
    return S


def labels(kind: str, Y: Array, loss: str) -> Array:
    """Return Y, or raise DataError if the loss is not defined for it; labels may be probabilities (smoothed labels)."""
    if kind in {"zero_one", "one_hot"}:
        bad = (Y < 0) | (Y > 1)
        if bad.any():
            raise DataError(f"Y: {loss} takes labels 0 and 1, or probabilities; got {_first(Y, bad)}")
    if kind == "one_hot" and (sums := Y.sum(axis=-2)).size and (off := abs(sums - 1) > ROUNDING).any():
        column = int(np.argwhere(off)[0][-1])
        raise DataError(
            f"Y: {loss} takes one-hot columns, or probabilities that sum to 1; column {column} sums to "
            f"{sums[..., column].max():g}"
        )
    if kind == "not_negative" and (bad := Y < 0).any():
        raise DataError(f"Y: {loss} takes targets of at least 0; got {_first(Y, bad)}")
    return Y


def is_count(value: Any, least: int = 1) -> bool:
    """Return whether `value` is a whole number of at least `least`."""
    return hasattr(value, "__index__") and not isinstance(value, bool) and bool(value >= least)


def generator(seed: Any) -> np.random.Generator:
    """Return the generator of a seed.

    Raises
    ------
    SettingError
        If it is neither a whole number of at least 0, nor a NumPy generator, nor None.
    """
    if isinstance(seed, np.random.RandomState):  # the same state gives the same numbers
        return np.random.default_rng(seed.get_state(legacy=False)["state"]["key"])
    if not (seed is None or isinstance(seed, np.random.Generator) or is_count(seed, least=0)):
        raise SettingError(f"seed: expected a whole number of at least 0 or a numpy generator; got {seed!r}")
    return np.random.default_rng(seed)


def _first(Y: Array, bad: Any) -> str:
    where = tuple(np.argwhere(bad)[0])
    return f"{Y[where]:g} in column {where[-1]} (counted from 0)"
