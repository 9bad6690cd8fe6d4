"""Served answers are those of `predict`, by either way; wrong rows are named; many requests at once change nothing."""

import asyncio
import json

import numpy as np
import pytest

from needs import need
from serve.conftest import rows_of, table


@pytest.fixture(autouse=True)
def libraries():
    need("starlette")
    need("prometheus_client")


PLAIN = ["two classes", "three classes", "numbers", "one network"]


def asked(client, rows, status=200, **more):
    answer = client.post("/predict", json={"rows": rows, **more})
    assert answer.status_code == status, answer.text
    return answer.json()


def new_rows(seed, m, name):
    columns = table(np.random.default_rng(seed), m)
    columns["city"][0] = "a city that was never seen"
    if name == "dates":
        columns["day"] = [None, "2021-03-04", *["2020-12-31"] * (m - 2)]
    return columns


def agree(answers, model, columns):
    if hasattr(model, "predict_proba"):
        np.testing.assert_allclose(answers["probabilities"], model.predict_proba(columns), rtol=1e-11, atol=1e-13)
        assert answers["classes"] == model.classes_.tolist()
        assert answers["predictions"] == model.predict(columns).tolist()
    else:
        np.testing.assert_allclose(answers["predictions"], model.predict(columns), rtol=1e-11)


@pytest.mark.parametrize("name", [*PLAIN, "dates"])
@pytest.mark.parametrize("m", [2, 40, 300])
def test_answers_are_those_of_predict(client, models, name, m):
    columns = new_rows(m, m, name)
    agree(asked(client(name), rows_of(columns)), models[name], columns)


@pytest.mark.parametrize("name", PLAIN)
def test_a_row_alone_gets_the_answer_that_it_gets_among_others(client, models, name):
    from glassnet.serve.predictor import Predictor

    assert Predictor(models[name]).plain is not None
    columns = new_rows(7, 12, name)
    for i, row in enumerate(rows_of(columns)):
        agree(asked(client(name), [row]), models[name], {each: cells[i : i + 1] for each, cells in columns.items()})


@pytest.mark.parametrize("name", PLAIN)
@pytest.mark.parametrize("cell", [None, 1e300, -1e300, 0, 3, True])
def test_numbers_far_outside_and_truth_values(client, models, name, cell):
    row = {"age": cell, "rooms": cell, "colour": None, "city": "", "is new": cell}
    columns = {each: [value] for each, value in row.items()}
    agree(asked(client(name), [row]), models[name], columns | {"age": [cell if cell is None else float(cell)]})


@pytest.mark.parametrize("text", ["red", " red ", "", "NA", "n/a", "rot", "ré", "7"])
def test_texts_are_read_as_in_training(client, models, text):
    row = {"age": 30.5, "rooms": 2, "colour": text, "city": text, "is new": False}
    agree(asked(client("three classes"), [row]), models["three classes"], {each: [cell] for each, cell in row.items()})


def test_intervals_and_sets(client, models):
    columns = new_rows(3, 5, "numbers")
    low_high = asked(client("numbers"), rows_of(columns), interval=0.8)["intervals"]
    np.testing.assert_allclose(low_high, models["numbers"].predict_interval(columns, 0.8), rtol=1e-9)
    found = asked(client("two classes"), rows_of(columns), interval=0.9)
    sets = models["two classes"].predict_set(columns, 0.9)
    assert found["sets"] == [models["two classes"].classes_[each].tolist() for each in sets]
    refused = asked(client("one network"), rows_of(columns), 422, interval=0.9)
    assert refused["error"].startswith("interval: this model has none")


def test_contributions_add_up(client):
    background = table(np.random.default_rng(2), 60)
    columns = new_rows(4, 3, "numbers")
    found = asked(client("numbers", background=background), rows_of(columns), contributions=True)["contributions"]
    for each in found:
        assert sum(each["columns"].values()) == pytest.approx(each["value"] - each["base"], rel=2e-3)
    assert "start it with --rows" in asked(client("numbers"), rows_of(columns), 422, contributions=True)["error"]


# ---------------------------------------------------------------- wrong rows
RIGHT = {"age": 30.5, "rooms": 2, "colour": "red", "city": "city 1", "is new": False}
WRONG = [
    ({"age": "30"}, "age", "expected a number, or null where it is missing; got '30'"),
    ({"age": [1]}, "age", "got a list"),
    ({"age": 10**400}, "age", "within ±1.8e308"),
    ({"colour": 1.5}, "colour", "expected text, a whole number, true or false"),
    ({"colour": {"a": 1}}, "colour", "got an object"),
    ({"colour": 10**30}, "colour", "at most 18 digits"),
    ({"color": "red"}, "color", "is no column of the model (did you mean 'colour'?)"),
]


