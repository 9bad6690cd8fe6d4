"""scikit-learn's own contract for estimators, every check of it, in both float types."""

import numpy as np
import pytest
from sklearn.utils.estimator_checks import parametrize_with_checks

from glassnet import MLPClassifier, MLPRegressor

SHORT = {"hidden_layer_sizes": (10,), "max_iter": 100}


LONGER = {
    "clip_norm": 5.0,
    "solver": "adamw",
    "schedule": "warmup_cosine",
    "n_networks": 2,
    "learning_rate_init": 0.01,
}


TOO_EXACT = dict.fromkeys(
    (
        "check_sample_weight_equivalence_on_dense_data",
        "check_sample_weight_equivalence_on_sparse_data",
        "check_methods_sample_order_invariance",
        "check_regressor_multioutput",
    ),
    "wants seven digits, or predictions in float64",
)


class Narrow:
    """Trains in float32 whatever comes."""

    def _checked_rows(self, X, *given, **how):
        rows = super()._checked_rows(X, *given, **how)
        return rows._replace(X=rows.X.astype(np.float32))


class NarrowClassifier(Narrow, MLPClassifier):
    pass


class NarrowRegressor(Narrow, MLPRegressor):
    pass


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("kind", [NarrowClassifier, NarrowRegressor])
def test_what_comes_as_float64_is_narrowed(kind):
    assert kind(max_iter=1).fit(np.eye(4), [0, 1, 0, 1]).network_.dtype == np.float32


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
        MLPClassifier(**LONGER, label_smoothing=0.05),
        MLPRegressor("huber(2)", **LONGER, scoring="loss"),
        NarrowClassifier(),
        NarrowRegressor(),
        NarrowClassifier(solver="lbfgs", **SHORT),
        NarrowRegressor(solver="lbfgs", **SHORT),
    ],
    expected_failed_checks=lambda estimator: TOO_EXACT if isinstance(estimator, Narrow) else {},
)
def test_scikit_learns_contract(estimator, check):
    check(estimator)
