"""Which engine trains a run: for "auto" the one with the shortest predicted time.

    seconds = start + steps * Σ coefficient * count

The counts of work in a step are: the step itself, its layers, the entries of the arrays A[l], the numbers that the
optimiser touches, and the operations of small, middle and large products. The cost coefficients, in seconds per unit,
are built in or measured on this machine (`glassnet engines --measure`). A search counts the steps of all its fits, and
divides the time by the number of fits that run at once. Nothing else is considered, in particular not what happens to
be compiled already: equal runs get equal engines, so that equal seeds give equal bits.
"""

from __future__ import annotations

import importlib.util
import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from glassnet import interrupts
from glassnet.engines import compiled_engine
from glassnet.engines.coded_columns import CodedColumns
from glassnet.engines.sparse_columns import SparseColumns
from glassnet.errors import MissingLibraryError
from glassnet.training import compiled_steps, loop, numpy_steps
from glassnet.training.history import History
from glassnet.training.run import Choice, Run, RunEpoch

Coefficients = dict[str, dict[str, float]]  # engine -> kind of work, or "start" -> seconds

WORK_COUNTS = ("step", "layer", "entry", "parameter", "small", "middle", "large")
SMALL, LARGE = 1e6, 1e8  # operations of a product, up to which it is small, and from which it is large

# Of a machine with two cores, and of a graphics processor for data centres.
BUILT_IN: Coefficients = {
    engine: dict(zip(("start", *WORK_COUNTS), seconds, strict=True))
    for engine, *seconds in [
        #            start  step    layer   entry  parameter  small    middle   large
        ("numpy",    0,     13e-6,  8e-6,   5e-9,  4.6e-10,   5e-12,   4e-12,   3.9e-12),
        ("compiled", 3,     4e-6,   1e-6,   1.3e-9, 2.4e-10,  4e-12,   3e-12,   2.7e-12),
        ("cuda",     6,     3e-5,   1e-5,   1e-11, 3e-12,     2e-13,   1e-13,   3e-14),
    ]
}  # fmt: skip

_PHRASES = {"numpy": "with numpy", "compiled": "compiled", "cuda": "on cuda"}


