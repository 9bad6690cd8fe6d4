"""The rows and pictures that a model gets wrong, and its answers over the plane of two columns."""

import re
from xml.etree import ElementTree as ET

import numpy as np
import pandas as pd
import pytest

from glassnet import report, workflows
from glassnet.plots import decision_boundary
from glassnet.report.drawing import draw_svg
from glassnet.report.texts import translate

QUICK = {"hidden": [], "epochs": 3, "random_state": 3, "engine": "numpy", "test": 0, "n_networks": 1}


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("mistakes")
    rng = np.random.default_rng(0)
    X = pd.DataFrame(rng.normal(size=(90, 2)), columns=["test", "linear"])  # words that our tables translate, too
    X.loc[3, "test"] = np.nan
    X["word"] = rng.choice(["red", "blue"], 90)
    X["y"] = np.where(X["linear"] + rng.normal(size=90) > 0, "train", "survived")
    X.to_csv(folder / "three.csv", index=False)
    X.drop(columns="word").to_csv(folder / "two.csv", index=False)
    X.drop(columns="y").to_csv(folder / "numbers.csv", index=False)
    images = rng.integers(0, 256, (30, 8, 8, 3), dtype=np.uint8)
    np.savez(folder / "pictures.npz", X=images, y=rng.integers(0, 2, 30))
    for name, target in (("three", "y"), ("two", "y"), ("numbers", "linear")):
        workflows.train_file(folder / f"{name}.csv", target, out=folder / f"{name}.glassnet", **QUICK)
    workflows.train_file(folder / "pictures.npz", "y", out=folder / "pictures.glassnet", **QUICK)
    return folder


def results(folder, name, kind="csv", training=None):
    told = report.of_model(folder / f"{name}.glassnet", folder / f"{name}.{kind}", training)
    return next(each.blocks for each in told.sections if each.title.key == "results.title")


def of_caption(blocks, start):
    return next((b for b in blocks if getattr(getattr(b, "caption", None), "key", "").startswith(start)), None)


def test_the_surest_mistakes_are_rows_of_the_file(folder):
    table = of_caption(results(folder, "three"), "mistakes.caption")
    lines = (folder / "three.csv").read_text().splitlines()
    answers = workflows.predict_file(folder / "three.glassnet", folder / "three.csv", probabilities=True).columns
    head = [cell if isinstance(cell, str) else translate(cell, "en") for cell in table.head]
    assert head[:4] == ["line", "true", "predicted", "its probability"]
    assert sorted(head[4:]) == ["linear", "test", "word"]
    truth = [line.rpartition(",")[2] for line in lines[1:]]
    P = {label: np.array(answers[f"probability {label}"]) for label in ("survived", "train")}
    wrong = {i + 2: P[found][i] for i, found in enumerate(answers["prediction"]) if found != truth[i]}
    surest = sorted(wrong, key=lambda line: -wrong[line])[: len(table.rows)]
    assert [int(row[0]) for row in table.rows] == surest
    for row in table.rows:
        cells = dict(zip(lines[0].split(","), lines[int(row[0]) - 1].split(","), strict=True))
        found = dict(zip(head, row, strict=True))
        assert found["true"] == cells["y"] != found["predicted"]
        assert float(found["its probability"]) == pytest.approx(wrong[int(row[0])], abs=6e-4)
        assert found["word"] == cells["word"]
        if cells["test"]:
            assert float(found["test"]) == pytest.approx(float(cells["test"]), rel=1e-3)


def test_the_sentence_counts_them(folder):
    blocks = results(folder, "three")
    said = next(b.text.values for b in blocks if b.kind == "paragraph" and b.text.key == "mistakes.text")
    scores = workflows.evaluate_file(folder / "three.glassnet", folder / "three.csv").scores
    assert int(said["wrong"]) == round((1 - scores.values["accuracy"]) * 90)
    assert int(said["sure"]) <= int(said["wrong"])


def test_numbers_that_are_furthest_off(folder):
    table = of_caption(results(folder, "numbers"), "mistakes.furthest")
    off = [abs(float(row[3])) for row in table.rows]
    assert off == sorted(off, reverse=True)
    for row in table.rows:
        assert float(row[1]) - float(row[2]) == pytest.approx(float(row[3]), abs=2e-3)


def test_pictures_that_are_wrong_are_shown(folder):
    drawing = of_caption(results(folder, "pictures", "npz"), "mistakes.pictures")
    with np.load(folder / "pictures.npz") as file:
        images, y = file["X"], file["y"]
    found = workflows.predict_file(folder / "pictures.glassnet", folder / "pictures.npz").columns["prediction"]
    wrong = np.flatnonzero(np.array(found).astype(int) != y)
    assert len(drawing.data["pictures"]) == min(20, len(wrong)) > 0
    for picture, title in zip(drawing.data["pictures"], drawing.data["titles"], strict=True):
        place = next(i for i in wrong if (images[i] == picture).all())
        assert title.startswith(f"{y[place]} → {1 - y[place]} ")
    shares = [float(title.split()[-1]) for title in drawing.data["titles"]]
    assert shares == sorted(shares, reverse=True)


def test_only_two_columns_of_numbers_are_a_plane(folder):
    assert of_caption(results(folder, "three"), "boundary.") is None
    assert of_caption(results(folder, "numbers"), "boundary.") is None  # a number and a word
    drawing = of_caption(results(folder, "two"), "boundary.")
    assert drawing.caption.values["rows"] == "89"  # one has a missing cell
    svg = draw_svg(drawing, "zh")
    words = [each.text for each in ET.fromstring(svg).iter() if each.tag.rpartition("}")[2] == "text"]
    assert {"test", "linear", "train", "survived"} <= set(words)
    assert "wrong" not in words


def test_rings_are_around_what_is_wrong(folder):
    drawing = of_caption(results(folder, "two", training=folder / "two.csv"), "boundary.both")
    data = drawing.data
    ax = decision_boundary(**data)
    answers = data["model"].predict(data["X"])
    rings = [points for points in ax.collections if points.get_label() == "wrong"]
    assert len(rings) == 1
    np.testing.assert_allclose(
        np.sort(rings[0].get_offsets(), axis=0), np.sort(data["X"][answers != data["y"]], axis=0)
    )
    large = sum(len(points.get_offsets()) for points in ax.collections if points.get_label() in ("train", "survived"))
    assert large == len(data["X"])


def test_what_is_missing_is_said_in_the_language_of_the_page(folder, tmp_path):
    labels = ["survived", "train"]  # one of them is wrong
    pd.DataFrame({"test": np.nan, "linear": 3.0, "y": labels}).to_csv(tmp_path / "n.csv", index=False)
    told = report.of_model(folder / "two.glassnet", tmp_path / "n.csv")
    for lang, word in (("en", "missing"), ("zh", "缺失")):
        assert re.search(f"<td>{word}</td>", report.to_html(told, lang))
