"""Tables of one's own: read as `glassnet look` reads them, prepared by the training rows, and gone with the studio."""

import json

import numpy as np
import pytest

from glassnet.studio.refused import RefusedError
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from glassnet.studio.tables import MOST_FILES, Tables
from glassnet.tables import fit_preparation, read, rows_at

OCTETS = {"Content_Type": "application/octet-stream"}


def rows(m=120):
    """Return a CSV file whose target follows from its columns."""
    rng = np.random.default_rng(0)
    age, kind = rng.integers(18, 80, m), rng.choice(["cat", "dog", "owl"], m)
    target = np.where(age + 20 * (kind == "dog") > 55, "yes", "no")
    price = 3 * age + 10 * (kind == "owl") + rng.normal(size=m)
    lines = [
        "age,kind,price,bought",
        *(f"{a},{k},{p:.2f},{t}" for a, k, p, t in zip(age, kind, price, target, strict=True)),
    ]
    return "\n".join(lines)


@pytest.fixture
def tables(tmp_path):
    """Return tables with a file named "t", and its key."""
    tables = Tables()
    path = tmp_path / "t.csv"
    path.write_text(rows())
    yield tables, tables.named(path)
    tables.close()


def source(tables, key, **more):
    return tables.complete({"file": key, **more})


def test_what_is_read_is_what_look_finds(tables):
    tables, key = tables
    found = tables.look(source(tables, key))
    assert [column["name"] for column in found["look"]["columns"]] == ["age", "kind", "price", "bought"]
    assert found["source"]["target"] == "price"  # as its name says; else the last one is proposed
    assert json.dumps(found)
    said = tables.look(source(tables, key, target="price", columns={"age": "category", "kind": "drop"}))
    kinds = {column["name"]: (column["kind"], bool(column["reason"])) for column in said["look"]["columns"]}
    assert kinds["age"] == ("category", False)
    assert kinds["kind"][1]
    assert said["look"]["task"] == "numbers"


def test_columns_are_prepared_by_the_training_rows_alone(tables):
    tables, key = tables
    spec = complete({"source": source(tables, key, target="bought") | {"name": "table"}, "data_seed": 3}, tables)
    data = tables.make(spec["source"], 3, spec["test_share"])
    session = Session(spec, data)
    file = tables.files[key].path
    dataset = read(file, "bought")
    prepared = fit_preparation(rows_at(dataset.X, session.train), bins=False)
    assert np.array_equal(session.data.X, prepared.transform(dataset.X, np.float64).T)
    assert list(data.features) == prepared.feature_names
    assert data.classes == ["no", "yes"]
    assert np.array_equal(data.Y[0] == 1, dataset.y == "yes")
    assert data.cells(5)["kind"] == dataset.X["kind"][5].as_py()


def test_numbers_are_scaled_by_the_training_rows_and_shown_in_their_unit(tables):
    tables, key = tables
    spec = complete({"source": source(tables, key, target="price") | {"name": "table"}}, tables)
    session = Session(spec, tables.make(spec["source"], 1, 0.2))
    y = read(tables.files[key].path, "price").y
    assert session.data.labels(session.data.Y) == pytest.approx(y.tolist())
    assert session.Y.mean() == pytest.approx(0, abs=1e-12)
    assert session.Y.std() == pytest.approx(1)
    error = session.net.forward(session.X) - session.Y
    assert session.curve.last()["score_train"] == pytest.approx(np.sqrt((error**2).mean()) * y[session.train].std())


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({}, "source.file"),
        ({"file": "nothing"}, "source.file"),
        ({"file": "/etc/passwd"}, "source.file"),
        ({"file": ["a"]}, "source.file"),
        ({"path": "/etc/passwd"}, "source.path"),
        ({"file": None, "target": 1}, "source.target"),
        ({"file": None, "task": "fun"}, "source.task"),
        ({"file": None, "columns": []}, ""),
        ({"file": None, "columns": ["age"]}, "source.columns"),
        ({"file": None, "columns": {"age": "colour"}}, "source.columns.age"),
    ],
)
def test_no_file_but_those_that_were_named_is_read(tables, given, field):
    tables, key = tables
    given = {name: key if value is None else value for name, value in given.items()}
    if field:
        with pytest.raises(RefusedError) as refused:
            tables.complete(given)
        assert refused.value.field == field
    else:
        tables.complete(given)


