"""What a run is saved as gives the same numbers elsewhere."""

import html
import re
import subprocess
import sys

import numpy as np
import pytest
from PIL import Image

from glassnet import Network
from glassnet.errors import GlassnetError
from glassnet.studio.exports import EXPORTS
from glassnet.studio.looked_at import LookedAt
from glassnet.studio.opening import go_on, opened
from glassnet.studio.script import script
from glassnet.studio.session import Session
from glassnet.studio.spec import complete
from glassnet.studio.tables import Tables


def trained(spec):
    """Return a session in which several things were done."""
    session = Session(complete(spec))
    session.advance(15)
    session.change({"array": "W1", "row": 0, "column": 1, "value": 0.5})
    session.advance(7)
    session.change({"settings": {"learning_rate": 0.03}})
    session.advance(11)
    session.change({"settings": {"l2": 5.0}})
    session.change({"undo": True})
    return session


SPECS = [
    {"source": {"name": "moons", "noise": 0.2}, "settings": {"learning_rate": 0.3}},
    {"source": {"name": "typed"}, "settings": {"optimizer": "adam", "batch_size": 60, "dropout": 0.1}, "test_share": 0},
    {"source": {"name": "typed", "formula": "x1 > 1"}, "scaled": True, "balanced": True},
    {"source": {"name": "clusters"}, "initializer": "he_uniform", "hidden": [{"units": 3, "activation": "gelu"}],
     "settings": {"learning_rate": 0.3, "schedule": "cosine", "epochs": 40, "batch_size": 99}},
]  # fmt: skip


