"""scikit-learn's multi-layer perceptrons: the same names and habits, with a `Network` underneath."""

from glassnet.estimators.mlp.sklearn import MLPClassifier, MLPRegressor

__all__ = ["MLPClassifier", "MLPRegressor"]
