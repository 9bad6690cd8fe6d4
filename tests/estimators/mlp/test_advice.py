"""The warning of a training that goes badly: which columns, which learning rate, in numbers, and once."""

import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn.datasets import load_breast_cancer, load_diabetes, load_iris
from sklearn.exceptions import ConvergenceWarning
from sklearn.preprocessing import scale

from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import DivergedError
from glassnet.estimators.mlp.advice import about_ending, about_rate, about_scale, about_targets

X, Y = load_iris(return_X_y=True)
CANCER = load_breast_cancer(as_frame=True)
QUICK = {"hidden_layer_sizes": (4,), "random_state": 0}


def warned(model, *data):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        model.fit(*data)
    return [(w.category, str(w.message), w.filename) for w in caught]


# ------------------------------------------------------------ columns
def test_unscaled_columns_are_named_with_their_numbers():
    text = about_scale(CANCER.data.to_numpy(), CANCER.feature_names)
    assert text.startswith("5 of 30 inputs are not scaled: 'worst area' (mean 881, std 569), 'mean area' (mean 655")
    assert "and 2 more" in text
    assert "StandardScaler()" in text


def test_a_single_column_planted_among_good_ones_is_found():
    rows = np.random.default_rng(0).normal(size=(50, 6))
    assert about_scale(rows, None) == ""
    rows[:, 4] += 4000
    assert "1 of 6 inputs are not scaled: column 4 (mean 4,000, std 0.952" in about_scale(rows, None)
    thin = about_scale(sparse.csr_array(rows), None)
    assert "column 4 (mean 4,000, std 0.952" in thin
    assert "StandardScaler(with_mean=False)" in thin


def test_long_names_are_cut():
    assert len(about_scale(np.full((3, 3), 1e300), ["n" * 10_000] * 3)) < 500


def test_huge_numbers_are_no_trouble():
    assert "1 of 1 inputs" in about_scale(np.full((3, 1), 1e300), None)


def test_iris_as_it_comes_is_good_enough():
    assert about_scale(X, None) == ""


def test_it_is_said_once_a_fit():
    told = warned(MLPClassifier(**QUICK, tol=1e9, n_iter_no_change=1), CANCER.data, CANCER.target)
    assert [category for category, *_ in told] == [ConvergenceWarning]
    assert "'worst area'" in told[0][1]
    assert told[0][2] == __file__  # where the user called fit
    model = MLPClassifier(**QUICK, max_iter=8)
    told = warned(model, CANCER.data, CANCER.target)
    assert len(told) == 1
    assert told[0][1].count("'worst area'") == 1
    assert "Maximum iterations (8) reached" in told[0][1]
    assert "'worst area'" in model.notes_[0]


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_partial_fit_says_it_in_the_first_call_only():
    model = MLPClassifier(**QUICK)
    with pytest.warns(ConvergenceWarning, match="not scaled"):
        model.partial_fit(CANCER.data, CANCER.target, classes=[0, 1])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        model.partial_fit(CANCER.data, CANCER.target)


def test_targets_far_from_scale_are_named():
    y = load_diabetes().target
    assert about_targets(y[:, None]).startswith("The targets are not scaled (mean 152, std 77")
    assert about_targets(scale(y)[:, None]) == ""
    rows = scale(load_diabetes().data)
    assert "targets are not scaled" in warned(MLPRegressor(**QUICK, max_iter=5), rows, y)[0][1]
    assert "targets" not in warned(MLPRegressor("poisson", **QUICK, max_iter=5), rows, y)[0][1]


# ------------------------------------------------------------ learning rate
def test_a_rate_too_low_a_rate_too_high_and_a_good_one():
    t = np.arange(50)
    assert "falls by 1.0% an epoch: raise max_iter (now 50)" in about_rate(0.99**t, 0.001)
    assert "(now 0.001; try 0.003)" in about_rate(0.99**t, 0.001)
    assert "rose in 25 of 50 epochs: learning_rate_init=0.5 is too high, try 0.05" in about_rate(1 + t % 2, 0.5)
    assert about_rate(1 + 0.5**t, 0.1) == ""
    assert about_rate([1.0, 0.5], 0.1) == ""
    assert about_rate(np.zeros(9), 0.1) == ""
    assert about_ending(0.99**t, 0.1) == ""
    assert "began at 1 and ended at 1.63" in about_ending(1.01**t, 0.1)


def test_a_training_is_told_its_own_rate():
    low = warned(MLPClassifier(**QUICK, learning_rate_init=1e-3, max_iter=30), scale(X), Y)[0][1]
    assert "The loss still falls by" in low
    assert "learning_rate_init (now 0.001; try 0.003)" in low
    high = warned(MLPClassifier(**QUICK, learning_rate_init=5, max_iter=40), scale(X), Y)
    assert "learning_rate_init=5 is too high" in high[0][1]


def test_frames_give_their_names():
    frame = pd.DataFrame(X * [1, 1, 1e4, 1], columns=["a", "b", "large", "d"])
    assert "'large' (mean 37,580" in warned(MLPClassifier(**QUICK, max_iter=3), frame, Y)[0][1]


def test_a_schedule_that_has_run_out_is_no_failure():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier(**QUICK, max_iter=5, schedule="cosine").fit(scale(X), Y)


def test_a_training_that_breaks_names_the_columns_too():
    model = MLPRegressor(activation="identity", solver="sgd", learning_rate_init=10, random_state=0)
    with pytest.raises(DivergedError, match=r"learning rate(.|\n)*4 of 4 inputs are not scaled: column 0"):
        model.fit(X * 1000, Y)
