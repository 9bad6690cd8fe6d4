"""What is new in rows to predict is told with its share, and every row gets its prediction."""

import json

import numpy as np
import pytest

from glassnet import workflows


@pytest.fixture
def model(tmp_path):
    lines = ["n,colour,day,rare,y"]
    rng = np.random.default_rng(0)
    for i in range(120):
        n = rng.uniform(0, 10)
        lines.append(f"{n:.3f},{['red', 'green'][i % 2]},2020-{i % 12 + 1:02}-03,{i % 3},{'u' if n > 5 else 'v'}")
    (tmp_path / "t.csv").write_text("\n".join(lines))
    out = tmp_path / "m.glassnet"
    workflows.train_file(tmp_path / "t.csv", "y", hidden=3, epochs=2, random_state=0, categorical="rare", out=out)
    return out


def predicted(model, text, **options):
    path = model.with_name("new.csv")
    path.write_text(text)
    return workflows.predict_file(model, path, **options)


def test_nothing_new_is_no_note(model):
    assert predicted(model, "n,colour,day,rare\n3,red,2020-05-03,1\n4,green,2020-06-03,2\n").notes == []


NEW = [
    ("3,blue,2020-05-03,1", "column 'colour' has values that training lacks: 1 of 4 rows, 25.0%: 'blue'"),
    ("900,red,2020-05-03,1", "column 'n' is far outside of the training rows' "),
    ("3,red,2031-05-03,1", "column 'day' is far outside of the training rows' 2020-01-03 to 2020-12-03: 1 of 4 rows"),
    ("abc,red,2020-05-03,1", "cells that cannot be read as numbers, and count as missing (line 5): 1 of 4 rows"),
    ("3,,2020-05-03,1", "column 'colour' is often empty (0.0% of the training rows): 1 of 4 rows"),
    ("3,red,2020-05-03,7", "column 'rare' has values that training lacks: 1 of 4 rows, 25.0%: '7'"),
]


@pytest.mark.parametrize(("row", "note"), NEW)
def test_what_is_new_is_told(model, row, note):
    usual = "n,colour,day,rare\n" + "3,red,2020-05-03,1\n" * 3
    predictions = predicted(model, usual + row + "\n")
    assert predictions.rows == 4
    (of_column,) = [each for each in predictions.notes if each.startswith("column")]
    assert note in of_column
    assert predictions.new[0].to_document()["share"] == 0.25


def test_rows_that_are_unlike_those_of_the_training_as_a_whole_are_counted(model):
    head, usual, far = "n,colour,day,rare\n", "3,red,2020-05-03,1\n", "300,blue,2031-05-03,7\n"
    (note,) = [each for each in predicted(model, head + usual * 18 + far * 2).notes if "unlike" in each]
    assert note.startswith("2 of 20 rows, 10.0%, are unlike those of the training (of which 1% are)")
    assert not any("unlike" in each for each in predicted(model, head + usual * 19 + far).notes)  # 5 %
    assert not any("unlike" in each for each in predicted(model, head + usual).notes)


def test_evaluate_says_which_share_is_unlike_those_of_the_training(model, glassnet):
    head, usual, far = (
        "n,colour,day,rare,y\n",
        "3,red,2020-05-03,1,v\n4,green,2020-06-03,2,u\n",
        "300,blue,2031-05-03,7,u\n",
    )
    path = model.with_name("new.csv")
    path.write_text(head + usual * 9 + far * 2)
    found = workflows.evaluate_file(model, path)
    assert found.scores.unlike == 0.1
    assert [note for note in found.notes if "unlike" in note] == [
        note for note in predicted(model, path.read_text()).notes if "unlike" in note
    ]
    said = glassnet("evaluate", model, path)
    assert "20, 10.0% of them unlike those of the training (where 1% are)" in said.out
    assert json.loads(glassnet("evaluate", model, path, "--json").out)["unlike"] == 0.1
    path.write_text(head + usual * 9)
    found = workflows.evaluate_file(model, path)
    assert found.scores.unlike == 0
    assert not any("unlike" in each for each in found.notes)


def test_every_row_is_kept_in_its_order(model):
    text = "n,colour,day,rare,y\n" + "9,red,2020-05-03,1,\n,,,,\n1,green,2020-06-03,2,?\nx,red,2020-05-03,1,u\n"
    predictions = predicted(model, text, with_input=True)
    assert predictions.columns["n"][0] == "9"
    assert predictions.columns["colour"][2] == "green"
    assert len(predictions.columns["prediction"]) == 4
    assert predictions.to_csv().splitlines()[0] == "n,colour,day,rare,y,prediction"


def test_a_column_called_prediction_stays(model):
    text = "n,colour,day,rare,prediction\n9,red,2020-05-03,1,old\n"
    predictions = predicted(model, text, ids="prediction", probabilities=True)
    assert list(predictions.columns) == ["prediction", "prediction (2)", "probability u", "probability v"]
    assert predictions.columns["prediction"] == ["old"]


def test_a_missing_column_is_an_error_unless_it_is_allowed(model):
    text = "n,day,rare\n9,2020-05-03,1\n"
    with pytest.raises(ValueError, match="column 'colour' is missing"):
        predicted(model, text)
    predictions = predicted(model, text, allow_missing=True)
    assert predictions.notes[0] == "column 'colour' is missing: empty in every row"
    with pytest.raises(ValueError, match="is missing"):
        predicted(model, "a,b\n1,2\n", allow_missing=True)


def test_the_truth_of_a_row_is_read_beside_targets_that_are_missing(model):
    path = model.with_name("new.csv")
    path.write_text("n,colour,day,rare,y\n9,red,2020-05-03,1,\n1,green,2020-06-03,2,v\n")
    assert workflows.trace_row(model, path, 1).truth is None
    assert workflows.trace_row(model, path, 2).truth == "v"
