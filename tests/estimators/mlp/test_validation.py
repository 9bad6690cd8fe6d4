"""Validation rows: given or held out, watched by any score or by the loss, the best weights put back."""

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import config_context
from sklearn.datasets import load_diabetes, load_iris
from sklearn.metrics import log_loss, make_scorer, mean_absolute_error
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import DataError, SettingError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X = scale(X)
TRAIN, VAL = np.arange(150) % 3 > 0, np.arange(150) % 3 == 0
OWN = {"X_val": X[VAL], "y_val": Y[VAL]}
X_NUMBERS, Y_NUMBERS = load_diabetes(return_X_y=True)
X_NUMBERS, Y_NUMBERS = scale(X_NUMBERS), scale(Y_NUMBERS)
NUMBERS = {"X_val": X_NUMBERS[300:], "y_val": Y_NUMBERS[300:]}
QUICK = {"hidden_layer_sizes": (8,), "learning_rate_init": 0.05, "random_state": 0}


@pytest.mark.parametrize("solver", ["sgd", "adam", "lbfgs"])
def test_both_curves_are_kept_and_training_is_as_without(solver):
    settings = {**QUICK, "solver": solver, "max_iter": 6}
    clf = MLPClassifier(**settings).fit(X[TRAIN], Y[TRAIN], **OWN)
    assert len(clf.validation_loss_curve_) == len(clf.validation_scores_) == len(clf.loss_curve_) == clf.n_iter_
    assert clf.validation_loss_curve_[-1] == pytest.approx(log_loss(Y[VAL], clf.predict_proba(X[VAL])))
    assert clf.validation_scores_[-1] == pytest.approx(clf.score(X[VAL], Y[VAL]))
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    alone = MLPClassifier(**settings).fit(X[TRAIN], Y[TRAIN])
    np.testing.assert_array_equal(clf.network_.vector, alone.network_.vector)
    assert clf.best_loss_ == alone.best_loss_
    assert alone.validation_loss_curve_ is None


def test_own_rows_stop_the_training_and_no_row_is_held_out():
    clf = MLPClassifier(**QUICK, early_stopping=True, n_iter_no_change=3).fit(X[TRAIN], Y[TRAIN], **OWN)
    assert clf.n_iter_ < 200
    assert clf.t_ == clf.n_iter_ * TRAIN.sum()
    assert clf.score(X[VAL], Y[VAL]) == clf.best_validation_score_ == max(clf.validation_scores_)
    assert clf.best_loss_ is None


def test_the_loss_may_decide():
    settings = {**QUICK, "early_stopping": True, "n_iter_no_change": 4, "max_iter": 400, "alpha": 0}
    reg = MLPRegressor(**settings, scoring="loss").fit(X_NUMBERS[:300], Y_NUMBERS[:300], **NUMBERS)
    curve = reg.validation_loss_curve_
    np.testing.assert_allclose(reg.validation_scores_, np.negative(curve))
    assert reg.network_.cost(NUMBERS["X_val"].T, NUMBERS["y_val"][None]) == pytest.approx(min(curve))
    assert len(curve) < 400


@pytest.mark.parametrize(
    "scoring", ["neg_mean_absolute_error", make_scorer(mean_absolute_error, greater_is_better=False)]
)
def test_a_scorer_may_decide(scoring):
    settings = {**QUICK, "early_stopping": True, "n_iter_no_change": 4}
    reg = MLPRegressor(**settings, scoring=scoring).fit(X_NUMBERS[:300], Y_NUMBERS[:300], **NUMBERS)
    error = mean_absolute_error(NUMBERS["y_val"], reg.predict(NUMBERS["X_val"]))
    assert error == pytest.approx(-max(reg.validation_scores_))


def test_a_scorer_sees_labels_and_weights():
    seen = []

    def scorer(estimator, rows, labels, sample_weight=None):
        seen.append((rows.shape, set(labels), sample_weight.sum()))
        return estimator.score(rows, labels)

    names = np.array(["a", "b", "c"])[Y]
    clf = MLPClassifier(**QUICK, max_iter=3, early_stopping=True, scoring=scorer)
    clf.fit(X[TRAIN], names[TRAIN], X_val=X[VAL], y_val=names[VAL], sample_weight_val=np.full(50, 2.0))
    assert seen == [((50, 4), {"a", "b", "c"}, 100.0)] * 3


def test_held_out_rows_have_a_loss_curve_too():
    clf = MLPClassifier(**QUICK, max_iter=4, early_stopping=True).fit(X, Y)
    assert len(clf.validation_loss_curve_) == len(clf.validation_scores_) == 4


def test_weights_of_validation_rows_count():
    weights = np.random.default_rng(0).uniform(0, 2, VAL.sum())
    clf = MLPClassifier(**QUICK, max_iter=3).fit(X[TRAIN], Y[TRAIN], **OWN, sample_weight_val=weights)
    expected = log_loss(Y[VAL], clf.predict_proba(X[VAL]), sample_weight=weights)
    assert clf.validation_loss_curve_[-1] == pytest.approx(expected)


def test_frames_and_sparse_rows_validate():
    frame = pd.DataFrame(X, columns=list("abcd"))
    MLPClassifier(**QUICK, max_iter=2).fit(frame[TRAIN], Y[TRAIN], X_val=frame[VAL], y_val=Y[VAL])
    thin, dense = (
        MLPClassifier(**QUICK, max_iter=2).fit(form(X[TRAIN]), Y[TRAIN], X_val=form(X[VAL]), y_val=Y[VAL])
        for form in (sparse.csc_array, np.asarray)
    )
    np.testing.assert_allclose(thin.validation_loss_curve_, dense.validation_loss_curve_)


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"X_val": X[VAL]}, SettingError, "need both X_val and y_val"),
        ({"sample_weight_val": np.ones(3)}, SettingError, "need both X_val and y_val"),
        ({"X_val": X[VAL][:, :3], "y_val": Y[VAL]}, DataError, "X_val.*3 features, but MLPClassifier is expecting 4"),
        ({"X_val": X[VAL], "y_val": Y[VAL][:-1]}, DataError, "X_val, y_val.*inconsistent numbers of samples"),
        ({"X_val": X[VAL], "y_val": Y[VAL] + 1}, DataError, "y_val.*class 3 was not among those of training"),
        ({**OWN, "sample_weight_val": -np.ones(50)}, DataError, "sample_weight_val.*[Nn]egative"),
        ({"X_val": np.full((50, 4), np.nan), "y_val": Y[VAL]}, DataError, "X_val.*NaN"),
    ],
)
def test_validation_rows_are_checked(given, error, text):
    with pytest.raises(error, match=text):
        MLPClassifier(**QUICK).fit(X[TRAIN], Y[TRAIN], **given)


def test_an_unknown_score_is_refused():
    with pytest.raises(ValueError, match="acuracy"):
        MLPClassifier(early_stopping=True, scoring="acuracy").fit(X, Y)


def test_a_pipeline_scales_the_validation_rows_too():
    with config_context(enable_metadata_routing=True):
        clf = MLPClassifier(**QUICK, max_iter=3).set_fit_request(X_val=True, y_val=True)
        model = make_pipeline(StandardScaler(), clf, transform_input=["X_val"])
        model.fit(5 * X[TRAIN], Y[TRAIN], X_val=5 * X[VAL], y_val=Y[VAL])
    assert model[-1].validation_scores_[-1] == pytest.approx(model.score(5 * X[VAL], Y[VAL]))
