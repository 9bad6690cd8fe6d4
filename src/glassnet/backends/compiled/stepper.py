"""The steps of a run by compiled code, many in one call.

A call runs for about `MOMENT` seconds, so that Ctrl-C is handled soon. After each epoch (for whole-batch steps only
where callbacks or the schedule need it) the run is recorded and validated, and the callbacks are called. The networks
of a stack run in parallel, one thread each; so do the samples of a large step.
"""

from __future__ import annotations

import math
import os
import threading
import time
from collections.abc import Callable
from contextlib import nullcontext
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.threads import blas_threads, cores, thread_map
from glassnet.backends.compiled import compiled_engine
from glassnet.core.names import choose
from glassnet.core.regularization import GRADIENT_TRANSFORMS
from glassnet.core.schedules import SCHEDULES
from glassnet.errors import MissingLibraryError, in_short

if TYPE_CHECKING:
    from glassnet.training.run import Run, RunEpoch

Array = Any

MOMENT = 0.05  # seconds of a call
OPERATIONS_PER_THREAD = 1.5e7  # of a step, at least: fewer do not pay for starting and joining a thread
SAMPLES_PER_THREAD = 64  # of a step, at least
EXPANDED_BYTES = 2**22  # of the samples that are expanded for one call, unless a batch has more
MASKS_AHEAD = 2**20  # numbers of dropout masks that are drawn for one call, at most
CACHED_ENTRIES = 2**17  # of Z over all layers, at most, for the samples of a part: they stay in the cache


def covers(run: Run) -> bool:
    """Return whether compiled code can run a run's steps, judged by settings and shapes."""
    X = run.batches.whole[0]
    if isinstance(X, CodedColumns):  # batches are expanded; all samples at once are not
        return not X.is_sparse and run.steps_per_epoch > 1
    return isinstance(X, np.ndarray) and X.ndim == 2


def make_stepper(run: Run) -> RunEpoch | None:
    """Return what runs an epoch of a run by compiled code, or None where that does not cover it.

    Raises
    ------
    MissingLibraryError
        If Numba does not work here.
    """
    if not covers(run):
        return None
    try:
        with _loading:  # parallel fits need the same function
            function = compiled_engine.load(_source(run))
            steps = CompiledSteps(run, function)
            if isinstance(function, compiled_engine.Steps):
                function.build(steps.run_none)
    except NotImplementedError:  # a row of a table needs what symbols cannot record
        return None
    except MemoryError:
        raise
    except Exception as error:  # a compiler raises many kinds
        missing = MissingLibraryError.of("engine='compiled'", "numba", "scipy")
        raise MissingLibraryError(f"{missing} ({in_short(error)})") from error
    return steps.run_epoch


_sources: dict[tuple[Any, ...], str] = {}
_loading = threading.Lock()


def _source(run: Run) -> str:
    """Return the source for a run; runs that differ only in sizes and numbers share it."""
    objective, dtype = run.objective, run.theta.vector.dtype
    weighted, transforms = run.batches.whole[2] is not None, tuple(run.transforms)
    dropped = tuple(l for l, drop in enumerate(run.drops) if np.any(drop))
    key = (
        objective.names,
        tuple(objective.penalties),
        run.settings.optimizer,
        dtype.name,
        weighted,
        transforms,
        dropped,
    )
    if key not in _sources:
        from glassnet.backends.compiled.step_source import step_source

        _sources[key] = step_source(
            objective, run.optimizer, dtype, weighted=weighted, transforms=transforms, dropped=dropped
        )
    return _sources[key]


