"""Which engines are installed, what each is good for, and its cost coefficients, measured here on request.

``python -m glassnet.engine_report ENGINE`` measures one engine and prints JSON.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Any, NamedTuple

import numpy as np

from glassnet import interrupts
from glassnet.engines import compiled_engine
from glassnet.engines.threads import cores
from glassnet.errors import FileError, GlassnetError, pip_install
from glassnet.files import write_beside
from glassnet.network import Network
from glassnet.training import engine_choice
from glassnet.training.engine_choice import BUILT_IN, WORK_COUNTS
from glassnet.training.several_fits import uninterrupted

LEAST_SECONDS = 0.05  # seconds of a measurement, so that the clock is exact enough
REPEATS = 3  # of a measurement; the shortest counts
PRIOR_WEIGHT = 0.01  # of the built-in coefficients in the fit; a measurement has weight 1

# Sizes, samples in a batch, batches in an epoch. Each workload consists mostly of one kind of work. All have three
# layers, so that one compilation serves them; the built-in ratio divides the time between step and layer.
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
        Versions of what it needs, or how to install it.
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
    cpu = f"cpu, {cores()} cores"
    devices = cpu + ", cuda" if engine_choice.cuda_is_likely() else cpu
    lines = [
        ("numpy", "numpy", _versions("numpy"), cpu, "short runs; every setting"),
        ("compiled", "compiled", _versions("numba", "scipy"), cpu, "long runs; stacks"),
        ("torch", "cuda", _versions("torch"), devices, "large networks on cuda"),
    ]
    coefficients, measured = engine_choice.cost_coefficients(), engine_choice.measured()

    def source(row: str) -> str:
        return ("measured" if row in measured else "built in") + ", cuda" * (row == "cuda")

    return [
        EngineLine(engine, available, devices, good_for, coefficients[row], source(row))
        for engine, row, available, devices, good_for in lines
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
    path = engine_choice.coefficients_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise FileError(
            f"{path}: the cost coefficients cannot be kept there ({error.strerror}); "
            "let GLASSNET_CACHE name a folder of yours"
        ) from error
    installed = {"numpy": True, "compiled": compiled_engine.available(), "cuda": engine_choice.cuda_is_likely()}
    table = {}
    for row in BUILT_IN:
        if installed[row]:
            announce(row)
            table[row] = _in_own_process(row)
    write_beside(path, (json.dumps(table, indent=2) + "\n").encode())
    engine_choice.measured.cache_clear()


def measured_coefficients(row: str) -> dict[str, float]:
    """Measure the cost coefficients of one engine.

    The start-up does not contain the compilation of the matrix product, which every machine does once.

    Parameters
    ----------
    row : {"numpy", "compiled", "cuda"}
        A row of the table of cost coefficients.

    Returns
    -------
    dict of str to float
        Seconds to start, and per unit of each kind of work.
    """
    options = {"engine": "torch", "device": "cuda"} if row == "cuda" else {"engine": row}
    began = time.perf_counter()
    _fit(WORKLOADS[0], 1, options)
    start = 0.0 if row == "numpy" else time.perf_counter() - began  # NumPy is loaded anyway
    seconds = np.array([_seconds_of_a_step(work, options) for work in WORKLOADS])
    each = [engine_choice.work_counts_of(sizes, samples=size, moments=2) for sizes, size, _ in WORKLOADS]
    counted = np.array([[counts[name] for name in WORK_COUNTS] for counts in each])
    return {"start": start, **_solve(counted, seconds, BUILT_IN[row])}


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
    net = Network(sizes, ["relu"] * (len(sizes) - 2) + ["sigmoid"], "cross_entropy", seed=1)
    return uninterrupted(net.fit(features, labels, optimizer="adam", epochs=epochs, batch_size=size, **options)).seconds


def _seconds_of_a_step(work: tuple[Any, ...], options: dict[str, Any]) -> float:
    _fit(work, 1, options)  # compiles, and starts the threads
    epochs = 2
    while _fit(work, epochs, options) < LEAST_SECONDS:
        epochs *= 2
    one, many = (min(_fit(work, n, options) for _ in range(REPEATS)) for n in (1, epochs))
    seconds: float = max(many - one, 1e-9) / ((epochs - 1) * work[2])
    return seconds


def _in_own_process(row: str) -> dict[str, float]:
    """Measure in a process where nothing is loaded, and only the matrix product is compiled."""
    product = "from glassnet.engines.compiled_engine import kernel_of; kernel_of('float32')"
    with tempfile.TemporaryDirectory(prefix="glassnet-") as empty:
        for command in ([["-c", product]] if row == "compiled" else []) + [["-m", "glassnet.engine_report", row]]:
            done = subprocess.run(
                [sys.executable, *command],
                env={**os.environ, "GLASSNET_CACHE": empty},
                capture_output=True,
                text=True,
                check=False,
            )
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise GlassnetError(f"the engine {row} could not be measured: {last}")
    return dict(json.loads(done.stdout))


def _versions(*names: str) -> str:
    try:
        return ", ".join(f"{name} {version(name)}" for name in names)
    except PackageNotFoundError as missing:
        return f"no {missing.name}: {pip_install(*names)}"


if __name__ == "__main__":
    print(json.dumps(measured_coefficients(sys.argv[1])))
