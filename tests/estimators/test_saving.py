"""Whatever was fitted can be saved, whatever its settings and its record hold, and predicts the same when loaded."""

import copy
import math
import string
from fractions import Fraction
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet
from glassnet import MLPClassifier, MLPRegressor, Network, TabularClassifier, TabularRegressor, documents
from glassnet.errors import DivergedError, InterruptedWarning, SettingError
from glassnet.estimators import saving

pytestmark = [
    pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning"),
    pytest.mark.filterwarnings("ignore:Got `batch_size` less than 1 or larger"),
]

rng = np.random.default_rng(0)
X = rng.normal(size=(40, 3))
y = (X[:, 0] > 0).astype(int)
INF = math.inf


def saved_and_loaded(model, path):
    model.save(path)
    loaded = glassnet.load(path)
    assert type(loaded).__name__ == model.kind
    for method in ("predict", "predict_proba"):
        if hasattr(model, method):
            np.testing.assert_array_equal(getattr(loaded, method)(X), getattr(model, method)(X))
    return loaded


# ---------------------------------------------------------------- records that hold NaN
@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor])
def test_a_training_that_diverged_is_saved(kind, tmp_path):
    """With early stopping the best network so far is the fit's result; without, its error leaves the network behind."""
    wild = {"solver": "sgd", "learning_rate_init": 1e30, "hidden_layer_sizes": (8,), "random_state": 0, "max_iter": 9}
    stopped = kind(**wild, early_stopping=True).fit(X, y)
    assert np.isnan(stopped.validation_scores_).any()
    for model in (stopped, kind(**wild)):
        if model is not stopped:
            with pytest.raises(DivergedError):
                model.fit(X, y)
        loaded = saved_and_loaded(model, tmp_path / "model.glassnet")
        assert loaded.get_params() == model.get_params() | {"hidden_layer_sizes": [8]}
        for name in ("loss_", "loss_curve_", "validation_scores_", "validation_loss_curve_", "best_validation_score_"):
            np.testing.assert_array_equal(getattr(loaded, name), getattr(model, name), err_msg=name)
        loaded.set_params(warm_start=True, learning_rate_init=0.01).fit(X, y)


def test_a_record_of_a_rate_that_is_no_number_is_saved(tmp_path):
    net = Network([3, 2, 1], seed=0)
    with pytest.raises(DivergedError):
        net.fit(X.T, y[None], epochs=9, schedule=lambda t, T, costs: INF)
    net.save(tmp_path / "net.glassnet")
    assert Network.load(tmp_path / "net.glassnet").record["diverged"]["learning_rate"] is None


def test_a_network_that_was_trained_with_numbers_of_any_kind_is_saved(tmp_path):
    net = Network([3, np.int64(2), 1], seed=0)
    numbers = {"learning_rate": Fraction(1, 4), "l2": np.float32(0.5), "l1": np.float16(0), "dropout": Fraction(0)}
    net.fit(X.T, y[None], epochs=np.int8(2), batch_size=np.uint16(8), clip_norm=np.longdouble(3), **numbers)
    net.save(tmp_path / "net.glassnet")
    record = Network.load(tmp_path / "net.glassnet").record["settings"]
    assert (record["learning_rate"], record["l2"], record["clip_norm"], record["epochs"]) == (0.25, 0.5, 3, 2)


def test_numbers_of_numpy_train_as_pythons_do():
    """A float64 scalar would otherwise make float32 products float64."""
    nets = [Network([3, 2, 1], seed=0) for _ in range(2)]
    for net, number in zip(nets, (float, np.float64), strict=True):
        net.fit(X.T, y[None], optimizer="adam", epochs=5, learning_rate=number(0.1), l2=number(0.3))
    np.testing.assert_array_equal(nets[0].vector, nets[1].vector)


@pytest.mark.parametrize("number", [10**400, Fraction(10**400), -INF, math.nan, True], ids=range(5))
def test_numbers_beyond_all_bounds_are_refused(number):
    with pytest.raises(SettingError, match="clip_norm"):
        Network([3, 1], seed=0).fit(X.T, y[None], clip_norm=number)


# ---------------------------------------------------------------- settings of any kind
def factor(t, T, costs):
    return 1.0


class Answers:
    """A scorer that is an object."""

    def __call__(self, estimator, X, y):
        return estimator.score(X, y)


