"""The benchmark on tables: its list, how fits are measured and resumed, and that the page says what was measured."""

import json
import math
import os
import subprocess
import sys
from importlib import import_module
from statistics import stdev

import numpy as np
import pandas as pd
import pytest

from shared import ROOT, shared

BENCH = ROOT / "bench"


@pytest.fixture
def bench(monkeypatch):
    """Return what imports a benchmark script."""
    monkeypatch.syspath_prepend(BENCH)
    return import_module


def run(*words):
    """Run the script as a user does, with one thread."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, BENCH / "tables.py", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def lines_of(path):
    return [json.loads(line) for line in path.read_text("utf-8").splitlines()]


def fit(who, table, error, seed=0, cores=2, seconds=1.0, rows=5000):
    return {"who": who, "table": table, "error": error, "seed": seed, "cores": cores, "seconds": seconds, "rows": rows}


def test_at_least_forty_tables_in_two_halves(bench):
    data = bench("table_data")
    assert len(data.TABLES) == len(set(data.TABLES)) >= 40
    kept = [name for name in data.TABLES if not data.was_chosen_on(name)]
    assert len(kept) >= 20
    assert not set(kept) & set(data.SHARED)
    assert len(data.TABLES) - len(kept) >= 20


def test_synthetic_tables_are_their_seed_s_and_learnable(bench):
    data = bench("table_data")
    for name, (make, kind) in data.SYNTHETIC.items():
        X, y = data.load(None, name)
        again = make(np.random.default_rng(7))
        assert np.array_equal(X.to_numpy(), again[0]), name
        assert np.array_equal(y, again[1]), name
        assert (kind == "numbers") == (y.dtype.kind == "f")


def test_a_split_keeps_rows_apart_and_leaves_unknown_labels_out(bench):
    data = bench("table_data")
    X, y = pd.DataFrame({"x": np.arange(400.0)}), np.repeat(["a", "b"], 200)
    y[7] = "once"  # cannot be stratified
    for seed in range(8):
        parts = data.split(X, y, "ecoli", seed, train_rows=100, test_rows=50)
        assert not set(parts.X["x"]) & set(parts.X_test["x"])
        assert len(parts.y) == len(parts.X) == 100
        assert len(parts.y_test) <= 50
        assert set(parts.y_test) <= set(parts.y)


@pytest.mark.parametrize("name", ["adult", "auto_imports", "satimage", "horse-colic", "naval-propulsion-plant"])
def test_files_are_read_as_their_authors_describe_them(bench, name):
    data, folder = bench("table_data"), shared("data")
    X, y = data.load(folder, name)
    described = {"adult": (48842, 14, 2), "auto_imports": (201, 25, None), "satimage": (6435, 36, 6),
                 "horse-colic": (300, 27, 2), "naval-propulsion-plant": (11934, 17, 26)}[name]  # fmt: skip
    assert X.shape == described[:2]
    assert described[2] in (None, len(np.unique(y)))
    assert not pd.isna(y).any()


def test_what_libraries_need_is_given_without_a_look_at_test_rows(bench):
    models = bench("table_models")
    X = pd.DataFrame({"n": [1.0, 3.0, np.nan, 100.0], "w": ["a", None, "b", "c"], "none": [np.nan] * 4})
    filled = models.filled(X, 2)
    assert filled["n"].tolist() == [1, 3, 2, 100]  # the median of the first two
    assert filled["none"].tolist() == [0] * 4
    words = models.as_words(X, 2)["w"]
    assert words.tolist() == ["a", "missing", "b", "c"]


def test_every_change_changes_what_it_says(bench):
    models = bench("table_models")
    assert len(models.CHANGES) >= 14
    for name, column in models.CHANGES.items():
        if column.patch is not None:
            module, attribute, value = column.patch
            assert getattr(module, attribute) != value, name
        model, plain = column.make(0, False, 1), models.ours(0, False)
        changed = model._recipes != plain._recipes or model.get_params() != plain.get_params()
        assert changed == (column.patch is None), name
    only = models.of_recipe(0, True, 1, recipe="deep")._recipes
    assert [name for name, recipe in only.items() if recipe.least_rows < 10**9] == ["deep"]


def test_cost_of_one_network_leaves_averaging_out(bench):
    """Two networks that err by +1 and -1 are right together; each alone costs its squared error."""
    models, out_of_fold = bench("table_models"), import_module("glassnet.estimators.tabular.out_of_fold")
    Y = np.zeros((1, 6))
    parts = [out_of_fold.Part([0, 1], np.arange(6), np.stack([np.ones((1, 6)), -np.ones((1, 6))]))]
    assert models.cost_of_one(parts, Y, "squared_error", 8) == pytest.approx(0.5)
    assert out_of_fold.cost(parts, Y, "squared_error", 8) == pytest.approx(0.5 / 8)


def test_a_failed_fit_says_why(bench):
    found = bench("table_models").measure(None, "adult", 0, "linear", 1)
    assert found.keys() == {"failed"}


@pytest.mark.long
def test_an_interrupted_run_goes_on(tmp_path):
    """A run without its last lines does just these again, and a finished one nothing."""
    out = tmp_path / "lines.jsonl"
    command = ("--quick", "--only", "linear", "--seeds", "2", "--out", out)
    done = run(*command)
    assert done.returncode == 0, done.stderr
    whole = [line for line in lines_of(out) if "error" in line]
    assert {(line["table"], line["seed"]) for line in whole} == {(t, s) for t in ("waves", "arm") for s in (0, 1)}
    assert all(0 < line["error"] < 1.5 and line["rows"] == 300 for line in whole)
    text = out.read_text("utf-8").splitlines(keepends=True)
    out.write_text("".join(text[:-2]), "utf-8")
    assert run(*command).returncode == 0
    again = [line for line in lines_of(out) if "error" in line]
    assert len(again) == len(whole)
    assert {line["error"] for line in again} == {line["error"] for line in whole}


@pytest.mark.parametrize(
    ("words", "message"),
    [(["--tables", "adults"], "got adults"), (["--recipes", "deepest"], "got deepest"),
     (["--jobs", "1000"], "need 1000 cores")],
)  # fmt: skip
def test_what_is_not_there_is_refused(words, message):
    done = run(*words, "--quick")
    assert done.returncode == 2
    assert message in done.stderr


def test_figures_are_those_of_their_making(bench):
    compare, models = bench("table_results"), bench("table_models")
    ours, theirs, tables = models.DEFAULT, models.REALMLP, ("satimage", "arm", "waves")
    ratios = (0.5, 0.8, 1.25)
    rows = [fit(ours, name, 0.4 * ratio, seconds=3.0) for name, ratio in zip(tables, ratios, strict=True)]
    rows += [fit(theirs, name, 0.4, seconds=12.0) for name in tables]
    rows += [fit(theirs, "arm", 9.0, seed=1)]  # a seed that the other was not measured with
    found = bench("table_targets").figures(compare.Results(rows))
    assert found[f"{ours} / {theirs}, all tables"] == pytest.approx(math.prod(ratios) ** (1 / 3))
    assert found[f"{ours} / {theirs}, kept apart"] == pytest.approx((0.8 * 1.25) ** 0.5)
    assert found["time"] == pytest.approx(0.25)
    assert found["longest"] == 3
    assert found["worst"] is None, "CatBoost was not measured"
    logs = [math.log(ratio) for ratio in ratios]
    expected = math.exp(sum(logs) / 3) * stdev(logs) / 3**0.5
    assert compare.standard_error(ratios) == pytest.approx(expected)


def test_errors_below_two_hundredths_count_as_that(bench):
    compare, models = bench("table_results"), bench("table_models")
    results = compare.Results([fit(models.DEFAULT, "waves", 0.001), fit(models.REALMLP, "waves", 0.019)])
    assert results.ratios(models.DEFAULT, [models.REALMLP]) == {"waves": 1}
    assert results.mean(models.DEFAULT, "waves", "error") == 0.001


def test_seconds_are_compared_on_equal_cores(bench):
    rows = [fit("a", "waves", 0.1, cores=1, seconds=9.0), fit("a", "waves", 0.1, cores=2, seconds=4.0),
            fit("b", "waves", 0.1, cores=1, seconds=9.0), fit("c", "waves", 0.1, cores=2, seconds=8.0)]  # fmt: skip
    results = bench("table_results").Results(rows)
    assert results.times("a", "b") == {"waves": 1}
    assert results.times("a", "c") == {"waves": 0.5}
    assert results.times("b", "c") == {}
    assert results.seconds("a") == {"waves": 4}
    assert results.seconds("b") == {}


def test_the_last_of_equal_lines_counts_and_failures_do_not(bench, tmp_path):
    compare, path = bench("table_results"), tmp_path / "lines.jsonl"
    lines = [{"machine": {"cores": 2, "load before": 1}}, fit("a", "waves", 0.3), fit("a", "waves", 0.2),
             {"who": "b", "table": "waves", "seed": 0, "cores": 2, "failed": "no room"},
             {"machine": {"cores": 2, "load before": 9}}]  # fmt: skip
    path.write_text("\n".join(map(json.dumps, lines)) + '\n{"who": "a", "table": "wav', "utf-8")
    assert compare.read([path]) == [fit("a", "waves", 0.2)]
    assert compare.machines([path]) == [{"cores": 2}]


def test_the_page_shows_targets_the_worst_and_each_part(bench, tmp_path, monkeypatch, capsys):
    report, models = bench("table_report"), bench("table_models")
    tables = report.TABLES
    rows = [fit(who, name, 0.3) for who in models.COLUMNS for name in tables]
    rows += [fit(models.DEFAULT, name, 0.24 if name != "arm" else 0.45) for name in tables]
    rows += [fit("no bins", name, 0.3) for name in tables]
    path, page = tmp_path / "lines.jsonl", tmp_path / "tables.md"
    path.write_text("\n".join(map(json.dumps, rows)), "utf-8")
    monkeypatch.setattr(report, "PLOT", tmp_path / "tables" / "errors.svg")
    report.write([path], page)
    text = page.read_text("utf-8")
    assert "Above 1.12 of the best: arm 1.500." in text
    assert f"| 1. error of {models.DEFAULT} / {models.REALMLP}'s, all tables | at most 0.92 | 0.812 | met |" in text
    mean = (1.25 ** (len(tables) - 1) * 0.3 / 0.45) ** (1 / len(tables))
    assert f"| {mean:.3f} ± " in next(line for line in text.splitlines() if line.startswith("| no bins"))
    assert (tmp_path / "tables" / "errors.svg").read_text("utf-8").startswith("<?xml")
    assert "not met      2. seconds of" in capsys.readouterr().out
