"""Arrays of other libraries: tensors become NumPy arrays; masked cells and frames out of memory are refused."""

from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.core.checks import refuse_masked
from glassnet.errors import WrongTypeError, in_short
from glassnet.tables.frames import is_elsewhere, way_into_memory


def in_memory(name: str, given: Any) -> Any:
    """Return a tensor of another library as a NumPy array, and anything else as it is.

    Parameters
    ----------
    name : str
        What it is: "X", "y".
    given : array, frame, list, ...
        As a user gave it.

    Returns
    -------
    ndarray, frame, list, ...
        Lists, sparse arrays and frames are returned as they are.

    Raises
    ------
    DataError
        If cells of a masked array are masked.
    WrongTypeError
        If it is not in this computer's memory, or not computed yet (a lazy frame, a tensor on a graphics processor, one
        with gradients).
    """
    if isinstance(given, np.ma.MaskedArray):
        return np.asarray(refuse_masked(name, given))
    if isinstance(given, (np.ndarray, list, tuple, str)) or given is None:
        return given
    called = f"{type(given).__module__}.{type(given).__qualname__}"
    if is_elsewhere(given):
        raise WrongTypeError(f"{name}: expected an array or a data frame, got {called}{way_into_memory(given, name)}")
    if hasattr(given, "__array__") and not hasattr(given, "columns") and not hasattr(given, "iloc"):
        try:
            return np.asarray(given)
        except Exception as error:  # whatever its library raises
            raise WrongTypeError(f"{name}: a {called} cannot be read as a NumPy array ({in_short(error)})") from error
    return given
