"""Models trained by a preset on the page: the same numbers as in Python, and an end at any moment."""

import io
import os
import time

import numpy as np
import pytest

from glassnet import TabularClassifier, TabularRegressor
from glassnet.core.checks import generator
from glassnet.tables import read, rows_at, split
from glassnet.workflows.models import open_model

OCTETS = {"Content_Type": "application/octet-stream"}


def rows(m=120):
    """Return a CSV file whose targets follow from its columns."""
    rng = np.random.default_rng(0)
    age, kind = rng.integers(18, 80, m), rng.choice(["cat", "dog", "owl"], m)
    bought = np.where(age + 20 * (kind == "dog") > 55, "yes", "no")
    price = 3 * age + 10 * (kind == "owl") + rng.normal(size=m)
    cells = zip(age, kind, price, bought, strict=True)
    return "\n".join(["age,kind,price,bought", *(f"{a},{k},{p:.2f},{b}" for a, k, p, b in cells)])


def uploaded(client, target, m=120, **more):
    """Upload a table, and return a specification of it."""
    found = client.ask("POST", "/api/upload?name=shop.csv", rows(m).encode(), **OCTETS).json
    return {**found["spec"], "source": {**found["source"], "target": target}, **more}


def ended(client, fit, seconds=100):
    """Return a training once it is over."""
    begun = time.monotonic()
    while (found := client.get(f"/api/fits/{fit}"))["state"] == "training":
        assert time.monotonic() - begun < seconds
        time.sleep(0.05)
    return found


@pytest.mark.parametrize(("target", "preset"), [("bought", "fast"), ("price", "course"), ("bought", "course")])
def test_a_preset_gives_the_numbers_of_python(client, tmp_path, target, preset):
    spec = uploaded(client, target, seed=5, test_share=0.25)
    fit = client.post("/api/fits", {"spec": spec, "preset": preset})
    found = ended(client, fit["fit"])
    assert (found["state"], found["error"]) == ("done", "")
    assert found["recipes"][-1]["cost"]
    run = client.run({"source": found["source"]})
    model = tmp_path / "m.glassnet"
    model.write_bytes(client.ask("GET", f"{run}/export?kind=model").body)

    (tmp_path / "shop.csv").write_text(rows())
    data = read(tmp_path / "shop.csv", target)
    classes = target == "bought"
    train, _, test = split(data.y, test=0.25, rng=generator(5), stratify=classes)
    kind = TabularClassifier if classes else TabularRegressor
    own = kind(preset=preset, random_state=5).fit(rows_at(data.X, train), data.y[train])
    theirs = open_model(model)
    assert np.array_equal(theirs.network_.vector, own.network_.vector)
    i = int(test[0])
    answer = client.post(f"{run}/ask", {"i": i})
    row = rows_at(data.X, np.array([i]))
    assert answer["test"]
    assert answer["prediction"] == own.predict(row)[0]
    if classes:
        assert [p for _, p in answer["probabilities"]] == own.predict_proba(row)[0].tolist()
        form = client.get(f"{run}/form")
        right = own.predict(rows_at(data.X, test)) == data.y[test]
        assert form["scores"]["test"]["accuracy"] == pytest.approx(right.mean())


def test_what_is_said_of_columns_counts(client):
    spec = uploaded(client, "bought")
    spec["source"]["columns"] = {"price": "drop", "age": "category"}
    fit = client.post("/api/fits", {"spec": spec, "preset": "fast"})
    found = ended(client, fit["fit"])
    fields = client.get(client.run({"source": found["source"]}) + "/form")["fields"]
    assert {field["name"]: field["kind"] for field in fields} == {"age": "choice", "kind": "choice"}


def test_a_training_is_stopped_at_once(client):
    fit = client.post("/api/fits", {"spec": uploaded(client, "price", 3000), "preset": "best"})
    process = client.studio.fits.known[fit["fit"]]._process
    assert process.poll() is None
    found = client.post(f"/api/fits/{fit['fit']}/stop", {})
    assert (found["state"], found["source"]) == ("stopped", None)
    assert process.wait(10)
    assert client.post(f"/api/fits/{fit['fit']}/stop", {})["state"] == "stopped"


