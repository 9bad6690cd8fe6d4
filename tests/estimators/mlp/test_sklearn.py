"""MLPClassifier and MLPRegressor: what scikit-learn's users rely on, and agreement with its own two classes."""

import copy
import pickle
import warnings

import numpy as np
import pandas as pd
import pytest
from scipy import sparse
from sklearn import neural_network as peers
from sklearn.base import clone
from sklearn.datasets import load_diabetes, load_digits, load_iris, make_multilabel_classification
from sklearn.exceptions import ConvergenceWarning, NotFittedError
from sklearn.model_selection import GridSearchCV, cross_val_score, train_test_split
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler, scale

import glassnet
from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import DivergedError, SettingError

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X_IRIS, Y_IRIS = load_iris(return_X_y=True)
X_IRIS = scale(X_IRIS)
Y_TWO = (Y_IRIS == 1).astype(int)
X_NUMBERS, Y_NUMBERS = load_diabetes(return_X_y=True)
X_NUMBERS, Y_NUMBERS = scale(X_NUMBERS), scale(Y_NUMBERS)
X_DIGITS, Y_DIGITS = load_digits(return_X_y=True)
X_DIGITS = X_DIGITS / 16
X_LABELS, Y_LABELS = make_multilabel_classification(n_samples=120, random_state=0)
X_LABELS = scale(X_LABELS)

SOLVERS = {
    "plain sgd": {"solver": "sgd", "momentum": 0.0, "batch_size": 150},
    "momentum": {"solver": "sgd", "nesterovs_momentum": False},
    "nesterov in batches": {"solver": "sgd", "batch_size": 32},
    "invscaling": {"solver": "sgd", "learning_rate": "invscaling", "learning_rate_init": 0.5},
    "adaptive": {"solver": "sgd", "learning_rate": "adaptive", "tol": 0.01, "n_iter_no_change": 2},
    "in order": {"solver": "sgd", "shuffle": False, "batch_size": 50},
    "adam": {"solver": "adam", "epsilon": 1e-12},
    "lbfgs": {"solver": "lbfgs"},
}


# ------------------------------------------------------------ agreement with scikit-learn from the same seed
def both(ours, theirs, X, y, sample_weight=None, **settings):
    settings = {"hidden_layer_sizes": (7, 5), "random_state": 3, "max_iter": 30, "alpha": 0.01, **settings}
    return ours(**settings).fit(X, y, sample_weight), theirs(**settings).fit(X, y, sample_weight)


