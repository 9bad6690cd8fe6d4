"""Classes of one row, shares that leave nothing, one row to predict, models that lie in a file."""

import joblib
import numpy as np
import pandas as pd
import polars as pl
import pytest

from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor
from glassnet.errors import DataError, GlassnetError, ShapeError, WrongTypeError

M = 40
I = np.arange(M)
A = np.random.default_rng(0).normal(size=(M, 3))
Y = (A[:, 0] > 0).astype(int)
pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")


def test_early_stopping_with_a_class_of_one_row():
    y = np.where(I == 3, 2, I % 2)
    model = MLPClassifier((2,), max_iter=3, early_stopping=True, random_state=0).fit(A, y)
    assert len(model.classes_) == 3
    assert len(model.validation_scores_) == model.n_iter_


@pytest.mark.parametrize("rare", ["x", "rare"])
def test_early_stopping_with_one_of_two_classes_in_one_row(rare):
    """Refused in scikit-learn's words, which its own tests want, and by the label's name; own rows are the way out."""
    y = np.where(I == 3, rare, "often").astype(object)
    model = MLPClassifier((2,), max_iter=3, early_stopping=True, random_state=0)
    with pytest.raises(
        DataError, match=rf"Classes with too few members are: .*, which is '{rare}': .* X_val and y_val"
    ):
        model.fit(A, y)
    model.fit(A, y, X_val=A, y_val=y)


def test_classes_keep_their_shares_where_they_can():
    y = np.r_[np.zeros(30, int), np.ones(10, int)]
    held = []

    def look(estimator, X, y):
        held.append(y.mean())
        return 0.0

    MLPClassifier((2,), max_iter=2, early_stopping=True, validation_fraction=0.2, scoring=look).fit(A, y)
    assert set(held) == {0.25}


@pytest.mark.parametrize("share", [0, 1e-9, 0.01, 0.98, 0.99, 0.999])
@pytest.mark.parametrize("y", [Y, A[:, 0]], ids=["classes", "numbers"])
def test_shares_that_leave_nothing(share, y):
    model = MLPClassifier if y is Y else MLPRegressor
    with pytest.raises(DataError, match=rf"alidation.*{share:g}.* holds (0|1|all) of 40 rows out"):
        model(hidden_layer_sizes=(2,), early_stopping=True, validation_fraction=share).fit(A, y)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.95])
def test_shares_that_leave_something(share):
    for model, y in ((MLPClassifier, Y), (MLPRegressor, A[:, 0])):
        model(hidden_layer_sizes=(2,), max_iter=2, early_stopping=True, validation_fraction=share).fit(A, y)


def test_a_table_of_which_one_row_is_left():
    with pytest.raises(DataError, match=r"validation=0.99 leaves 1 of 40 rows to train on"):
        TabularRegressor(hidden=2, validation=0.99).fit(A, A[:, 0])


FRAME = pd.DataFrame(
    {"a": A[:, 0], "b": np.array(["u", "v"])[Y], "c": Y > 0, "d": pd.date_range("2020", periods=M), "e": I % 7}
)


@pytest.fixture(scope="module")
def model():
    return TabularClassifier(hidden=2, epochs=2, random_state=0).fit(FRAME, Y)


ONE_ROW = {  # what is given, what is said, what the advice makes of it
    "a row of pandas": (lambda: FRAME.iloc[0], "X.to_frame().T one of a single row", lambda X: X.to_frame().T),
    "a dict of cells": (FRAME.iloc[0].to_dict, "[X] is a table of one row", lambda X: [X]),
    "a tuple": (lambda: tuple(FRAME.iloc[0]), "[X] is a table of one row", lambda X: [X]),
    "a row of polars": (lambda: pl.from_pandas(FRAME).row(0), "[X] is a table of one row", lambda X: [X]),
    "an array": (lambda: FRAME.to_numpy()[0], "array.reshape(1, -1)", lambda X: X.reshape(1, -1)),
}


@pytest.mark.filterwarnings("ignore:X does not have:UserWarning")
@pytest.mark.parametrize(("row", "advice", "follow"), ONE_ROW.values(), ids=ONE_ROW)
def test_the_advice_for_one_row_works(model, row, advice, follow):
    with pytest.raises((ShapeError, WrongTypeError, DataError)) as caught:
        model.predict(row())
    assert advice in str(caught.value)
    np.testing.assert_array_equal(model.predict_proba(follow(row())), model.predict_proba(FRAME.iloc[[0]]))


@pytest.mark.parametrize("column", [FRAME["a"], pl.from_pandas(FRAME)["a"]], ids=["pandas", "polars"])
def test_the_advice_for_one_column_works(column):
    fitted = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(FRAME[["a"]], Y)
    with pytest.raises(ShapeError, match=r"X.to_frame\(\) makes it a frame"):
        fitted.predict(column)
    np.testing.assert_array_equal(fitted.predict(column.to_frame()), fitted.predict(FRAME[["a"]]))


FITTED = {
    "network": lambda: Network([3, 40, 1], seed=0),
    "adam": lambda: MLPClassifier((40,), max_iter=3, warm_start=True, resume=True, random_state=0),
    "early stopping": lambda: MLPClassifier((40,), max_iter=3, warm_start=True, early_stopping=True, random_state=0),
    "lbfgs": lambda: MLPClassifier((40,), max_iter=3, warm_start=True, solver="lbfgs", random_state=0),
    "table": lambda: TabularClassifier(hidden=40, epochs=2, warm_start=True, random_state=0),
    "stack": lambda: TabularClassifier(hidden=40, epochs=2, n_networks=3, warm_start=True, random_state=0),
}


@pytest.mark.parametrize("mode", ["r", "r+", "c"])
@pytest.mark.parametrize("make", FITTED.values(), ids=FITTED)
def test_a_model_mapped_from_a_file_trains_further(make, mode, tmp_path):
    """And writes nothing into the file."""
    trained = make()
    bare = isinstance(trained, Network)
    data = (A.T, Y[None]) if bare else (A, Y)
    settings = {"epochs": 2, "optimizer": "adam"} if bare else {}
    trained.fit(*data, **settings)
    joblib.dump(trained, tmp_path / "model")
    stored = (tmp_path / "model").read_bytes()
    loaded = joblib.load(tmp_path / "model", mmap_mode=mode)
    more = {**settings, "resume": True} if bare else {}
    for model in (trained, loaded):
        model.fit(*data, **more)
    network, twin = (trained, loaded) if bare else (trained.network_, loaded.network_)
    np.testing.assert_array_equal(twin.vector, network.vector)
    twin.W[1] = np.zeros_like(twin.W[1])
    assert not twin.vector[..., : twin.W[1][0].size].any()
    assert (tmp_path / "model").read_bytes() == stored


def test_no_targets_where_some_are_wanted():
    fitted = TabularClassifier(hidden=2, epochs=1, random_state=0).fit(A, Y)
    with pytest.raises(GlassnetError, match="y: expected the targets"):
        fitted.check_gradients(A, None)
