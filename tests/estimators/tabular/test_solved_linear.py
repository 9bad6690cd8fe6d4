"""What is linear is found as it is, and beyond the rows of training; least squares and the others by scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression, PoissonRegressor, Ridge
from sklearn.preprocessing import StandardScaler

import glassnet
from glassnet import TabularClassifier, TabularRegressor
from glassnet.core import linear_model
from glassnet.tables import fit_preparation

RNG = np.random.default_rng(0)
X = RNG.normal(size=(300, 4))
SCALED = StandardScaler().fit_transform(X)


@pytest.mark.parametrize("preset", ["default", "best"])
def test_a_line_goes_on_beyond_the_rows_of_training(preset, tmp_path):
    x = np.linspace(0, 10, 400)
    model = TabularRegressor(preset=preset, random_state=0).fit(x[:, np.newaxis], 3 * x - 5)
    far = np.array([[-20.0], [20.0], [1000.0]])
    assert model.predict(far) == pytest.approx([-65, 55, 2995], rel=1e-5)
    assert model.score(x[:, np.newaxis], 3 * x - 5) > 0.999999
    assert [each["kind"] for each in model.candidates_] == ["solved linear"]  # nothing is left to learn
    assert model.was_solved
    assert model.preparation_.n_features == 1  # neither bins nor the clipped number
    model.save(tmp_path / "line.glassnet")
    np.testing.assert_array_equal(glassnet.load(tmp_path / "line.glassnet").predict(far), model.predict(far))


def test_categories_and_missing_cells_have_a_part_in_it():
    import pandas as pd

    town = RNG.choice(["Bonn", "Jena", "Ulm"], size=300)
    frame = pd.DataFrame({"x": X[:, 0], "town": town})
    y = 2 * X[:, 0] + np.select([town == "Bonn", town == "Jena"], [10, -3], 0)
    frame.loc[:9, "x"] = np.nan
    y[:10] -= 2 * X[:10, 0]
    model = TabularRegressor(random_state=0).fit(frame, y)
    far = pd.DataFrame({"x": [50.0, None], "town": ["Jena", "Bonn"]})
    assert model.predict(far) == pytest.approx([97, 10], abs=1e-3)


@pytest.mark.parametrize("heavy", [False, True])
def test_a_straight_boundary_is_found_as_well_as_by_logistic_regression(heavy):
    rng = np.random.default_rng(1)
    Z = rng.standard_t(2, size=(1200, 5)) if heavy else rng.normal(size=(1200, 5))
    y = np.where(Z @ [1, -2, 0.5, 0, 3] + 0.3 * rng.logistic(size=1200) > 0, "b", "a")
    theirs = LogisticRegression(max_iter=1000).fit(Z[:600], y[:600]).score(Z[600:], y[600:])
    model = TabularClassifier(random_state=0, epochs=10).fit(Z[:600], y[:600])
    assert np.mean(model.predict(Z[600:]) == y[600:]) >= theirs - 0.005


def test_where_nothing_is_linear_a_network_is_chosen():
    y = np.where(X[:, 0] * X[:, 1] > 0, "a", "b")
    model = TabularClassifier(random_state=0).fit(X, y)
    assert model.network_.architecture.sizes[1:-1]
    assert [each["kind"] for each in model.candidates_][:3] == ["solved linear", "linear", "smooth"]


def test_outliers_are_no_danger():
    """One in 500 cells is a million: on unclipped numbers least squares is ruined, and another candidate is taken."""
    Z = X.copy()
    Z[RNG.random(Z.shape) < 0.005] = 1e6
    y = np.sin(2 * X[:, 0]) + X[:, 1]
    model = TabularRegressor(random_state=0, epochs=30).fit(Z, y)
    assert np.isfinite(model.predict(np.full((1, 4), 1e300))).all()
    costs = {each["kind"]: each["cost"] for each in model.candidates_}
    assert min(costs, key=costs.get) != "solved linear"


def solved(loss, Y, fold=None, k=1, S=None):
    rows = linear_model.Rows(X.T, np.atleast_2d(Y), S, fold, k)
    return linear_model.solve(rows, loss)


def test_least_squares_of_each_fold_are_ridges():
    y, fold = X @ [1.0, 2, 0, -1] + RNG.normal(size=300), np.arange(300) % 3
    found = solved("identity", y, fold, 3)
    for j in range(3):
        learned = fold != j
        errors = []
        for penalty in linear_model.PENALTIES:
            ridge = Ridge(alpha=penalty, tol=1e-12).fit(SCALED[learned], y[learned])
            errors.append(np.abs(found.W[j, 0] - ridge.coef_ / X.std(axis=0)).max())
        assert min(errors) < 1e-6


def test_logistic_and_poisson_regression_are_scikit_learns():
    y = (X @ [2.0, -1, 0, 0] + RNG.logistic(size=300) > 0).astype(float)
    theirs = LogisticRegression(tol=1e-10, max_iter=1000).fit(SCALED, y)
    np.testing.assert_allclose(solved("sigmoid", y).W[0] * X.std(axis=0), theirs.coef_, atol=1e-3)
    labels = np.argmax(X[:, :3] + RNG.gumbel(size=(300, 3)), axis=1)
    theirs = LogisticRegression(tol=1e-10, max_iter=1000).fit(SCALED, labels)
    W = solved("softmax", labels == np.arange(3)[:, np.newaxis]).W[0] * X.std(axis=0)
    np.testing.assert_allclose(W - W.mean(axis=0), theirs.coef_ - theirs.coef_.mean(axis=0), atol=3e-3)
    counts = RNG.poisson(np.exp(X @ [0.5, 0.2, 0, 0])).astype(float)
    theirs = PoissonRegressor(alpha=1 / 300, tol=1e-10, max_iter=1000).fit(SCALED, counts)
    np.testing.assert_allclose(solved("exp", counts).W[0, 0] * X.std(axis=0), theirs.coef_, atol=1e-3)


@pytest.mark.parametrize("loss", ["identity", "sigmoid"])
def test_a_weight_of_three_is_three_rows(loss):
    y, counts = (X[:, 0] + RNG.normal(size=300) > 0).astype(float), RNG.integers(1, 4, size=300)
    again = np.repeat(np.arange(300), counts)
    weighted = solved(loss, y, S=counts[np.newaxis])
    repeated = linear_model.solve(linear_model.Rows(X[again].T, y[np.newaxis, again], None, None, 1), loss)
    np.testing.assert_allclose(weighted.W, repeated.W, atol=1e-4)


def test_unclipped_columns_are_kept_as_plain_data():
    plain = fit_preparation(X)
    preparation = plain.unclipped()
    document = preparation.to_document()
    assert "clipped" not in plain.to_document()["columns"][0]
    assert document["columns"][0]["clipped"] is False
    assert type(preparation).from_document(document) == preparation
    far = preparation.transform(np.array([[1e3, 0, 0, 1e300]]), np.float64)
    assert far[0, 0] == pytest.approx((1e3 - np.median(X[:, 0])) / np.subtract(*np.quantile(X[:, 0], [0.75, 0.25])))
    assert far[0, 3] == 1e6


@pytest.mark.parametrize(
    ("n", "m", "folds", "outputs", "feasible"),
    [
        (100, 40_000, 8, 1, True),
        (20, 16_000, 8, 10, True),
        (20, 16_000, 8, 1000, False),  # the loss of many classes takes longer than the products
        (20, 16_000, 1, 1000, False),
        (1001, 10, 1, 1, False),
    ],
)
def test_a_linear_model_is_solved_where_that_is_quick(n, m, folds, outputs, feasible):
    assert linear_model.is_feasible(n, m, folds, outputs) is feasible
