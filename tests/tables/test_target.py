"""The target of a file: spelled numbers, labels, and rows in which it is not known."""

import json

import numpy as np
import pytest

from glassnet.errors import DataError, ModelFileError
from glassnet.tables import read
from glassnet.tables.target import labels_as_trained

M = 40
WORDS = ["a", "b", "c", "d"]


def dataset(tmp_path, targets, **known):
    path = tmp_path / "data.csv"
    rows = [f'{k},{WORDS[k % 4]},"{target}"' for k, target in enumerate(targets)]
    path.write_text("n,word,y\n" + "\n".join(rows) + "\n", "utf-8")
    return read(path, "y", **known)


@pytest.mark.parametrize(
    ("write", "kind"),
    [
        ("${:,.2f}", "f"),
        ("{:.1f}%", "f"),
        ("{:.2f} km", "f"),
        ("${:,.0f}", "f"),
        ("{:.3e}", "f"),
        ("{:.0f}", "i"),
        (" {:.0f} ", "i"),
    ],
)
def test_numbers(tmp_path, write, kind):
    numbers = [1000.5 + 321 * k for k in range(M)]
    data = dataset(tmp_path, [write.format(number) for number in numbers])
    assert data.y.dtype.kind == kind
    np.testing.assert_allclose(data.y, numbers, rtol=1e-3)


def test_german_numbers(tmp_path):
    data = dataset(tmp_path, [f"{k}.234,5" for k in range(1, M)])
    np.testing.assert_allclose(data.y, [1000 * k + 234.5 for k in range(1, M)])
    assert any(note.startswith("target 'y' is written like") and "decimal sign" in note for note in data.notes)


@pytest.mark.parametrize(
    ("cells", "y"),
    [
        (["yes", " yes", "no", "no "], ["yes", "no"]),
        (["1", "1.0", "2", "2.0"], [1, 2]),
        (["0.0", "1.0"], [0, 1]),
        (["None", "Mild"], ["None", "Mild"]),
        (["NA", "EU", "AS"], ["NA", "EU", "AS"]),
        (["-", "+"], ["-", "+"]),
        (["<=50K", ">50K"], ["<=50K", ">50K"]),
        (["True", "False"], [True, False]),
        (["01", "02"], ["01", "02"]),
        (["S", "M", "1", "2"], ["S", "M", "1", "2"]),
        (["Jan", "Feb"], ["Jan", "Feb"]),
        (["是", "否"], ["是", "否"]),
    ],
)
def test_labels(tmp_path, cells, y):
    data = dataset(tmp_path, cells * 10)
    assert sorted(map(str, set(data.y.tolist()))) == sorted(map(str, y))
    assert len(data) == len(data.y) == 10 * len(cells)
    if isinstance(y[0], int) and not isinstance(y[0], bool):
        assert data.y.dtype.kind == "i"


@pytest.mark.parametrize("mark", ["", "?", "NaN", "NA", "#N/A", "null"])
@pytest.mark.parametrize("targets", [["u", "v"] * 20, [f"{k}.5" for k in range(M)]], ids=["labels", "numbers"])
def test_rows_without_a_target_are_left_out(tmp_path, mark, targets):
    targets[3] = targets[30] = mark
    data = dataset(tmp_path, targets)
    kept = [k for k in range(M) if k not in (3, 30)]
    assert data.X["n"].to_pylist() == kept
    assert data.lines.tolist() == [k + 2 for k in kept]
    assert [str(y) for y in data.y] == [targets[k] for k in kept]
    (note,) = (note for note in data.notes if "left out" in note)
    assert note.startswith("target 'y': 2 rows of 40 without a target left out (lines 5, 32: ")


def test_a_target_that_is_no_number_leaves_its_row_out(tmp_path):
    targets = [f"{k}.5" for k in range(M)]
    targets[7], targets[20] = "oops", "12O"
    data = dataset(tmp_path, targets)
    assert data.y.dtype.kind == "f"
    assert len(data) == M - 2
    assert "target 'y': 2 rows of 40 whose target is no number left out (lines 9, 22: 'oops', '12O')." in data.notes


def test_every_target_missing(tmp_path):
    with pytest.raises(DataError, match=r"target column 'y' has no cell of 40 that is known: its cells hold '', '\?'"):
        dataset(tmp_path, ["", "?"] * 20)


def test_rows_to_predict_need_no_target(tmp_path):
    data = dataset(tmp_path, ["u", "", "v", "u"], require_target=False)
    assert data.y is None
    assert data.X.column_names == ["n", "word"]
    assert len(data) == 4


def test_the_target_of_another_file_is_read_alike(tmp_path):
    first = dataset(tmp_path, [f"{k}.234,5" for k in range(1, M)])
    assert json.loads(first.reading["target_format"]) == {"kind": "number", "decimal": ",", "thousands": "."}
    alike = {"target_format": first.reading["target_format"]}
    assert dataset(tmp_path, ["1.234", "2"], **alike).y.tolist() == [1234, 2]
    assert dataset(tmp_path, ["1.234", "2.345"]).y.tolist() == [1.234, 2.345]
    labels = dataset(tmp_path, ["None", "Mild"] * 10)
    alike = {"target_format": labels.reading["target_format"]}
    assert dataset(tmp_path, ["Mild", "None", "NA"], **alike).y.tolist() == ["Mild", "None"]
    assert "target_format" not in dataset(tmp_path, ["1", "2"] * 10).reading
    with pytest.raises(ModelFileError, match="target_format: expected entries by name"):
        dataset(tmp_path, ["1", "2"], target_format="nonsense")


def test_labels_that_differ_in_capital_letters(tmp_path):
    data = dataset(tmp_path, ["Yes", "yes", "no", "No "] * 10)
    assert len(np.unique(data.y)) == 4
    told = (
        "target 'y' has labels that differ in capital letters alone, each a class of its own: 'No' and 'no'; 'Yes' and"
    )
    assert any(note.startswith(told) for note in data.notes)


def test_dates_are_no_target(tmp_path):
    with pytest.raises(
        DataError, match=r"target column 'y' holds dates such as '2020-01-01'.*a date is estimated as a number"
    ):
        dataset(tmp_path, [f"2020-{1 + k // 28:02d}-{1 + k % 28:02d}" for k in range(M)])


@pytest.mark.parametrize(
    ("y", "classes", "expected", "told"),
    [
        ([">50K.", "<=50K."], ["<=50K", ">50K"], [">50K", "<=50K"], True),
        ([">50K", "<=50K"], ["<=50K", ">50K"], [">50K", "<=50K"], False),
        ([1, 2], ["1", "2", "a"], ["1", "2"], False),
        (["b"], ["a", "c"], ["b"], False),
        ([0, 1], [0, 1, 2], [0, 1], False),
        (["b.", "x"], ["a", "b"], ["b.", "x"], False),
    ],
)
def test_labels_of_another_file(y, classes, expected, told):
    found, notes = labels_as_trained(np.array(y), np.array(classes))
    assert found.tolist() == expected
    assert bool(notes) == told
