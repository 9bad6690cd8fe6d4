"""The models behind the estimators for tables: the same settings, the same bits, the same files."""

import inspect

import numpy as np
import pyarrow as pa
import pytest
from numpy.testing import assert_allclose, assert_array_equal
from sklearn.base import BaseEstimator

import glassnet
from glassnet.errors import DataError, GlassnetError
from glassnet.estimators import TabularClassifier, TabularRegressor
from glassnet.estimators.tabular import evaluation
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.targets import LabelEncoder
from glassnet.tables import Preparation

PAIRS = [(TabularClassifier, TableClassifier), (TabularRegressor, TableRegressor)]


def table():
    rng = np.random.default_rng(3)
    X = pa.table({"a": rng.normal(size=80), "b": rng.choice(["x", "y", "z"], 80), "c": [None, *rng.normal(size=79)]})
    return X, X["a"].to_numpy() + (np.array(X["b"].to_pylist()) == "x")


@pytest.mark.parametrize(("face", "plain"), PAIRS)
def test_the_model_without_scikit_learns_interface_gives_the_same_bits(face, plain, tmp_path):
    X, y = table()
    y = y > 0 if face is TabularClassifier else y
    settings = {"hidden": 5, "epochs": 3, "random_state": 4}
    with_face, without = face(**settings).fit(X, y), plain(**settings).fit(X, y)
    np.testing.assert_array_equal(with_face.network_.vector, without.network_.vector)
    np.testing.assert_array_equal(with_face.predict(X), without.predict(X))
    assert list(without.feature_names_in_) == list(with_face.feature_names_in_) == ["a", "b", "c"]
    assert not isinstance(without, BaseEstimator)
    without.save(tmp_path / "model.glassnet")
    again = glassnet.load(tmp_path / "model.glassnet")
    assert type(again) is face
    np.testing.assert_array_equal(again.predict(X), without.predict(X))


@pytest.mark.parametrize(("face", "plain"), PAIRS)
def test_both_have_the_same_settings(face, plain):
    assert inspect.signature(face) == inspect.signature(plain)
    assert plain(hidden=3).get_params() == face(hidden=3).get_params()
    assert plain().set_params(hidden=7).hidden == 7
    with pytest.raises(GlassnetError, match="hiden"):
        plain().set_params(hiden=7)


@pytest.mark.parametrize(("y", "asked_about"), [(["b", "a", "b"], object), ([3, 1, 2], float), ([1, 0, 1], float)])
def test_plain_labels_need_no_second_look(y, asked_about):
    code, asked = LabelEncoder.of(np.array(y)), LabelEncoder.of(np.array(y, asked_about))  # the second by scikit-learn
    np.testing.assert_array_equal(code.classes, asked.classes)
    assert (code.multilabel, code.sparse) == (asked.multilabel, asked.sparse) == (False, False)


@pytest.mark.parametrize("networks", [1, 4])
def test_evaluate_prepares_once_and_returns_answers_and_cost(networks, monkeypatch):
    rng = np.random.default_rng(0)
    x = rng.normal(size=700)
    X, y = {"x": x.tolist(), "c": ["a", "b"] * 350}, x + rng.normal(size=700)
    weight = rng.integers(0, 3, 700).astype(float)
    model = TableRegressor(hidden=4, epochs=2, n_networks=networks, random_state=0).fit(X, y)
    monkeypatch.setattr(evaluation, "ROWS_AT_A_TIME", 100)
    prepared, encode = [], Preparation.encode
    monkeypatch.setattr(Preparation, "encode", lambda *given: prepared.append(len(given[1])) or encode(*given))
    found, weighted = model.evaluate(X, y), model.evaluate(X, y, weight)
    assert sum(prepared) == 2 * 700
    assert_array_equal(model.target_.decode(found.outputs), model.predict(X))
    assert_array_equal(found.outputs, weighted.outputs)
    inputs, Y = model.prepared(X), model.target_.encode(y).T
    assert_allclose(found.cost, np.mean(model.network_.cost(inputs, Y)), rtol=1e-5)
    assert_allclose(weighted.cost, np.mean(model.network_.cost(inputs, Y, sample_weight=weight[None])), rtol=1e-5)


def test_evaluate_takes_rows_of_weight_0_and_refuses_unknown_classes():
    X, y = {"x": list(range(300))}, np.arange(300) > 150
    model = TableClassifier(hidden=4, epochs=1, random_state=0).fit(X, y)
    weight = (np.arange(300) < 200).astype(float)
    assert model.evaluate(X, y, weight).cost == pytest.approx(
        model.evaluate({"x": X["x"][:200]}, y[:200]).cost, rel=1e-9
    )
    with pytest.raises(DataError, match="was not among those of training"):
        model.evaluate(X, np.arange(300))
