"""Files as people have them: each is trained on, or refused in one line at the choice that is to blame."""

import csv
import io
import json
import math
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from glassnet.studio.script import script
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from glassnet.studio.tables import Tables
from glassnet.texts.tables import is_known

OCTETS = {"Content_Type": "application/octet-stream"}
RNG = np.random.default_rng(0)
AGES, KINDS = RNG.integers(18, 80, 60).tolist(), RNG.choice(["cat", "dog", "owl"], 60).tolist()
PRICES, ANSWERS = RNG.random(60).round(3).tolist(), RNG.choice(["yes", "no"], 60).tolist()
DAYS = [f"20{i % 24:02d}-{i % 12 + 1:02d}-{i % 28 + 1:02d}" for i in range(60)]
WORDS = [" ".join(RNG.choice(["red", "big", "old", "house", "dog", "very", "blue"], 12)) for _ in range(60)]


def written(columns, delimiter=",", encoding="utf-8"):
    """Return a CSV file of columns, given as (name, cells)."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=delimiter)
    writer.writerow([name for name, _ in columns])
    writer.writerows(zip(*(cells for _, cells in columns), strict=True))
    return file.getvalue().encode(encoding)


def named(*names):
    """Return a file whose columns have these names."""
    return written(list(zip(names, (AGES, KINDS, PRICES, ANSWERS), strict=True)))


FILES = {
    "decimal_commas": written(
        [("Größe", [str(each).replace(".", ",") for each in PRICES]), ("Käufer", ANSWERS)], ";", "latin-1"
    ),
    "utf16": written([("age", AGES), ("bought", ANSWERS)], "\t", "utf-16"),
    "gbk": written([("年龄", AGES), ("购买", ["是" if each == "yes" else "否" for each in ANSWERS])], ",", "gbk"),
    "names_of_javascript": named("__proto__", "constructor", "toString", "length"),
    "names_of_html": named("a.b", "a[0]", "<img src=x onerror=alert(1)>", "y\"'`"),
    "names_with_line_ends": named('he said "x"', "line\nbreak", "tab\there", "back\\slash"),
    "braces": named("{name}", "# rows", "%s", "a=b"),
    "same_names": named("a", "a", "", "a"),
    "long_names": named("x" * 5000, "kind", "p" * 300, "t" * 2000),
    "years": named("2021", "2020", "10", "9"),
    "emoji": named("العمر", "😀😀", "价格", "目标"),
    "two_rows": b"a,b,y\n1,2,no\n3,4,yes\n",
    "very_large": written([("a", [each * 1e308 for each in PRICES]), ("y", ANSWERS)]),
}


def uploaded(client, file, name="t.csv"):
    answer = client.ask("POST", f"/api/upload?name={name}", file, **OCTETS)
    assert answer.status == 200, answer.body
    return answer.json


def strict(body):
    """Return what JSON says, which has no NaN."""
    return json.loads(body, parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))


@pytest.mark.parametrize("name", FILES)
def test_a_strange_file_trains_and_every_question_is_answered(client, name):
    path = client.run(uploaded(client, FILES[name])["spec"])
    for what in ("step", "part", "epoch"):
        client.post(f"{path}/do", {"what": what})
    for question in (
        *("", "/plane?size=4", "/sample", "/unit", "/histograms", "/confusion", "/curves", "/graph", "/samples"),
        "/export?kind=svg",
    ):
        answer = client.ask("GET", path + question)
        assert answer.status == 200, (question, answer.body)
        if answer.headers["content-type"] == "application/json":
            strict(answer.body)
    state = client.get(path)
    assert state["costs"]["train"][-1] is not None
    assert [each for each, _ in client.get(f"{path}/sample")["features"]] == state["features"]


@pytest.mark.parametrize("name", ["names_of_javascript", "names_of_html", "names_with_line_ends", "long_names"])
def test_the_script_of_a_strange_file_gives_the_same_costs(tmp_path, name):
    (tmp_path / "t.csv").write_bytes(FILES[name])
    tables = Tables()
    key = tables.named(tmp_path / "t.csv")
    spec = complete(tables.look(tables.complete({"file": key}))["spec"], tables)
    session = Session(spec, tables.make(spec["source"], spec["data_seed"], spec["test_share"]))
    session.advance(5)
    (tmp_path / "run.py").write_text(script(session, str(tmp_path / "t.csv")), encoding="utf-8")
    done = subprocess.run([sys.executable, tmp_path / "run.py"], capture_output=True, text=True, check=True)
    costs = [float(line.split()[1]) for line in done.stdout.splitlines()]
    assert costs == [session.net.cost(session.X, session.Y), session.net.cost(*session.data.samples(session.test))]


@pytest.mark.parametrize(
    ("columns", "proposed"),
    [
        ({"a": AGES, "kind": KINDS, "day": DAYS}, "kind"),
        ({"a": AGES, "kind": KINDS, "words": WORDS}, "kind"),
        ({"a": AGES, "kind": KINDS, "same": ["x"] * 60}, "kind"),
        ({"a": AGES, "kind": KINDS, "gone": [""] * 60}, "kind"),
        ({"a": AGES, "kind": KINDS, "target": DAYS}, "kind"),
        ({"a": AGES, "target": ANSWERS, "kind": KINDS}, "target"),
        ({"same": ["x"] * 60, "day": DAYS}, "day"),  # none can be one
    ],
)
def test_the_target_that_is_proposed_can_be_one_where_a_column_can(client, columns, proposed):
    assert uploaded(client, written(list(columns.items())))["source"]["target"] == proposed


FOUR = {"age": AGES, "kind": KINDS, "price": PRICES, "large": [5e300, 1e300] * 30, "day": DAYS}


@pytest.mark.parametrize(
    ("more", "field", "said"),
    [
        ({"target": "price", "task": "classes"}, "source.task", "the target holds numbers such as"),
        ({"target": "large", "task": "classes"}, "source.task", "the target holds numbers such as 5e+300"),
        ({"target": "kind", "task": "numbers"}, "source.task", "take it as classes"),
        ({"target": "day"}, "source.target", "holds dates such as"),
        ({"target": "colour"}, "source.target", "unknown target column 'colour'"),
        ({"target": "age", "columns": {"kind": "number"}}, "source.columns.kind", "cannot be read as numbers"),
        ({"target": "age", "columns": {"price": "date"}}, "source.columns.price", "cannot be read as dates"),
        ({"target": "age", "columns": {"age": "drop"}}, "source.target", "is the target"),
    ],
)
def test_what_is_refused_is_said_at_the_choice_that_is_to_blame(client, more, field, said):
    found = uploaded(client, written(list(FOUR.items())))
    answer = client.ask("POST", "/api/runs", {**found["spec"], "source": {**found["source"], **more}})
    assert answer.status == 422
    assert answer.json["field"] == field
    assert said in answer.json["error"]
    assert is_known(answer.json["error"])


def test_a_target_whose_squares_are_no_floats_is_refused_at_the_target(client):
    spec = uploaded(client, written([("a", AGES), ("y", [each * 1e308 for each in PRICES])]))["spec"]
    answer = client.ask("POST", "/api/runs", spec)
    assert (answer.status, answer.json["field"]) == (422, "source.target")
    assert "divide target by a constant" in answer.json["error"]


def parquet(columns):
    file = io.BytesIO()
    pq.write_table(pa.table(columns), file)
    return file.getvalue()


def test_a_number_that_is_not_finite_is_refused_at_its_column_and_can_be_left_out(client):
    found = uploaded(client, parquet({"a": AGES, "b": [math.inf, 1.5, math.nan] * 20, "y": ANSWERS}), "t.parquet")
    assert found["look"]["columns"][1]["holds"] == "1.5 to 1.5"
    answer = client.ask("POST", "/api/runs", found["spec"])
    assert (answer.status, answer.json["field"]) == (422, "source.columns.b")
    assert "inf is not a finite number" in answer.json["error"]
    client.run({**found["spec"], "source": {**found["source"], "columns": {"b": "drop"}}})


def test_records_of_parquet_are_columns(client):
    records = [{"a": age, "of": {"kind": kind}} for age, kind in zip(AGES, KINDS, strict=True)]
    found = uploaded(client, parquet({"s": records, "y": ANSWERS}), "t.parquet")
    assert [each["name"] for each in found["look"]["columns"]] == ["s.a", "s.of.kind", "y"]
    path = client.run(found["spec"])
    assert client.get(f"{path}/sample")["cells"] == {"s.a": str(AGES[0]), "s.of.kind": KINDS[0]}


def test_what_a_preset_refuses_names_the_file_as_it_was_given(client):
    spec = uploaded(client, b"y\n" + b"a\nb\n" * 20, "mine.csv")["spec"]
    fit = client.post("/api/fits", {"spec": spec, "preset": "fast"})
    while fit["state"] == "training":
        fit = client.get(f"/api/fits/{fit['fit']}")
    assert fit["error"] == "mine.csv holds no column of features"


UNREADABLE = {
    "t.csv": b"",
    "zero.csv": bytes(range(256)) * 20,
    "head.csv": b"a,b,y\n",
    "t.parquet": b"rubbish" * 50,
    "t.xlsx": b"rubbish" * 50,
    "t.zip": b"rubbish" * 50,
    "t.pdf": b"%PDF-1.4\n" + bytes(300),
    "t.json": b"3",
    "broken.json": b'[{"a": 1},',
    "t.csv.gz": b"\x1f\x8b\x08" + bytes(30),
    "ragged.csv": b"a,b,c\n1,2,3\n4,5\n6,7,8,9\n" * 20,
}


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_file_that_cannot_be_opened_is_refused_in_one_line_of_both_languages(client, name):
    answer = client.ask("POST", f"/api/upload?name={name}", UNREADABLE[name], **OCTETS)
    assert answer.status == 422
    assert "\n" not in answer.json["error"]
    assert is_known(answer.json["error"])
    assert answer.json["zh"] != answer.json["error"]
    assert "glassnet-studio" not in answer.json["error"]
