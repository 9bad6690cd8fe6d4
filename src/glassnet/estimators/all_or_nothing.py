"""A fit that fails, or is interrupted before its first step, leaves the estimator as it was."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

Fit = TypeVar("Fit", bound=Callable[..., Any])


def all_or_nothing(*but: type[Exception]) -> Callable[[Fit], Fit]:
    """Return a decorator of `fit` that restores the estimator's attributes if `fit` raises."""

    def of_fit(fit: Fit) -> Fit:
        @wraps(fit)
        def fit_or_leave(self: Any, *given: Any, **named: Any) -> Any:
            before = dict(vars(self))
            try:
                return fit(self, *given, **named)
            except but:
                raise
            except BaseException:
                vars(self).clear()
                vars(self).update(before)
                raise

        return fit_or_leave  # type: ignore[return-value]

    return of_fit
