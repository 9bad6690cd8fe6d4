"""Rows from elsewhere are told from those of the training, which are mostly no further than 1 from each other."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import glassnet
from glassnet import TabularClassifier, TabularRegressor
from glassnet.errors import ModelFileError, SettingError
from glassnet.estimators.tabular.novelty import DIRECTIONS, MOST_ROWS, Novelty, _directions, novelty_of

RNG = np.random.default_rng(0)
QUICK = {"hidden": [], "epochs": 2, "random_state": 0}


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10**6), n=st.integers(1, 12), m=st.integers(15, 60))
def test_it_is_the_leverage_among_the_others(seed, n, m):
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(n, m)) @ np.diag(rng.uniform(0.5, 2, m))
    found = novelty_of(X).of(X)
    centred = X - X.mean(axis=1, keepdims=True)
    own = []
    for row in range(m):  # by leaving it out and solving anew
        others = np.delete(centred, row, axis=1)
        spread = others @ others.T + 1e-3 * np.trace(centred @ centred.T) / n * np.eye(n)
        own.append(centred[:, row] @ np.linalg.solve(spread, centred[:, row]))
    usual = np.quantile(own, 0.99)
    leverage = np.square(found) * usual  # h, of which h / (1 - h) is compared
    np.testing.assert_allclose(leverage / (1 - leverage), own, rtol=2e-3)


def test_usual_rows_are_near_and_rows_from_elsewhere_far():
    mixing = RNG.normal(size=(200, 12))
    X, new = (mixing @ RNG.normal(size=(12, m)) + 0.1 * RNG.normal(size=(200, m)) for m in (1500, 1500))
    novelty = novelty_of(X)
    assert 0.005 < np.mean(novelty.of(new) > 1) < 0.02
    apart = np.array([RNG.permutation(row) for row in new])  # the same numbers, which never came together
    assert np.mean(novelty.of(apart) > 1) > 0.9
    assert np.mean(novelty.of(new + 3 * X.std()) > 1) > 0.9


def test_directions_are_signs_that_every_release_of_numpy_draws():
    signs = _directions(100, np.float32)
    assert signs.shape == (DIRECTIONS, 100)
    assert set(np.unique(signs)) == {-1, 1}
    assert signs[0, :8].tolist() == [-1, -1, 1, -1, -1, -1, -1, -1]
    np.testing.assert_array_equal(_directions(5, np.float64), np.eye(5))


def test_odd_rows():
    same = novelty_of(np.ones((3, 4)))
    np.testing.assert_array_equal(same.of(np.ones((3, 2))), 0)
    assert (same.of(np.zeros((3, 1))) > 1).all()
    novelty = novelty_of(RNG.normal(size=(3, 20)))
    assert np.isinf(novelty.of(np.full((3, 1), 1e300))).all()
    many = RNG.normal(size=(2, MOST_ROWS + 50))
    assert np.mean(novelty_of(many).of(many) > 1) == pytest.approx(0.01, abs=0.003)


def test_a_file_keeps_it_to_the_bit(tmp_path):
    X = {"a": RNG.normal(size=80), "b": RNG.choice(["p", "q"], 80)}
    model = TabularRegressor(**QUICK).fit(X, X["a"])
    model.save(tmp_path / "m.glassnet")
    np.testing.assert_array_equal(glassnet.load(tmp_path / "m.glassnet").novelty(X), model.novelty(X))
    far = {"a": [0.0, 40.0], "b": ["p", "q"]}
    assert model.novelty(far)[0] < 1 < model.novelty(far)[1]
    model.novelty_ = None
    with pytest.raises(SettingError, match="train anew"):
        model.novelty(X)


def test_text_and_pictures_have_it_too():
    words = RNG.choice([f"word{i}" for i in range(40)], (90, 8))
    text = {"text": [" ".join(row) for row in words], "n": RNG.normal(size=90)}
    model = TabularClassifier(**QUICK, text="text").fit(text, RNG.choice(["u", "v"], 90))
    assert np.mean(model.novelty(text) > 1) < 0.05
    pictures = RNG.integers(100, 140, (40, 6, 6)).astype(np.uint8)
    model = TabularClassifier(**QUICK).fit(pictures, np.arange(40) % 2)
    assert np.mean(model.novelty(pictures) > 1) < 0.1
    assert (model.novelty(pictures // 4) > 1).all()


def test_nonsense_is_refused():
    good = novelty_of(RNG.normal(size=(2, 9))).to_document()
    assert Novelty.from_document(good, 2).to_document() == good
    for change in ({"mean": [0.0]}, {"mean": []}, {"factor": [1.0]}, {"factor": ["x"] * 3}, {"more": 1}):
        with pytest.raises(ModelFileError, match="novelty"):
            Novelty.from_document({**good, **change}, 2)
    with pytest.raises(ModelFileError, match="novelty"):
        Novelty.from_document(good, 3)