def assert_same(ours, theirs, X, rtol=1e-6):
    assert ours.n_iter_ == theirs.n_iter_
    assert ours.loss_ == pytest.approx(theirs.loss_, rel=rtol)
    if hasattr(theirs, "loss_curve_"):
        np.testing.assert_allclose(ours.loss_curve_, theirs.loss_curve_, rtol=rtol)
        assert ours.best_loss_ == pytest.approx(theirs.best_loss_, rel=rtol)
        assert ours.t_ == theirs.t_
    for mine, other in zip(ours.coefs_ + ours.intercepts_, theirs.coefs_ + theirs.intercepts_, strict=True):
        assert mine.shape == other.shape
        np.testing.assert_allclose(mine, other, rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(ours.predict(X), theirs.predict(X), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
def test_the_first_weights_are_scikit_learns(activation):
    mine, other = both(
        MLPClassifier,
        peers.MLPClassifier,
        X_IRIS,
        Y_IRIS,
        activation=activation,
        max_iter=1,
        solver="sgd",
        learning_rate_init=1e-300,
    )
    for ours, theirs in zip(mine.coefs_ + mine.intercepts_, other.coefs_ + other.intercepts_, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-14)


@pytest.mark.parametrize("solver", SOLVERS)
@pytest.mark.parametrize("y", [Y_IRIS, Y_TWO], ids=["three classes", "two classes"])
def test_the_same_seed_trains_the_same_classifier(solver, y):
    ours, theirs = both(MLPClassifier, peers.MLPClassifier, X_IRIS, y, **SOLVERS[solver])
    assert_same(ours, theirs, X_IRIS)
    np.testing.assert_allclose(ours.predict_proba(X_IRIS), theirs.predict_proba(X_IRIS), rtol=1e-4, atol=1e-6)
    assert ours.out_activation_ == theirs.out_activation_


@pytest.mark.parametrize("solver", SOLVERS)
def test_the_same_seed_trains_the_same_regressor(solver):
    ours, theirs = both(
        MLPRegressor,
        peers.MLPRegressor,
        X_NUMBERS,
        Y_NUMBERS,
        activation="tanh",
        **{**SOLVERS[solver], "learning_rate_init": 0.01},
    )
    assert_same(ours, theirs, X_NUMBERS)


@pytest.mark.parametrize("activation", ["relu", "tanh", "logistic", "identity"])
def test_agreement_for_every_activation_with_weights(activation):
    weight = np.random.default_rng(0).uniform(0.1, 2, len(X_IRIS))
    ours, theirs = both(
        MLPClassifier, peers.MLPClassifier, X_IRIS, Y_IRIS, weight, activation=activation, solver="sgd", batch_size=40
    )
    assert_same(ours, theirs, X_IRIS)


def test_agreement_of_poisson():
    y = np.random.default_rng(0).poisson(np.exp(0.5 * X_NUMBERS[:, 0]))
    ours, theirs = both(MLPRegressor, peers.MLPRegressor, X_NUMBERS, y, loss="poisson", solver="sgd")
    assert_same(ours, theirs, X_NUMBERS)
    assert ours.out_activation_ == theirs.out_activation_ == "exp"


def test_agreement_of_multi_label():
    ours, theirs = both(MLPClassifier, peers.MLPClassifier, X_LABELS, Y_LABELS, solver="sgd")
    assert_same(ours, theirs, X_LABELS)


def test_agreement_of_early_stopping():
    settings = {"early_stopping": True, "solver": "sgd", "learning_rate_init": 0.05, "n_iter_no_change": 3}
    ours, theirs = both(MLPClassifier, peers.MLPClassifier, X_IRIS, Y_TWO, max_iter=200, **settings)
    np.testing.assert_allclose(ours.validation_scores_, theirs.validation_scores_)
    assert ours.best_validation_score_ == theirs.best_validation_score_
    np.testing.assert_allclose(ours.coefs_[0], theirs.coefs_[0], rtol=1e-6)
    assert ours.best_loss_ is theirs.best_loss_ is None


def test_agreement_of_partial_fit_and_warm_start():
    ours, theirs = (
        module(hidden_layer_sizes=5, solver="adam", epsilon=1e-12, random_state=0)
        for module in (MLPClassifier, peers.MLPClassifier)
    )
    for part in np.array_split(np.arange(150), 5):
        ours.partial_fit(X_IRIS[part], Y_IRIS[part], classes=[0, 1, 2])
        theirs.partial_fit(X_IRIS[part], Y_IRIS[part], classes=[0, 1, 2])
    assert_same(ours, theirs, X_IRIS)
    for model in (ours, theirs):
        model.set_params(warm_start=True, max_iter=3).fit(X_IRIS, Y_IRIS)
    assert_same(ours, theirs, X_IRIS)
    assert len(ours.loss_curve_) == 8


# ------------------------------------------------------------ how good, how compatible
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_digits(seed):
    X, X_test, y, y_test = train_test_split(X_DIGITS, Y_DIGITS, random_state=seed, stratify=Y_DIGITS)
    assert MLPClassifier((64,), random_state=1).fit(X, y).score(X_test, y_test) >= 0.97


OWN = {
    "class_weight": None, "label_smoothing": 0.0, "dropout": 0.0, "weight_decay": 0.01, "schedule": "constant",
    "l1": 0.0, "clip_norm": None, "scoring": None, "resume": False, "n_networks": 1, "engine": "auto", "device": "auto",
    "precision": "full",
}  # fmt: skip


def test_defaults_are_scikit_learns():
    for ours, theirs in ((MLPClassifier, peers.MLPClassifier), (MLPRegressor, peers.MLPRegressor)):
        own = {name: default for name, default in OWN.items() if name in ours().get_params()}
        assert ours().get_params() == theirs().get_params() | own
        assert list(ours._get_param_names()) == sorted([*theirs._get_param_names(), *own])


def test_pipeline_grid_search_and_cross_validation():
    model = make_pipeline(StandardScaler(), MLPClassifier((8,), solver="lbfgs", max_iter=50, random_state=0))
    assert cross_val_score(model, X_IRIS, Y_IRIS).mean() > 0.9
    search = GridSearchCV(model, {"mlpclassifier__alpha": [1e-3, 1.0]}, cv=3).fit(X_IRIS, Y_IRIS)
    assert search.best_score_ > 0.9


def test_data_frames_keep_their_names():
    frame = pd.DataFrame(X_IRIS, columns=list("abcd"))
    clf = MLPClassifier((4,), max_iter=5, early_stopping=True, random_state=0).fit(frame, pd.Series(Y_IRIS))
    assert list(clf.feature_names_in_) == list("abcd")
    clf.predict(frame)
    with pytest.warns(UserWarning, match="feature names"):
        clf.predict(X_IRIS)


@pytest.mark.parametrize("copied", [lambda m: pickle.loads(pickle.dumps(m)), copy.deepcopy])
def test_copies_go_on_training_like_the_original(copied):
    model = MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0).fit(X_NUMBERS, Y_NUMBERS)
    twin = copied(model)
    for m in (model, twin):
        m.partial_fit(X_NUMBERS, Y_NUMBERS)
    np.testing.assert_array_equal(model.predict(X_NUMBERS), twin.predict(X_NUMBERS))
    assert np.shares_memory(twin.network_.W[1], twin.network_.vector)


def test_float32_stays_float32():
    X = X_NUMBERS.astype(np.float32)
    reg = MLPRegressor(hidden_layer_sizes=(6,), max_iter=5, random_state=0).fit(X, Y_NUMBERS)
    assert reg.network_.dtype == reg.coefs_[0].dtype == reg.predict(X).dtype == np.float32
    assert MLPRegressor(hidden_layer_sizes=(6,), max_iter=5).fit(X_NUMBERS, Y_NUMBERS).predict(X).dtype == np.float64


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
@pytest.mark.parametrize("form", [sparse.csr_matrix, sparse.csc_array])
def test_sparse_rows(form, solver):
    model = MLPClassifier((6,), solver=solver, max_iter=5, random_state=0)
    dense = clone(model).fit(X_DIGITS, Y_DIGITS).predict_proba(X_DIGITS)
    model.fit(form(X_DIGITS), Y_DIGITS)
    np.testing.assert_allclose(model.predict_proba(form(X_DIGITS)), dense)
    np.testing.assert_allclose(model.predict_proba(X_DIGITS), dense)


def test_long_tables_are_predicted_in_parts():
    X = np.tile(X_IRIS, (30, 1))
    clf = MLPClassifier((6,), max_iter=3, random_state=0).fit(X, np.tile(Y_IRIS, 30))
    np.testing.assert_allclose(clf.predict_proba(X)[-150:], clf.predict_proba(X_IRIS))
    assert clf.predict_proba(sparse.csc_array(X)).shape == (4500, 3)


# ------------------------------------------------------------ targets
@pytest.mark.parametrize("names", [["no", "yes", "maybe"], [False, True], [3.0, -1.0, 7.0, 9.0]])
def test_labels_of_any_kind_come_back(names):
    y = np.asarray(names)[np.arange(150) % len(names)]
    X = np.eye(len(names))[np.arange(150) % len(names)]
    clf = MLPClassifier((10,), solver="lbfgs", random_state=0).fit(X, y)
    np.testing.assert_array_equal(clf.predict(X), y)
    np.testing.assert_array_equal(clf.classes_, np.unique(y))
    P = clf.predict_proba(X)
    assert P.shape == (150, len(names))
    np.testing.assert_allclose(P.sum(axis=1), 1)
    np.testing.assert_allclose(np.exp(clf.predict_log_proba(X)), P)


def test_one_class_alone_is_certain():
    clf = MLPClassifier((3,), max_iter=5).fit(X_IRIS, np.full(150, "only"))
    assert set(clf.predict(X_IRIS)) == {"only"}
    np.testing.assert_array_equal(clf.predict_proba(X_IRIS), np.ones((150, 1)))


def test_multi_label():
    clf = MLPClassifier((30,), solver="lbfgs", random_state=0).fit(X_LABELS, Y_LABELS)
    assert clf.predict_proba(X_LABELS).shape == Y_LABELS.shape
    assert clf.score(X_LABELS, Y_LABELS) > 0.95
    compact = clone(clf).fit(X_LABELS, sparse.csr_matrix(Y_LABELS)).predict(X_LABELS)
    np.testing.assert_array_equal(compact.toarray(), clf.predict(X_LABELS))
    stopped = MLPClassifier((10,), early_stopping=True, random_state=0, max_iter=10).fit(X_LABELS, Y_LABELS)
    assert 0 <= stopped.best_validation_score_ <= 1


def test_partial_fit_of_multi_label():
    clf = MLPClassifier((30,), learning_rate_init=0.01, random_state=0)
    for _ in range(200):
        clf.partial_fit(X_LABELS, Y_LABELS, classes=np.arange(5))
    assert clf.score(X_LABELS, Y_LABELS) > 0.9


def test_several_numbers_at_once():
    Y = np.column_stack([Y_NUMBERS, X_NUMBERS[:, 0] * 2, -Y_NUMBERS])
    reg = MLPRegressor(hidden_layer_sizes=(20,), solver="lbfgs", random_state=0).fit(X_NUMBERS, Y)
    assert reg.predict(X_NUMBERS).shape == Y.shape
    assert reg.score(X_NUMBERS, Y) > 0.5
    assert reg.n_outputs_ == 3


@pytest.mark.parametrize("loss", ["absolute_error", "huber(0.5)", "quantile(0.9)"])
def test_losses_beyond_scikit_learns(loss):
    reg = MLPRegressor(loss, (10,), learning_rate_init=0.01, random_state=0).fit(X_NUMBERS, Y_NUMBERS)
    assert reg.loss_curve_[-1] < reg.loss_curve_[0]
    if loss == "quantile(0.9)":
        assert (reg.predict(X_NUMBERS) > Y_NUMBERS).mean() == pytest.approx(0.9, abs=0.05)


def test_activations_of_the_table_and_one_per_layer():
    clf = MLPClassifier((8, 6), ["gelu", "leaky_relu(0.2)"], random_state=0).fit(X_IRIS, Y_IRIS)
    assert clf.network_.architecture.activations == ("gelu", "leaky_relu(0.2)", "softmax")
    assert clf.score(X_IRIS, Y_IRIS) > 0.9


def test_no_hidden_layer_is_logistic_regression():
    clf = MLPClassifier((), solver="lbfgs", alpha=0, random_state=0).fit(X_IRIS, Y_TWO)
    assert clf.coefs_[0].shape == (4, 1)
    assert clf.n_layers_ == 2


# ------------------------------------------------------------ the network underneath
def test_the_network_is_the_model():
    clf = MLPClassifier((5,), max_iter=5, random_state=0).fit(X_IRIS, Y_IRIS)
    np.testing.assert_allclose(clf.network_.forward(X_IRIS.T).T, clf.predict_proba(X_IRIS))
    assert np.shares_memory(clf.coefs_[0], clf.network_.vector)
    assert np.shares_memory(clf.intercepts_[0], clf.network_.vector)
    clf.coefs_[0] = np.zeros((4, 5))
    assert not clf.network_.W[1].any()
    clf.coefs_ = [np.ones((4, 5)), np.ones((5, 3))]
    assert clf.network_.W[2].all()
    with pytest.raises(ValueError, match=r"expected an array of shape \(4, 5\)"):
        clf.coefs_[0] = np.zeros((5, 4))


def test_weights_of_another_model_can_be_the_start():
    settings = {
        "hidden_layer_sizes": (6,),
        "solver": "sgd",
        "momentum": 0,
        "max_iter": 20,
        "warm_start": True,
        "n_iter_no_change": np.inf,
    }
    theirs = peers.MLPClassifier(**settings, random_state=5).fit(X_IRIS, Y_IRIS)
    ours = MLPClassifier(**settings, random_state=8).fit(X_IRIS, Y_IRIS)
    ours.coefs_, ours.intercepts_ = theirs.coefs_, theirs.intercepts_
    ours.fit(X_IRIS, Y_IRIS)
    theirs.fit(X_IRIS, Y_IRIS)
    np.testing.assert_allclose(ours.loss_curve_[20:], theirs.loss_curve_[20:], rtol=1e-6)


# ------------------------------------------------------------ going on, stopping, talking
def test_partial_fit_learns_and_keeps_the_optimisers_memory():
    clf = MLPClassifier((16,), learning_rate_init=0.01, random_state=0)
    for _ in range(200):
        clf.partial_fit(X_IRIS, Y_IRIS, classes=[0, 1, 2])
    assert clf.score(X_IRIS, Y_IRIS) > 0.95
    assert clf.network_.optimizer_state["t"] == 200
    assert clf.n_iter_ == 1
    assert clf.t_ == 200 * 150


def test_early_stopping_keeps_the_best_weights():
    clf = MLPClassifier((10,), early_stopping=True, learning_rate_init=0.05, random_state=0, max_iter=60)
    clf.fit(X_DIGITS, Y_DIGITS)
    assert len(clf.validation_scores_) == clf.n_iter_ < 60
    assert clf.best_validation_score_ == max(clf.validation_scores_)
    random_state = np.random.RandomState(0)
    for shape in ((64, 10), 10, (10, 10), 10):  # the draws of the first weights come before the split
        random_state.uniform(size=shape)
    *_, X_out, _, y_out = train_test_split(
        X_DIGITS, Y_DIGITS, random_state=random_state, test_size=0.1, stratify=Y_DIGITS
    )
    assert clf.score(X_out, y_out) == pytest.approx(clf.best_validation_score_)


def test_what_verbose_prints(capsys):
    MLPClassifier((3,), max_iter=2, verbose=True, random_state=0).fit(X_IRIS, Y_IRIS)
    engine, first, second = capsys.readouterr().out.splitlines()
    assert engine.startswith("engine: native (")
    assert first.startswith("Iteration 1, loss = ")
    assert second.startswith("Iteration 2, loss = ")
    MLPClassifier((3,), tol=10, n_iter_no_change=2, verbose=True, early_stopping=True).fit(X_IRIS, Y_IRIS)
    out = capsys.readouterr().out
    assert "Validation score: " in out
    assert "Validation score did not improve more than tol=10.000000 for 2 consecutive epochs. Stopping." in out
    MLPClassifier((3,), solver="lbfgs", max_iter=2, verbose=True).fit(X_IRIS, Y_IRIS)
    assert "Iteration 2, loss = " in capsys.readouterr().out


def test_adaptive_rate_falls_until_it_is_too_small(capsys):
    MLPClassifier((3,), solver="sgd", learning_rate="adaptive", tol=10, n_iter_no_change=1, verbose=True).fit(
        X_IRIS, Y_IRIS
    )
    out = capsys.readouterr().out
    assert "Setting learning rate to 0.000200" in out
    assert "Learning rate too small. Stopping." in out


@pytest.mark.parametrize(
    ("solver", "text"),
    [("adam", r"Maximum iterations \(3\) reached.*Raise max_iter"), ("lbfgs", "failed to converge after 3 iter")],
)
def test_not_converged_comes_with_advice(solver, text):
    with pytest.warns(ConvergenceWarning, match=text):
        MLPClassifier((3,), solver=solver, max_iter=3).fit(X_DIGITS, Y_DIGITS)


def test_ctrl_c_keeps_what_was_learned(monkeypatch):
    from glassnet.estimators.mlp import monitor

    original = monitor.TrainingMonitor.__call__

    def interrupting(self, progress):
        original(self, progress)
        if progress.moment == "epoch" and progress.epoch == 3:
            raise KeyboardInterrupt

    monkeypatch.setattr(monitor.TrainingMonitor, "__call__", interrupting)
    with pytest.warns(UserWarning, match="Training interrupted by user"):
        clf = MLPClassifier((3,), random_state=0).fit(X_IRIS, Y_IRIS)
    assert clf.n_iter_ == 3
    clf.predict(X_IRIS)


# ------------------------------------------------------------ what is refused
def test_divergence_says_what_to_do():
    reg = MLPRegressor(activation="identity", solver="sgd", learning_rate_init=10, random_state=0)
    with pytest.raises(DivergedError, match=r"Solver produced non-finite parameter weights.*learning rate"):
        reg.fit(X_NUMBERS * 100, Y_NUMBERS * 100)


def test_divergence_with_early_stopping_keeps_the_best():
    reg = MLPRegressor(activation="identity", solver="sgd", learning_rate_init=1, random_state=0, early_stopping=True)
    with pytest.warns(ConvergenceWarning, match="no longer a finite number"):
        reg.fit(X_NUMBERS * 100, Y_NUMBERS * 100)
    assert np.isnan(reg.validation_scores_[-1])
    assert np.isfinite(reg.predict(X_NUMBERS)).all()


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"activation": "rellu"}, "did you mean 'relu'"),
        ({"activation": ["relu", "tanh"]}, "1 hidden layers take one name, or a list of 1"),
        ({"hidden_layer_sizes": (3, 0)}, "hidden_layer_sizes must be > 0"),
        ({"hidden_layer_sizes": 2.5}, "'hidden_layer_sizes' parameter of MLPClassifier must be"),
        ({"solver": "newton"}, "'solver' parameter of MLPClassifier must be"),
        ({"alpha": -1}, "'alpha' parameter of MLPClassifier must be"),
        ({"momentum": 2}, "'momentum' parameter of MLPClassifier must be"),
        ({"batch_size": 0}, "'batch_size' parameter of MLPClassifier must be"),
    ],
)
def test_settings_are_checked(settings, text):
    with pytest.raises(ValueError, match=text):
        MLPClassifier(**{"hidden_layer_sizes": (3,), **settings}).fit(X_IRIS, Y_IRIS)


