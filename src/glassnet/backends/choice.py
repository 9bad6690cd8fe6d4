"""Which engine trains a run.

"auto" takes the native backend for all that it covers, and NumPy for the rest; where there is a device, torch, if its
predicted time on it is shorter:

    seconds = start + steps * Σ coefficient * count

The counts of work in a step are: the step itself, its layers, the entries of the arrays A[l], the numbers that the
optimiser touches, and the operations of small, middle and large products. The cost coefficients, in seconds per unit,
are built in or measured on this machine (`glassnet engines --measure`). A search counts the steps of all its fits, and
divides the time by the number of fits that run at once. Nothing else is considered, such as what happens to be loaded
already: equal runs get equal engines, so that equal seeds give equal bits.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from glassnet import interrupts
from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.backends import numpy
from glassnet.backends.backend import COEFFICIENTS, Backend
from glassnet.backends.numpy import NUMPY
from glassnet.backends.registry import BACKENDS
from glassnet.errors import MissingLibraryError
from glassnet.files import cache_folder
from glassnet.training import loop
from glassnet.training.history import History
from glassnet.training.run import Choice, Run, RunEpoch

Coefficients = dict[str, dict[str, float]]  # `Backend.costs` -> kind of work, or "start" -> seconds

SMALL, LARGE = 1e6, 1e8  # operations of a product, up to which it is small, and from which it is large
NOT_COVERED = "this run is not covered by the {} engine"
LONG_PRODUCT = 1e9  # operations in a step: validation is then so long that a second core saves more than it costs


@interrupts.held()
def train(run: Run) -> History:
    """Choose the engine of a run, and train with it: `loop.train` says what is returned and raised."""
    run.choice = chosen(run)
    run.history.engine = NUMPY.name  # until another one has started; line searches start none
    alone = run.largest_product() <= LONG_PRODUCT and BACKENDS[run.choice.engine].uses_all_cores
    return loop.train(run, make_stepper, one_blas_thread=alone)


def make_stepper(run: Run) -> RunEpoch:
    """Return what runs an epoch of a run, by the engine that was chosen; by NumPy where that one does not cover it.

    Raises
    ------
    MissingLibraryError
        If what an engine needs is not here, and it was asked for by name or by a setting that no other one meets.
    """
    backend = BACKENDS[run.choice.engine]
    try:
        if (missing := backend.missing()) is not None:
            raise missing
        found = backend.make_stepper(run)
    except MissingLibraryError as error:
        if run.settings.engine != "auto" or run.settings.unmet():
            raise
        run.choice, found = Choice(NUMPY.name, str(error)), None
        run.history.choice = str(run.choice)
    if found is not None:
        run.history.engine = backend.name
    return found or numpy.make_stepper(run)


def chosen(run: Run) -> Choice:
    """Choose the engine of a run.

    Parameters
    ----------
    run : Run
        What is to be trained.

    Returns
    -------
    Choice
        The engine that is asked for, or for "auto" the one that the top of this file says; NumPy where that engine does
        not cover the run.
    """
    wanted, unmet = run.settings.engine, run.settings.unmet()
    if run.optimizer.update is None:
        return Choice(NUMPY.name, "line searches run there")
    X = run.batches.whole[0]
    if isinstance(X, SparseColumns) or (isinstance(X, (CodedColumns, StreamedColumns)) and X.is_sparse):
        return Choice(NUMPY.name, "sparse columns stay sparse there")
    if wanted != "auto":
        if not BACKENDS[wanted].covers(run):
            return Choice(NUMPY.name, NOT_COVERED.format(wanted))
        return Choice(wanted, "")
    if unmet:
        able = next(name for name, backend in BACKENDS.items() if not run.settings.unmet(backend))
        return Choice(able, f"for {unmet}")
    return _engine_before(run) or _fastest(run)


def _fastest(run: Run) -> Choice:
    faster = [backend for backend in BACKENDS.values() if backend is not NUMPY]
    likely = [backend for backend in faster if backend.is_likely() and backend.covers(run)]
    if not any(backend.measured_on == "cpu" for backend in likely):  # else NumPy is never faster
        likely.insert(0, NUMPY)
    if likely == [NUMPY]:
        return Choice(NUMPY.name, next((why for each in faster if (why := _why_not(each, run))), ""))
    seconds = {backend.name: predicted_seconds(run, backend.name) for backend in likely}
    message = "predicted " + ", ".join(f"{_duration(seconds[each.name])} {each.phrase}" for each in likely)
    best_first = sorted(likely, key=lambda backend: seconds[backend.name])
    return Choice(next(each.name for each in best_first if each.answers()), message)


def _why_not(backend: Backend, run: Run) -> str:
    """Return why a backend of the CPU does not train a run; "" where it does, or computes on a device."""
    if backend.measured_on != "cpu":
        return ""
    if missing := backend.missing():
        return backend.why_not() or str(missing)
    return "" if backend.covers(run) else NOT_COVERED.format(backend.name)


def predicted_seconds(run: Run, engine: str) -> float:
    """Predict how long an engine needs for a run, its start-up included.

    Parameters
    ----------
    run : Run
        What is to be trained.
    engine : str
        The name of a backend.

    Returns
    -------
    float
        Seconds; for all runs together inside `amortise_startup_over`.
    """
    backend, together = BACKENDS[engine], _together.get()
    coefficient = cost_coefficients()[backend.costs]
    step = sum(coefficient[name] * count for name, count in work_counts(run).items())
    at_once = together.at_once if backend.in_parallel else 1
    return coefficient["start"] + together.fits / at_once * run.steps * step


def work_counts(run: Run) -> dict[str, float]:
    """Return how much of each kind of work is in a step of a run."""
    theta, samples, moments = run.theta, run.batches.m / run.steps_per_epoch, len(run.optimizer.state)
    networks, size = math.prod(theta.vector.shape[:-1]), theta.vector.itemsize / 4
    sizes = [theta.W[1].shape[-1], *(W.shape[-2] for W in theta.W)]
    counts = work_counts_of(sizes, samples=samples, moments=moments, networks=networks, size=size)
    if 0 in theta.W.numbers:  # A[0] and dW[0] by groups, and dA[0]
        g, d, t = theta.W[0].shape[-3:]
        counts["layer"] += 1
        counts["entry"] += networks * size * samples * sizes[0]
        counts["parameter"] += networks * size * g * d * (t + 1) * (2 + moments)
        counts["small"] += networks * size * samples * (4 * g * d * t + 2 * sizes[0] * sizes[1])
    return counts


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
        Counts by kind of work, the names of `backend.WORK_COUNTS`.
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
    """Return the path of the measured coefficients."""
    return cache_folder() / "engines.json"


def built_in() -> Coefficients:
    """Return the coefficients of the registry's rows, by `Backend.costs`."""
    return {backend.costs: backend.built_in for backend in BACKENDS.values()}


