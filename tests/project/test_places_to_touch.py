"""How many places a new thing touches: a file format one, an experiment a function and its row.

Rows of the equations' tables are shown in tests/core/test_one_row.py, a setting in tests/training/test_declarations.py.
"""

import json

import numpy as np

from glassnet import lessons, read
from glassnet.lessons import costs, starts
from glassnet.lessons.experiment import Evidence, Experiment, Finding
from glassnet.tables import Dataset, as_table, target_from_table
from glassnet.tables.reading import formats


def test_a_file_format_is_one_row(monkeypatch, tmp_path):
    def read_lines(source, options):
        rows = [json.loads(line) for line in source.content().splitlines()]
        X, y = target_from_table(as_table({name: [row[name] for row in rows] for name in rows[0]}), options.target)
        return Dataset(X, y, options.target)

    monkeypatch.setitem(formats.READERS, ".lines", read_lines)
    path = tmp_path / "table.lines"
    path.write_text("\n".join(json.dumps({"x": i, "y": "ab"[i % 2]}) for i in range(6)), "utf-8")
    dataset = read(path, "y")
    assert dataset.X.column_names == ["x"]
    assert list(dataset.y) == list("ababab")


def coin(seeds, tosses=1000):
    """Toss a coin."""
    shares = tuple(float(np.random.default_rng(seed).integers(0, 2, tosses).mean()) for seed in seeds)
    return Evidence([Finding("share of heads", shares, at_least=0.4, at_most=0.6)])


def test_an_experiment_is_a_function_and_a_row(monkeypatch, glassnet):
    """The row stands below its function; the list of experiments is made of the files' rows."""
    assert {name for file in (starts, costs) for name in file.EXPERIMENTS} <= lessons.EXPERIMENTS.keys()
    row = Experiment("A coin", "A fair coin shows heads in half of the tosses.", coin, small={"tosses": 500})
    monkeypatch.setitem(lessons.EXPERIMENTS, "coin", row)
    assert lessons.run("coin", tosses=900).held
    assert "A fair coin" in glassnet("experiment").out
    assert "share of heads" in glassnet("experiment", "coin", "--size", "small").out
