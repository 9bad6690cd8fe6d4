"""Networks for tables as they come. `sklearn` has scikit-learn's interface, which the shell does without."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glassnet.estimators.tabular.sklearn import TabularClassifier, TabularRegressor

__all__ = ["TabularClassifier", "TabularRegressor"]


def __getattr__(name: str) -> Any:
    """Load scikit-learn only when an estimator with its interface is used."""
    if name not in __all__:
        raise AttributeError(f"module 'glassnet.estimators.tabular' has no attribute {name!r}")
    from glassnet.estimators.tabular import sklearn

    return getattr(sklearn, name)