@interrupts.held()
def train(run: Run) -> History:
    """Choose the engine of a run, and train with it: `loop.train` says what is returned and raised."""
    run.choice = chosen(run)
    return loop.train(run, make_stepper)


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run, by the engine that was chosen; by NumPy where that one does not cover it.

    Raises
    ------
    MissingLibraryError
        If an engine is asked for by name and what it needs is not installed.
    """
    try:
        found = import_module(f"glassnet.training.{run.choice.engine}_steps").make_stepper(run)
    except MissingLibraryError as error:
        if run.settings.engine != "auto" or run.choice.engine != "compiled":
            raise
        run.choice, found = Choice("numpy", str(error)), None
        run.history.choice = str(run.choice)
    stepper: RunEpoch = found or numpy_steps.make_stepper(run)
    return stepper


def chosen(run: Run) -> Choice:
    """Choose the engine of a run.

    Parameters
    ----------
    run : Run
        What is to be trained.

    Returns
    -------
    Choice
        The engine that is asked for, or for "auto" the one with the shortest predicted time; NumPy where that engine
        does not cover the run.
    """
    wanted = run.settings.engine
    if run.optimizer.update is None:
        return Choice("numpy", "line searches run there")
    X = run.batches.whole[0]
    if isinstance(X, SparseColumns) or (isinstance(X, CodedColumns) and X.is_sparse):
        return Choice("numpy", "sparse columns stay sparse there")
    if wanted == "compiled" and not compiled_steps.covers(run):
        return Choice("numpy", "this run is not covered by the compiled engine")
    if wanted != "auto":
        return Choice(wanted, "")
    if run.settings.wants_torch:
        return Choice("torch", f"for {run.settings.wants_torch}")
    return _engine_before(run) or _fastest(run)


def _fastest(run: Run) -> Choice:
    seconds = {row: predicted_seconds(run, row) for row in BUILT_IN if row == "numpy" or _covers(run, row)}
    message = "predicted " + ", ".join(f"{_duration(value)} {_PHRASES[row]}" for row, value in seconds.items())
    best = min(seconds, key=lambda row: seconds[row])
    if best == "cuda" and not _cuda_answers():
        best = min(seconds.keys() - {"cuda"}, key=lambda row: seconds[row])
    return Choice("torch" if best == "cuda" else best, message)


def predicted_seconds(run: Run, engine: str) -> float:
    """Predict how long an engine needs for a run, its start-up included.

    Parameters
    ----------
    run : Run
        What is to be trained.
    engine : {"numpy", "compiled", "cuda"}
        A row of the table of cost coefficients.

    Returns
    -------
    float
        Seconds; for all runs together inside `amortise_startup_over`.
    """
    coefficient, together = cost_coefficients()[engine], _together.get()
    step = sum(coefficient[name] * count for name, count in work_counts(run).items())
    at_once = together.at_once if engine == "compiled" else 1
    return coefficient["start"] + together.fits / at_once * run.steps * step


def work_counts(run: Run) -> dict[str, float]:
    """Return how much of each kind of work is in a step of a run."""
    theta = run.theta
    return work_counts_of(
        [theta.W[1].shape[-1], *(W.shape[-2] for W in theta.W)],
        samples=run.batches.m / run.steps_per_epoch,
        moments=len(run.optimizer.state),
        networks=math.prod(theta.vector.shape[:-1]),
        size=theta.vector.itemsize / 4,
    )


def work_counts_of(
    sizes: Sequence[int], *, samples: float, moments: int, networks: int = 1, size: float = 1
) -> dict[str, float]:
    """Return how much of each kind of work is in a step.

    Parameters
    ----------
    sizes : sequence of int
        n[0] ... n[L].
    samples : float
        In a batch.
    moments : int
        Arrays in the optimiser's state.
    networks : int
        k side by side.
    size : float
        Bytes of a number, divided by those of float32.

    Returns
    -------
    dict of str to float
        Counts by kind of work, the names of `WORK_COUNTS`.
    """
    of_size = dict.fromkeys(("small", "middle", "large"), 0.0)
    for l, (n_prev, n) in enumerate(pairwise(sizes), start=1):
        operations = 2 * n * n_prev * samples
        name = "small" if operations < SMALL else "middle" if operations < LARGE else "large"
        of_size[name] += (2 if l == 1 else 3) * operations  # Z[l], dW[l], and dA[l-1] from layer 2 on
    numbers = sum(n * n_prev + n for n_prev, n in pairwise(sizes))
    return {
        "step": 1,
        "layer": len(sizes) - 1,
        "entry": networks * size * samples * sum(sizes[1:]),
        "parameter": networks * size * numbers * (2 + moments),
        **{name: networks * size * operations for name, operations in of_size.items()},
    }


def coefficients_file() -> Path:
    """Return the path of the measured coefficients: beside the compiled code."""
    return compiled_engine.cache_folder() / "engines.json"


@lru_cache(maxsize=1)
def measured() -> Coefficients:
    """Return the coefficients measured on this machine, by engine; an empty dict without a usable file."""
    path = coefficients_file()
    try:
        table = json.loads(path.read_text()) if path.is_file() else {}
        found = {
            engine: {name: float(table[engine][name]) for name in ("start", *WORK_COUNTS)}
            for engine in BUILT_IN
            if engine in table
        }
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return {}
    usable = all(0 <= value < math.inf for row in found.values() for value in row.values())
    return found if usable else {}


def cost_coefficients() -> Coefficients:
    """Return the coefficients that are used here, by engine: the measured ones, else the built-in ones."""
    return {**BUILT_IN, **measured()}


class Together(NamedTuple):
    """How many fits of one kind there are, and how many run at once."""

    fits: int = 1
    at_once: int = 1


_ALONE = Together()
_together: ContextVar[Together] = ContextVar("together", default=_ALONE)


@contextmanager
def amortise_startup_over(n: int, at_once: int = 1) -> Iterator[None]:
    """Predict the time of `n` equal runs for each run inside the context: they share the start-up of an engine.

    Parameters
    ----------
    n : int
        Runs of one shape; nested contexts multiply.
    at_once : int
        How many of them run at the same time, in threads. Compiled steps run in parallel; NumPy's wait for the
        interpreter and gain little.
    """
    around = _together.get()
    token = _together.set(Together(around.fits * n, around.at_once * at_once))
    try:
        yield
    finally:
        _together.reset(token)


def _engine_before(run: Run) -> Choice | None:
    """Return the engine of a run before it was cut off, if it is installed: another one would round differently."""
    engine = run.engine_before
    installed = {
        "numpy": True,
        "compiled": compiled_engine.available(),
        "torch": bool(importlib.util.find_spec("torch")),
    }
    return Choice(engine, "as before it was cut off") if installed.get(engine) else None


def _covers(run: Run, engine: str) -> bool:
    """Return whether an engine is installed and covers a run, without importing what it needs."""
    if engine == "compiled":
        return compiled_engine.available() and compiled_steps.covers(run)
    return cuda_is_likely()


@lru_cache(maxsize=1)
def cuda_is_likely() -> bool:
    """Return whether torch and a driver for CUDA are installed, without importing torch."""
    return importlib.util.find_spec("torch") is not None and any(Path("/dev").glob("nvidia[0-9]*"))


@lru_cache(maxsize=1)
def _cuda_answers() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _duration(seconds: float) -> str:
    """Write a duration with two digits, in the unit that makes it easy to read."""
    if seconds < 0.01:
        return "under 0.01 s"
    length, unit = (3600, "h") if seconds >= 7200 else (60, "min") if seconds >= 120 else (1, "s")
    value = seconds / length
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}"