class CompiledSteps:
    """Runs the steps of a run by a compiled function.

    Parameters
    ----------
    run : Run
        What is trained.
    function : callable
        The function `steps` of `step_source`, compiled.
    """

    def __init__(self, run: Run, function: Callable[..., Any]) -> None:
        X, Y, S = run.batches.whole
        self.run, self.function, self.by_blas = run, function, not compiled_engine.has_product()
        rows = run.batches.sample_rows()
        self.codes = rows if isinstance(rows, CodedColumns) else None
        self.sizes = (X.shape[-2], *(b.shape[-2] for b in run.theta.b))
        self.parts, self.groups = _division(run, self.sizes)
        self.many = self._needs_no_pause()
        memory = [np.atleast_2d(run.state[name]) for name in run.optimizer.state]
        vectors = run.theta.vector, run.best.theta, run.gradient.vector
        self.theta, self.best, gradient = (np.atleast_2d(M) for M in vectors)
        networks, P = gradient.shape
        gradients = gradient[:, None] if self.groups == 1 else np.empty((networks, self.groups, P), gradient.dtype)
        self.begins = list(zip(self.theta, gradients, *memory, strict=True))
        self.targets = [M for M in (Y, S) if M is not None]
        self.rows = rows if self.codes is None else self._buffer(self.codes)
        self.data = self._data(self.rows, self.targets)
        given = run.settings.penalties(networks)  # not rounded to theta's type yet
        strengths = [np.broadcast_to(given[name], networks) for name in run.objective.penalties]
        self.strengths = np.array(strengths).reshape(-1, networks).T.copy()  # (networks, penalties)
        self.limits = np.array([*run.transforms.values()], np.float64)
        units = sum(n for n, drop in zip(self.sizes, run.drops, strict=True) if np.any(drop))
        self.drawn = units * run.batches.size  # numbers in the masks of a step
        self.steps_at_a_time = 16  # more, as long as they fit into a moment
        self.most_steps = max(1, MASKS_AHEAD // (networks * self.drawn)) if self.drawn else run.steps
        if self.codes is not None:
            self.most_steps = min(self.most_steps, len(self.rows) // run.batches.size)

    def _buffer(self, codes: CodedColumns) -> Array:
        """Return where the samples of a call are expanded: those of whole steps, but always more than a batch."""
        size = self.run.batches.size
        steps = EXPANDED_BYTES // (size * codes.shape[0] * codes.itemsize)
        return np.empty((max(size + 1, steps * size), codes.shape[0]), codes.dtype)

    def _data(self, rows: Array, targets: list[Array]) -> list[tuple[Array, ...]]:
        """Return for each network the samples, and their targets and weights."""
        networks, rows = len(self.begins), _read_only(rows)
        return list(zip([rows] * networks, *(_each(_read_only(M), networks) for M in targets), strict=True))

    def run_none(self) -> None:
        """Run no step, which compiles the function."""
        self._call(np.arange(0), np.zeros(0), self._masks(0, 0))

    def _needs_no_pause(self) -> bool:
        """Return whether nothing has to happen between whole-batch steps."""
        run = self.run
        schedule = run.settings.schedule
        reads_costs = callable(schedule) or choose(SCHEDULES, schedule, "schedule")[1].reads_costs
        return run.judges_steps and not run.callbacks and not reads_costs

    def run_epoch(self) -> bool:
        """Run an epoch, or all whole-batch steps where nothing is between; return whether a callback ends the run."""
        run, history, size = self.run, self.run.history, self.run.batches.size
        left = run.steps - history.steps
        taken = run.first_batch()
        n = left if self.many else min(run.steps_per_epoch, taken + left)
        order = run.batches.order() if run.steps_per_epoch > 1 else np.arange(0)
        while taken < n:
            run.pause()
            k = min(self.steps_at_a_time, self.most_steps, n - taken)
            rates = np.array([run.learning_rate_after(history.steps + i) for i in range(k)])
            chosen = order[taken * size : (taken + k) * size]
            began = time.perf_counter()
            costs, done = self._call(chosen, rates, self._masks(taken, k))
            self._note(costs[:done], rates)
            if self.many:
                run.end_epochs(costs[:done], rates[:done])
            if time.perf_counter() - began < MOMENT:
                self.steps_at_a_time *= 2
            if done < k:
                raise run.diverged(self._batch(chosen, done))
            taken += k
        return False if self.many else run.end_epoch()

    def _note(self, costs: Array, rates: Array) -> None:
        run = self.run
        if len(costs):
            run.learning_rate = run.learning_rate_after(run.history.steps + len(costs) - 1)
        run.costs.extend(costs.tolist() if costs.ndim == 1 else list(costs))
        run.history.steps += len(costs)

    def _batch(self, order: Array, step: int) -> Array:
        size = self.run.batches.size
        X = self.run.batches.whole[0]
        return X if len(order) == 0 else X[..., order[step * size : (step + 1) * size]]

    def _masks(self, taken: int, k: int) -> Array | None:
        """Draw the dropout masks of k steps, in their order: (networks, k, numbers of a step)."""
        if not self.drawn:
            return None
        masks = np.empty((len(self.theta), k, self.drawn), self.theta.dtype)
        sizes = self.run.batches.sizes
        for i in range(k):
            at = 0
            for D in self.run.masks(sizes[(taken + i) % len(sizes)]):
                if D is not None:
                    flat = D.reshape(len(masks), -1)
                    masks[:, i, at : at + flat.shape[1]] = flat
                    at += flat.shape[1]
        return masks

    def _call(self, order: Array, rates: Array, masks: Array | None) -> tuple[Array, int]:
        """Run steps of one network, or of each in a stack; return the costs, and the number of steps with finite J."""
        run, networks = self.run, len(self.theta)
        costs = np.empty((networks, len(rates)))
        t = run.t_before + run.history.steps + 1
        rates = np.array(np.broadcast_to(rates.T.reshape(-1 if len(rates) else 1, len(rates)), costs.shape), order="C")
        before = np.atleast_1d(run.best.cost)
        data = self.data
        if self.codes is not None:
            self.codes.expand(order, self.rows[: len(order)])
            data = self._data(self.rows, [M[..., order] for M in self.targets])
            order = np.arange(len(order))

        def one(k: int) -> tuple[int, float]:
            shares, ranks = np.empty(self.parts), min(self.groups, cores())
            counters = np.zeros(8 * ranks, np.int64)  # each in a cache line of its own

            given = (order, run.batches.size) if masks is None else (order, run.batches.size, masks[k])

            def thread(rank: int) -> tuple[int, float]:
                done, cost = self.function(
                    self.sizes, *self.begins[k], *data[k], *given, rates[k], t, self.strengths[k], self.limits,
                    costs[k], self.best[k], float(before[k]), run.judges_steps,
                    self.parts, shares, counters, rank, ranks,
                )  # fmt: skip
                return int(done), float(cost)

            return _side_by_side(thread, counters, ranks)

        with blas_threads(run.largest_product(), one=self.groups > 1) if self.by_blas else nullcontext():
            ends = [one(0)] if networks == 1 else thread_map(one, range(networks))
        done = min(end for end, _ in ends)
        if run.judges_steps:
            lowest = np.array([cost for _, cost in ends])
            better = lowest < before
            if better.any() and done:  # the last step at which any network was better than ever before
                run.history.best_epoch = run.history.epochs + int(costs[better, :done].argmin(axis=1).max())
            run.best.cost = lowest if run.theta.vector.ndim > 1 else float(lowest[0])
        if done < costs.shape[1]:  # the networks that went further than the one that diverged first
            ahead = np.array([end > done for end, _ in ends])
            self.theta[ahead] = self.best[ahead]
        return costs.T if run.theta.vector.ndim > 1 else costs[0], done


def _division(run: Run, sizes: tuple[int, ...]) -> tuple[int, int]:
    """Return the number of parts into which a step's samples are divided, and of groups that may run in parallel.

    Both depend on the run and the machine, not on the cores that are free at the moment: equal runs give equal bits.
    """
    samples, groups = run.batches.size, 1
    if run.batches.whole[2] is not None:  # the weighted mean needs the sum of all weights first
        return 1, 1
    if all(GRADIENT_TRANSFORMS[name].entrywise for name in run.transforms):
        operations = 6 * samples * run.theta.weights.shape[-1]
        most = min(os.cpu_count() or 1, operations / OPERATIONS_PER_THREAD, samples / SAMPLES_PER_THREAD)
        while 2 * groups <= most:
            groups *= 2
    entries, parameters = sum(sizes[1:]), run.theta.vector.shape[-1]  # each part adds so many to the gradient
    block = max(256, CACHED_ENTRIES // entries, parameters // entries)
    return groups * math.ceil(samples / groups / block), groups


def _side_by_side(thread: Callable[[int], tuple[int, float]], counters: Array, ranks: int) -> tuple[int, float]:
    """Call `thread` for all ranks in parallel, rank 0 in this thread, and return the result of rank 0."""

    def one(rank: int) -> tuple[int, float]:
        try:
            return thread(rank)
        except BaseException:
            counters[:] = np.iinfo(counters.dtype).max  # so that no other thread waits at a barrier
            raise

    if ranks == 1:
        return thread(0)
    from concurrent.futures import ThreadPoolExecutor

    with ThreadPoolExecutor(ranks - 1) as pool:
        others = [pool.submit(one, rank) for rank in range(1, ranks)]
        ended = one(0)
    for other in others:
        other.result()
    return ended


def _each(M: Array, networks: int) -> list[Array]:
    """Return the M of each network: parts of an array (k, n, m), or the same array (n, m) for all."""
    return list(M) if M.ndim == 3 else [M] * networks


def _read_only(M: Array) -> Array:
    """Return M contiguous and read-only: always the same kind of array, so that one compilation is enough."""
    view = np.ascontiguousarray(M).view()
    view.flags.writeable = False
    return view
