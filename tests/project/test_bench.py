"""The benchmarks: every part runs on small sizes, what they compute is right, and the page is made of it."""

import json
import os
import subprocess
import sys
from importlib import import_module

import numpy as np
import pytest
from sklearn.datasets import load_digits

from shared import ROOT, shared

BENCH = ROOT / "bench"


def script(*words):
    """Run a benchmark script in a process of its own, with one thread: others run beside it."""
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    command = [sys.executable, *map(str, words)]
    return subprocess.run(command, cwd=BENCH, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture
def digits(tmp_path):
    """Return a file like MNIST's, of scikit-learn's small digits."""
    X, y = load_digits(return_X_y=True)
    pictures = np.kron(X.reshape(-1, 8, 8), np.ones((3, 3)))
    pictures = (np.pad(pictures, ((0, 0), (2, 2), (2, 2))) * 15).astype(np.uint8)
    path = tmp_path / "digits.npz"
    np.savez(path, X_train=pictures[:1500], y_train=y[:1500], X_test=pictures[1500:], y_test=y[1500:])
    return path


@pytest.fixture
def bench(monkeypatch):
    """Return what imports a benchmark script."""
    monkeypatch.syspath_prepend(BENCH)
    return import_module


@pytest.mark.long
@pytest.mark.needs("linux")  # memory is read from its /proc
def test_every_part_runs_and_becomes_a_page(bench, digits, tmp_path):
    """All in one process, which loads the libraries once; then a page of all, and of each alone."""
    results = tmp_path / "results.json"
    done = script("all.py", "--quick", "--mnist", digits, "--json", results)
    assert done.returncode == 0, done.stderr
    document = json.loads(results.read_text())
    titles = {name: title for name, (title, _) in bench("report").SECTIONS.items()}
    assert document["parts"].keys() == titles.keys() == bench("all").PARTS.keys()
    for name, part in document["parts"].items():
        assert "failed" not in part, part["failed"]
        assert part["targets"] or name == "products"
        assert {verdict["met"] for verdict in part["targets"]} <= {None}, "a quick run decides nothing"
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
    assert (
        "expected some of step, first, threads, roofline, products, scaling, start, search, memory, weight, mnist"
        in done.stderr
    )
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


def test_the_model_of_many_machines_is_a_ring(bench):
    many = bench("many")
    assert many.line({str(size): 5 + 0.5 * size for size in (2, 4, 8)}) == pytest.approx((5, 0.5))
    seconds = many.model((1.0, 0.5), 64, 1000, {"latency": 0.25, "bandwidth": 4000.0})
    assert (seconds[1], seconds[2]) == (33.0, 1 + 16 + 0.5 + 1)  # of two machines each sends half of it twice


@pytest.mark.parametrize(("m", "width", "r2", "met"), [(1.02, 1.8, 0.99, True), (1.03, 1.81, 0.98, False)])
def test_exponents_are_held_without_slack(bench, m, width, r2, met):
    result = {"m": {"exponent": m}, "width": {"exponent": width, "product_exponent": 1.8}, "depth": {"r2": r2}}
    found = bench("targets").verdicts("scaling", bench("scaling").figures(result))
    assert [verdict["met"] for verdict in found] == [met] * 3


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


def test_step_is_judged_by_means_and_by_the_largest_share(bench):
    step, targets, workloads = bench("step"), bench("targets"), bench("workloads")
    titles = [workloads.title_of(number, "float32") for number in workloads.MIDDLE]
    ratios = ((0.9, 1.0), (2.0, 1.25), (2.0, 2.0), (3.1, 2.0))
    rows = [{"number": number, "workload": title, "ratio": {"PyTorch": torch, "scikit-learn": 2.0, "before": before}}
            for number, title, (torch, before) in zip(workloads.MIDDLE, titles, ratios, strict=True)]  # fmt: skip
    figures = step.figures({"workloads": rows, "cost_difference": 1e-12})
    assert figures["before: mean"] == pytest.approx((1 + 0.8 + 0.5 + 0.5) / 4)
    assert figures["before: largest"] == 1
    found = {verdict["target"]: verdict["met"] for verdict in targets.verdicts("step", figures)}
    assert found["2. middle workloads, on average: faster than PyTorch"] is True
    assert found["2. middle workloads, on average: faster than scikit-learn"] is False
    assert found[f"2. {titles[0]}: not slower than PyTorch"] is False
    assert found[f"2. {titles[1]}: not slower than PyTorch"] is True
    assert found["1. 64-64-10, 64, Adam, float32: faster than PyTorch"] is None
    for row in rows:
        del row["ratio"]["before"]
    assert step.figures({"workloads": rows, "cost_difference": 0.0})["before: largest"] is None


def test_large_work_is_judged_by_the_fastest_library_and_by_our_product(bench):
    roofline, targets = bench("roofline"), bench("targets")
    result = {"large": {"NumPy": 2.0, "glassnet": 0.85, "PyTorch": 0.95}, "bfloat16": {}, "amx": False}
    library, own, *others = targets.verdicts("roofline", roofline.figures(result))
    assert (library["met"], own["met"]) == (True, False)
    assert [verdict["met"] for verdict in others] == [None, None]
    found = roofline.figures({**result, "large": {"NumPy": 2.0, "PyTorch": 0.89}})
    assert targets.verdicts("roofline", found)[0]["met"] is False


def test_targets_are_held_against_figures(bench):
    """The limit may be another figure; what the processor lacks decides nothing, and what was not measured neither."""
    targets = bench("targets")
    target = targets.Target("part", "a", "x", "at most", 2.0)
    assert targets.verdict(target, {"x": 2.0}) == {"target": "a", "asked": "at most 2x", "met": True, "measured": "2x"}
    assert targets.verdict(target._replace(comparison="under"), {"x": 2.0})["met"] is False
    assert targets.verdict(target._replace(target="y"), {"x": 2.0, "y": 3.0})["met"] is True
    assert targets.verdict(target._replace(target="y"), {"x": 2.0})["met"] is None
    assert targets.verdict(target, {})["met"] is None
    lacking = targets.verdict(target._replace(needs="AMX"), {"x": 2.0, "AMX": 0.0})
    assert (lacking["met"], lacking["measured"]) == (None, "2x (without AMX)")
    assert targets.line_of(targets.verdict(target, {"x": 3.0})) == "not met      a: 3x (asked: at most 2x)"
    names = [f"{number} one" for number in ("10.", "2.", "also:")]
    assert sorted([{"target": name} for name in names], key=targets.place_of)[0]["target"] == "2. one"


def test_every_target_names_its_part_and_a_comparison(bench):
    targets, parts = bench("targets"), bench("all").PARTS
    assert {target.part for target in targets.TARGETS} <= parts.keys()
    assert {target.comparison for target in targets.TARGETS} <= targets.COMPARISONS.keys()
    assert len({target.name for target in targets.TARGETS}) == len(targets.TARGETS)


def test_worker_answers_from_its_own_source_tree_and_raises_what_it_raised(bench):
    workers = bench("workers")
    with workers.Worker(ROOT) as worker:
        assert worker.ask("workers", "source") == str(ROOT / "src" / "glassnet")
        with pytest.raises(ZeroDivisionError):
            worker.ask("operator", "truediv", 1, 0)
        worker.send("operator", "add", 1, 2)
        assert worker.receive() == 3


def test_folder_without_a_source_is_no_earlier_version(tmp_path):
    done = script("search.py", "--quick", "--before", tmp_path)
    assert done.returncode == 1
    assert f"--before: expected a folder that holds src/glassnet, got {tmp_path}" in done.stderr


def test_products_of_a_step_are_those_of_its_equations(bench):
    """As many operations as a step has, and each library gets factors in the order of a step."""
    products, workloads = bench("products"), bench("workloads")
    shapes = products.shapes([2])
    assert sum(2 * n * k * m for _, n, k, m, _ in shapes) == workloads.operations(workloads.WORKLOADS[2])
    A, B, out = products.factors(3, 4, 5, "TN", "float64")
    assert (A.shape, B.shape, out.shape) == ((3, 4), (4, 5), (3, 5))
    assert (products.row_major(A)[0], products.row_major(B)[0]) == (b"T", b"N")
    wrong = {"NumPy": lambda A, B, out: np.matmul(A, B, out=out), "wrong": lambda A, B, out: None}
    assert products.best_rates(wrong, A, B, out, 1e-4, 1).keys() == {"NumPy"}


def test_weight_follows_requirements_of_this_machine(bench):
    weight = bench("weight")
    assert weight.requirements(["numpy>=2", "h5py>=3; extra == 'hdf5'", "Numba; python_version < '3'"]) == {"numpy"}
    along = weight.brought_along({"scikit-learn", "no-such-package"})
    assert along.keys() >= {"scikit-learn", "numpy", "scipy", "no-such-package"}
    assert along["numpy"] > 1_000_000
    assert along["no-such-package"] == 0


@pytest.mark.long
@pytest.mark.needs("linux")  # memory is read from its /proc
@pytest.mark.parametrize("more", [(), ("--text",)])
def test_rows_in_parts_are_measured(tmp_path, more):
    shared("data/diamonds.csv")
    done = script("stream.py", "--quick", *more, "--json", tmp_path / "stream.json")
    assert done.returncode == 0, done.stderr
    measured = json.loads((tmp_path / "stream.json").read_text("utf-8"))
    assert measured["streamed"]["rows"] > measured["in_memory"]["rows"] > 0
    assert measured["streamed"]["peak"] > 0
    assert measured["streamed"]["predicted"] == 1000


@pytest.mark.long
def test_handwritten_digits_are_measured(digits, tmp_path):
    results = tmp_path / "results.json"
    done = script("mnist.py", digits, "--quick", "--json", results)
    assert done.returncode == 0, done.stderr
    measured = json.loads(results.read_text("utf-8"))
    (ours,), (theirs,) = measured["time"]["rows"]["glassnet"], measured["time"]["rows"]["scikit-learn"]
    assert ours[1:] == pytest.approx(theirs[1:], abs=0.02)  # equal seeds: as many epochs, to the same accuracy
    assert measured["best"][0]["accuracy"] > 0.5
