"""Which engine takes a run: the one that the predicted work is done soonest with.

    seconds = start + steps * Σ figure * amount

over the amounts of work in a step: the step itself, its layers, the entries of the arrays A[l], the numbers that the
optimiser touches, the operations of small, middle and large products. A search counts the steps of all its fits; where
some go at once, each has its share of the time. The figures, seconds per unit, are built in or measured on this machine
(`glassnet engines --measure`). Nothing else is looked at, least of all what happens to be compiled already: equal runs
choose equally, so that equal seeds give equal bits.
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
from glassnet.engines.sparse_columns import SparseColumns
from glassnet.errors import MissingLibraryError
from glassnet.training import compiled_steps, loop, numpy_steps
from glassnet.training.history import History
from glassnet.training.run import Choice, Run, RunEpoch

Figures = dict[str, dict[str, float]]  # engine -> amount of work, or "start" -> seconds

AMOUNTS = ("step", "layer", "entry", "parameter", "small", "middle", "large")
SMALL, LARGE = 1e6, 1e8  # operations of a product, up to which it is small, and from which it is large

# Of a machine with two cores, and of a graphics processor for data centres.
BUILT_IN: Figures = {
    engine: dict(zip(("start", *AMOUNTS), seconds, strict=True))
    for engine, *seconds in [
        #            start  step    layer   entry  parameter  small    middle   large
        ("numpy",    0,     13e-6,  8e-6,   5e-9,  4.6e-10,   5e-12,   4e-12,   3.9e-12),
        ("compiled", 3,     4e-6,   1e-6,   1.3e-9, 2.4e-10,  4e-12,   3e-12,   2.7e-12),
        ("cuda",     6,     3e-5,   1e-5,   1e-11, 3e-12,     2e-13,   1e-13,   3e-14),
    ]
}  # fmt: skip

_TOLD = {"numpy": "with numpy", "compiled": "compiled", "cuda": "on cuda"}


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
    """Choose the engine of a run: the one asked for, or for "auto" the one predicted to be done first."""
    wanted = run.settings.engine
    if run.optimizer.update is None:
        return Choice("numpy", "line searches run there")
    if isinstance(run.batches.whole[0], SparseColumns):
        return Choice("numpy", "sparse columns stay sparse there")
    if wanted == "compiled" and not compiled_steps.covers(run):
        return Choice("numpy", "this run is not covered by the compiled engine")
    if wanted != "auto":
        return Choice(wanted, "")
    if run.settings.wants_torch:
        return Choice("torch", f"for {run.settings.wants_torch}")
    return _as_before(run) or _soonest_done(run)


def _soonest_done(run: Run) -> Choice:
    seconds = {row: predicted_seconds(run, row) for row in BUILT_IN if row == "numpy" or _takes(run, row)}
    told = "predicted " + ", ".join(f"{_told(value)} {_TOLD[row]}" for row, value in seconds.items())
    best = min(seconds, key=lambda row: seconds[row])
    if best == "cuda" and not _cuda_answers():
        best = min(seconds.keys() - {"cuda"}, key=lambda row: seconds[row])
    return Choice("torch" if best == "cuda" else best, told)


def predicted_seconds(run: Run, engine: str) -> float:
    """Predict what an engine takes for a run, its start-up included.

    Parameters
    ----------
    run : Run
        What is to be trained.
    engine : {"numpy", "compiled", "cuda"}
        A row of the table of figures.

    Returns
    -------
    float
        Seconds; for all runs together inside `amortise_startup_over`.
    """
    figure, together = figures()[engine], _together.get()
    step = sum(figure[name] * amount for name, amount in amounts(run).items())
    at_once = together.at_once if engine == "compiled" else 1
    return figure["start"] + together.fits / at_once * run.steps * step


def amounts(run: Run) -> dict[str, float]:
    """Return how much of each kind of work is in a step of a run."""
    theta = run.theta
    return amounts_of(
        [theta.W[1].shape[-1], *(W.shape[-2] for W in theta.W)],
        samples=run.batches.m / run.steps_per_epoch,
        moments=len(run.optimizer.state),
        networks=math.prod(theta.vector.shape[:-1]),
        size=theta.vector.itemsize / 4,
    )


def amounts_of(
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
        Arrays that the optimiser remembers.
    networks : int
        k side by side.
    size : float
        Of a number, float32 being 1.
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


def figures_file() -> Path:
    """Return where the measured figures are kept: beside the compiled code."""
    return compiled_engine.place() / "engines.json"


@lru_cache(maxsize=1)
def measured() -> Figures:
    """Return the figures measured on this machine, by engine; none where there is no file, or none that can be used."""
    path = figures_file()
    try:
        table = json.loads(path.read_text()) if path.is_file() else {}
        figures = {
            engine: {name: float(table[engine][name]) for name in ("start", *AMOUNTS)}
            for engine in BUILT_IN
            if engine in table
        }
    except (OSError, ValueError, KeyError, TypeError, OverflowError, RecursionError):
        return {}
    usable = all(0 <= value < math.inf for figure in figures.values() for value in figure.values())
    return figures if usable else {}


def figures() -> Figures:
    """Return the figures that hold here: measured where they were, else built in."""
    return {**BUILT_IN, **measured()}


class Together(NamedTuple):
    """How many fits of one kind there are, and how many go at once."""

    fits: int = 1
    at_once: int = 1


_ALONE = Together()
_together: ContextVar[Together] = ContextVar("together", default=_ALONE)


@contextmanager
def amortise_startup_over(n: int, at_once: int = 1) -> Iterator[None]:
    """Count each run inside as `n` alike: they share what an engine takes to start, which one alone may not be worth.

    Parameters
    ----------
    n : int
        Runs of one shape; inside another such context the two multiply.
    at_once : int
        How many of them have a thread at the same time. It makes compiled steps so much faster, which need no
        interpreter; NumPy's wait for it, and hardly gain.
    """
    around = _together.get()
    token = _together.set(Together(around.fits * n, around.at_once * at_once))
    try:
        yield
    finally:
        _together.reset(token)


def _as_before(run: Run) -> Choice | None:
    """Return the engine that took a run before it was cut off, if it is here: another one would round otherwise."""
    engine = run.engine_before
    here = {"numpy": True, "compiled": compiled_engine.available(), "torch": bool(importlib.util.find_spec("torch"))}
    return Choice(engine, "as before it was cut off") if here.get(engine) else None


def _takes(run: Run, engine: str) -> bool:
    """Tell whether an engine is there and covers a run, without importing what it needs."""
    if engine == "compiled":
        return compiled_engine.available() and compiled_steps.covers(run)
    return cuda_is_likely()


@lru_cache(maxsize=1)
def cuda_is_likely() -> bool:
    """Tell whether the torch engine, torch itself and a driver for CUDA are there, without importing torch."""
    modules = ("torch", "glassnet.training.torch_steps")
    return all(importlib.util.find_spec(name) is not None for name in modules) and any(
        Path("/dev").glob("nvidia[0-9]*")
    )


@lru_cache(maxsize=1)
def _cuda_answers() -> bool:
    import torch

    return bool(torch.cuda.is_available())


def _told(seconds: float) -> str:
    """Write a duration with two digits, in the unit that makes it easy to read."""
    if seconds < 0.01:
        return "under 0.01 s"
    length, unit = (3600, "h") if seconds >= 7200 else (60, "min") if seconds >= 120 else (1, "s")
    value = seconds / length
    return f"{value:.0f} {unit}" if value >= 100 else f"{value:.2g} {unit}"