def test_losses_are_checked():
    with pytest.raises(SettingError, match="did you mean 'squared_error'"):
        MLPRegressor("square_error").fit(X_NUMBERS, Y_NUMBERS)
    with pytest.raises(SettingError, match="unknown loss"):
        MLPRegressor("softmax_cross_entropy").fit(X_NUMBERS, Y_NUMBERS)
    with pytest.raises(ValueError, match="at least 0"):
        MLPRegressor("poisson").fit(X_NUMBERS, Y_NUMBERS)


def test_data_is_checked():
    with pytest.raises(NotFittedError):
        MLPClassifier().predict(X_IRIS)
    with pytest.raises(ValueError, match="NaN"):
        MLPClassifier().fit(np.full((3, 2), np.nan), [0, 1, 0])
    with pytest.raises(ValueError, match="Unknown label type"):
        MLPClassifier().fit(X_NUMBERS, Y_NUMBERS)
    with pytest.raises(ValueError, match="one classifier per column"):
        MLPClassifier().fit(X_IRIS, np.column_stack([Y_IRIS, Y_IRIS]))
    with pytest.raises(ValueError, match="at least one non-zero"):
        MLPClassifier().fit(X_IRIS, Y_IRIS, np.zeros(150))
    with pytest.raises(ValueError, match="validation set is too small"):
        MLPRegressor(early_stopping=True).fit(X_NUMBERS[:2], Y_NUMBERS[:2])
    with pytest.warns(UserWarning, match="clipped"):
        MLPClassifier((3,), batch_size=1000, max_iter=2).fit(X_IRIS, Y_IRIS)


