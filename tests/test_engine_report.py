"""The report on the engines, and the fit of cost coefficients to what was measured."""

import json

import numpy as np
import pytest

from glassnet import engine_report
from glassnet.errors import FileError, GlassnetError, pip_install
from glassnet.training import engine_choice
from glassnet.training.engine_choice import BUILT_IN, WORK_COUNTS


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    monkeypatch.setattr(engine_choice, "cuda_is_likely", lambda: False)
    engine_choice.measured.cache_clear()
    yield tmp_path
    engine_choice.measured.cache_clear()


def counted():
    each = [engine_choice.work_counts_of(sizes, samples=size, moments=2) for sizes, size, _ in engine_report.WORKLOADS]
    return np.array([[amount[name] for name in WORK_COUNTS] for amount in each])


@pytest.mark.parametrize("factor", [0.2, 1, 7])
def test_coefficients_explain_what_was_measured(factor):
    """Of a machine that differs from the built-in one by a factor, and a product by another."""
    truth = {name: factor * BUILT_IN["numpy"][name] for name in WORK_COUNTS}
    truth["large"] *= 3
    seconds = counted() @ list(truth.values())
    found = engine_report._solve(counted(), seconds, BUILT_IN["numpy"])
    np.testing.assert_allclose(counted() @ list(found.values()), seconds, rtol=0.05)
    assert found["large"] == pytest.approx(truth["large"], rel=0.1)


def test_noise_gives_no_figure_below_0():
    seconds = counted() @ [BUILT_IN["numpy"][name] for name in WORK_COUNTS]
    draw = np.random.default_rng(0)
    for _ in range(20):
        found = engine_report._solve(counted(), seconds * draw.uniform(0.3, 3, len(seconds)), BUILT_IN["numpy"])
        assert min(found.values()) >= 0


def test_a_measurement_is_kept_and_used(place, monkeypatch):
    monkeypatch.setattr(engine_report, "WORKLOADS", (((2, 2, 1), 4, 2), ((8, 8, 1), 4, 2)))
    monkeypatch.setattr(engine_report, "LEAST_SECONDS", 0.001)
    monkeypatch.setattr(engine_report, "_in_own_process", lambda row: engine_report.measured_coefficients("numpy"))
    monkeypatch.setattr(engine_report.compiled_engine, "available", lambda: False)
    told = []
    assert {line.source for line in engine_report.report()} == {"built in", "built in, cuda"}
    engine_report.measure(told.append)
    assert told == ["numpy"]
    table = json.loads((place / "engines.json").read_text())
    assert engine_choice.cost_coefficients() == {**BUILT_IN, **table}
    assert table["numpy"]["start"] == 0
    assert table["numpy"]["step"] > 0
    sources = {line.engine: line.source for line in engine_report.report()}
    assert sources == {"numpy": "measured", "compiled": "built in", "torch": "built in, cuda"}


def test_an_engine_is_measured_in_own_process(monkeypatch):
    with pytest.raises(GlassnetError, match=r"the engine fast could not be measured: .*unknown engine 'fast'"):
        engine_report._in_own_process("fast")


def test_a_folder_that_cannot_be_written_is_found_before_the_work(place, monkeypatch):
    (place / "file").write_text("")
    monkeypatch.setenv("GLASSNET_CACHE", str(place / "file" / "below"))
    told = []
    with pytest.raises(FileError, match=r"engines.json: the cost .* kept there \(Not a directory\); .*GLASS"):
        engine_report.measure(told.append)
    assert told == []


def test_what_is_missing_is_said_with_the_command(monkeypatch):
    def version(name):
        if name in {"numba", "torch"}:
            raise engine_report.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(engine_report, "version", version)
    available = {line.engine: line.available for line in engine_report.report()}
    assert available == {
        "numpy": "numpy 1.0",
        "compiled": f"no numba: {pip_install('numba', 'scipy')}",
        "torch": f"no torch: {pip_install('torch')}",
    }