@pytest.mark.parametrize(("change", "column", "why"), WRONG)
def test_a_wrong_cell_is_named_with_row_column_and_reason(client, change, column, why):
    found = asked(client("two classes"), [RIGHT, {**RIGHT, **change}], 422)
    (wrong,) = found["wrong"]
    assert (wrong["row"], wrong["column"]) == (1, column)
    assert why in wrong["reason"]
    assert found["error"] == f"row 1, column {column!r}: {wrong['reason']}"


def test_a_missing_column_a_row_that_is_none_and_a_date_that_is_none(client):
    without = {name: cell for name, cell in RIGHT.items() if name != "city"}
    assert (
        asked(client("two classes"), [without], 422)["wrong"][0]["reason"] == "is missing; null says that its cell is"
    )
    assert "expected an object" in asked(client("two classes"), [3], 422)["wrong"][0]["reason"]
    rows = [{**RIGHT, "day": day} for day in ("2020-05-06", "tomorrow")]
    (wrong,) = asked(client("dates"), rows, 422)["wrong"]
    assert (wrong["row"], wrong["column"]) == (1, "day")
    assert "expected dates such as 2024-12-31; got 'tomorrow'" in wrong["reason"]


# ---------------------------------------------------------------- requests
def test_limits(client):
    from glassnet.serve.limits import Limits

    small = client("two classes", Limits(rows=2, size=400, seconds=5))
    assert "at most 2 rows" in asked(small, [RIGHT] * 3, 413)["error"]
    assert "at most 400 bytes" in asked(small, [{**RIGHT, "city": "x" * 500}], 413)["error"]
    slow = client("dates", Limits(seconds=1e-6))
    assert "took longer than" in asked(slow, [{**RIGHT, "day": None}], 503)["error"]


@pytest.mark.parametrize(("body", "kind", "status"), [
    (b"{", "application/json", 400), (b'{"rows": [NaN]}', "application/json", 400), (b"\xff", "application/json", 400),
    (b"[" * 100_000, "application/json", 400), (b"{}", "text/plain", 415), (b"[]", "application/json", 422),
    (b'{"rows": []}', "application/json", 422), (b'{"rows": [{}], "more": 1}', "application/json", 422),
    (b'{"rows": [{}], "interval": 2}', "application/json", 422),
    (b'{"rows": [{}], "interval": "a"}', "application/json", 422),
])  # fmt: skip
def test_bodies_that_are_none(client, body, kind, status):
    answer = client("two classes").post("/predict", content=body, headers={"content-type": kind})
    assert answer.status_code == status
    assert answer.json()["error"]


def test_paths_methods_health_and_metrics(client):
    served = client("one network")
    asked(served, [RIGHT] * 3)
    assert served.get("/health").json() == {"status": "ok", "model": "TabularRegressor"}
    assert served.get("/nothing").status_code == 404
    assert (served.get("/predict").status_code, served.get("/predict").headers["allow"]) == (405, "POST")
    assert served.post("/health").status_code == 405
    text = served.get("/metrics").text
    lines = dict(line.rsplit(" ", 1) for line in text.splitlines() if not line.startswith("#"))
    assert float(lines["glassnet_predicted_rows_total"]) >= 3
    assert float(lines['glassnet_requests_total{path="/predict",status="200"}']) >= 1
    assert float(lines['glassnet_requests_total{path="other",status="404"}']) == 1


@pytest.mark.parametrize("name", ["two classes", "dates"])
def test_many_requests_at_once_get_their_own_answers(models, name):
    from httpx import ASGITransport, AsyncClient

    from glassnet.serve.app import Application
    from glassnet.serve.predictor import Predictor

    columns = new_rows(5, 30, name)
    rows = rows_of(columns)
    bad = {**rows[0], "age": "no number"}

    async def all_at_once():
        transport = ASGITransport(Application(Predictor(models[name])))
        async with AsyncClient(transport=transport, base_url="http://test") as client:
            bodies = [{"rows": [row]} for row in rows] + [{"rows": [bad]}, {"rows": rows}]
            return await asyncio.gather(*(client.post("/predict", json=body) for body in bodies))

    *alone, wrong, together = asyncio.run(all_at_once())
    assert wrong.status_code == 422
    agree(together.json(), models[name], columns)
    agree({"probabilities": [p for each in alone for p in each.json()["probabilities"]],
           "predictions": [p for each in alone for p in each.json()["predictions"]],
           "classes": alone[0].json()["classes"]}, models[name], columns)  # fmt: skip


def test_the_document_describes_the_columns(client):
    found = client("dates").get("/openapi.json").json()
    row = found["components"]["schemas"]["Row"]
    assert row["required"] == [*RIGHT, "day"]
    assert row["properties"]["age"]["type"] == ["number", "boolean", "null"]
    assert row["properties"]["colour"]["examples"][0] in ("red", "green", "blue")
    assert found["openapi"] == "3.1.0"
    json.dumps(found, allow_nan=False)
