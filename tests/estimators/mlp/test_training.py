"""What MLP estimators do beyond scikit-learn's: dropout, smoothing, decay, schedules, stacks, memory, callbacks."""

import numpy as np
import pytest
from sklearn import callback
from sklearn.base import clone
from sklearn.datasets import load_digits, load_iris, make_multilabel_classification
from sklearn.model_selection import GridSearchCV, train_test_split
from sklearn.preprocessing import scale

import glassnet
from glassnet import MLPClassifier, MLPRegressor
from glassnet.errors import SettingError
from glassnet.network import Network

pytestmark = pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")

X, Y = load_iris(return_X_y=True)
X = scale(X)
X_DIGITS, Y_DIGITS = load_digits(return_X_y=True)
X_DIGITS = X_DIGITS / 16
QUICK = {"hidden_layer_sizes": (6,), "max_iter": 6, "random_state": 0}
EVEN = {**QUICK, "batch_size": 50, "shuffle": False}


# ------------------------------------------------------------ settings reach the network
@pytest.mark.parametrize(
    "settings",
    [
        {"dropout": 0.3},
        {"dropout": [0.3]},
        {"clip_norm": 0.05},
        {"schedule": "cosine"},
        {"schedule": lambda t, T, costs: 1 / (1 + t)},
        {"solver": "adamw", "weight_decay": 0.5},
        {"label_smoothing": 0.2},
        {"engine": "native", "dropout": 0.3, "clip_norm": 0.05, "schedule": "warmup_cosine(0.3)"},
    ],
    ids=" ".join,
)
def test_each_setting_changes_the_training_and_the_same_seed_repeats_it(settings):
    plain, first, second = (MLPClassifier(**EVEN, **more).fit(X, Y) for more in ({}, settings, settings))
    np.testing.assert_array_equal(first.network_.vector, second.network_.vector)
    assert not np.allclose(plain.network_.vector, first.network_.vector)


def test_the_steps_are_those_of_the_network_itself():
    """One text of the equations: an estimator's training is `Network.fit` with the settings under their other names."""
    settings = {**EVEN, "alpha": 0.1, "learning_rate_init": 0.02}
    clf = MLPClassifier(**settings, solver="adamw", weight_decay=0.3, schedule="cosine", clip_norm=0.1).fit(X, Y)
    net = Network([4, 6, 3], ["relu", "softmax"], dtype="float64")
    start = MLPClassifier(**{**settings, "max_iter": 1, "learning_rate_init": 1e-300}).fit(X, Y)
    net.vector[...] = start.network_.vector
    net.fit(
        X.T, np.eye(3)[Y].T, optimizer="adamw(weight_decay=0.3)", learning_rate=0.02, schedule="cosine", l2=0.1,
        clip_norm=0.1, epochs=6, batch_size=50, shuffle=False,
    )  # fmt: skip
    np.testing.assert_allclose(clf.network_.vector, net.vector, rtol=1e-10)


