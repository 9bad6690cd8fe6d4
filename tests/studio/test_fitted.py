"""Fitted models: what the page is told of a row is what the model's own functions and `predict_file` say."""

import csv
import json

import numpy as np
import pytest

import glassnet
from glassnet import Network, TabularClassifier, TabularRegressor, workflows
from glassnet.explain import contributions
from glassnet.studio import views
from glassnet.studio.exports import EXPORTS
from glassnet.studio.fitted_arrays import FittedArrays
from glassnet.studio.fitted_table import COMPARED, FittedTable
from glassnet.studio.looked_at import LookedAt
from glassnet.studio.opening import opened
from glassnet.studio.refused import RefusedError
from glassnet.studio.spec import complete
from glassnet.studio.tables import Tables
from glassnet.tables import Pictures, rows_at
from glassnet.workflows.models import open_model, read_for

COLUMNS = ["age", "kind", "since", "said", "name, with = signs"]
QUICK = {"preset": "fast", "epochs": 3, "random_state": 0, "text": "said"}


def table(path, m=160, target="bought"):
    """Write a table of all kinds of columns, with missing cells and odd names."""
    rng = np.random.default_rng(0)
    age, kind = rng.integers(18, 80, m), rng.choice(["cat", "dog", "owl"], m)
    since = np.datetime64("2020-01-01") + rng.integers(0, 900, m)
    said = rng.choice(["good dog", "a good cat here", "what an owl", "no"], m)
    more = rng.normal(size=m)
    number = 3 * age + 10 * (kind == "owl") + more
    truth = np.where(number > np.median(number), "yes", "no") if target == "bought" else number.round(2)
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow([*COLUMNS, target])
        for row in zip(age, kind, since, said, more.round(4), truth, strict=True):
            cells = list(map(str, row))
            if rng.random() < 0.1:
                cells[rng.integers(5)] = ""
            writer.writerow(cells)
    return path


@pytest.fixture(scope="module", params=["bought", "price"])
def fitted(request, tmp_path_factory):
    """Return a fitted model's file, its data, and both as the page has them."""
    folder = tmp_path_factory.mktemp("fitted")
    data, model = table(folder / "t.csv", target=request.param), folder / "m.glassnet"
    workflows.train_file(data, request.param, out=model, **QUICK)
    return model, data, FittedTable.of(open_model(model), "m.glassnet", data, model)


def test_what_only_a_training_has_is_refused_for_a_fitted_model(fitted):
    session = LookedAt(complete({}), fitted[2])
    for kind in ("python", "report"):
        with pytest.raises(RefusedError, match="fitted model"):
            EXPORTS[kind].make(session, Tables(), "en")


def test_the_gradient_of_a_fitted_model_is_checked(fitted):
    assert views.check(LookedAt(complete({}), fitted[2]))["passed"]


