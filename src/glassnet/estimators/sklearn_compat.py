"""The private names of scikit-learn that glassnet uses, all in one place: a release that moves one is mended here."""

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
    "check_sample_weight",
    "first_partial_fit",
]

BaseSearchCV: Any  # below


def __getattr__(name: str) -> Any:
    """Load the base of every search when it is asked for: all of scikit-learn's model selection comes with it."""
    if name == "BaseSearchCV":
        from sklearn.model_selection._search import BaseSearchCV

        return BaseSearchCV
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
