"""Choices of columns reach the model, are kept in its file, and need not be said again."""

from dataclasses import replace

import numpy as np
import pytest

from glassnet import load, read, workflows
from glassnet.errors import DataError, SettingError
from glassnet.tables import Pictures

CHOICES = {
    "drop": ({"drop": ["price,old"]}, lambda model: "price,old" not in _used(model)),
    "drop, as a list": ({"drop": "price,old,zip"}, lambda model: not {"price,old", "zip"} & _used(model)),
    "categorical": ({"categorical": ["zip"]}, lambda model: _kind(model, "zip") == "category"),
    "number": ({"number": "zip"}, lambda model: _kind(model, "zip") == "number"),
    "kinds": ({"kinds": ["zip=category"]}, lambda model: _kind(model, "zip") == "category"),
    "date": ({"date": "day"}, lambda model: _kind(model, "day") == "date"),
    "date and format": ({"date": ["day=%Y-%m-%d"]}, lambda model: _kind(model, "day") == "date"),
    "missing": ({"missing": ["3"]}, lambda model: model.preparation_.missing == ("3",)),
    "weight": ({"sample_weight": "w"}, lambda model: "w" not in model.preparation_.source),
    "group": ({"group": "patient"}, lambda model: model.source_.group == "patient"),
    "id": ({"ids": "patient,day"}, lambda model: model.source_.id == ("patient", "day")),
    "time": ({"time": "day"}, lambda model: "day" in model.preparation_.source),
}


@pytest.mark.parametrize("name", CHOICES)
def test_a_choice_holds_in_the_model_and_its_file(name, trained, patients):
    options, holds = CHOICES[name]
    outcome, path = trained(**options)
    assert holds(outcome.model)
    model = load(path)
    assert holds(model)
    assert model.source_ == outcome.model.source_
    again = load(path)
    again.save(path)
    assert load(path).source_ == model.source_
    first = workflows.predict_file(path, patients)
    assert first.rows == 150
    scores = workflows.evaluate_file(path, patients).scores
    assert replace(scores, unlike=None) == outcome.scores["test"]  # which does not look for rows that are unlike


def test_marks_of_missing_cells_count_in_rows_to_predict(trained, patients, tmp_path):
    _, path = trained(missing=["n.b."], ids="patient")
    lines = patients.read_text("utf-8").splitlines()
    cells = lines[1].split(";")
    cells[3] = "n.b."
    new = tmp_path / "new.csv"
    new.write_text("\n".join([lines[0], ";".join(cells)]), "utf-8")
    predictions = workflows.predict_file(path, new)
    assert predictions.columns["patient"] == ["P0"]
    assert not any("cannot be read" in note for note in predictions.notes)


def test_rows_of_one_group_are_in_one_part(trained, patients):
    outcome, path = trained(group="patient")
    dataset = read(patients, "kind")
    rows = workflows.evaluation.test_rows(load(path), read(patients, "kind", typed=False))
    test = set(np.array(dataset.X["patient"].to_pylist())[rows])
    train = set(np.delete(np.array(dataset.X["patient"].to_pylist()), rows))
    assert not test & train
    assert len(rows) == outcome.parts["test"]


def test_the_test_rows_are_the_latest(trained, patients):
    _, path = trained(time="day")
    rows = workflows.evaluation.test_rows(load(path), read(patients, "kind", typed=False))
    np.testing.assert_array_equal(np.sort(rows), np.arange(120, 150))


def test_evaluating_the_training_file_scores_the_rows_it_did_not_see(trained, patients, tmp_path):
    outcome, path = trained()
    found = workflows.evaluate_file(path, patients)
    assert found.scores.rows == outcome.parts["test"] == 30
    assert "30 of 150 rows that were kept for the test" in found.notes[0]
    copy = tmp_path / "other.csv"
    copy.write_bytes(patients.read_bytes() + b"\n")
    assert workflows.evaluate_file(path, copy).scores.rows == 150  # another file: all of it
    _, path = trained(test=0)
    assert "trained on these rows" in workflows.evaluate_file(path, patients).notes[0]


def test_a_test_file_is_scored(trained, patients, tmp_path):
    lines = patients.read_text("utf-8").splitlines()
    other = tmp_path / "test.csv"
    other.write_text("\n".join(lines[:41]), "utf-8")
    outcome, _ = trained(test_file=other, drop="price,old", ids="patient")
    assert outcome.parts == {"training": 150, "test": 40}
    with pytest.raises(SettingError, match="give one of them"):
        trained(test_file=other, test=0.1)
    other.write_text("\n".join(line.replace(";dose", ";dosis") for line in lines[:41]), "utf-8")
    with pytest.raises(DataError, match="lacks the column 'dose'"):
        trained(test_file=other)


def test_another_separator_header_or_encoding_is_found_again(trained, patients, tmp_path):
    _, path = trained(drop="price,old")
    text = patients.read_text("utf-8").replace(";", "\t")
    (tmp_path / "new.csv").write_text(text, "utf-16")
    assert workflows.predict_file(path, tmp_path / "new.csv").rows == 150


def test_a_resumed_training_keeps_the_choices(trained, patients, tmp_path):
    _, path = trained(group="patient", ids="zip", drop="price,old", sample_weight="w")
    more = workflows.train_file(patients, resume=path, epochs=4, out=tmp_path / "more.glassnet")
    assert more.model.source_.group == "patient"
    assert more.model.source_.id == ("zip",)
    assert more.model.sample_weight_name_ == "w"
    assert "price,old" not in _used(more.model)


def test_pictures_have_no_columns(tmp_path):
    images = np.zeros((4, 3, 3, 1), np.uint8)
    np.savez(tmp_path / "p.npz", x=images, y=np.array([0, 1, 0, 1]))
    assert isinstance(read(tmp_path / "p.npz", "y").X, Pictures)
    with pytest.raises(SettingError, match="choices of columns are for tables"):
        workflows.train_file(tmp_path / "p.npz", drop="x")


def _used(model):
    return {column.name for column in model.preparation_.columns}


def _kind(model, name):
    return next(column.kind for column in model.preparation_.columns if column.name == name)
