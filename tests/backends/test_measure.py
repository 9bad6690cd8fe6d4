"""The report on the engines, and the fit of cost coefficients to what was measured."""

import json
from dataclasses import replace

import numpy as np
import pytest

from glassnet.backends import choice, measure
from glassnet.backends.backend import WORK_COUNTS
from glassnet.backends.choice import built_in
from glassnet.backends.registry import BACKENDS
from glassnet.errors import FileError, GlassnetError, pip_install


@pytest.fixture(autouse=True)
def place(monkeypatch, tmp_path):
    monkeypatch.setenv("GLASSNET_CACHE", str(tmp_path))
    monkeypatch.setitem(BACKENDS, "torch", replace(BACKENDS["torch"], is_present=lambda: False))
    choice.measured.cache_clear()
    yield tmp_path
    choice.measured.cache_clear()


def counted():
    each = [choice.work_counts_of(sizes, samples=size, moments=2) for sizes, size, _ in measure.WORKLOADS]
    return np.array([[amount[name] for name in WORK_COUNTS] for amount in each])


@pytest.mark.parametrize("factor", [0.2, 1, 7])
def test_coefficients_explain_what_was_measured(factor):
    """Of a machine that differs from the built-in one by a factor, and a product by another."""
    truth = {name: factor * built_in()["numpy"][name] for name in WORK_COUNTS}
    truth["large"] *= 3
    seconds = counted() @ list(truth.values())
    found = measure._solve(counted(), seconds, built_in()["numpy"])
    np.testing.assert_allclose(counted() @ list(found.values()), seconds, rtol=0.05)
    assert found["large"] == pytest.approx(truth["large"], rel=0.1)


def test_noise_gives_no_figure_below_0():
    seconds = counted() @ [built_in()["numpy"][name] for name in WORK_COUNTS]
    draw = np.random.default_rng(0)
    for _ in range(20):
        found = measure._solve(counted(), seconds * draw.uniform(0.3, 3, len(seconds)), built_in()["numpy"])
        assert min(found.values()) >= 0


def test_a_measurement_is_kept_and_used(place, monkeypatch):
    monkeypatch.setattr(measure, "WORKLOADS", (((2, 2, 1), 4, 2), ((8, 8, 1), 4, 2)))
    monkeypatch.setattr(measure, "LEAST_SECONDS", 0.001)
    monkeypatch.setattr(measure, "_in_own_process", lambda row: measure.measured_coefficients("numpy"))
    for name in BACKENDS.keys() - {"numpy"}:
        monkeypatch.setitem(BACKENDS, name, replace(BACKENDS[name], libraries=("no_such_library",)))
    told = []
    assert {line.source for line in measure.report()} == {"built in", "built in, cuda"}
    measure.measure(told.append)
    assert told == ["numpy"]
    table = json.loads((place / "engines.json").read_text())
    assert choice.cost_coefficients() == {**built_in(), **table}
    assert table["numpy"]["start"] == 0
    assert any(table["numpy"][name] > 0 for name in WORK_COUNTS)  # on a busy machine it may be any of them
    sources = {line.engine: line.source for line in measure.report()}
    expected = dict.fromkeys(BACKENDS, "built in") | {"numpy": "measured", "torch": "built in, cuda"}
    assert sources == expected


def test_an_engine_is_measured_in_own_process(monkeypatch):
    with pytest.raises(GlassnetError, match=r"the engine fast could not be measured: .*unknown engine 'fast'"):
        measure._in_own_process(replace(BACKENDS["numpy"], name="fast"))


def test_a_folder_that_cannot_be_written_is_found_before_the_work(place, monkeypatch):
    (place / "file").write_text("")
    monkeypatch.setenv("GLASSNET_CACHE", str(place / "file" / "below"))
    told = []
    with pytest.raises(FileError, match=r"engines.json: the cost .* kept there \(Not a directory\); .*GLASS"):
        measure.measure(told.append)
    assert told == []


def test_what_is_missing_is_said_with_the_command(monkeypatch):
    def version(name):
        if name in {"scipy", "torch"}:
            raise measure.PackageNotFoundError(name)
        return "1.0"

    monkeypatch.setattr(measure, "version", version)
    for name, libraries in {"with scipy": ("numpy", "scipy"), "alone": ()}.items():
        monkeypatch.setitem(BACKENDS, name, replace(BACKENDS["numpy"], name=name, libraries=libraries))
    available = {line.engine: line.available for line in measure.report()}
    assert available["numpy"] == "numpy 1.0"
    assert available["torch"] == f"no torch: {pip_install('torch')}"
    assert available["with scipy"] == f"no scipy: {pip_install('numpy', 'scipy')}"
    assert available["alone"].startswith("glassnet ")