def test_what_partial_fit_and_warm_start_refuse():
    assert not hasattr(MLPClassifier(solver="lbfgs"), "partial_fit")
    assert not hasattr(MLPRegressor(solver="lbfgs"), "partial_fit")
    with pytest.raises(ValueError, match="does not support early_stopping"):
        MLPRegressor(early_stopping=True).partial_fit(X_NUMBERS, Y_NUMBERS)
    with pytest.raises(ValueError, match="classes must be passed"):
        MLPClassifier().partial_fit(X_IRIS, Y_IRIS)
    clf = MLPClassifier((3,), max_iter=2, warm_start=True).fit(X_IRIS, Y_IRIS)
    with pytest.raises(ValueError, match="same classes as in the previous call"):
        clf.fit(X_IRIS, Y_TWO)
    with pytest.raises(ValueError, match=r"of sizes \[4, 3, 3\]"):
        clf.set_params(hidden_layer_sizes=(9,)).fit(X_IRIS, Y_IRIS)


def test_rows_that_weigh_nothing_are_as_if_not_there():
    weight = np.repeat([1.0, 0.0], [120, 30])
    settings = {"hidden_layer_sizes": (4,), "batch_size": 10, "max_iter": 4, "random_state": 0, "shuffle": False}
    with_zeros = MLPRegressor(**settings).fit(X_NUMBERS[:150], Y_NUMBERS[:150], weight)
    without = MLPRegressor(**settings).fit(X_NUMBERS[:120], Y_NUMBERS[:120])
    np.testing.assert_allclose(with_zeros.coefs_[0], without.coefs_[0])


def test_nothing_is_warned_about_when_all_is_well():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        MLPClassifier((8,), solver="lbfgs", alpha=1, random_state=0).fit(X_IRIS, Y_IRIS)


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_the_docstrings_example_works(estimator):
    import doctest

    parts = doctest.DocTestFinder().find(estimator, estimator.__name__)
    results = [doctest.DocTestRunner().run(part) for part in parts if part.examples]
    assert results
    assert all(result.failed == 0 for result in results)


@pytest.mark.parametrize("estimator", [MLPClassifier, MLPRegressor])
def test_a_saved_estimator_answers_the_same(tmp_path, estimator):
    X, y = load_digits(return_X_y=True)
    X, y = X[:200] / 16, y[:200] % 3
    with pytest.warns(ConvergenceWarning):
        fitted = estimator(hidden_layer_sizes=(8,), max_iter=3, random_state=0).fit(X, y)
    fitted.save(tmp_path / "model.glassnet")
    loaded = glassnet.load(tmp_path / "model.glassnet")
    assert type(loaded) is estimator
    np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
    assert loaded.loss_curve_ == fitted.loss_curve_
    loaded.partial_fit(X, y)
