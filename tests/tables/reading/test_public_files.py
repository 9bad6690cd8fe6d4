"""Well-known public files are read and prepared as their descriptions say."""

import json
import sys

import numpy as np
import pytest

from commands import run_python
from glassnet.tables import Pictures, Preparation, fit_preparation, imbalance, leaks, read
from shared import shared

# file, target -> samples, columns, notes of the preparation that must be there
TABLES = [
    ("adult-train.csv", "c15", 32561, 14, []),
    ("adult-test.csv", "c15", 16281, 14, []),
    ("telco-churn.csv", "Churn", 7043, 20, ["column 'customerID' has another value in every row"]),
    ("titanic.csv", "survived", 891, 14, []),
    ("penguins.csv", "species", 344, 6, []),
    ("california-housing.csv", "median_house_value", 20640, 9, []),
    ("diamonds.csv", "price", 53940, 9, []),
]


@pytest.mark.parametrize(("name", "target", "m", "n", "notes"), TABLES, ids=[row[0] for row in TABLES])
def test_tables(name, target, m, n, notes):
    data = read(shared(f"data/{name}"), target)
    assert data.X.shape == (m, n)
    preparation = fit_preparation(data.X)
    rows = preparation.transform(data.X)
    assert rows.shape == (m, preparation.n_features)
    assert np.isfinite(rows).all()
    for i in (0, m // 2, m - 1):
        np.testing.assert_array_equal(preparation.transform(data.X.slice(i, 1))[0], rows[i])
    assert Preparation.from_document(json.loads(json.dumps(preparation.to_document()))) == preparation
    for note in notes:
        assert any(note in told for told in preparation.notes)


def test_adult_is_read_by_columns(tmp_path):
    """Nothing is called for each of its 32,561 rows: that is what makes it fast, on whatever machine."""
    path = shared("data/adult-train.csv")
    half = tmp_path / "half.csv"
    half.write_text("".join(path.read_text("utf-8").splitlines(keepends=True)[: 32561 // 2]), "utf-8")
    counts = []
    for each in (path, half, path):  # the first time, since something loads on first use, counts for nothing
        calls = []
        sys.setprofile(lambda frame, event, argument, calls=calls: calls.append(event))
        try:
            data = read(each, "c15")
            fit_preparation(data.X).transform(data.X)
        finally:
            sys.setprofile(None)
        counts.append(len(calls))
    assert counts[2] < counts[1] + 32561 // 4


def test_adult_test_rows_fit_the_training_rows():
    preparation = fit_preparation(read(shared("data/adult-train.csv"), "c15").X)
    rows = preparation.transform(read(shared("data/adult-test.csv"), "c15").X)
    assert rows.shape == (16281, preparation.n_features)


def test_telco_blanks():
    data = read(shared("data/telco-churn.csv"), "Churn")
    assert data.X["TotalCharges"].null_count == 11
    assert "TotalCharges=(missing)" in fit_preparation(data.X).feature_names


def test_titanic_has_a_leak():
    data = read(shared("data/titanic.csv"), "survived")
    assert [note.split("'")[1] for note in leaks(data.X, data.y)] == ["alive"]
    assert imbalance(data.y) is None


@pytest.mark.parametrize(("name", "m", "first"), [("train_catvnoncat.h5", 209, 17), ("test_catvnoncat.h5", 50, 158)])
def test_cats(name, m, first):
    data = read(shared(f"data/{name}"))
    assert isinstance(data.X, Pictures)
    assert (len(data), data.X.describe(), data.y.shape) == (m, "64 x 64 x 3 = 12288", (m,))
    rows = fit_preparation(data.X).transform(data.X)
    assert rows[0, 0] == np.float32(first) / np.float32(255)


def test_mnist():
    data = read(shared("data/mnist.npz"))
    assert (len(data), len(data.test), data.X.describe()) == (60000, 10000, "28 x 28 x 1 = 784")
    assert np.bincount(data.test.y).tolist() == [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]


def test_importing_is_cheap():
    loaded = run_python("import json, sys, glassnet.tables; print(json.dumps(list(sys.modules)))")
    assert not {"pyarrow", "PIL", "h5py", "pandas", "polars"} & set(loaded)
