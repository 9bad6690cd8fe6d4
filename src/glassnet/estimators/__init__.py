"""scikit-learn's face of the network: the same training under fit and predict, rows for samples."""

from glassnet.estimators.mlp import MLPClassifier, MLPRegressor
from glassnet.estimators.saving import load
from glassnet.estimators.tabular import TabularClassifier, TabularRegressor

__all__ = ["MLPClassifier", "MLPRegressor", "TabularClassifier", "TabularRegressor", "load"]
