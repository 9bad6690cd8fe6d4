"""Estimators with scikit-learn's interface: fit and predict, samples are rows."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from glassnet import interrupts
from glassnet.estimators.saving import load

if TYPE_CHECKING:
    from glassnet.estimators.mlp.sklearn import MLPClassifier, MLPRegressor
    from glassnet.estimators.tabular.sklearn import TabularClassifier, TabularRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor", "load"]


@interrupts.held()
def __getattr__(name: str) -> Any:
    """Load scikit-learn only when an estimator is used."""
    if name not in __all__:
        raise AttributeError(f"module 'glassnet.estimators' has no attribute {name!r}")
    return getattr(import_module(f"glassnet.estimators.{'mlp' if name.startswith('MLP') else 'tabular'}"), name)
