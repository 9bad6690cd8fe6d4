"""The benchmarks: every part runs on small sizes, what they compute is right, and the page is made of it."""

import json
import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from sklearn.datasets import load_digits

from shared import ROOT

BENCH = ROOT / "bench"


def script(*words):
    """Run a benchmark script in a process of its own, with one thread: others run beside it."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=BENCH, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def bench(monkeypatch):
    """Return what imports a benchmark script."""
    monkeypatch.syspath_prepend(BENCH)
    return import_module


@pytest.mark.long
@pytest.mark.needs("linux")  # memory is read from its /proc
def test_every_part_runs_and_becomes_a_page(bench, tmp_path):
    """All in one process, which loads the libraries once; then a page of all, and of each alone."""
    results = tmp_path / "results.json"
    done = script("all.py", "--quick", "--json", results)
    assert done.returncode == 0, done.stderr
    document = json.loads(results.read_text())
    titles = {name: title for name, (title, _) in bench("report").SECTIONS.items()}
    assert document["parts"].keys() == titles.keys()
    for name, part in document["parts"].items():
        assert "failed" not in part, part["failed"]
        assert part["targets"], name
        assert {verdict["met"] for verdict in part["targets"]} == {None}, "a quick run decides nothing"
        bench("report").write({**document, "parts": {name: part}}, tmp_path)
        page = (tmp_path / "benchmarks.md").read_text()
        assert f"## {titles[name]}\n" in page
        assert all(verdict["target"] in page for verdict in part["targets"])
        assert page.count("\n## ") == 4  # targets, the part, the graphics processor, the machine
    assert document["parts"]["step"]["result"]["cost_difference"] < 1e-9
    done = script("report.py", results, tmp_path)
    assert done.returncode == 0, done.stderr
    assert all(f"## {title}\n" in (tmp_path / "benchmarks.md").read_text() for title in titles.values())


def test_unknown_part_is_refused():
    done = script("all.py", "--only", "step,rooflines")
    assert done.returncode == 2
    assert "expected some of step, roofline, scaling, start, search, memory, as step,roofline; got " in done.stderr
    assert "'rooflines'" in done.stderr


def test_report_without_results_says_what_writes_them(tmp_path):
    done = script("report.py", tmp_path / "none.json", tmp_path)
    assert done.returncode == 1
    assert "python bench/all.py writes it" in done.stderr


def test_a_part_that_fails_says_so_on_the_page(bench, tmp_path):
    about = {"machine": {"graphics processor": "none", "load before": 0.0}, "repeats": 5, "date": "2026-01-01"}
    failed = {**about, "failed": "failed: OSError: no room", "targets": []}
    bench("report").write({"quick": False, "parts": {"memory": failed}}, tmp_path)
    assert "## Memory beside a large array\n\nfailed: OSError: no room\n" in (tmp_path / "benchmarks.md").read_text()


def test_exponents_and_lines_are_those_of_their_making(bench):
    scaling, sizes = bench("scaling"), [2, 4, 8, 16]
    assert scaling.exponent(sizes, [3 * size**1.7 for size in sizes]) == pytest.approx(1.7)
    assert scaling.exponent(sizes, [1.0, 2.0, 0.0, 1.0]) is None
    line = scaling.line_through(sizes, [5 + 0.5 * size for size in sizes])
    assert line == pytest.approx({"a": 5, "b": 0.5, "r2": 1})


@pytest.mark.parametrize(("m", "width", "r2", "met"), [(1.02, 1.8, 0.99, True), (1.03, 1.81, 0.98, False)])
def test_exponents_are_held_without_slack(bench, m, width, r2, met):
    result = {"m": {"exponent": m}, "width": {"exponent": width, "product_exponent": 1.8}, "depth": {"r2": r2}}
    assert [verdict["met"] for verdict in bench("scaling").verdicts(result)] == [met] * 3


def test_floor_counts_operations_and_bytes(bench):
    workloads, roofline = bench("workloads"), bench("roofline")
    workload = workloads.Workload((3, 4, 1), "tanh", 5, 1, "Adam", 1)
    # Forward and dW for both layers, dA for the second: 5 samples, 2 operations for each weight.
    assert workloads.operations(workload) == 2 * 5 * (2 * (12 + 4) + 4)
    assert roofline.step_bytes(workload, "float64") == 8 * (5 * 3 + 2 * 3 * (16 + 5))


@pytest.mark.parametrize(("number", "kind"), [(1, "i"), (4, "i"), (9, "f")])
def test_data_has_the_shape_of_the_work(bench, number, kind):
    workloads = bench("workloads")
    workload = workloads.WORKLOADS[number]._replace(batches=2)
    data = workloads.make_data(workload, "float32")
    assert data.X.shape == (2 * workload.batch, workload.layers[0])
    assert data.X.dtype == np.float32
    assert data.y.shape == (2 * workload.batch,)
    assert data.y.dtype.kind == kind


def test_step_is_judged_by_the_mean_over_the_middle_workloads(bench):
    step = bench("step")
    rows = [{"number": number, "workload": str(number), "absent": {}, "ratio": {"PyTorch": ratio, "scikit-learn": 3.0}}
            for number, ratio in zip(step.MIDDLE, (0.9, 2.0, 2.0, 2.0), strict=True)]  # fmt: skip
    found = {verdict["target"]: verdict["met"] for verdict in
             step.verdicts({"workloads": rows, "cost_difference": 1e-12})}  # fmt: skip
    assert found["2. middle workloads, on average: at least 1.5x PyTorch"]
    assert found["2. middle workloads, on average: at least 3x scikit-learn"]
    assert not found[f"2. {step.MIDDLE[0]}: not slower than PyTorch"]
    assert found[f"2. {step.MIDDLE[1]}: not slower than PyTorch"]


def test_large_work_is_judged_by_the_fastest_library_and_by_our_product(bench):
    roofline = bench("roofline")
    result = {"large": {"NumPy": 2.0, "glassnet": 0.85, "PyTorch": 0.95}, "bfloat16": {}, "amx": False}
    library, own, *others = roofline.verdicts(result)
    assert (library["met"], own["met"]) == (True, False)
    assert [verdict["met"] for verdict in others] == [None, None]
    assert roofline.verdicts({**result, "large": {"NumPy": 2.0, "PyTorch": 0.89}})[0]["met"] is False


@pytest.mark.long
def test_handwritten_digits_are_measured(tmp_path):
    """Here on scikit-learn's small ones."""
    X, y = load_digits(return_X_y=True)
    pictures = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3)))
    pictures = (np.pad(pictures, ((0, 0), (2, 2), (2, 2))) * 15).astype(np.uint8)
    np.savez(
        tmp_path / "digits.npz", X_train=pictures[:1500], y_train=y[:1500], X_test=pictures[1500:], y_test=y[1500:]
    )
    results = tmp_path / "results.json"
    done = script("mnist.py", tmp_path / "digits.npz", "--quick", "--json", results)
    assert done.returncode == 0, done.stderr
    measured = json.loads(results.read_text("utf-8"))
    (ours,), (theirs,) = measured["time"]["rows"]["glassnet"], measured["time"]["rows"]["scikit-learn"]
    assert ours[1:] == pytest.approx(theirs[1:], abs=0.02)  # equal seeds: as many epochs, to the same accuracy
    assert measured["best"][0]["accuracy"] > 0.5
