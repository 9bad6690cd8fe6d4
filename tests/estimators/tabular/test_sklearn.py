"""TabularClassifier and TabularRegressor: scikit-learn's contract, and data frames as they come."""

import pickle
import warnings

import numpy as np
import pandas as pd
import polars as pl
import pytest
from sklearn.base import clone
from sklearn.exceptions import ConvergenceWarning
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.utils.estimator_checks import parametrize_with_checks

import glassnet
from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import DataError, SettingError, ShapeError


class Narrow:
    """Is given float32 where numbers came as float64."""

    def _rows(self, X, **how):
        if isinstance(X, np.ndarray) and X.dtype == np.float64:
            X = X.astype(np.float32)
        return super()._rows(X, **how)


class NarrowClassifier(Narrow, TabularClassifier):
    pass


class NarrowRegressor(Narrow, TabularRegressor):
    pass


BY_LOT = dict.fromkeys(
    ("check_sample_weight_equivalence_on_dense_data",),
    "rows are left out by lot, units are dropped, and float32 keeps no seven digits; see test_sample_weights.py",
)


@parametrize_with_checks(
    [
        TabularClassifier(),
        TabularRegressor(),
        TabularClassifier(hidden=(), n_networks=3),
        NarrowClassifier(preset="fast", epochs=60),
        NarrowRegressor(preset="fast", epochs=60),
    ],
    expected_failed_checks=lambda estimator: BY_LOT,
)
def test_scikit_learn_contract(estimator, check):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)
        check(estimator)


def people(m=300, seed=0):
    """Return a frame with every kind of column, and a label and a number that depend on it."""
    rng = np.random.default_rng(seed)
    age = rng.uniform(18, 80, m)
    town = rng.choice(["Ulm", "Bonn", "Jena"], m)
    member = rng.random(m) < 0.5
    since = pd.Timestamp("2020-01-01") + pd.to_timedelta(rng.integers(0, 1000, m), unit="D")
    income = 1000 + 40 * age + 800 * (town == "Ulm") + 500 * member + 50 * rng.standard_normal(m)
    frame = pd.DataFrame({"age": age, "town": town, "member": member, "since": since, "constant": 1})
    frame.loc[rng.random(m) < 0.1, "age"] = np.nan
    frame.loc[rng.random(m) < 0.1, "town"] = None
    return frame, np.where(income > np.median(income), "high", "low"), income


def test_a_frame_as_it_comes():
    X, label, income = people()
    classifier = TabularClassifier(random_state=0).fit(X[:200], label[:200])
    assert np.mean(classifier.predict(X[200:]) == label[200:]) > 0.8
    assert any("constant" in note for note in classifier.notes_)
    probabilities = classifier.predict_proba(X[200:])
    np.testing.assert_allclose(probabilities.sum(axis=1), 1, rtol=1e-6)
    regressor = TabularRegressor(random_state=0).fit(X[:200], income[:200])
    assert regressor.score(X[200:], income[200:]) > 0.7


def test_pandas_and_polars_are_the_same_to_it():
    X, label, _ = people()
    from_pandas = TabularClassifier(random_state=0, epochs=3).fit(X, label)
    from_polars = TabularClassifier(random_state=0, epochs=3).fit(pl.from_pandas(X), label)
    np.testing.assert_array_equal(from_pandas.predict_proba(X), from_polars.predict_proba(pl.from_pandas(X)))


def test_float32_and_float64_are_prepared_alike():
    rng = np.random.default_rng(0)
    X = rng.normal(size=(60, 3)).astype(np.float32)
    y = (X[:, 0] > X[:, 1]).astype(int)
    models = [TabularClassifier(hidden=4, epochs=5, random_state=0).fit(X.astype(kind), y) for kind in "fd"]
    np.testing.assert_array_equal(*(model.predict_proba(X) for model in models))


def test_several_labels_and_several_numbers():
    X, label, income = people()
    several = np.stack([label == "high", X["member"]], axis=1).astype(int)
    classifier = TabularClassifier(random_state=0, epochs=20).fit(X, several)
    assert classifier.predict(X).shape == several.shape
    assert np.mean(classifier.predict(X) == several) > 0.85
    numbers = np.stack([income, -2 * income], axis=1)
    found = TabularRegressor(random_state=0).fit(X, numbers).predict(X)
    assert found.shape == numbers.shape
    assert np.corrcoef(found[:, 1], numbers[:, 1])[0, 1] > 0.9


