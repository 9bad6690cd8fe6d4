"""Python files of equations answer as their models do, in a process that has NumPy alone."""

import datetime
import json
import subprocess
import sys

import numpy as np
import pytest

import exported
from glassnet import Network, export
from glassnet.core.activations import ACTIVATIONS
from glassnet.export.comparison import answers_of_model
from glassnet.export.formats import FORMATS

CLOSE = 1e-6
PROGRAM = """
import json, sys
import numpy as np
import model
rows = json.loads(sys.stdin.read())
assert not {"glassnet", "scipy", "sklearn", "pyarrow"} & set(sys.modules)
found = [model.predict(rows).tolist()]
found += [model.probabilities(rows).tolist()] if hasattr(model, "probabilities") else []
print(json.dumps(found))
"""


def in_a_fresh_process(folder, rows):
    """Return what the file model.py in a folder answers."""
    command = [sys.executable, "-c", PROGRAM]
    env = {"PYTHONPATH": str(folder), "PATH": ""}
    done = subprocess.run(
        command, input=json.dumps(rows), cwd=folder, env=env, capture_output=True, text=True, check=True
    )
    return json.loads(done.stdout)


def raw_rows():
    """Return rows as a user would write them: dates and times as text."""
    X = exported.table()
    columns = {
        name: [
            None if str(value) in ("None", "nan", "NaT") else value
            for value in (cells.tolist() if name not in ("day", "moment") and hasattr(cells, "tolist") else list(cells))
        ]
        for name, cells in X.items()
    }
    places = [place.split(", ") for place in columns.pop("where")]
    columns["where latitude"], columns["where longitude"] = ([float(p[k]) for p in places] for k in (0, 1))
    columns |= {name: [None if d is None else str(d) for d in columns[name]] for name in ("day", "moment")}
    return [dict(zip(columns, cells, strict=True)) for cells in zip(*columns.values(), strict=True)]


@pytest.mark.parametrize("name", ["two classes", "logarithms"])
def test_raw_rows_in_a_process_of_its_own(name, tmp_path):
    model, X = exported.model(name)
    export.write(model, tmp_path / "model.py")
    *labels, numbers = in_a_fresh_process(tmp_path, raw_rows())
    *expected, values = answers_of_model(model, X)
    np.testing.assert_allclose(numbers, values, rtol=CLOSE, atol=CLOSE)
    if labels:
        assert labels[0] == expected[0].tolist()


@pytest.mark.parametrize("name", exported.MAKE)
def test_every_kind_of_model_answers_the_same(name, tmp_path):
    model, rows = exported.model(name)
    for some in (rows, None):
        done = export.write(model, tmp_path / "model.py", rows=some)
        assert done.comparison.labels in (0, None)
        assert done.comparison.largest < CLOSE * 10


def test_a_small_network_is_read_as_equations(tmp_path):
    model, _ = exported.model("rows")
    text = export.write(model, tmp_path / "model.py").path.read_text("utf-8")
    lines = [" ".join(line.split()) for line in text.splitlines()]
    for line in ("Z1 = W1 @ A0 + b1 # (7, m)", "A1 = np.tanh(Z1) # tanh", "Z2 = W2 @ A1 + b2 # (3, m)"):
        assert line in lines
    assert "base64" not in text
    assert max(map(len, text.splitlines())) <= 120
    assert len(text.splitlines()) < 80


def test_every_activation_computes_the_same():
    Z = np.random.default_rng(0).normal(0, 4, (3, 100)).astype(np.float32)
    for name in [*ACTIVATIONS, "leaky_relu(0.3)", "elu(0.5)"]:
        net = Network([3, 3], [name], loss=None if name == "softmax" else "squared_error", dtype="float64")
        net.W[1] = np.eye(3)
        (A,) = FORMATS["python"].answers(FORMATS["python"].content(export.describe(net), "net"), export.inputs(net, Z))
        np.testing.assert_allclose(A, net.forward(Z).T, rtol=1e-12, atol=1e-12, err_msg=name)


def test_cells_may_be_dates_times_and_numbers_too(tmp_path):
    model, _ = exported.model("two classes")
    text = export.write(model, tmp_path / "model.py").path.read_text("utf-8")
    names = {}
    exec(text, names)
    row = raw_rows()[3]
    moment = datetime.datetime.fromisoformat(row["moment"])
    as_objects = row | {"moment": moment, "at": datetime.time.fromisoformat(row["at"])}
    seconds = (moment - datetime.datetime(1970, 1, 1)).total_seconds()
    hour, minute = map(int, row["at"].split(":"))
    as_numbers = row | {"moment": seconds, "at": 3600 * hour + 60 * minute}
    P = names["probabilities"]([row, as_objects, as_numbers])
    np.testing.assert_allclose(P, P[[0, 0, 0]], atol=1e-15)
    with pytest.raises(KeyError, match="sex"):
        names["predict"]([{"age": 3}])
