"""The private names of scikit-learn that glassnet uses: a release that moves one needs a change here only.

Not listed are those that estimators inherit: `_parameter_constraints`, `_validate_params`, `_run_search`.
"""

from __future__ import annotations

from typing import Any

from sklearn.utils._param_validation import Interval, InvalidParameterError, Options, StrOptions
from sklearn.utils.multiclass import _check_partial_fit_first_call as first_partial_fit
from sklearn.utils.validation import _check_sample_weight as check_sample_weight

__all__ = [
    "BaseSearchCV", "Interval", "InvalidParameterError", "Options", "StrOptions", "callback_context",
    "check_sample_weight", "first_partial_fit", "has_callbacks",
]  # fmt: skip

BaseSearchCV: Any  # below


def __getattr__(name: str) -> Any:
    """Load the base class of searches on first use: all of scikit-learn's model selection comes with it."""
    if name == "BaseSearchCV":
        from sklearn.model_selection._search import BaseSearchCV

        return BaseSearchCV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def callback_context(estimator: Any, epochs: int) -> Any:
    """Return the task of a fit, for scikit-learn's callbacks."""
    return estimator._init_callback_context(max_subtasks=epochs)


def has_callbacks(estimator: Any) -> bool:
    """Return whether scikit-learn's callbacks were set."""
    return bool(getattr(estimator, "_skl_callbacks", None))
