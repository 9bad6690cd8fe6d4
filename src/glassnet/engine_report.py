"""Which engines are here, what they are good for, and what they take; measured on this machine on request.

``python -m glassnet.engine_report ENGINE`` measures one in a process of its own, and prints JSON.
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
from glassnet.training.engine_choice import AMOUNTS, BUILT_IN
from glassnet.training.several_fits import uninterrupted

SHORTEST = 0.05  # seconds that a clock must show to be believed
TAKES = 3  # of which the shortest counts
TRUST = 0.01  # in the built-in figures, against 1 in what was measured: it decides what the works leave open

# Sizes, samples in a batch, batches in an epoch: each work is mostly made of one kind of amount, and all have three
# layers, so that one compilation serves them; how a step's seconds and a layer's share the rest is the built-in ratio.
WORKS = (
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
        When to take it.
    figures : dict of str to float
        Seconds to start, and per unit of work.
    source : str
        Where the figures come from: "measured" or "built in"; torch's are those of a graphics processor.
    """

    engine: str
    available: str
    devices: str
    good_for: str
    figures: dict[str, float]
    source: str


def report() -> list[EngineLine]:
    """Return what can be said about each engine; nothing heavy is imported."""
    cpu = f"cpu, {cores()} cores"
    devices = cpu + ", cuda" if engine_choice.cuda_is_likely() else cpu
    lines = [
        ("numpy", "numpy", _versions("numpy"), cpu, "short runs; every setting"),
        ("compiled", "compiled", _versions("numba", "scipy"), cpu, "long runs; stacks"),
        ("torch", "cuda", _versions("torch"), devices, "large networks on cuda"),
    ]
    figures, measured = engine_choice.figures(), engine_choice.measured()

    def source(row: str) -> str:
        return ("measured" if row in measured else "built in") + ", cuda" * (row == "cuda")

    return [
        EngineLine(engine, available, devices, good_for, figures[row], source(row))
        for engine, row, available, devices, good_for in lines
    ]


def measure(told: Callable[[str], Any] = lambda engine: None) -> None:
    """Measure every engine that is here, and keep the figures for "auto".

    Parameters
    ----------
    told : callable
        Called with the name of each engine before it is measured.

    Raises
    ------
    FileError
        If the figures cannot be kept; found out before anything is measured.
    GlassnetError
        If an engine that seems to be here fails.
    """
    path = engine_choice.figures_file()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path.parent):
            pass
    except OSError as error:
        raise FileError(
            f"{path}: the figures cannot be kept there ({error.strerror}); let GLASSNET_CACHE name a folder of yours"
        ) from error
    here = {"numpy": True, "compiled": compiled_engine.available(), "cuda": engine_choice.cuda_is_likely()}
    table = {}
    for row in BUILT_IN:
        if here[row]:
            told(row)
            table[row] = _in_a_process_of_its_own(row)
    write_beside(path, (json.dumps(table, indent=2) + "\n").encode())
    engine_choice.measured.cache_clear()


def figures_of(row: str) -> dict[str, float]:
    """Measure one engine: its start-up, and seconds per unit of each amount of work.

    What is compiled once and for all, the matrix product, is no part of a start-up.
    """
    options = {"engine": "torch", "device": "cuda"} if row == "cuda" else {"engine": row}
    began = time.perf_counter()
    _fit(WORKS[0], 1, options)
    start = 0.0 if row == "numpy" else time.perf_counter() - began  # NumPy is there anyway
    seconds = np.array([_seconds_of_a_step(work, options) for work in WORKS])
    each = [engine_choice.amounts_of(sizes, samples=size, moments=2) for sizes, size, _ in WORKS]
    counted = np.array([[amount[name] for name in AMOUNTS] for amount in each])
    return {"start": start, **_solve(counted, seconds, BUILT_IN[row])}


def _solve(counted: Any, seconds: Any, built_in: dict[str, float]) -> dict[str, float]:
    """Return the figures, none below 0, that explain what was measured with the smallest relative errors."""
    with interrupts.held():
        from scipy.optimize import nnls

    usual = np.array([built_in[name] for name in AMOUNTS])
    share, _ = nnls(
        np.vstack([counted * usual / seconds[:, None], TRUST * np.eye(len(usual))]),
        np.concatenate([np.ones(len(seconds)), np.full(len(usual), TRUST)]),
    )
    return dict(zip(AMOUNTS, (share * usual).tolist(), strict=True))


def _fit(work: tuple[Any, ...], epochs: int, options: dict[str, Any]) -> float:
    """Train on random numbers; return the seconds that the steps took."""
    sizes, size, batches = work
    draw = np.random.default_rng(0)
    features = draw.standard_normal((size * batches, sizes[0]), dtype=np.float32).T
    labels = (draw.random((sizes[-1], size * batches)) < 0.5).astype(np.float32)
    net = Network(sizes, ["relu"] * (len(sizes) - 2) + ["sigmoid"], "cross_entropy", seed=1)
    return uninterrupted(net.fit(features, labels, optimizer="adam", epochs=epochs, batch_size=size, **options)).seconds


def _seconds_of_a_step(work: tuple[Any, ...], options: dict[str, Any]) -> float:
    _fit(work, 1, options)  # compiles, and wakes what sleeps
    epochs = 2
    while _fit(work, epochs, options) < SHORTEST:
        epochs *= 2
    one, many = (min(_fit(work, n, options) for _ in range(TAKES)) for n in (1, epochs))
    seconds: float = max(many - one, 1e-9) / ((epochs - 1) * work[2])
    return seconds


def _in_a_process_of_its_own(row: str) -> dict[str, float]:
    """Measure where nothing is loaded, and nothing compiled yet but the product."""
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
    print(json.dumps(figures_of(sys.argv[1])))