def test_it_works_where_scikit_learn_puts_estimators():
    X, label, _ = people(160)
    model = TabularClassifier(hidden=8, epochs=3, random_state=0)
    assert clone(model).get_params() == model.get_params()
    assert len(cross_val_score(model, X, label, cv=3)) == 3
    search = GridSearchCV(make_pipeline(FunctionTransformer(), model), {"tabularclassifier__hidden": [4, (4, 4)]}, cv=2)
    assert search.fit(X, label).predict(X).shape == label.shape
    again = pickle.loads(pickle.dumps(search.best_estimator_))
    np.testing.assert_array_equal(again.predict(X), search.predict(X))


@pytest.mark.parametrize("n_networks", [1, 3])
def test_save_and_load_give_the_same_answers(tmp_path, n_networks):
    X, label, income = people()
    for model, y in ((TabularClassifier, label), (TabularRegressor, income), (TabularClassifier, label == "high")):
        fitted = model(hidden=8, epochs=2, n_networks=n_networks, random_state=0).fit(X, y)
        fitted.save(tmp_path / "model.glassnet")
        loaded = glassnet.load(tmp_path / "model.glassnet")
        assert type(loaded) is model
        np.testing.assert_array_equal(loaded.predict(X), fitted.predict(X))
        assert loaded.get_params() == fitted.get_params() | {"hidden": 8}
        assert loaded.notes_ == fitted.notes_


def test_preparation_is_fitted_on_training_rows_only():
    X, label, _ = people()
    X_val = X.copy()
    X_val["age"] += 1e6
    settings = {"preset": "fast", "random_state": 0, "epochs": 2}
    own = TabularClassifier(**settings).fit(X, label, X_val=X_val, y_val=label)
    none = TabularClassifier(**settings, validation=0).fit(X, label)
    assert own.preparation_ == none.preparation_


def test_warm_start_resumes():
    X, label, _ = people()
    model = TabularClassifier(preset="fast", epochs=5, random_state=0, warm_start=True).fit(X, label)
    before = np.mean(model.network_.cost(model.prepared(X), model.target_.encode(label).T))
    network = model.network_
    model.fit(X, label)
    assert model.network_ is network
    assert np.mean(model.network_.cost(model.prepared(X), model.target_.encode(label).T)) < before


CHANGES = [
    # what the model was made with; what changes; which settings are named, and what the message says of both
    ({"hidden": 5}, {"hidden": (9, 9)}, "hidden: ", "[5] silu", "[9, 9] silu"),
    ({"hidden": 5}, {"hidden": None}, "hidden: ", "n_networks=1", "n_networks=8"),
    ({"hidden": 5}, {"activation": "tanh"}, "activation: ", "[5] silu", "[5] tanh"),
    ({"hidden": 5}, {"loss": "squared_error"}, "loss: ", "cross_entropy, ", "squared_error, "),
    ({"hidden": 5}, {"n_networks": 3}, "n_networks: ", "n_networks=1", "n_networks=3"),
    ({"preset": "fast"}, {"preset": "default"}, "preset: ", "n_networks=4", "n_networks=8"),
    ({"preset": "fast"}, {"hidden": 128}, "hidden: ", "[128, 128] silu", "n_networks=1"),
    ({"n_networks": 2, "preset": "default"}, {"hidden": (), "loss": "squared_error"}, "hidden, loss: ", "", "[]"),
]


@pytest.mark.parametrize("from_file", [False, True], ids=["in memory", "from a file"])
@pytest.mark.parametrize(("made", "change", "names", "had", "asked"), CHANGES)
def test_a_warm_start_refuses_another_network(made, change, names, had, asked, from_file, tmp_path):
    X, label, _ = people(60)
    model = TabularClassifier(epochs=1, random_state=0, warm_start=True, **made).fit(X, label)
    if from_file:
        model.save(tmp_path / "model.glassnet")
        model = glassnet.load(tmp_path / "model.glassnet")
    before = model.network_.vector.copy()
    with pytest.raises(SettingError) as caught:
        model.set_params(**change).fit(X, label)
    told = str(caught.value)
    assert told.startswith(names)
    assert had in told.partition("; now asked for")[0]
    assert asked in told.partition("; now asked for")[2]
    assert len(told) <= 500
    assert "\n" not in told
    np.testing.assert_array_equal(model.network_.vector, before)
    model.save(tmp_path / "model.glassnet")  # what the network was made with, not what it was not
    settings = glassnet.load(tmp_path / "model.glassnet").get_params()
    assert [settings[name] for name in change] == [TabularClassifier(**made).get_params()[name] for name in change]
    assert model.set_params(warm_start=False).fit(X, label).predict(X).shape == label.shape