@lru_cache(maxsize=1)
def measured() -> Coefficients:
    """Return the coefficients measured on this machine, by `Backend.costs`; an empty dict without a usable file."""
    path = coefficients_file()
    try:
        table = json.loads(path.read_text()) if path.is_file() else {}
        found = {
            row: {name: float(table[row][name]) for name in COEFFICIENTS}
            for row in (backend.costs for backend in BACKENDS.values())
            if row in table
        }
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return {}
    usable = all(0 <= value < math.inf for row in found.values() for value in row.values())
    return found if usable else {}


def cost_coefficients() -> Coefficients:
    """Return the coefficients that are used here, by `Backend.costs`: the measured ones, else the built-in ones."""
    return {**built_in(), **measured()}


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
        How many of them run at the same time, in threads. Only some backends gain from it (`Backend.in_parallel`);
        NumPy's steps wait for the interpreter.
    """
    around = _together.get()
    token = _together.set(Together(around.fits * n, around.at_once * at_once))
    try:
        yield
    finally:
        _together.reset(token)


def _engine_before(run: Run) -> Choice | None:
    """Return the engine of a run before it was cut off, if it is installed: another one would round differently."""
    backend = BACKENDS.get(run.engine_before)
    return Choice(backend.name, "as before it was cut off") if backend and backend.available() else None


def _duration(seconds: float) -> str:
    """Write a duration with two digits, in the unit that makes it easy to read."""
    if seconds < 0.01:
        return "under 0.01 s"
    length, unit = (3600, "h") if seconds >= 7200 else (60, "min") if seconds >= 120 else (1, "s")
    value = seconds / length
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}"
