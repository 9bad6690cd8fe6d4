"""Partial dependence, curves and Friedman's H are what their definitions say, computed by `predict` alone."""

from itertools import product as pairs_of

import numpy as np
import pytest

from explained import classifier, embedded, linear, product, regressor, rows_of, with_cells
from glassnet import explain
from glassnet.errors import SettingError, UnknownNameError


@pytest.mark.parametrize("made", [classifier, embedded])
def test_curves_are_predictions_with_one_cell_replaced(made):
    model, X, _ = made()
    for name in ("a", "b"):
        result = explain.dependence(model, X, name, output="yes")
        (axis,) = result.axes
        assert str(result.answer) == "the probability of yes"
        for number, curve in zip(axis.numbers, result.curves.T, strict=True):
            expected = model.predict_proba(with_cells(X, {name: number}))[:, 1]
            np.testing.assert_allclose(curve, expected, rtol=1e-9)
        np.testing.assert_allclose(result.mean, result.curves.mean(axis=0))
    assert np.isnan(axis.numbers[-1])
    assert axis.texts[-1] == "(missing)"


def test_numbers_stand_at_quantiles_and_categories_by_frequency():
    model, X, _ = classifier()
    (axis,) = explain.dependence(model, X, "a").axes
    assert axis.numbers == tuple(np.quantile(X["a"], np.linspace(0, 1, 20), method="inverted_cdf"))
    result = explain.dependence(model, X, "colour", output="no")
    words, counts = np.unique(X["colour"], return_counts=True)
    assert sorted(result.axes[0].texts) == sorted(words)
    assert [counts[words == text][0] for text in result.axes[0].texts] == sorted(counts, reverse=True)
    for word, mean in zip(result.axes[0].texts, result.mean, strict=True):
        assert mean == pytest.approx(model.predict_proba(with_cells(X, {"colour": word}))[:, 0].mean())


def test_a_pair_of_columns():
    model, X, _ = regressor()
    result = explain.dependence(model, X, ["b", "colour"])
    b, colour = result.axes
    assert result.mean.shape == (len(b.numbers), len(colour.texts))
    for (i, number), (j, word) in pairs_of(enumerate(b.numbers), enumerate(colour.texts)):
        expected = model.predict(with_cells(X, {"b": number, "colour": word})).mean()
        assert result.mean[i, j] == pytest.approx(expected)
    assert max(map(len, str(result).splitlines())) <= 80


def test_of_a_linear_model_it_is_the_line():
    model, X, _ = linear()
    result = explain.dependence(model, X, "a")
    others = -2 * X["b"].mean() + 1
    np.testing.assert_allclose(result.mean, 3 * np.array(result.axes[0].numbers) + others, rtol=1e-4)
    flat = explain.dependence(model, X, "c")
    assert np.ptp(flat.mean) < 1e-3


def test_columns_that_add_up_do_not_interact():
    for model, X, _ in (linear(), regressor(())):
        result = explain.interactions(model, X, list(X))
        assert len(result.pairs) == 3
        assert max(each.H for each in result.pairs) == 0
        assert result.sentence.startswith("no two of these columns act together")


def test_a_product_interacts_and_nothing_else():
    model, X, _ = product()
    some = rows_of(X, np.arange(100))
    first, *others = explain.interactions(model, some, ["c", "b", "a"]).pairs
    assert set(first.columns) == {"a", "b"}
    assert first.H > 0.95
    rest = (some["a"] - some["a"].mean()) * (some["b"] - some["b"].mean())  # what a b is beyond a sum
    assert first.strength == pytest.approx(rest.std(), rel=0.2)
    assert all(each.strength < 0.1 * first.strength for each in others)


@pytest.mark.parametrize("made", [classifier, lambda: classifier(classes=3), regressor])
def test_friedmans_h_is_its_definition(made):
    model, X, _ = made()
    some = rows_of(X, np.arange(12))
    answer = model.predict_proba if hasattr(model, "classes_") else lambda rows: model.predict(rows)[:, np.newaxis]

    def centred(*names):
        means = [answer(with_cells(some, {name: some[name][i] for name in names})).mean(axis=0) for i in range(12)]
        return np.array(means) - np.mean(means, axis=0)

    for each in explain.interactions(model, some, ["a", "b", "colour"]).pairs:
        j, k = each.columns
        rest, both = centred(j, k) - centred(j) - centred(k), centred(j, k)
        np.testing.assert_allclose(each.H, np.sqrt((rest**2).sum() / (both**2).sum()), rtol=1e-6)
        assert each.strength == pytest.approx(np.sqrt((rest**2).mean()), rel=1e-6)


def test_refusals():
    model, X, _ = classifier()
    with pytest.raises(UnknownNameError, match="did you mean 'colour'"):
        explain.dependence(model, X, "color")
    with pytest.raises(SettingError, match="one column, or two different ones; got a, a"):
        explain.dependence(model, X, ["a", "a"])
    with pytest.raises(UnknownNameError, match="output"):
        explain.dependence(model, X, "a", output="maybe")
    with pytest.raises(SettingError, match="at least 2; got a"):
        explain.interactions(model, X, ["a", "a"])