@pytest.mark.parametrize("spec", SPECS)
def test_a_script_gives_the_same_costs_in_another_process(spec):
    session = trained(spec)
    done = subprocess.run([sys.executable, "-c", script(session)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    costs = [line.split()[1] for line in done.stdout.splitlines()]
    expected = [repr(session.net.cost(session.X, session.Y))]
    if len(session.test):
        expected.append(repr(session.net.cost(session.X_test, session.Y_test)))
    assert costs == expected


def test_a_script_of_a_table_names_the_file(tmp_path):
    path = tmp_path / "it's a table.csv"
    rng = np.random.default_rng(0)
    path.write_text("a,b,y\n" + "\n".join(f"{a:.3f},{b:.3f},{int(a > b)}" for a, b in rng.normal(size=(60, 2))))
    tables = Tables()
    source = {"name": "table", **tables.complete({"file": tables.named(path), "target": "y"})}
    spec = complete({"source": source}, tables)
    session = Session(spec, tables.make(spec["source"], 1, 0.2))
    session.advance(20)
    text = EXPORTS["python"].make(session, tables).decode()
    done = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert done.stdout.split()[1] == repr(session.net.cost(session.X, session.Y))


def test_a_script_of_pictures_gives_the_same_costs_to_the_last_digit(tmp_path):
    rng = np.random.default_rng(0)  # 12288 features: how their products are rounded depends on how they lie in memory
    for name in ("cat", "dog"):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for k in range(8):
            image = Image.fromarray(rng.integers(0, 256, (16, 16, 3), dtype=np.uint8))
            image.save(tmp_path / "pictures" / name / f"{k}.png")
    tables = Tables()
    spec = complete({"source": tables.complete({"file": tables.named(tmp_path / "pictures")})}, tables)
    session = Session(spec, tables.make(spec["source"], 1, 0.2))
    session.advance(5)
    code = EXPORTS["python"].make(session, tables).decode()
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split()[1::2] == [
        repr(session.net.cost(X, Y)) for X, Y in ((session.X, session.Y), (session.X_test, session.Y_test))
    ]


@pytest.mark.parametrize("spec", SPECS)
def test_a_saved_network_goes_on_as_if_it_had_never_been_closed(spec, path):
    session = trained(spec)
    path.write_bytes(EXPORTS["model"].make(session, Tables()))
    assert np.array_equal(Network.load(path).vector, session.net.vector)
    first = opened(Tables(), path, None, None)
    again = go_on(Session(complete(first.spec)), first)
    assert np.array_equal(again.net.vector, session.net.vector)
    assert again.place == session.place
    session.advance(13)
    again.advance(13)
    assert np.array_equal(again.net.vector, session.net.vector)
    assert script(again) == script(session)


def test_a_diagram_is_a_picture():
    svg = EXPORTS["svg"].make(trained(SPECS[0]), Tables()).decode()
    assert svg.startswith("<svg")
    assert "script" not in svg


@pytest.mark.parametrize("source", ["moons", "clusters", "digits", "tumours", "typed"])
def test_a_report_tells_the_numbers_of_the_run(source):
    session = Session(complete({"source": {"name": source}, "settings": {"learning_rate": 0.1}}))
    for _ in range(3):
        session.advance(5)
        session.note()
    page = html.unescape(EXPORTS["report"].make(session, Tables(), "en").decode())
    for X, Y in ((session.X, session.Y), (session.X_test, session.Y_test)):
        assert f"<td>{session.net.cost(X, Y):.6g}</td>" in page
    if session.data.classes is None:
        truth, found = (np.array(session.data.labels(M)) for M in (session.Y_test, session.net.forward(session.X_test)))
        assert f"<td>{np.sqrt(np.mean((truth - found) ** 2)):.6g}</td>" in page
    else:
        found = session.data.indices(session.net.forward(session.X_test))
        right = int((found == session.data.indices(session.Y_test)).sum())
        assert f"<td>{right / len(found):.4f}</td>" in page
        assert right == len(found) or f"{len(found) - right} of the {len(found)} samples" in page
    assert all(line in page for line in script(session).splitlines() if line)
    assert "<script" not in page


def test_a_report_is_made_before_the_first_step_and_without_test_samples_in_both_languages():
    session = Session(complete({"source": {"name": "moons"}, "test_share": 0}))
    assert "Laboratory report: moons" in EXPORTS["report"].make(session, Tables(), "en").decode()
    assert "实验报告" in EXPORTS["report"].make(session, Tables(), "zh").decode()


def test_a_report_on_a_table_names_its_file_and_shows_the_cells_of_its_rows(tmp_path):
    path = tmp_path / "shop.csv"
    rng = np.random.default_rng(0)
    rows = [f"{word},{number:.3f},{'yes' if flip else 'no'}" for word, number, flip in zip(
        rng.choice(["red", "blue"], 80), rng.normal(size=80), rng.integers(0, 2, 80), strict=True)]  # fmt: skip
    path.write_text("colour,size,bought\n" + "\n".join(rows))
    tables = Tables()
    spec = complete({"source": {**tables.complete({"file": tables.named(path), "target": "bought"})}}, tables)
    session = Session(spec, tables.make(spec["source"], 1, 0.2))
    session.advance(3)
    page = EXPORTS["report"].make(session, tables, "en").decode()
    assert "Laboratory report: shop.csv" in page
    assert "<th>colour</th><th>size</th>" in re.sub(r">\s+<", "><", page)


def test_exports_are_files_to_keep(client):
    path = client.run()
    client.post(f"{path}/do", {"what": "step"})
    for kind, suffix in (("python", ".py"), ("model", ".glassnet"), ("svg", ".svg"), ("report", ".html")):
        answer = client.ask("GET", f"{path}/export?kind={kind}")
        assert answer.status == 200
        assert answer.headers["content-disposition"].startswith("attachment")
        assert answer.headers["content-disposition"].endswith(f'{suffix}"')
    assert client.ask("GET", f"{path}/export?kind=exe").status == 422


def test_data_of_the_shell_are_a_run_when_the_page_opens(serving, tmp_path):
    from glassnet.studio.app import Studio

    path = tmp_path / "t.csv"
    path.write_text("a,b,label\n" + "\n".join(f"{k % 7},{k % 5},{k % 2}" for k in range(60)))
    studio = Studio("token")
    studio.first = opened(studio.tables, path, None, None)
    client = serving(studio)
    start = client.get("/api/choices")["start"]
    state = client.get(f"/api/runs/{start['run']}")
    assert state["target"] == "label"
    assert state["sizes"][1:] == [16, 8, 1]
    assert client.get("/api/choices")["start"] == start


def test_data_of_the_shell_that_cannot_be_used_are_said_on_the_page(serving, tmp_path):
    from glassnet.studio.app import Studio

    path = tmp_path / "t.csv"
    path.write_text("a,b\n" + "1,2\n" * 30)
    studio = Studio("token")
    studio.first = opened(studio.tables, path, None, "b")
    start = serving(studio).get("/api/choices")["start"]
    assert "classes" in start["error"]
    assert start["spec"]["source"]["target"] == "b"


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ({"what": "set", "array": "W1[0]; import os #", "row": 0, "column": 0, "value": 1}, "array"),
        ({"what": "fit", "iterations": 1, "settings": {"optimizer": "x'); import os #"}}, "optimizer"),
        ({"what": "set"}, "array"),
        ({"what": "fit", "iterations": "many", "settings": {}}, "many"),
        (3, ""),
    ],
)
def test_a_model_file_brings_no_code_into_a_script(act, said, path):
    session = trained(SPECS[0])
    session.place.acts.append(act)
    path.write_bytes(EXPORTS["model"].make(session, Tables()))
    with pytest.raises(GlassnetError, match="damaged") as refused:
        opened(Tables(), path, None, None)
    assert said in str(refused.value)


def test_a_fitted_model_is_saved_as_it_was_and_has_no_script(path):
    net = Network([2, 1], seed=0)
    net.save(path)
    tables = Tables()
    spec = complete(opened(tables, path, None, None).spec, tables)
    session = LookedAt(spec, tables.models.of(spec["source"]))
    path.write_bytes(EXPORTS["model"].make(session, tables))
    assert np.array_equal(Network.load(path).vector, net.vector)
    with pytest.raises(GlassnetError, match="script"):
        EXPORTS["python"].make(session, tables)