@pytest.mark.parametrize(
    ("made", "change"),
    [
        ({"hidden": 5}, {"hidden": [5], "activation": "silu", "n_networks": 1, "loss": "sigmoid_cross_entropy"}),
        ({"hidden": (5, 3)}, {"hidden": np.array([5, 3]), "activation": ["silu", " silu ( )"]}),
        ({"preset": "fast"}, {"hidden": (128, 128), "activation": "silu", "n_networks": 4}),
        ({"hidden": 5}, {"epochs": 2, "learning_rate": 0.1, "dropout": 0.2, "l2": 0.1, "preset": "best"}),
        ({"hidden": 5}, {"optimizer": "lbfgs"}),
    ],
)  # fmt: skip
def test_a_warm_start_takes_settings_that_make_the_same_network(made, change):
    X, label, _ = people(60)
    model = TabularClassifier(epochs=1, random_state=0, warm_start=True, **made).fit(X, label)
    network = model.network_
    assert model.set_params(**change).fit(X, label).network_ is network


def test_a_warm_start_refuses_other_columns_and_labels():
    X, label, _ = people(60)
    model = TabularClassifier(hidden=4, epochs=1, random_state=0, warm_start=True).fit(X, label)
    with pytest.raises(DataError, match=r"(?s)missing:.*- age"):
        model.fit(X.drop(columns="age"), label)
    with pytest.raises(DataError, match="class 'middling' was not among"):
        model.fit(X, np.where(label == "low", "low", "middling"))
    assert model.fit(X, label).predict(X).shape == label.shape


def test_more_networks_are_averaged():
    X, label, _ = people()
    model = TabularClassifier(hidden=8, epochs=2, n_networks=4, random_state=0).fit(X, label)
    A = model.network_.forward(model.prepared(X))
    assert A.shape == (4, 1, len(X))
    np.testing.assert_allclose(model.predict_proba(X)[:, 1], A.mean(axis=0)[0], rtol=1e-6)
    assert np.std(A, axis=0).min() > 0  # they started apart