def test_smoothed_labels_make_the_network_less_sure():
    """Minimum of the cross-entropy with one constant input: the smoothed share itself."""
    one, y = np.ones((40, 1)), np.repeat([0, 1, 2, 3], 10)
    settings = {"hidden_layer_sizes": (), "solver": "lbfgs", "alpha": 0, "random_state": 0}
    clf = MLPClassifier(**settings, label_smoothing=0.2).fit(np.eye(4)[y], y)
    np.testing.assert_allclose(clf.predict_proba(np.eye(4)), 0.8 * np.eye(4) + 0.05, atol=1e-3)
    two = MLPClassifier(**settings, label_smoothing=0.2).fit(np.eye(2)[y // 2], y // 2)
    np.testing.assert_allclose(two.predict_proba(np.eye(2)), [[0.9, 0.1], [0.1, 0.9]], atol=1e-3)
    X_labels = np.eye(2)[y // 2]
    many = MLPClassifier(**settings, label_smoothing=0.2).fit(X_labels, X_labels.astype(int))
    np.testing.assert_allclose(many.predict_proba(np.eye(2)), [[0.9, 0.1], [0.1, 0.9]], atol=1e-3)
    assert MLPClassifier(**settings, label_smoothing=0.2).fit(one, np.zeros(40)).predict(one).sum() == 0


@pytest.mark.parametrize(
    ("settings", "text"),
    [
        ({"dropout": 1.0}, "'dropout' parameter of MLPClassifier must be"),
        ({"dropout": [0.1, 0.2]}, "1 hidden layers need 1 shares; got 2"),
        ({"label_smoothing": -0.1}, "'label_smoothing' parameter of MLPClassifier must be"),
        ({"schedule": "cosin"}, "did you mean 'cosine'"),
        ({"schedule": "cosine", "solver": "sgd", "learning_rate": "adaptive"}, "both move the rate; give one"),
        ({"clip_norm": 0}, "'clip_norm' parameter of MLPClassifier must be"),
        ({"dropout": 0.5, "solver": "lbfgs"}, "no dropout and no schedule"),
        ({"n_networks": 0}, "'n_networks' parameter of MLPClassifier must be"),
        ({"n_networks": 2, "solver": "lbfgs"}, "lbfgs searches for one network at a time, got 2"),
    ],
)
def test_settings_are_checked(settings, text):
    with pytest.raises(ValueError, match=text):
        MLPClassifier(**{**QUICK, **settings}).fit(X, Y)


# ------------------------------------------------------------ going on
@pytest.mark.parametrize("solver", ["adam", "adamw", "sgd"])
def test_a_warm_start_that_keeps_the_optimiser_is_one_long_training(solver):
    settings = {**EVEN, "solver": solver, "learning_rate_init": 0.02}
    long = MLPClassifier(**{**settings, "max_iter": 8}).fit(X, Y)
    kept, fresh = (MLPClassifier(**{**settings, "max_iter": 4}, warm_start=True, resume=k) for k in (True, False))
    for model in (kept, fresh):
        model.fit(X, Y).fit(X, Y)
    np.testing.assert_allclose(kept.network_.vector, long.network_.vector, rtol=1e-12)
    assert not np.allclose(fresh.network_.vector, long.network_.vector)
    assert len(kept.loss_curve_) == 8


def test_partial_fit_takes_no_schedule():
    assert not hasattr(MLPClassifier(schedule="cosine"), "partial_fit")
    with pytest.raises(AttributeError, match="has no attribute 'partial_fit'") as caught:
        MLPRegressor(schedule="cosine").partial_fit(X, Y)
    assert "how long the training will be" in str(caught.value.__cause__)


# ------------------------------------------------------------ several networks
def test_a_stack_is_so_many_networks_and_their_average():
    clf = MLPClassifier(**QUICK, n_networks=3).fit(X, Y)
    P = clf.network_.forward(X.T)
    assert P.shape == (3, 3, 150)
    np.testing.assert_allclose(clf.predict_proba(X), P.mean(axis=0).T)
    np.testing.assert_array_equal(clf.predict(X), P.mean(axis=0).argmax(axis=0))
    np.testing.assert_allclose(clf.predict_spread(X), P.std(axis=0).T)
    assert [M.shape for M in clf.coefs_ + clf.intercepts_] == [(3, 4, 6), (3, 6, 3), (3, 6), (3, 3)]
    assert not np.allclose(clf.coefs_[0][0], clf.coefs_[0][1])
    assert np.shares_memory(clf.coefs_[0], clf.network_.vector)
    clf.intercepts_[1] = np.zeros((3, 3))
    assert not clf.network_.b[2].any()


def test_the_first_of_a_stack_starts_like_one_alone():
    settings = {**EVEN, "max_iter": 3}
    alone, stack = (MLPClassifier(**settings, n_networks=k).fit(X, Y) for k in (1, 2))
    np.testing.assert_allclose(stack.network_.vector[0], alone.network_.vector, rtol=1e-9)


def test_spread_of_two_classes_and_of_numbers():
    two = MLPClassifier(**QUICK, n_networks=2).fit(X, Y == 1)
    assert two.predict_spread(X).shape == (150, 2)
    reg = MLPRegressor(**QUICK, n_networks=2).fit(X, Y)
    assert reg.predict(X).shape == reg.predict_spread(X).shape == (150,)
    assert (reg.predict_spread(100 * X) > reg.predict_spread(X)).mean() > 0.95  # they part where no row was seen
    with pytest.raises(SettingError, match="needs several networks"):
        MLPRegressor(**QUICK).fit(X, Y).predict_spread(X)


def test_a_stack_stops_early_is_saved_and_resumes(tmp_path):
    clf = MLPClassifier((6,), n_networks=2, early_stopping=True, learning_rate_init=0.05, random_state=0).fit(X, Y)
    assert clf.n_iter_ < 200
    clf.save(tmp_path / "stack.glassnet")
    loaded = glassnet.load(tmp_path / "stack.glassnet")
    np.testing.assert_array_equal(loaded.predict_spread(X), clf.predict_spread(X))
    assert loaded.validation_loss_curve_ == clf.validation_loss_curve_
    with pytest.raises(SettingError, match="now 2 networks; asked for 5"):
        loaded.set_params(n_networks=5, early_stopping=False).partial_fit(X, Y)


def test_an_average_is_better_than_its_networks():
    X_train, X_test, y_train, y_test = train_test_split(X_DIGITS, Y_DIGITS, test_size=0.5, random_state=0)
    clf = MLPClassifier((20,), n_networks=5, random_state=0, max_iter=30).fit(X_train, y_train)
    alone = (clf.network_.forward(X_test.T).argmax(axis=1) == y_test).mean(axis=1)
    assert clf.score(X_test, y_test) > alone.mean()


# ------------------------------------------------------------ looking inside
def test_hidden_values_are_the_networks_own():
    clf = MLPClassifier((6, 5), max_iter=3, random_state=0).fit(X, Y)
    trace = clf.network_.trace(X.T)
    for layer in (1, 2, 3):
        np.testing.assert_allclose(clf.hidden_values(X, layer), trace.A[layer].T)
    assert MLPClassifier(**QUICK, n_networks=2).fit(X, Y).hidden_values(X, 1).shape == (2, 150, 6)
    for layer in (0, 4, -1, 1.0, True):
        with pytest.raises(SettingError, match="whole number from 1 to 3"):
            clf.hidden_values(X, layer)


def test_both_classes_document_every_setting_once():
    for kind in (MLPClassifier, MLPRegressor):
        lines = [line.strip() for line in kind.__doc__.splitlines()]
        for name in [*kind().get_params(), "validation_loss_curve_", "notes_"]:
            assert sum(line.startswith(f"{name} : ") for line in lines) == 1, name
        assert "<settings>" not in kind.__doc__
        assert "<attributes>" not in kind.__doc__


# ------------------------------------------------------------ multi-label in parts
def test_partial_fit_of_multi_label_in_parts():
    rows, labels = make_multilabel_classification(n_samples=120, random_state=0)
    whole, parts = (MLPClassifier((8,), shuffle=False, random_state=0, batch_size=20) for _ in range(2))
    whole.partial_fit(rows, labels, classes=np.arange(5))
    for part in np.array_split(np.arange(120), 6):
        parts.partial_fit(rows[part], labels[part], classes=np.arange(5))
    np.testing.assert_allclose(parts.network_.vector, whole.network_.vector, rtol=1e-9)


# ------------------------------------------------------------ callbacks
class Listener:
    """Notes every task, and may stop after some."""

    def __init__(self, last=None):
        self.told, self.scores, self.last = [], [], last

    def setup(self, estimator, context):
        self.told.append("setup")

    def teardown(self, estimator, context):
        self.told.append("teardown")

    def on_fit_task_begin(self, estimator, context):
        self.told.append(f"begin {context.task_name} {context.task_id}")

    def on_fit_task_end(self, estimator, context, *, X, y, fitted_estimator):
        self.told.append(f"end {context.task_name} {context.task_id}")
        if fitted_estimator is not None:
            self.scores.append(fitted_estimator.score(X, y))
        return context.task_name == "epoch" and context.task_id == self.last


@pytest.mark.parametrize("solver", ["adam", "lbfgs"])
def test_callbacks_see_each_epoch_and_may_stop(solver):
    listener = Listener(last=1)
    clf = MLPClassifier(**QUICK, solver=solver).set_callbacks(listener).fit(X, Y)
    assert listener.told == [
        "setup", "begin fit 0", "begin epoch 0", "end epoch 0", "begin epoch 1", "end epoch 1", "end fit 0", "teardown",
    ]  # fmt: skip
    assert clf.n_iter_ == 2
    assert listener.scores[-1] == clf.score(X, Y)
    assert listener.scores[0] != listener.scores[-1] or solver == "lbfgs"


def test_callbacks_are_let_go_when_a_training_fails():
    listener = Listener()
    with pytest.raises(ValueError, match="non-finite"):
        MLPRegressor(activation="identity", solver="sgd", learning_rate_init=10).set_callbacks(listener).fit(1e3 * X, Y)
    assert listener.told[-1] == "teardown"


def test_scikit_learns_own_callbacks():
    monitor = callback.ScoringMonitor(scoring="accuracy")
    clf = MLPClassifier(**QUICK).set_callbacks(monitor).fit(X, Y)
    scores = [row["accuracy"] for row in monitor.get_logs().data if "accuracy" in row]
    assert scores[-1] == pytest.approx(clf.score(X, Y))
    assert len(scores) == 6 + 1  # each epoch, and the fit


def test_the_progress_bar_runs_inside_a_search(capsys):
    search = GridSearchCV(MLPClassifier(**QUICK), {"alpha": [0.1, 1]}, cv=2)
    MLPClassifier(**QUICK).set_callbacks(callback.ProgressBar()).fit(X, Y)
    assert "MLPClassifier" in capsys.readouterr().out
    clone(search).fit(X, Y)


# ------------------------------------------------------------ settings of `Network.fit`
@pytest.mark.parametrize("solver", ["lbfgs", "adam"])
def test_l1_pulls_weights_to_zero(solver):
    small, none = (
        MLPClassifier((8,), solver=solver, l1=l1, alpha=0, max_iter=60, random_state=0).fit(X, Y) for l1 in (5.0, 0.0)
    )
    assert np.abs(small.coefs_[0]).sum() < np.abs(none.coefs_[0]).sum()
    assert small.network_.record["settings"]["l1"] == 5.0
    if solver == "lbfgs":
        assert small.loss_ == small.network_.cost(X.T, small.target_.encode(Y).T, l1=5.0)
