"""A weight counts like so many rows; class weights are weights of rows, and name their classes."""

import numpy as np
import pytest
from sklearn.datasets import load_iris, make_multilabel_classification
from sklearn.preprocessing import scale

import glassnet
from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import DataError, SettingError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X = scale(X)
NAMES = np.array(["setosa", "versicolor", "virginica"])[Y]
COUNTS = np.random.default_rng(0).integers(0, 4, len(X))  # 0: the row is not there
REPEATED = np.repeat(np.arange(len(X)), COUNTS)
SHORT = {"hidden_layer_sizes": (6,), "activation": "tanh", "max_iter": 12, "random_state": 1, "alpha": 0.3}
WHOLE = {"batch_size": 10_000, "shuffle": False, "learning_rate_init": 0.02}
SOLVERS = {
    "lbfgs": {"solver": "lbfgs"},
    "sgd": {"solver": "sgd", **WHOLE},
    "adam": {"solver": "adam", **WHOLE},
    "adamw": {"solver": "adamw", **WHOLE},
    "stack": {"n_networks": 2, **WHOLE},
    "balanced": {"class_weight": "balanced", **WHOLE},
    "smoothed": {"label_smoothing": 0.1, **WHOLE},
}


@pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger")
@pytest.mark.parametrize(
    ("kind", "solver"),
    [(MLPClassifier, solver) for solver in SOLVERS]
    + [(MLPRegressor, solver) for solver in SOLVERS if solver not in ("balanced", "smoothed")],  # for classes only
)
def test_a_weight_is_so_many_rows(kind, solver):
    settings = {**SHORT, **SOLVERS[solver]}
    weighed = kind(**settings).fit(X, Y, sample_weight=COUNTS)
    repeated = kind(**settings).fit(X[REPEATED], Y[REPEATED])
    np.testing.assert_allclose(weighed.loss_curve_, repeated.loss_curve_, rtol=1e-8)
    np.testing.assert_allclose(weighed.network_.vector, repeated.network_.vector, rtol=1e-5, atol=1e-8)


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_class_weights_are_weights_of_rows(solver):
    settings = {**SHORT, "solver": solver}
    of_classes = MLPClassifier(**settings, class_weight={"virginica": 3.0, "setosa": 0.5}).fit(X, NAMES)
    of_rows = MLPClassifier(**settings).fit(X, NAMES, np.array([0.5, 1, 3])[Y])
    np.testing.assert_array_equal(of_classes.network_.vector, of_rows.network_.vector)


def test_balanced_classes_have_one_sum_of_weights():
    few = np.r_[:50, 50:60, 100:125]
    settings = {**SHORT, "solver": "lbfgs"}
    balanced = MLPClassifier(**settings, class_weight="balanced").fit(X[few], NAMES[few])
    by_hand = MLPClassifier(**settings).fit(X[few], NAMES[few], (85 / 3 / np.array([50, 10, 25]))[Y[few]])
    np.testing.assert_allclose(balanced.network_.vector, by_hand.network_.vector)


def test_a_rare_class_is_found_when_it_weighs_more():
    rng = np.random.default_rng(0)
    y = (rng.random(600) < 0.08).astype(int)
    noisy = rng.normal(size=(600, 2)) + 1.2 * y[:, None]
    settings = {"hidden_layer_sizes": (8,), "solver": "lbfgs", "alpha": 1, "max_iter": 100, "random_state": 0}
    found = [
        MLPClassifier(**settings, class_weight=w).fit(noisy, y).predict(noisy)[y == 1].mean()
        for w in (None, "balanced")
    ]
    assert found[0] < 0.5
    assert found[1] > 0.7


def test_validation_rows_weigh_by_class_too():
    clf = MLPClassifier(**{**SHORT, "max_iter": 2}, class_weight={"setosa": 5.0})
    clf.fit(X, NAMES, X_val=X, y_val=NAMES)
    weights = np.array([5.0, 1, 1])[Y]
    expected = clf.network_.cost(X.T, np.eye(3)[Y].T, sample_weight=weights[None])
    assert clf.validation_loss_curve_[-1] == pytest.approx(expected)
    assert clf.validation_scores_[-1] == pytest.approx(clf.score(X, NAMES, weights))


@pytest.mark.parametrize(
    ("class_weight", "text"),
    [
        ({"virginca": 2}, r"class_weight names the class 'virginca'.*did you mean 'virginica'.*'setosa', 'versicolor'"),
        ({0: 1.0}, "class_weight names the class 0"),
        ({"setosa": -1}, "finite weights of at least 0"),
        ({"setosa": 0, "versicolor": 0, "virginica": 0}, "not all of them 0"),
        ("even", "'class_weight' parameter of MLPClassifier must be"),
    ],
)
def test_class_weights_are_checked(class_weight, text):
    with pytest.raises(ValueError, match=text):
        MLPClassifier(class_weight=class_weight).fit(X, NAMES)


def test_class_weights_need_one_label_per_row_and_all_rows():
    X_labels, Y_labels = make_multilabel_classification(n_samples=20, random_state=0)
    with pytest.raises(DataError, match="one label per row"):
        MLPClassifier(class_weight="balanced").fit(X_labels, Y_labels)
    with pytest.raises(SettingError, match="cannot balance"):
        MLPClassifier(class_weight="balanced").partial_fit(X, Y, classes=[0, 1, 2])
    MLPClassifier((3,), class_weight={2: 2.0}).partial_fit(X[:60], Y[:60], classes=[0, 1, 2])


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize(
    ("weights", "text"),
    [
        (-np.ones(150), "[Nn]egative"),
        (np.zeros(150), "at least one non-zero|all zeros|non-zero"),
        (np.ones(149), "sample_weight.shape"),
        (np.full(150, np.nan), "NaN"),
    ],
)
def test_weights_of_rows_are_checked(weights, text, solver):
    with pytest.raises(ValueError, match=text):
        MLPClassifier(solver=solver).fit(X, Y, weights)


@pytest.mark.parametrize("class_weight", [{"virginica": 3.0, "setosa": 0.5}, {np.int64(1): 2, 2: 0.5}, "balanced"])
def test_class_weights_are_saved(tmp_path, class_weight):
    y = NAMES if "virginica" in class_weight or class_weight == "balanced" else Y
    MLPClassifier(**SHORT, class_weight=class_weight).fit(X, y).save(tmp_path / "model.glassnet")
    assert glassnet.load(tmp_path / "model.glassnet").class_weight == class_weight
