"""Which engines are installed, what each is good for, and its cost coefficients, measured here on request.

``python -m glassnet.backends.measure ENGINE`` measures one engine and prints JSON.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import numpy as np

from glassnet import interrupts
from glassnet._version import __version__
from glassnet.arrays import numpy_namespace as xp
from glassnet.arrays.threads import cores
from glassnet.backends import choice
from glassnet.backends.backend import WORK_COUNTS, Backend
from glassnet.backends.numpy import NUMPY
from glassnet.backends.registry import BACKENDS
from glassnet.core.architecture import Architecture
from glassnet.core.initializers import draw_weights, names_of_layers
from glassnet.core.parameters import Parameters
from glassnet.core.propagation import Objective
from glassnet.errors import FileError, GlassnetError, UnknownNameError, pip_install
from glassnet.files import write_beside
from glassnet.training.run import Run
from glassnet.training.settings import Settings
from glassnet.training.several_fits import uninterrupted

LEAST_SECONDS = 0.05  # seconds of a measurement, so that the clock is exact enough
REPEATS = 3  # of a measurement; the shortest counts
PRIOR_WEIGHT = 0.01  # of the built-in coefficients in the fit; a measurement has weight 1

# Sizes, samples in a batch, batches in an epoch. Each workload consists mostly of one kind of work. All have three
# layers; the built-in ratio divides the time between step and layer.
WORKLOADS = (
    ((2, 4, 4, 1), 8, 8),
    ((4, 16, 16, 1), 8192, 4),
    ((1024, 1024, 8, 1), 4, 8),
    ((64, 64, 32, 10), 64, 8),
    ((784, 256, 128, 10), 128, 8),
    ((2048, 1024, 64, 10), 256, 2),
)


class EngineLine(NamedTuple):
    """An engine as `glassnet engines` shows it.

    Parameters
    ----------
    engine : str
        Its name in `engine=`.
    available : str
        Versions of what it needs, or how to install it; of the native one the level of this processor among those that
        can be used, and its file, or why it is not here.
    devices : str
        Where it computes.
    good_for : str
        When to use it.
    cost_coefficients : dict of str to float
        Seconds to start, and per unit of each kind of work.
    source : str
        Where the coefficients come from: "measured" or "built in"; torch's are those of a graphics processor.
    """

    engine: str
    available: str
    devices: str
    good_for: str
    cost_coefficients: dict[str, float]
    source: str


def report() -> list[EngineLine]:
    """Return a line for each engine, without importing what the engines need."""
    coefficients, measured = choice.cost_coefficients(), choice.measured()

    def devices(row: Backend) -> str:
        others = [name for name in row.devices if name != "cpu"] if row.is_likely() else []
        return ", ".join(["cpu", f"{cores()} cores", *others])

    def source(row: Backend) -> str:
        device = "" if row.measured_on == "cpu" else f", {row.measured_on}"
        return ("measured" if row.costs in measured else "built in") + device

    return [
        EngineLine(row.name, _available(row), devices(row), row.good_for, coefficients[row.costs], source(row))
        for row in BACKENDS.values()
    ]


def measure(announce: Callable[[str], Any] = lambda engine: None) -> None:
    """Measure every engine that is installed, and keep the coefficients for "auto".

    Parameters
    ----------
    announce : callable
        Called with the name of each engine before it is measured.

    Raises
    ------
    FileError
        If the coefficients cannot be kept; raised before anything is measured.
    GlassnetError
        If an engine fails that seems to be installed.
    """
    path = choice.coefficients_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise FileError(
            f"{path}: the cost coefficients cannot be kept there ({error.strerror}); "
            "let GLASSNET_CACHE name a folder of yours"
        ) from error
    table = {}
    for row in BACKENDS.values():
        if row.is_likely():
            announce(row.name)
            table[row.costs] = _in_own_process(row)
    write_beside(path, (json.dumps(table, indent=2) + "\n").encode())
    choice.measured.cache_clear()


def measured_coefficients(engine: str) -> dict[str, float]:
    """Measure the cost coefficients of one engine.

    Parameters
    ----------
    engine : str
        The name of a backend.

    Returns
    -------
    dict of str to float
        Seconds to start, and per unit of each kind of work.
    """
    if engine not in BACKENDS:
        raise UnknownNameError.among("engine", engine, BACKENDS)
    row = BACKENDS[engine]
    options = {"engine": engine, "device": row.measured_on}
    first, again = (_seconds_of_a_fit(WORKLOADS[0], options) for _ in range(2))
    start = 0.0 if row is NUMPY else max(first - again, 0.0)  # NumPy is loaded anyway
    seconds = np.array([_seconds_of_a_step(work, options) for work in WORKLOADS])
    each = [choice.work_counts_of(sizes, samples=size, moments=2) for sizes, size, _ in WORKLOADS]
    counted = np.array([[counts[name] for name in WORK_COUNTS] for counts in each])
    return {"start": start, **_solve(counted, seconds, row.built_in)}


def _solve(counted: Any, seconds: Any, built_in: dict[str, float]) -> dict[str, float]:
    """Return the coefficients of at least 0 that fit the measured seconds with the least relative squared error."""
    with interrupts.held():
        from scipy.optimize import nnls

    usual = np.array([built_in[name] for name in WORK_COUNTS])
    share, _ = nnls(
        np.vstack([counted * usual / seconds[:, None], PRIOR_WEIGHT * np.eye(len(usual))]),
        np.concatenate([np.ones(len(seconds)), np.full(len(usual), PRIOR_WEIGHT)]),
    )
    return dict(zip(WORK_COUNTS, (share * usual).tolist(), strict=True))


def _fit(work: tuple[Any, ...], epochs: int, options: dict[str, Any]) -> float:
    """Train on random numbers; return the seconds of the steps."""
    sizes, size, batches = work
    draw = np.random.default_rng(0)
    features = draw.standard_normal((size * batches, sizes[0]), dtype=np.float32).T
    labels = (draw.random((sizes[-1], size * batches)) < 0.5).astype(np.float32)
    architecture = Architecture.build(sizes, ["relu"] * (len(sizes) - 2) + ["sigmoid"], "cross_entropy")
    theta = Parameters(architecture.sizes, features.dtype)
    rng = draw_weights(theta, names_of_layers(None, architecture.activations), 1)
    settings = Settings(optimizer="adam", epochs=epochs, batch_size=size, **options)
    run = Run(xp, theta, Objective.of(architecture), settings, rng, features, labels)
    return uninterrupted(choice.train(run)).seconds


def _seconds_of_a_fit(work: tuple[Any, ...], options: dict[str, Any]) -> float:
    began = time.perf_counter()
    _fit(work, 1, options)
    return time.perf_counter() - began


def _seconds_of_a_step(work: tuple[Any, ...], options: dict[str, Any]) -> float:
    _fit(work, 1, options)  # loads what it needs, and records the equations
    epochs = 2
    while _fit(work, epochs, options) < LEAST_SECONDS:
        epochs *= 2
    one, many = (min(_fit(work, n, options) for _ in range(REPEATS)) for n in (1, epochs))
    seconds: float = max(many - one, 1e-9) / ((epochs - 1) * work[2])
    return seconds


def _in_own_process(row: Backend) -> dict[str, float]:
    """Measure in a process where nothing is loaded."""
    command = [sys.executable, "-m", "glassnet.backends.measure", row.name]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise GlassnetError(f"the engine {row.name} could not be measured: {last}")
    return dict(json.loads(done.stdout))


def _available(row: Backend) -> str:
    return row.why_not() or row.about() or _versions(*row.libraries)


def _versions(*names: str) -> str:
    try:
        if not names:
            return f"glassnet {__version__}"
        return ", ".join(f"{name} {version(name)}" for name in names)
    except PackageNotFoundError as missing:
        return f"no {missing.name}: {pip_install(*names)}"


if __name__ == "__main__":
    print(json.dumps(measured_coefficients(sys.argv[1])))
