"""`glassnet export`: a file beside the model's, what it takes, and how far it answers the same."""

import json

import pytest


@pytest.fixture
def model(glassnet, table):
    """Train on the table, and return the words that follow `export`."""
    done = glassnet("train", table, "--target", "label", "--hidden", 4, "--epochs", 20, "--seed", 1)
    assert done.code == 0, done.err
    return "export", "things.glassnet"


@pytest.mark.needs("onnx", "onnxruntime")
def test_the_answers_are_compared_on_given_and_on_made_rows(glassnet, model, table):
    done = glassnet(*model, table)
    assert done.code == 0, done.err
    assert "things.onnx" in done.out
    assert "rows: no label differs, probabilities by at most" in done.out.replace("\n          ", " ")
    assert all(len(line) <= 80 for line in done.out.splitlines())
    made = json.loads(glassnet(*model, "--out", "other.onnx", "--json").out)
    assert made["file"] == "other.onnx"
    assert made["comparison"]["made"]
    assert made["comparison"]["labels"] == 0
    assert [one["name"] for one in made["inputs"]] == ["size", "weight", "colour"]


@pytest.mark.needs("onnx", "onnxruntime")
def test_it_speaks_chinese(glassnet, model):
    out = glassnet(*model, "--lang", "zh").out
    assert "标签全部相同" in out
    assert "数值" in out


def test_a_format_that_is_not_known(glassnet, model):
    done = glassnet(*model, "--format", "onx")
    assert done.code == 2
    assert "unknown format 'onx' (did you mean 'onnx'?)" in done.err


def test_equations_and_a_header(glassnet, model, table):
    python = glassnet(*model, table, "--format", "python")
    assert python.code == 0, python.err
    assert "things.py" in python.out
    assert "no label differs" in python.out
    assert json.loads(glassnet(*model, "--out", "other.py", "--json").out)["format"] == "python"
    c = glassnet(*model, "--format", "c")
    assert "not compared: it has to be compiled" in c.out
    rounded = json.loads(glassnet(*model, table, "--format", "c", "--quantize", "int8", "--json").out)
    assert rounded["comparison"]["rows"] == 60
    assert 1e-6 < rounded["comparison"]["largest"] < 0.05
    refused = glassnet(*model, "--quantize", "int8")
    assert refused.code == 2
    assert "quantize: expected format c; got onnx" in refused.err
