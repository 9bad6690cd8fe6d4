"""Recipes whose networks embed numbers: what they are made of, files, warm starts, and large tables as codes."""

import numpy as np
import pandas as pd
import pytest

from glassnet import TabularClassifier, TabularRegressor, load
from glassnet.estimators.tabular import recipes, training_data

rng = np.random.default_rng(0)
X = pd.DataFrame({"a": rng.normal(size=1800), "b": rng.normal(size=1800), "word": rng.choice(["x", "y"], 1800)})
NUMBER = np.sin(3 * X["a"]) * np.where(X["word"] == "x", 1, -1) + X["b"] ** 2
LABEL = np.where(NUMBER > 1, "high", "low")


@pytest.fixture(autouse=True)
def _only_deep(monkeypatch):
    monkeypatch.setattr(recipes, "PRESETS", {"default": recipes.Preset(4, ("smooth",))})


@pytest.mark.parametrize(("kind", "y"), [(TabularClassifier, LABEL), (TabularRegressor, NUMBER)])
def test_the_deep_recipe_embeds_numbers(kind, y, tmp_path):
    model = kind(random_state=0, epochs=30).fit(X[:1400], y[:1400])
    architecture = model.network_.architecture
    assert architecture.embedding == (2, model.preparation_.rows_of_group, 16)
    assert architecture.n_x == model.preparation_.n_features == model.prepared(X).shape[0]
    assert architecture.sizes[0] == 2 * 16 + 2
    assert model.score(X[1400:], y[1400:]) > 0.9
    model.save(tmp_path / "m.glassnet")
    again = load(tmp_path / "m.glassnet")
    np.testing.assert_array_equal(again.predict(X), model.predict(X))
    before = model.network_
    model.set_params(warm_start=True).fit(X[:1400], y[:1400])
    assert model.network_ is before
    assert model.network_.architecture == architecture


def test_codes_are_expanded_to_the_same_numbers(monkeypatch):
    small = TabularRegressor(random_state=0, epochs=3).fit(X, NUMBER)
    monkeypatch.setattr(training_data, "MOST_EXPANDED", 0)
    coded = TabularRegressor(random_state=0, epochs=3).fit(X, NUMBER)
    np.testing.assert_allclose(coded.network_.vector, small.network_.vector, rtol=1e-4, atol=1e-5)


def test_few_rows_have_few_bins_and_no_embedding():
    model = TabularRegressor(random_state=0, epochs=2).fit(X[:300], NUMBER[:300])
    assert model.network_.architecture.embedding is None
    assert not model.preparation_.groups