# What a setting may be given as, and what it is when loaded. DEFAULT: it is no plain data and was left out; STATE: a
# generator, which the file keeps in its own way.
DEFAULT, STATE = object(), object()
MLP_SETTINGS = {
    "hidden_layer_sizes": [((), []), (4, 4), (np.int64(4), 4), (range(3, 5), [3, 4]), (np.array([3, 4]), [3, 4]),
                           (pd.Series([4, 3]), [4, 3]), ([np.int8(2)], [2])],
    "activation": [("logistic", "logistic"), (np.str_("tanh"), "tanh")],
    "alpha": [(np.float32(0.5), 0.5), (0, 0)],
    "random_state": [(3, 3), (np.int64(3), 3), (np.random.RandomState(0), STATE), (None, None)],
    "schedule": [("cosine", "cosine"), (factor, DEFAULT), (lambda t, T, costs: 0.5, DEFAULT)],
    "scoring": [("loss", "loss"), (Answers(), DEFAULT), (None, None)],
    "n_iter_no_change": [(np.inf, INF), (np.float64(np.inf), INF), (3, 3)],
    "warm_start": [(np.True_, True), (False, False)],
    "early_stopping": [(True, True), (np.False_, False)],
    "dropout": [(np.float32(0.25), 0.25), (0, 0)],
    "clip_norm": [(np.float16(3), 3.0), (None, None)],
    "batch_size": [(np.int16(10), 10), ("auto", "auto")],
    "n_networks": [(np.int64(2), 2), (1, 1)],
    "verbose": [(np.False_, False), (0, 0)],
    "class_weight": [(None, None), ("balanced", "balanced"), ({np.int64(0): np.float32(2), 1: 1}, {0: 2, 1: 1})],
}  # fmt: skip
TABLE_SETTINGS = {
    "hidden": [((), []), (4, 4), (np.int64(4), 4), (range(3, 5), [3, 4]), (np.array([3, 4]), [3, 4]), (None, None)],
    "activation": [(None, None), ("tanh", "tanh"), (np.str_("elu"), "elu")],
    "loss": [(None, None), ("squared_error", "squared_error")],
    "learning_rate": [(np.float32(0.5), 0.5), (Fraction(1, 8), 0.125), (None, None)],
    "schedule": [("constant", "constant"), (factor, DEFAULT)],
    "batch_size": [(np.int16(10), 10), (None, None)],
    "dropout": [(np.float32(0.25), 0.25), (None, None)],
    "validation": [(np.float32(0.25), 0.25), (Fraction(1, 4), 0.25), (None, None)],
    "patience": [(INF, INF), (np.int64(3), 3), (None, None)],
    "n_networks": [(np.int64(2), 2), (None, None)],
    "random_state": [(3, 3), (np.random.RandomState(0), STATE), (np.int64(3), 3)],
    "warm_start": [(np.True_, True)],
    "verbose": [(np.False_, False)],
}  # fmt: skip


@pytest.mark.parametrize("kind", [MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor])
def test_settings_of_every_kind_are_saved(kind, tmp_path):
    table = MLP_SETTINGS if kind.__name__.startswith("MLP") else TABLE_SETTINGS
    short = {"max_iter": 2} if table is MLP_SETTINGS else {"epochs": 1, "preset": "fast"}
    usual = kind().get_params()
    drawn = st.fixed_dictionaries({}, optional={n: st.sampled_from(v) for n, v in table.items() if n in usual})

    @settings(max_examples=30)
    @given(drawn)
    def check(drawn):
        given_as = {name: pair[0] for name, pair in drawn.items()}
        model = kind(**short, **given_as).fit(X, y)
        loaded = saved_and_loaded(model, tmp_path / "model.glassnet").get_params()
        for name, (_, expected) in drawn.items():
            if expected is STATE:
                assert loaded[name].randint(2**31) == copy.deepcopy(model.random_state).randint(2**31)
                continue
            kept = usual[name] if expected is DEFAULT else expected
            assert (loaded[name], type(loaded[name])) == (kept, type(kept)), name

    check()


@pytest.mark.parametrize("kind", [MLPClassifier, TabularClassifier])
def test_labels_of_every_kind_are_saved(kind, tmp_path):
    short = {"max_iter": 2} if kind is MLPClassifier else {"epochs": 1, "hidden": 3}
    for two in ([0, 1], ["no", "yes"], [False, True], [1.0, 3.0], [-5, 2**62], ["", "ß\n"]):
        for dtype in (None, np.float32, np.longdouble, np.uint8, object):
            labels = np.array(two)
            if dtype is object and labels.dtype.kind != "U":
                continue
            if dtype is not None and dtype is not object and labels.tolist() != [0, 1]:
                continue
            saved_and_loaded(kind(**short).fit(X, labels.astype(dtype or labels.dtype)[y]), tmp_path / "m.glassnet")
    saved_and_loaded(kind(**short).fit(X, pd.Series(["a", "b"])[y]), Path(tmp_path / "m.glassnet"))
    saved_and_loaded(kind(**short).fit(X, np.stack([y, 1 - y], axis=1)), str(tmp_path / "m.glassnet"))


class Mine(MLPClassifier):
    """Somebody's own estimator with settings of its own."""

    def __init__(self, extra=None, max_iter=200):
        super().__init__(max_iter=max_iter)
        self.extra = extra


class MyTable(TabularClassifier):
    """The same for tables."""

    def __init__(self, extra=None, epochs=None):
        super().__init__(epochs=epochs)
        self.extra = extra


def test_a_subclass_is_saved_as_the_estimator_that_it_is(tmp_path):
    for model, kind in (
        (Mine(extra=Path(), max_iter=2), MLPClassifier),
        (MyTable(extra={}, epochs=1), TabularClassifier),
    ):
        loaded = saved_and_loaded(model.fit(X, y), tmp_path / "model.glassnet")
        assert type(loaded) is kind


def test_what_was_interrupted_in_its_first_epoch_is_saved(tmp_path):
    def soon(t, T, costs):
        if t > 0.5:
            raise KeyboardInterrupt
        return 1.0

    for more in ({}, {"early_stopping": True}):
        with pytest.warns(InterruptedWarning):
            model = MLPClassifier((3,), batch_size=5, schedule=soon, engine="numpy", random_state=0, **more).fit(X, y)
        loaded = saved_and_loaded(model, tmp_path / "model.glassnet")
        assert np.isnan(loaded.loss_)
        loaded.set_params(schedule="constant", warm_start=True).fit(X, y)


# ---------------------------------------------------------------- plain data
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(string.printable),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc"), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=50)
@given(PLAIN)
def test_plain_data_come_back_as_they_were(value):
    assert repr(documents.from_json(documents.to_json(value))) == repr(value)


@pytest.mark.parametrize("thing", [factor, object(), np.random.RandomState(0), (n for n in (1, 2)), b"bytes", [factor]])
def test_what_is_no_plain_data_is_said_to_be_none(thing):
    with pytest.raises(TypeError, match="no plain data"):
        documents.to_json(thing)
    assert saving.settings_to_json({"a": thing, "b": 1}) == {"b": 1}
