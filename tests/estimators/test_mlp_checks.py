"""scikit-learn's own contract for estimators, every check of it."""

import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from glassnet import MLPClassifier, MLPRegressor

SHORT = {"hidden_layer_sizes": (10,), "max_iter": 100}


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.SkipTestWarning")
@parametrize_with_checks(
    [
        MLPClassifier(),
        MLPRegressor(),
        MLPClassifier(solver="lbfgs", **SHORT),
        MLPRegressor(solver="lbfgs", **SHORT),
        MLPClassifier(solver="sgd", learning_rate_init=0.1, **SHORT),
        MLPRegressor(solver="sgd", learning_rate="adaptive", hidden_layer_sizes=(10,), max_iter=500),
    ]
)
def test_scikit_learns_contract(estimator, check):
    check(estimator)