def test_a_table_is_uploaded_looked_at_and_trained_on(client):
    answer = client.ask("POST", "/api/upload?name=shop.csv", rows().encode(), **OCTETS)
    assert answer.status == 200
    found = answer.json
    assert found["look"]["source"] == "shop.csv"
    assert found["look"]["rows"] == 120
    asked = {**found["source"], "target": "price"}
    asked.pop("name")
    assert client.post("/api/look", asked)["look"]["task"] == "numbers"
    path = client.run(found["spec"])
    for _ in range(20):
        state = client.post(f"{path}/do", {"what": "epoch"})
    assert state["scores"]["test"] > 0.8
    assert state["sizes"][0] == len(state["features"])
    assert client.get(f"{path}/sample?i=3")["cells"]["kind"] in ("cat", "dog", "owl")


@pytest.mark.parametrize(
    ("name", "body", "kind", "status"),
    [
        ("", b"a,b\n1,2\n", None, 422),
        ("nothing", b"a,b\n1,2\n", None, 422),
        ("../../etc/cron.d/x.csv", b"a,b\n1,2\n", None, 200),
        ("a%00.csv", b"a,b\n1,2\n", None, 200),
        ("x.csv", b"", None, 422),
        ("x.csv", b"a,b\n1,2\n", "text/csv", 415),
        ("x.parquet", b"PAR1 and then nothing", None, 422),
        ("x.xlsx", b"\x00" * 100, None, 422),
        ("x.json", b"[" * 50_000, None, 422),
        ("x.sav", b"$FL2" + b"\x00" * 100, None, 422),
        ("x.db", b"SQLite format 3\x00" + b"\xff" * 200, None, 422),
    ],
)
def test_uploads_that_are_no_tables_are_refused_in_a_line(client, name, body, kind, status):
    answer = client.ask("POST", f"/api/upload?name={name}", body, Content_Type=kind or "application/octet-stream")
    assert answer.status == status, answer.body
    if status != 200:
        error = answer.json["error"]
        assert "\n" not in error
        assert "glassnet-studio-" not in error  # the folder of this machine is not told
    folder = client.studio.tables._folder
    if folder is not None:
        assert {path.parent for path in folder.rglob("*")} <= {folder}


def test_uploads_are_few_and_go_with_the_studio(client):
    for k in range(MOST_FILES + 3):
        found = client.ask("POST", f"/api/upload?name={k}.csv", rows(20).encode(), **OCTETS)
        assert found.status == 200
    folder = client.studio.tables._folder
    assert len(list(folder.iterdir())) == MOST_FILES
    client.studio.tables.close()
    assert not folder.exists()


def test_an_upload_that_is_too_long_leaves_nothing(client, monkeypatch):
    from glassnet.studio import app

    monkeypatch.setattr(app, "MOST_UPLOAD", 1000)
    assert client.ask("POST", "/api/upload?name=x.csv", b"a,b\n" + b"1,2\n" * 1000, **OCTETS).status == 413
    assert list(client.studio.tables._folder.iterdir()) == []


def test_what_is_noted_of_an_upload_has_the_name_that_it_came_with(client):
    body = b"a,a,y\n" + b"".join(b"%d,%d,%d\n" % (i, i % 5, i % 2) for i in range(40))
    found = client.post("/api/upload?name=twice.csv", body, Content_Type="application/octet-stream")
    state = client.post("/api/runs", found["spec"])
    assert [note["text"].partition(":")[0] for note in state["notes"]] == ["twice.csv"]


def test_a_model_that_is_dropped_is_answered_with_the_line_that_opens_it(client):
    answer = client.ask("POST", "/api/upload?name=mine.glassnet", b"PK", Content_Type="application/octet-stream")
    assert (answer.status, answer.json["field"]) == (422, "source")
    assert "glassnet studio MODEL DATA" in answer.json["error"]
    assert answer.json["zh"] != answer.json["error"]