def test_no_process_outlives_the_studio(serving):
    client = serving()
    fit = client.post("/api/fits", {"spec": uploaded(client, "price", 3000), "preset": "best"})
    process, folder = client.studio.fits.known[fit["fit"]]._process, client.studio.fits._folder.name
    client.studio.fits.close()
    assert process.wait(10)
    assert not os.path.exists(folder)  # noqa: PTH110


def test_a_process_ends_when_nobody_listens(client):
    fit = client.post("/api/fits", {"spec": uploaded(client, "price", 3000), "preset": "best"})
    process = client.studio.fits.known[fit["fit"]]._process
    process.stdin.close()
    assert process.wait(30)
    assert ended(client, fit["fit"])["state"] == "failed"


@pytest.mark.parametrize(
    ("change", "field", "status"),
    [
        ({"preset": "fun"}, "preset", 422),
        ({"preset": None}, "preset", 422),
        ({"spec": {}}, "source.name", 422),
        ({"spec": {"source": {"name": "table", "file": "x"}}}, "source.file", 422),
        ({"spec": []}, "", 422),
    ],
)
def test_what_cannot_be_trained_is_refused(client, change, field, status):
    given = {"spec": uploaded(client, "price"), "preset": "fast", **change}
    answer = client.ask("POST", "/api/fits", given)
    assert (answer.status, answer.json["field"]) == (status, field)


def test_what_is_wrong_with_the_data_is_told_in_a_line(client):
    spec = uploaded(client, "kind")
    spec["source"]["task"] = "numbers"
    found = ended(client, client.post("/api/fits", {"spec": spec, "preset": "fast"})["fit"])
    assert found["state"] == "failed"
    assert "number" in found["error"]
    assert "\n" not in found["error"]


def test_few_train_at_a_time(client, monkeypatch):
    monkeypatch.setattr("glassnet.studio.fits.MOST_FITS", 1)
    given = {"spec": uploaded(client, "price", 3000), "preset": "best"}
    first = client.post("/api/fits", given)
    assert client.ask("POST", "/api/fits", given).status == 429
    client.post(f"/api/fits/{first['fit']}/stop", {})
    second = client.post("/api/fits", given)
    client.post(f"/api/fits/{second['fit']}/stop", {})


def test_a_run_that_trains_has_no_form_and_is_not_asked(client):
    run = client.run()
    assert client.get(f"{run}/form") == {"fields": []}
    for path, body in (("ask", {"i": 0}), ("why", {"i": 0}), ("show", {"network": 0})):
        answer = client.ask("POST", f"{run}/{path}", body)
        assert answer.status == 422
        assert "fitted" in answer.json["error"]
    assert client.get(run)["fitted"] is None


def test_a_model_of_the_page_is_no_model_that_is_not_here(client):
    answer = client.ask("POST", "/api/runs", {"source": {"name": "model", "model": "nothing"}})
    assert (answer.status, answer.json["field"]) == (422, "source.model")
    assert client.ask("GET", "/api/fits/nothing").status == 404


def test_every_note_names_a_file_as_it_was_uploaded(client):
    headless = "\n".join(rows().splitlines()[1:]).encode()
    arrays = io.BytesIO()
    np.savez(arrays, X=np.zeros((60, 4, 4), np.uint8), y=np.arange(60) % 2)
    for name, body in (("shop.csv", headless), ("digits.npz", arrays.getvalue())):
        found = client.ask("POST", f"/api/upload?name={name}", body, **OCTETS).json
        state = client.post("/api/runs", found["spec"])
        noted = [*found["look"]["notes"], *(note["text"] for note in state["notes"])]
        if name == "shop.csv":
            fit = ended(client, client.post("/api/fits", {"spec": state["spec"], "preset": "fast"})["fit"])
            noted += [note["text"] for note in client.post("/api/runs", {"source": fit["source"]})["notes"]]
        assert sum(name in note for note in noted) >= 2
        inner = client.studio.tables.files[found["source"]["file"]].path.name
        assert not any(inner in note for note in noted)
