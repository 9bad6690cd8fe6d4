"""The private names of scikit-learn that glassnet uses, all in one place: a release that moves one is mended here.

What the estimators inherit stays theirs: `_parameter_constraints`, `_validate_params`, `_run_search`.
"""

from __future__ import annotations

from typing import Any

from sklearn.utils._param_validation import Interval, InvalidParameterError, Options, StrOptions
from sklearn.utils.multiclass import _check_partial_fit_first_call as first_partial_fit
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "BaseSearchCV",
    "Interval",
    "InvalidParameterError",
    "Options",
    "StrOptions",
    "callback_context",
    "check_sample_weight",
    "first_partial_fit",
    "has_callbacks",
]

BaseSearchCV: Any  # below


def __getattr__(name: str) -> Any:
    """Load the base of every search when it is asked for: all of scikit-learn's model selection comes with it."""
    if name == "BaseSearchCV":
        from sklearn.model_selection._search import BaseSearchCV

        return BaseSearchCV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def callback_context(estimator: Any, epochs: int) -> Any:
    """Return the task of a fit, of which callbacks see at most so many epochs."""
    return estimator._init_callback_context(max_subtasks=epochs)


def has_callbacks(estimator: Any) -> bool:
    """Tell whether callbacks were set."""
    return bool(getattr(estimator, "_skl_callbacks", None))
