"""A preparation survives JSON to the last bit, and a document that is not one is refused."""

import copy
import json

import numpy as np
import pytest

from glassnet.errors import ModelFileError
from glassnet.tables import Pictures, Preparation, fit_preparation

TABLE = fit_preparation(
    {"a": [0.1, 0.7, None], "c": ["u", "v", "u"], "d": ["2020-01-01", "2020-02-01", ""], "z": [1, 1, 1]}
)
PICTURES = fit_preparation(Pictures(np.zeros((1, 4, 5, 3), np.uint8), "planes"))


@pytest.mark.parametrize("preparation", [TABLE, PICTURES], ids=["table", "pictures"])
def test_round_trip(preparation):
    assert Preparation.from_document(json.loads(json.dumps(preparation.to_document()))) == preparation


def test_documents_read_well():
    assert PICTURES.to_document() == {
        "kind": "pictures", "height": 4, "width": 5, "channels": 3, "order": "planes", "notes": []
    }  # fmt: skip
    document = TABLE.to_document()
    assert document["source"] == ["a", "c", "d", "z"]
    assert document["columns"][1] == {
        "kind": "category", "name": "c", "values": ["u", "v"], "other": False, "missing": False,
        "facts": {"missing": 0.0, "other": 0.0},
    }  # fmt: skip


def changed(preparation, *path_and_value):
    document = copy.deepcopy(preparation.to_document())
    *path, last, value = path_and_value
    place = document
    for step in path:
        place = place[step]
    if value is KeyError:
        del place[last]
    else:
        place[last] = value
    return document


@pytest.mark.parametrize(
    ("document", "told"),
    [
        (None, "preparation: expected entries by name, got NoneType"),
        ([], "expected entries by name, got list"),
        ({}, "'kind' is missing"),
        (changed(TABLE, "kind", "graph"), "kind must be 'table' or 'pictures', got 'graph'"),
        (changed(TABLE, "notes", [1]), "notes must be a list of texts"),
        (changed(TABLE, "source", ["a", "a"]), "source must be a list of distinct texts"),
        (changed(TABLE, "source", ["a", "c"]), "columns must be distinct and in source"),
        (changed(TABLE, "columns", []), "columns must be a list of at least one"),
        (changed(TABLE, "columns", 0, "x"), "column 1: expected entries by name, got str"),
        (changed(TABLE, "columns", 0, "kind", "numbr"), r"unknown kind 'numbr' \(did you mean 'number'\?\)"),
        (changed(TABLE, "columns", 0, "kind", ["number"]), "column 1: unknown kind"),
        (changed(TABLE, "columns", 0, "median", KeyError), "column 1: 'median' is missing"),
        (changed(TABLE, "columns", 0, "median", "0"), "column 1: median must be a finite number, got '0'"),
        (changed(TABLE, "columns", 0, "median", float("nan")), "median must be a finite number, got nan"),
        (changed(TABLE, "columns", 0, "median", 10**400), "median must be a finite number"),
        (changed(TABLE, "columns", 0, "spread", -1.0), "spread must be a finite number of at least 0, got -1.0"),
        (changed(TABLE, "columns", 0, "missing", 1), "missing must be true or false, got 1"),
        (changed(TABLE, "columns", 0, "name", 3), "name must be text"),
        (changed(TABLE, "columns", 0, "code", "x"), "column 1: unknown entries code"),
        (changed(TABLE, "columns", 1, "values", ["u", "u"]), "column 2: values must be a list of distinct texts"),
        (changed(TABLE, "columns", 1, "values", []), "column 2: 'c' becomes no feature"),
        (
            changed(TABLE, "columns", 2, "parts", ["year"]),
            "parts must be a list of distinct texts among season, year day, day, weekday, clock",
        ),
        (changed(TABLE, "extra", 1), "unknown entries extra"),
        (changed(PICTURES, "height", 0), "height must be a whole number from 1"),
        (changed(PICTURES, "height", True), "height must be a whole number from 1"),
        (changed(PICTURES, "channels", 2), "expected 1 or 3 channels"),
        (changed(PICTURES, "order", "rows"), "in order interleaved or planes, got 3 in 'rows'"),
    ],
)
def test_malformed_documents(document, told):
    with pytest.raises(ModelFileError, match=told):
        Preparation.from_document(document)
