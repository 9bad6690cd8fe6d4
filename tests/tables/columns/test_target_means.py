"""Columns of many categories: their means by hand, no row reads its own target, files keep them."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet import TabularClassifier, TabularRegressor, load
from glassnet.errors import ModelFileError
from glassnet.tables import Preparation, as_table, fit_preparation
from glassnet.tables.columns.target_means import PRIOR, TargetMeans


def column(cells):
    return as_table({"c": cells}).column("c")


def many(rng, m, n_values):
    """Return m cells of many values, and the place of each."""
    place = rng.integers(n_values, size=m)
    return [f"v{k}" for k in place], place


def test_means_by_hand():
    y = np.array([[1.0], [2.0], [3.0], [10.0]])
    fitted = TargetMeans.of("c", column(["a", "a", "a", "b"]), y)
    assert fitted.values == ("a",)  # one row says nothing
    centred = (y - y.mean()) / y.std()
    assert fitted.means[0][0] == pytest.approx(centred[:3].sum() / (3 + PRIOR))
    out = np.empty((3, 1))
    fitted.fill(column(["a", "unseen", None]), out)
    assert out[:, 0].tolist() == [fitted.means[0][0], 0, 0]


def test_training_rows_by_hand():
    rng = np.random.default_rng(1)
    cells, place = many(rng, 40, 6)
    y = rng.standard_normal((40, 2))
    fitted = TargetMeans.of("c", column(cells), y)
    out = np.empty((40, 2))
    fitted.fill(column(cells), out, y)
    fold = np.random.default_rng(0).permutation(40) % 5
    for i in range(40):
        others = fold != fold[i]
        same = others & (place == place[i])
        centred = (y - y[others].mean(axis=0)) / y[others].std(axis=0)
        expected = centred[same].sum(axis=0) / (same.sum() + PRIOR)
        np.testing.assert_allclose(out[i], expected if f"v{place[i]}" in fitted.values else 0, rtol=1e-12, atol=1e-15)


@given(st.integers(0, 2**32 - 1))
def test_no_training_row_reads_its_own_target(seed):
    rng = np.random.default_rng(seed)
    m = int(rng.integers(5, 60))
    cells = column(many(rng, m, 8)[0])
    y = rng.standard_normal((m, 1))
    fitted = TargetMeans.of("c", cells, y)
    if fitted is None:
        return
    before, after = np.empty((2, m, 1))
    fitted.fill(cells, before, y)
    i = int(rng.integers(m))
    y[i] += 100
    fitted.fill(cells, after, y)
    assert before[i] == after[i]


def test_labels_without_rhyme_are_not_learned_by_heart():
    """Four rows for each value: means of all rows would tell every label; those of the other folds tell none."""
    rng = np.random.default_rng(0)
    cells = [f"v{k}" for k in rng.permutation(np.repeat(np.arange(300), 4))]
    X, y = {"c": cells}, rng.integers(2, size=(1200, 1))
    preparation = fit_preparation(X, y)
    means = [j for j, name in enumerate(preparation.feature_names) if "mean target" in name]
    in_training, in_sample = preparation.transform(X, targets=y)[:, means], preparation.transform(X)[:, means]
    assert np.corrcoef(in_sample[:, 0], y[:, 0])[0, 1] > 0.4
    assert abs(np.corrcoef(in_training[:, 0], y[:, 0])[0, 1]) < 0.1


@pytest.mark.long
def test_many_categories_are_learned_where_targets_hang_on_them():
    rng = np.random.default_rng(0)
    cells, place = many(rng, 3000, 600)
    y = rng.standard_normal(600)[place] + 0.1 * rng.standard_normal(3000)
    model = TabularRegressor(preset="fast", random_state=0, engine="numpy").fit({"c": cells[:2500]}, y[:2500])
    assert model.score({"c": cells[2500:]}, y[2500:]) > 0.7
    assert "the mean target for each value" in model.notes_[0]


@pytest.mark.parametrize("classes", [2, 3, 12])
def test_classes_have_a_mean_each_unless_they_are_many(classes, tmp_path):
    rng = np.random.default_rng(0)
    cells, place = many(rng, 900, 200)
    X, y = {"c": cells, "x": rng.standard_normal(900)}, place % classes
    model = TabularClassifier(hidden=4, epochs=2, random_state=0).fit(X, y)
    names = [name for name in model.preparation_.feature_names if "mean" in name]
    assert len(names) == {2: 1, 3: 3, 12: 0}[classes]
    model.save(tmp_path / "m.glassnet")
    again = load(tmp_path / "m.glassnet")
    assert again.preparation_ == model.preparation_
    np.testing.assert_array_equal(again.predict_proba(X), model.predict_proba(X))


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"means": [[0.1]]}, "need as many means"),
        ({"means": [[0.1], [0.1, 0.2]]}, "all of one length"),
        ({"means": [[], []]}, "all of one length"),
        ({"means": [["x"], [0.0]]}, "finite numbers"),
        ({"values": [], "means": []}, "need as many means"),
        ({"name": "other"}, "in source"),
    ],
)
def test_a_damaged_document_is_refused(damage, words):
    document = {"kind": "table", "source": ["c"], "notes": [], "columns": [
        {"kind": "target means", "name": "c", "values": ["a", "b"], "means": [[0.1], [0.2]]}]}  # fmt: skip
    read = Preparation.from_document(document)
    assert read.columns == (TargetMeans("c", ("a", "b"), ((0.1,), (0.2,))),)
    assert read.to_document() == document
    document["columns"][0] |= damage
    with pytest.raises(ModelFileError, match=words):
        Preparation.from_document(document)