BAD = [
    (lambda X, y: TabularClassifier().fit(X, ["one"] * len(X)), DataError, "1 class, 'one'"),
    (lambda X, y: TabularClassifier().fit(X, [None, *y[1:]]), DataError, "NaN"),
    (lambda X, y: TabularClassifier().fit(X, y[:-1]), DataError, "inconsistent numbers of samples"),
    (lambda X, y: TabularRegressor().fit(X, y), DataError, "expected numbers to estimate"),
    (lambda X, y: TabularClassifier(hidden=0).fit(X, y), SettingError, "n[1]"),
    (lambda X, y: TabularClassifier(hidden=(8, -2)).fit(X, y), SettingError, "got -2"),
    (lambda X, y: TabularClassifier(hidden=2.5).fit(X, y), SettingError, "got 2.5"),
    (lambda X, y: TabularClassifier(activation="rleu").fit(X, y), SettingError, "did you mean 'relu'"),
    (lambda X, y: TabularClassifier(optimizer="adams").fit(X, y), SettingError, "did you mean 'adam'"),
    (lambda X, y: TabularClassifier(loss="crossentropy").fit(X, y), SettingError, "did you mean 'cross_entropy'"),
    (lambda X, y: TabularClassifier(validation=1.5).fit(X, y), SettingError, "validation"),
    (lambda X, y: TabularClassifier(epochs=0).fit(X, y), SettingError, "epochs"),
    (lambda X, y: TabularClassifier().fit(X[:1], y[:1]), DataError, "one sample"),
    (lambda X, y: TabularClassifier().fit(X[:0], y[:0]), DataError, "no rows"),
    (lambda X, y: TabularClassifier(epochs=1).fit(X, y).predict(X.drop(columns="age")), ValueError, "age"),
    (lambda X, y: TabularClassifier(epochs=1).fit(X, y).predict(X.assign(age="old")), DataError, "'age', row 1"),
    (
        lambda X, y: TabularClassifier(epochs=1).fit(np.eye(120, 5), y).predict(np.eye(2)),
        DataError,
        "expecting 5 features",
    ),
    (lambda X, y: TabularClassifier().fit(X.assign(bag=[[1]] * len(X)), y), DataError, "bag"),
    (
        lambda X, y: TabularClassifier().fit(X.assign(bag=[1, {"one"}] * (len(X) // 2)), y),
        DataError,
        "'bag', row 2: {'one'}",
    ),
    (lambda X, y: TabularClassifier().fit(X["age"], y), ShapeError, "X.to_frame()"),
    (lambda X, y: TabularClassifier().fit(X, pd.Series([pd.NA, *y[1:]], dtype="string")), DataError, "1 cells"),
    (lambda X, y: TabularClassifier().fit(X, y, X_val=X), DataError, "got X_val alone"),
    (lambda X, y: TabularClassifier().fit(X, y, y_val=y), DataError, "got y_val alone"),
    (lambda X, y: TabularClassifier().fit(X, y, X_val=X, y_val=y[1:]), DataError, "X_val and y_val: Found input"),
    (lambda X, y: TabularClassifier().fit(X, y, X_val=X[["age"]], y_val=y), DataError, "X_val and y_val: The feature"),
    (
        lambda X, y: TabularClassifier().fit(np.eye(120, 5), y, X_val=np.eye(120, 4), y_val=y),
        DataError,
        "X_val and y_val: X has 4 features",
    ),
    (lambda X, y: TabularClassifier().fit(X.assign(age=np.inf), y), DataError, "age"),
    (lambda X, y: TabularClassifier().fit(np.zeros((4, 2, 2, 2), np.uint8), y[:4]), ShapeError, "1 or 3 channels"),
]


AS = [lambda X: X, pl.from_pandas, lambda X: {name: column.tolist() for name, column in X.items()}]


@pytest.mark.parametrize("form", AS, ids=["pandas", "polars", "dict"])
def test_other_columns_than_in_training(form):
    X, label, _ = people(60)
    X = X.drop(columns="since")
    model = TabularClassifier(hidden=4, epochs=1, random_state=0).fit(form(X), label)
    other = {
        "missing:\n- age\n": X.drop(columns="age"),
        "Missing: 'age' (did you mean 'Age'?)": X.rename(columns={"age": "Age"}),
        "unseen at fit time:\n- new\nX[model.feature_names_in_] has": X.assign(new=1),
        "column 'town' holds ": X.assign(town=[["Ulm"]] * len(X)),
    }
    for words, frame in other.items():
        with pytest.raises(DataError) as caught:
            model.predict(form(frame))
        assert words in str(caught.value)


def test_columns_in_another_order():
    """A frame's order is refused, as scikit-learn has it, with the way out; a dict's means nothing."""
    X, label, _ = people(60)
    model = TabularClassifier(hidden=4, epochs=1, random_state=0).fit(X, label)
    turned = X[X.columns[::-1]]
    with pytest.raises(DataError, match=r"same order.*\nX\[model.feature_names_in_\] has"):
        model.predict(turned)
    np.testing.assert_array_equal(model.predict_proba(turned[model.feature_names_in_]), model.predict_proba(X))
    turned = {name: column.tolist() for name, column in turned.items()}
    np.testing.assert_array_equal(model.predict_proba(turned), model.predict_proba(X))


def test_a_category_unseen_in_training_is_none_of_those_seen():
    X, label, _ = people(60)
    X = X.assign(town=X["town"].fillna("Ulm"))
    model = TabularClassifier(hidden=4, epochs=1, random_state=0).fit(X, label)
    town = [name.startswith("town") for name in model.preparation_.feature_names]
    assert not model.prepared(X.assign(town="Rom"))[town].any()
    assert model.predict(X.assign(town="Rom")).shape == label.shape


@pytest.mark.parametrize(("call", "error", "words"), BAD, ids=[words for _, _, words in BAD])
def test_bad_input_gives_one_clear_sentence(call, error, words):
    X, label, _ = people(120)
    with pytest.raises(error) as caught:
        call(X, label)
    assert words in str(caught.value)