def predicted(model, data, i, edits, path, **asked):
    """Return what `predict_file` says of row i of a file in which it was edited, and the row as a model takes it."""
    with data.open(newline="") as file:
        rows = list(csv.DictReader(file))
    rows[i] |= {name: "" if cell is None else cell for name, cell in edits.items()}
    with path.open("w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows(rows)
    found = workflows.predict_file(model, path, **asked)
    loaded = open_model(model)
    row = rows_at(read_for(loaded, path, None, require_target=False).X, np.array([i]))
    return {name: column[i] for name, column in found.columns.items()}, row.select(COLUMNS)


EDITS = [
    {},
    {"age": "33.5", "kind": "owl"},
    {"since": "2021-03-04"},
    {"said": "good owl", "name, with = signs": "-0.25"},
    {"age": None, "kind": None, "since": None, "said": None},
    {"kind": "fox"},
]


@pytest.mark.parametrize("edits", EDITS)
def test_an_edited_row_is_answered_as_the_same_row_of_a_file(fitted, tmp_path, edits):
    model, data, page = fitted
    classes = page.target == "bought"
    found = page.answer(7, edits, 0.8, 0)
    asked, row = predicted(model, data, 7, edits, tmp_path / "t.csv", interval=0.8, probabilities=classes)
    loaded = glassnet.load(model)
    assert found["prediction"] == loaded.predict(row)[0]
    if classes:
        no, yes = loaded.predict_proba(row)[0].tolist()
        assert found["probabilities"] == [["no", no], ["yes", yes]]
        assert tuple(found["set"]) == asked["set"]
        assert found["probabilities"][1][1] == pytest.approx(asked["probability yes"], rel=1e-5)
    else:
        assert found["interval"] == loaded.predict_interval(row, 0.8)[0].tolist()
        assert found["prediction"] == pytest.approx(asked["prediction"])
    assert json.dumps(found, allow_nan=False)


@pytest.mark.parametrize("edits", EDITS[:3])
def test_contributions_and_novelty_are_those_of_the_model(fitted, edits):
    _, _, page = fitted
    found, row = {**page.answer(3, edits, 0.9, 0), **page.why(3, edits)}, page.row(3, edits)
    (expected,) = contributions(page.model, row, page.rows, rows=COMPARED)
    shown = found["contributions"]
    assert (shown["value"], shown["base"], shown["error"]) == (expected.value, expected.base, expected.error)
    assert [(e["name"], e["value"]) for e in shown["columns"]] == [(e.column, e.value) for e in expected.columns]
    assert found["novelty"] == page.model.novelty(row)[0]
    assert found["unlike"] == (found["novelty"] > 1)


def test_cells_are_shown_as_they_are_read_and_answer_alike_when_they_are_written_back(fitted):
    _, data, page = fitted
    with data.open(newline="") as file:
        rows = list(csv.DictReader(file))
    for i in (0, 5, 31):
        cells = page.cells(i)
        assert list(cells) == COLUMNS
        for name, cell in cells.items():
            assert (cell is None) == (rows[i][name] == "")
            if cell is not None and name in ("kind", "said", "since"):
                assert cell == rows[i][name]
        assert page.answer(i, cells, 0.9, 0)["prediction"] == page.answer(i, {}, 0.9, 0)["prediction"]


def test_each_network_is_looked_at_with_its_own_numbers(fitted):
    _, _, page = fitted
    whole = page.network.astype("float64").forward(page.X)
    session = LookedAt(complete({}), page)
    found = page.answer(4, {"age": "60"}, 0.9, 1)
    for k in range(page.n_networks):
        session.show(k)
        assert session.net.n_networks is None
        assert np.allclose(session.net.forward(session.data.X), whole[k], rtol=1e-12, atol=1e-14)
        alone = page.network.astype("float64").forward(page.prepared_row(page.row(4, {})))[k].T
        assert page.answer(4, {}, 0.9, k)["networks"][k]["prediction"] == page.model.target_.decode(alone)[0]
        assert json.dumps(views.state(session), allow_nan=False)
    session.show(1)
    sample = views.sample(session, 4, found["inputs"])  # the glass follows the edited row
    assert sample["prediction"] == pytest.approx(found["networks"][1]["prediction"])


def test_a_fitted_model_stays_as_it_was_fitted(fitted):
    session = LookedAt(complete({}), fitted[2])
    before = session.net.vector.copy()
    session.advance(5)
    session.next_part()
    for given in ({"array": "W1", "value": 1}, {"settings": {"l2": 1}}, {"undo": True}):
        with pytest.raises(RefusedError, match="looked at"):
            session.change(given)
    assert np.array_equal(session.net.vector, before)
    for k in (-1, 99, "1", None, True):
        with pytest.raises(RefusedError):
            session.show(k)


@pytest.mark.parametrize(
    ("i", "cells", "field"),
    [
        (0, {"age": "old"}, "cells.age"),
        (0, {"since": "some day"}, "cells.since"),
        (0, {"age": 3}, "cells.age"),
        (0, {"price of eggs": "3"}, "cells"),
        (0, ["age"], "cells"),
        (160, {}, "i"),
        (-1, {}, "i"),
        ("0", {}, "i"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_field(fitted, i, cells, field):
    with pytest.raises(RefusedError) as refused:
        fitted[2].answer(i, cells, 0.9, 0)
    assert refused.value.field == field


def test_without_data_there_is_a_row_of_typical_values(fitted):
    model, _, page = fitted
    alone = FittedTable.of(open_model(model), "m.glassnet", None, model)
    cells = alone.cells(0)
    ages = [float(page.cells(i)["age"]) for i in range(page.m) if page.cells(i)["age"]]
    assert abs(float(cells["age"]) - np.median(ages)) < 5  # that of the training rows
    assert cells["since"].startswith("2021")
    assert cells["kind"] == "cat"
    found, why = alone.answer(0, {"age": "40"}, 0.9, 0), alone.why(0, {})
    assert why["contributions"] is None
    assert "data" in why["no_contributions"]["text"]
    assert found["prediction"] == page.model.predict(alone.row(0, {"age": "40"}))[0]
    assert alone.form()["is_typical"]


def test_rows_that_were_kept_for_the_test_are_known_again(fitted):
    model, data, page = fitted
    evaluation = workflows.evaluate_file(model, data)
    assert evaluation.scores.rows == len(page.test)
    session = LookedAt(complete({}), page)
    assert len(session.test) == len(page.test)


def test_data_without_a_target_are_answered_too(fitted, tmp_path):
    model, data, page = fitted
    with data.open(newline="") as file:
        rows = [row[:-1] for row in csv.reader(file)]
    path = tmp_path / "new.csv"
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(rows)
    found = FittedTable.of(open_model(model), "m", path, model)
    assert found.y is None
    assert found.answer(3, {}, 0.9, 0)["prediction"] == page.answer(3, {}, 0.9, 0)["prediction"]
    assert any("no target" in note for note in found.data(0).notes)


@pytest.mark.parametrize("name", ["classes", "numbers", "network"])
def test_models_of_plain_numbers_answer_as_they_do_in_python(tmp_path, name):
    rng = np.random.default_rng(1)
    X = rng.normal(size=(40, 3))
    y = X[:, 0] - X[:, 1] if name == "numbers" else (X[:, 0] > 0).astype(int)
    path, data = tmp_path / "m.glassnet", tmp_path / "d.csv"
    if name == "network":
        model = Network([3, 4, 1], seed=0)
        model.fit(X.T, y[None], epochs=3)
    else:
        kind = glassnet.MLPClassifier if name == "classes" else glassnet.MLPRegressor
        model = kind(hidden_layer_sizes=(5,), solver="lbfgs", max_iter=5000, random_state=0).fit(X, y)
    model.save(path)
    lines = ["a,b,c,y", *(",".join(map(repr, map(float, row))) + f",{t}" for row, t in zip(X, y, strict=True))]
    data.write_text("\n".join(lines))
    tables = Tables()
    page = tables.models.of(opened(tables, path, data, "y").spec["source"])
    assert isinstance(page, FittedArrays)
    x = X[[6]].copy()
    x[0, 1] = 0.625
    found = page.answer(6, {"b": "0.625"}, 0.9, 0)
    if name == "network":
        assert found["prediction"] == model.forward(x.T)[:, 0].tolist()
    else:
        assert found["prediction"] == (str(model.predict(x)[0]) if name == "classes" else model.predict(x)[0])
    if name == "classes":
        assert [p for _, p in found["probabilities"]] == model.predict_proba(x)[0].tolist()
    with pytest.raises(RefusedError):
        page.answer(6, {"b": "x"}, 0.9, 0)
    session = LookedAt(complete({}), page)
    assert json.dumps(views.state(session), allow_nan=False)
    alone = opened(tables, path, None, None)
    assert tables.models.of(alone.spec["source"]).cells(0)["x1"] == "0"


def test_models_of_pictures_are_looked_at(tmp_path):
    rng = np.random.default_rng(0)
    images = rng.integers(0, 256, (24, 6, 5, 3), dtype=np.uint8)
    y = np.repeat(["dark", "light"], 12)
    images[12:] //= 3
    model = TabularClassifier(hidden=4, epochs=2, random_state=0).fit(Pictures(images), y)
    path, data = tmp_path / "m.glassnet", tmp_path / "d.npz"
    model.save(path)
    np.savez(data, X=images, y=y)
    page = FittedTable.of(open_model(path), "m", data, path)
    assert page.fields == []
    found = page.answer(3, {}, 0.9, 0)
    assert found["prediction"] == model.predict(Pictures(images[3:4]))[0]
    assert page.data(0).picture == (6, 5, 3)


def test_a_regressor_that_learned_logarithms_is_shown_in_them(tmp_path):
    rng = np.random.default_rng(3)
    X = rng.normal(size=(120, 2))
    y = np.exp(2 * X[:, 0] + 0.1 * rng.normal(size=120))
    model = TabularRegressor(preset="fast", epochs=4, random_state=0).fit(X, y)
    path = tmp_path / "m.glassnet"
    model.save(path)
    page = FittedTable.of(open_model(path), "m", None, path)
    assert page.data(0).target.startswith("log ") == model.target_.log


def test_long_tables_are_shown_in_part(tmp_path, monkeypatch):
    monkeypatch.setattr("glassnet.studio.fitted_table.MOST_ROWS", 50)
    data, model = table(tmp_path / "t.csv"), tmp_path / "m.glassnet"
    workflows.train_file(data, "bought", out=model, **QUICK)
    page = FittedTable.of(open_model(model), "m", data, model)
    assert page.m == 50
    assert len(page.y) == 50
    whole = FittedTable.of
    monkeypatch.undo()
    every = whole(open_model(model), "m", data, model)
    some = np.sort(np.random.default_rng(0).choice(every.m, 50, replace=False))
    assert page.rows.equals(rows_at(every.rows, some))
    assert page.test.tolist() == [j for j, i in enumerate(some) if i in every.test]
