"""`glassnet explain`: the result in words first, tables in 80 columns, a page, a picture, JSON."""

import json
import re

import numpy as np
import pytest

from shared import ROOT


@pytest.fixture
def model(glassnet, table):
    """Train on the table, and return the words that follow `explain`."""
    done = glassnet("train", table, "--target", "label", "--hidden", 8, "--epochs", 400, "--seed", 1)
    assert done.code == 0, done.err
    return "explain", "things.glassnet", table


def test_importance_comes_first_and_in_words(glassnet, model):
    done = glassnet(*model)
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert re.fullmatch(r"`size` matters most: without it the Brier score rises from \S+ to \S+", lines[0])
    assert all(len(line) <= 80 for line in lines if " " in line)  # the path of the file is one word
    assert "were kept for the test" in done.out.replace("\n", " ")
    assert "act together" in done.out
    asked = glassnet(*model, "--metric", "accuracy")
    assert re.match(r"`size` matters most: without it the accuracy falls from", asked.out)


def test_a_row_and_a_column(glassnet, model):
    done = glassnet(*model, "--row", 3, "--column", "colour")
    assert done.code == 0, done.err
    assert re.match(r"row 3: the probability of small is \S+, on average \S+: `size` = 2 adds", done.out)
    assert "`colour`: the probability of small is" in done.out
    pair = glassnet(*model, "--column", "colour,size", "--output", "big")
    assert pair.out.startswith("`colour`, `size`: the probability of big is")
    assert max(map(len, pair.out.splitlines())) <= 80


def test_json_has_all_numbers(glassnet, model):
    found = json.loads(glassnet(*model, "--json").out)
    assert found["importance"]["columns"][0]["columns"] == ["size"]
    assert len(found["interactions"]["pairs"]) == 3
    found = json.loads(glassnet(*model, "--row", 1, "--column", "size", "--json").out)
    why = found["contributions"]
    total = why["base"] + why["error"] + sum(each["value"] for each in why["columns"])
    assert total == pytest.approx(why["value"])
    assert why["answer"] == {"name": "small", "is_probability": True}
    (effect,) = found["dependences"]
    assert len(effect["mean"]) == len(effect["axes"][0]["numbers"]) == 12


def test_rows_without_a_target_are_explained(glassnet, model):
    rows = [line.rpartition(",")[0] for line in model[2].read_text().splitlines()]
    model[2].with_name("new.csv").write_text("\n".join(rows) + "\n")
    assert glassnet("explain", "things.glassnet", "new.csv", "--row", 3).out == glassnet(*model, "--row", 3).out
    assert "unknown target column 'label'" in glassnet("explain", "things.glassnet", "new.csv").err


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_page_is_written(glassnet, model, lang):
    done = glassnet(*model, "--out", "why.html", "--lang", lang, "--row", 2)
    assert done.code == 0, done.err
    page = model[2].with_name("why.html").read_text("utf-8")
    assert {"en": "Which columns matter", "zh": "哪些列重要"}[lang] in page
    assert page.count("<svg") == 5  # importance, three columns, the row


@pytest.mark.parametrize("asked", [(), ("--row", 1), ("--column", "size"), ("--column", "size,colour")])
def test_a_picture_is_written(glassnet, model, asked):
    assert glassnet(*model, *asked, "--out", "why.png").code == 0
    assert model[2].with_name("why.png").read_bytes().startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        (("--row", 61), "expected a row from 1 to 60; got 61"),
        (("--column", "colr"), "unknown column 'colr' (did you mean 'colour'"),
        (("--together", "size,colr"), "unknown column 'colr' (did you mean 'colour'"),
        (("--metric", "acuracy"), "unknown metric 'acuracy' (did you mean 'accuracy'"),
        (("--row", 1, "--output", "bg"), "unknown output 'bg' (did you mean 'big'"),
        (("--column", "size,colour,weight"), "expected one column, or two different ones"),
        (("--out", "why.docx"), "expected a file .html, .png, .svg, .pdf; got why.docx"),
        (("--out", "why.html", "--lang", "cn"), "unknown language 'cn'"),
    ],
)
def test_refusals_are_one_sentence(glassnet, model, asked, says):
    done = glassnet(*model, *asked)
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1


def test_a_model_of_pictures_is_politely_refused(glassnet, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    np.savez("pictures.npz", X=np.random.default_rng(0).integers(0, 256, (20, 4, 4), np.uint8), y=np.arange(20) % 2)
    assert glassnet("train", "pictures.npz", "--hidden", 2, "--epochs", 1).code == 0
    done = glassnet("explain", "pictures.glassnet", "pictures.npz")
    assert done.code == 2
    assert "was trained on pictures; what is explained are columns of a table" in done.err


def test_the_command_is_documented():
    for page in ("docs/shell.md", "docs/shell.zh.md"):
        assert "glassnet explain breast-cancer.glassnet" in (ROOT / page).read_text("utf-8")
