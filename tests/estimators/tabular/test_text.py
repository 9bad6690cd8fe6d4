"""Tables with text, from fit to file: words alone, and scores of words for networks with hidden layers."""

import warnings

import numpy as np
import pandas as pd
import pytest

from glassnet import TabularClassifier, TabularRegressor
from reviews import BAD, GOOD, mixed, reviews
from shared import saved_and_loaded
from side_by_side import in_all


def test_words_alone_are_learned_by_a_linear_network(path):
    texts, mood = reviews(900)
    X, y = pd.DataFrame({"review": texts}), np.where(mood > 0, "good", "bad")
    model = TabularClassifier(random_state=0).fit(X[:600], y[:600])
    assert model.network_.L == 1
    assert [each["kind"] for each in model.candidates_] == ["soft", "steep", "linear"]
    assert model.score(X[600:], y[600:]) > 0.97
    weights = dict(zip(model.preparation_.feature_names, model.network_.W[1].mean(axis=(0, 1)), strict=True))
    assert min(weights[f"review: {word}"] for word in GOOD) > max(weights[f"review: {word}"] for word in BAD)
    assert "column 'review' is text" in model.notes_[0]
    proba = model.predict_proba(X[600:])
    np.testing.assert_array_equal(proba[:3], [model.predict_proba(X[k : k + 1])[0] for k in (600, 601, 602)])
    loaded = saved_and_loaded(model, path)
    np.testing.assert_array_equal(loaded.predict_proba(X[600:]), proba)
    odd = pd.DataFrame({"review": ["", None, "never seen before", "great " * 500, "太好了"]})
    assert np.isfinite(model.predict_proba(odd)).all()


def test_several_processes_learn_words_as_one_does():
    X, y = mixed(1200)

    def fit(reduce=None):
        return TabularRegressor(random_state=0, n_networks=1, epochs=2, preset="fast").fit(X, y, reduce=reduce)

    def fit_words(reduce=None):
        given = {"validation": 0.2, "random_state": 0, "n_networks": 2, "epochs": 2}
        return TabularRegressor(**given).fit(X[["review"]], y, reduce=reduce)

    for each in (fit, fit_words):
        one = each()
        for other in in_all(2, each):
            np.testing.assert_allclose(other.network_.vector, one.network_.vector, rtol=1e-3, atol=1e-4)


def test_as_good_as_logistic_regression_on_tf_idf():
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline

    texts, mood = reviews(1200, seed=3)
    y = np.where(mood + 0.3 * np.random.default_rng(4).normal(size=1200) > 0, "good", "bad")
    theirs = make_pipeline(TfidfVectorizer(ngram_range=(1, 2)), LogisticRegression()).fit(texts[:800], y[:800])
    ours = TabularClassifier(random_state=0).fit({"t": texts[:800]}, y[:800])
    assert ours.score({"t": texts[800:]}, y[800:]) > theirs.score(texts[800:], y[800:]) - 0.01


def test_beside_other_columns_hidden_layers_see_scores(path):
    X, y = mixed(900)
    alone = TabularRegressor(random_state=0).fit(X[:700].drop(columns="review"), y[:700])
    model = TabularRegressor(random_state=0).fit(X[:700], y[:700])
    assert model.network_.L > 1
    assert model.preparation_.text == ""
    assert "review: score" in model.preparation_.feature_names
    assert model.score(X[700:], y[700:]) > alone.score(X[700:].drop(columns="review"), y[700:]) + 0.05
    loaded = saved_and_loaded(model, path)
    np.testing.assert_array_equal(loaded.predict(X[700:]), model.predict(X[700:]))


def test_a_text_that_says_nothing_does_no_harm():
    X, y = mixed(700)
    noise, _ = reviews(700, seed=9)
    alone = TabularRegressor(random_state=0, epochs=10).fit(X[["a", "b"]][:500], y[:500])
    both = TabularRegressor(random_state=0, epochs=10).fit(X[["a", "b"]].assign(review=noise)[:500], y[:500])
    ours = both.score(X[["a", "b"]].assign(review=noise)[500:], y[500:])
    assert ours > alone.score(X[["a", "b"]][500:], y[500:]) - 0.03


@pytest.mark.parametrize("after", [1, 2, 3])  # in the linear network of words, at its end, in that of scores
def test_an_interrupted_training_is_resumed_to_the_bit(path, after):
    X, y = mixed(300)
    settings = {"random_state": 0, "epochs": 2, "warm_start": True}
    whole = TabularRegressor(**settings).fit(X, y)
    heard = []

    def callback(progress):
        heard.append(progress.moment == "epoch")
        if progress.moment == "epoch" and sum(heard) == after:
            raise KeyboardInterrupt

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        model = TabularRegressor(**settings).fit(X, y, callbacks=[callback])
    resumed = saved_and_loaded(model, path).set_params(warm_start=True).fit(X, y)
    assert [each["cost"] for each in resumed.candidates_] == [each["cost"] for each in whole.candidates_]
    np.testing.assert_array_equal(resumed.predict(X), whole.predict(X))


def test_a_warm_start_goes_on_with_words_or_scores():
    X, y = mixed(300)
    for columns in (["review"], list(X)):
        model = TabularClassifier(random_state=0, epochs=2, warm_start=True).fit(X[columns], y > 0)
        sizes = model.network_.architecture.sizes
        model.fit(X[columns], y > 0)
        assert model.network_.architecture.sizes == sizes


def test_given_layers_see_words():
    X, y = mixed(200)
    model = TabularRegressor(hidden=8, epochs=3, random_state=0).fit(X, y)
    assert model.preparation_.text == "mixed"
    assert np.isfinite(model.predict(X)).all()


def test_looking_inside():
    from sklearn.inspection import permutation_importance

    X, y = mixed(200)
    for columns in (["review"], list(X)):
        model = TabularClassifier(random_state=0, epochs=4).fit(X[columns], y > 0)
        found = permutation_importance(model, X[columns], y > 0, n_repeats=2, random_state=0)
        assert found.importances_mean.shape == (len(columns),)
        trace = model.trace(X[columns][:2], (y > 0)[:2])
        assert trace.A[0].shape[0] == model.preparation_.n_features
        assert "checks on 200 samples" in repr(model.diagnose(X[columns], y > 0))
