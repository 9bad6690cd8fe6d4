"""How many threads a matrix product gets: one where it is small, because waking a second one takes longer."""

from __future__ import annotations

import sys
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from typing import Any

SMALL_PRODUCT = 1e7  # operations; below it a second thread brings little, and on a busy machine it costs tenfold


def blas_threads(operations: float, *, one: bool = False) -> AbstractContextManager[Any]:
    """Return a context in which BLAS uses one thread if the largest product is small, or if `one` asks for it.

    Parameters
    ----------
    operations : float
        Multiplications and additions of the largest product.
    one : bool
        Whether to use one thread in any case, because several products run at once.
    """
    if operations >= SMALL_PRODUCT and not one:
        return nullcontext()
    limited: AbstractContextManager[Any] = _controller("scipy.linalg.cython_blas" in sys.modules).limit(
        limits=1, user_api="blas"
    )
    return limited


@lru_cache(maxsize=2)
def _controller(with_scipy: bool) -> Any:
    """Return the handle of the BLAS libraries in this process; scipy brings a second one."""
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
