"""The models behind the estimators for tables: the same settings, the same bits, the same files."""

import inspect

import numpy as np
import pyarrow as pa
import pytest
from sklearn.base import BaseEstimator

import glassnet
from glassnet.errors import GlassnetError
from glassnet.estimators import TabularClassifier, TabularRegressor
from glassnet.estimators.tabular.model import TableClassifier, TableRegressor
from glassnet.estimators.targets import LabelEncoder

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
