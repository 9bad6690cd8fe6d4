"""The steps of a run by the native library, many in one call.

A call runs for about `MOMENT` seconds, so that Ctrl-C is handled soon. After each epoch (for whole-batch steps only
where callbacks or the schedule need it) the run is recorded and validated, and the callbacks are called. The networks
of a stack run in parallel, one thread each; so do the samples of a large step.

Where several processes train together, the library calls back between a step's pass and its update, and the gradient
is summed over the processes. A stack of at least as many networks is dealt to them instead: each trains its own, and
what came of them is exchanged after each call. Calls then have a fixed number of steps, the same in all processes;
samples that are expanded are so in several goes where there is no room for those of a whole call.
"""

from __future__ import annotations

import ctypes
import math
import os
import time
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.arrays.coded_columns import CodedColumns
from glassnet.arrays.streamed_columns import StreamedColumns
from glassnet.arrays.threads import cores, thread_map
from glassnet.backends.native import library
from glassnet.backends.native.programs import StepPrograms, step_programs
from glassnet.backends.native.thread import Shared, Thread, side_by_side
from glassnet.core.names import choose
from glassnet.core.schedules import SCHEDULES
from glassnet.training.reduction import ALONE, Reduce, most_samples, part_of

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from glassnet.training.run import Run, RunEpoch

Array = Any

MOMENT = 0.05  # seconds of a call
OPERATIONS_PER_THREAD = 5e6  # of a step, at least: fewer do not pay for starting and joining a thread
SAMPLES_PER_THREAD = 32  # of a step, at least
EXPANDED_BYTES = 2**22  # of the samples that are expanded for one call, unless a batch has more
DEALT_STEPS = 256  # of a call, at most, where networks are dealt to processes
MASKS_AHEAD = 2**22  # numbers of dropout masks that are drawn for one call, at most
CACHED_ENTRIES = 2**17  # of Z over all layers, at most, for the samples of a part: they stay in the cache
CODED = (CodedColumns, StreamedColumns)  # what is expanded some samples at a time
FEW_FEATURES = 16  # up to which X lies by features: vectors run along its samples


def covers(run: Run) -> bool:
    """Return whether the library can run a run's steps, judged by settings and shapes."""
    samples = run.batches.whole[0]
    if isinstance(samples, CODED):  # batches are expanded; all samples at once are not
        return not samples.is_sparse and run.steps_per_epoch > 1
    return isinstance(samples, np.ndarray) and samples.ndim == 2


def make_stepper(run: Run) -> RunEpoch | None:
    """Return what runs an epoch of a run by the library, or None where that does not cover it.

    Raises
    ------
    MissingLibraryError
        If there is no library here; the message says why.
    """
    if not covers(run):
        return None
    library.library()
    try:
        steps = NativeSteps(run)
    except NotImplementedError:  # a row of a table needs what symbols cannot record
        return None
    return steps.run_epoch


_recorded: dict[tuple[Any, ...], StepPrograms] = {}


def _programs_of(run: Run, sizes: tuple[int, ...], by_features: bool) -> StepPrograms:
    """Return the programs of a run; runs that differ only in sizes and numbers share them."""
    objective, dtype, weighted = run.objective, run.theta.vector.dtype, run.batches.weighted
    dropped = tuple(l for l, drop in enumerate(run.drops) if np.any(drop))
    ones, transforms, embedded = tuple(n == 1 for n in sizes), tuple(run.transforms), 0 in run.theta.W.numbers
    kind = objective.names, tuple(objective.penalties), run.settings.optimizer
    key = (*kind, dtype.name, ones, weighted, transforms, dropped, by_features, embedded)
    if key not in _recorded:
        _recorded[key] = step_programs(
            objective, run.optimizer, dtype, sizes, weighted=weighted, transforms=transforms, dropped=dropped,
            by_features=by_features, embedded=embedded,
        )  # fmt: skip
    return _recorded[key]


class NativeSteps:
    """Runs the steps of a run by the library.

    Parameters
    ----------
    run : Run
        What is trained.

    Raises
    ------
    NotImplementedError
        If a row of a table needs what the library cannot run.
    """

    def __init__(self, run: Run) -> None:
        self.run = run
        samples, targets, weights = run.batches.whole
        features, sizes = samples.shape[-2], (run.theta.W[1].shape[-1], *(b.shape[-2] for b in run.theta.b))
        is_whole, by_features = run.steps_per_epoch == 1, features <= FEW_FEATURES
        self.is_dealt = len(np.atleast_2d(run.theta.vector)) >= run.reduce.ranks > 1
        self.reduce = ALONE if self.is_dealt else run.reduce  # of each step
        parts, self.groups = _division(run, sizes, self.reduce)
        vectors = run.theta.vector, run.best.theta, run.gradient.vector
        self.theta, self.best, gradient = (np.atleast_2d(M) for M in vectors)
        networks, P = gradient.shape
        self.codes = samples if isinstance(samples, CODED) else None
        if self.codes is not None:
            self.rows = self._buffer(self.codes)
        else:
            self.rows = np.ascontiguousarray(samples if is_whole and by_features else samples.T)
        shared = Shared(
            run=run, programs=_programs_of(run, sizes, by_features), sizes=sizes, features=features,
            rows=self.rows, theta=self.theta, best=self.best,
            gradients=gradient[:, None] if self.groups == 1 else np.empty((networks, self.groups, P), gradient.dtype),
            state=[np.atleast_2d(run.state[name]) for name in run.optimizer.state],
            is_whole=is_whole, by_features=by_features, parts=parts, groups=self.groups, reduce=self.reduce,
        )  # fmt: skip
        self.many, self.drawn = self._needs_no_pause(), shared.drawn
        self.own = range(networks)[part_of(run.reduce, networks)] if self.is_dealt else range(networks)
        self.steps_at_a_time = DEALT_STEPS if self.is_dealt else 16  # more, as long as they fit into a moment
        self.most_steps = max(1, MASKS_AHEAD // (networks * self.drawn)) if self.drawn else run.steps
        self.expanded_steps = run.steps if self.codes is None else len(self.rows) // run.batches.size
        if not self.is_dealt:
            self.most_steps = min(self.most_steps, self.expanded_steps)
        self.threads: list[list[Thread]] = []
        for k in range(networks):
            first = Thread(shared, k, 0)
            self.threads.append([first, *(Thread(shared, k, rank, first) for rank in range(1, self.groups))])
        self.failure: BaseException | None = None  # of a sum over the processes
        is_summed = self.reduce.ranks > 1
        self.sums = [self._sum_of(k, shared.gradients[k, 0]) for k in range(networks)] if is_summed else []
        self._make_room(self.steps_at_a_time)
        if self.codes is None:
            self._hand_targets(targets, weights)
        if isinstance(samples, StreamedColumns):
            run.batches.reduce = self.reduce  # networks that are dealt take all samples: all are read

    def _sum_of(self, k: int, gradient: Array) -> Any:
        """Let the threads of a network call what sums J and its gradient over the processes; return that function."""
        run, shares, message = self.run, self.threads[k][0].kept["shares"], self.run.message
        if is_apart := self.groups > 1 or len(self.theta) > 1:  # else the gradient lies in the message
            message = np.empty(len(gradient) + 1, gradient.dtype)

        def add_up() -> None:
            try:
                if is_apart:
                    message[:-1] = gradient
                message[-1] = shares.sum()
                run.reduce(message)
                if is_apart:
                    gradient[...] = message[:-1]
                shares[:], shares[0] = 0, message[-1]
            except BaseException as error:  # nothing may be raised through the library
                self.failure, shares[:] = error, np.nan

        called = ctypes.CFUNCTYPE(None)(add_up)
        for thread in self.threads[k]:
            thread.task.reduce = ctypes.cast(called, ctypes.c_void_p).value
        return called

    @cached_property
    def pool(self) -> ThreadPoolExecutor:
        """The threads beside the caller's, until the run ends."""
        from concurrent.futures import ThreadPoolExecutor

        return self.run.at_end.enter_context(ThreadPoolExecutor(self.groups - 1))

    def _buffer(self, codes: CodedColumns | StreamedColumns) -> Array:
        """Return where the samples of a call are expanded: those of whole steps, but always more than a batch."""
        size = self.run.batches.size
        steps = EXPANDED_BYTES // (size * codes.shape[0] * codes.itemsize)
        return np.empty((max(size + 1, steps * size), codes.shape[0]), codes.dtype)

    def _needs_no_pause(self) -> bool:
        """Return whether nothing has to happen between whole-batch steps."""
        run = self.run
        schedule = run.settings.schedule
        reads_costs = callable(schedule) or choose(SCHEDULES, schedule, "schedule")[1].reads_costs
        return run.judges_steps and not run.calls_back and not reads_costs

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
            rates = self._rates(history.steps, k)
            chosen = order[taken * size : (taken + k) * size]
            began = time.perf_counter()
            costs, done = self._call(chosen, rates, self._masks(taken, k))
            self._note(costs[:done], rates)
            if self.many:
                run.end_epochs(costs[:done], rates[:done])
            if time.perf_counter() - began < MOMENT and run.reduce.ranks == 1:
                self.steps_at_a_time *= 2
            if done < k:
                raise run.diverged(chosen[done * size : (done + 1) * size] if len(chosen) else None)
            taken += k
        return False if self.many else run.end_epoch()

    def _rates(self, first: int, k: int) -> Array:
        """Return the learning rates of k steps: (k,), or (k, networks, 1)."""
        run = self.run
        if run.settings.schedule != "constant":
            return np.array([run.learning_rate_after(first + i) for i in range(k)])
        rates = np.empty((k, *getattr(run.first_learning_rate, "shape", ())))
        rates[...] = run.first_learning_rate
        return rates

    def _note(self, costs: Array, rates: Array) -> None:
        run = self.run
        if len(costs):
            rate = rates[len(costs) - 1]
            run.learning_rate = rate if rate.ndim else float(rate)
        run.costs.extend(costs.tolist() if costs.ndim == 1 else list(costs))
        run.history.steps += len(costs)

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
        run, steps = self.run, len(rates)
        if steps > self.costs.shape[1]:
            self._make_room(steps)
        self.rates[:, :steps] = rates.T.reshape(-1, steps)
        before = np.atleast_1d(run.best.cost)
        ends, size = [(0, float(before[k])) for k in self.own], run.batches.size
        for first in range(0, steps, self.expanded_steps):
            some = slice(first, min(first + self.expanded_steps, steps))
            own_masks = None if masks is None else masks[:, some]
            ends = self._some_steps(order[first * size : some.stop * size], some, own_masks, ends)
        costs = self.costs[:, :steps]
        if self.is_dealt:
            ends = self._exchanged(ends, steps)
        done = min(end for end, _ in ends)
        if run.judges_steps:
            lowest = np.array([cost for _, cost in ends])
            better = lowest < before
            if better.any() and done:  # the last step at which any network was better than ever before
                run.history.best_epoch = run.history.epochs + int(costs[better, :done].argmin(axis=1).max())
            run.best.cost = lowest if run.theta.vector.ndim > 1 else float(lowest[0])
        if done < steps:  # the networks that went further than the one that diverged first
            ahead = np.array([end > done for end, _ in ends])
            self.theta[ahead] = self.best[ahead]
        return costs.T.copy() if run.theta.vector.ndim > 1 else costs[0], done

    def _some_steps(
        self, order: Array, some: slice, masks: Array | None, ends: list[tuple[int, float]]
    ) -> list[tuple[int, float]]:
        """Run those steps of a call whose samples are expanded together, from where each network is; return the same.

        That is how many of the call's steps had a finite J, and the lowest J so far, of each of `own`.
        """
        run, steps = self.run, some.stop - some.start
        first_step = run.t_before + run.history.steps + some.start + 1
        given: dict[str, Any] = {"order_size": len(order), "steps": steps, "first_step": first_step}
        if self.codes is not None:
            order, given = self._expanded(order), given | {"samples": len(order)}
        self.order[: len(order)] = order

        def one(k: int) -> tuple[int, float]:
            done, lowest = ends[k - self.own.start]
            if done < some.start:  # it has diverged
                return done, lowest
            ranks = 1 if self.groups == 1 else min(self.groups, cores())
            threads, own = self.threads[k][:ranks], given | {"best_cost": lowest, "ranks": ranks}
            own |= {"learning_rates": self.rates[k, some], "costs": self.costs[k, some]}
            if masks is not None:
                own["masks"] = masks[k]
            if ranks == 1:
                threads[0].hand(**own)
                done, lowest = threads[0].run()
                return some.start + done, lowest
            counters = own["counters"] = np.zeros(8 * ranks, np.int64)  # each in a cache line of its own
            for thread in threads:
                thread.hand(**own)
            done, lowest = side_by_side(threads, counters, self.pool)
            return some.start + done, lowest

        in_turn = len(self.own) == 1 or self.sums  # sums have to be in the same order in all processes
        found = [one(k) for k in self.own] if in_turn else thread_map(one, self.own)
        if self.failure is not None:
            raise self.failure
        return found

    def _exchanged(self, ends: list[tuple[int, float]], steps: int) -> list[tuple[int, float]]:
        """Let all processes have what came of all networks in a call; return how each of them ended."""
        run, own = self.run, slice(self.own.start, self.own.stop)
        best = [self.best] if run.judges_steps else []
        for M in (self.theta, *best, *(run.state[name] for name in run.optimizer.state)):
            M[: own.start], M[own.stop :] = 0, 0  # those of other processes
            run.reduce(M)
        record = np.zeros((len(self.theta), steps + 2))
        record[own, :2], record[own, 2:] = ends, self.costs[own, :steps]
        run.reduce(record)
        self.costs[:, :steps] = record[:, 2:]
        return [(int(end), float(lowest)) for end, lowest in record[:, :2]]

    def _make_room(self, steps: int) -> None:
        """Let the threads find where the order, the learning rates and the costs of so many steps lie."""
        batches, networks = self.run.batches, len(self.theta)
        self.order = np.empty(min(steps * batches.size, batches.m), np.int64)  # of whole batches, nothing is read
        self.rates, self.costs = np.empty((networks, steps)), np.empty((networks, steps))
        for k, threads in enumerate(self.threads):
            for thread in threads:
                thread.hand(order=self.order, learning_rates=self.rates[k], costs=self.costs[k])

    def _expanded(self, order: Array) -> Array:
        """Expand the samples of a call, in their order, and hand them to all threads; return their new order."""
        targets, weights = self.run.batches.expand(order, self.rows[: len(order)], self._own_of(len(order)))
        self._hand_targets(*(None if M is None else np.ascontiguousarray(M) for M in (targets, weights)))
        return np.arange(len(order))

    def _own_of(self, samples: int) -> list[slice]:
        """Return which of the samples of a call this process passes through the network: parts of each step."""
        if not self.sums:
            return [slice(0, samples)]
        size, found = self.run.batches.size, []
        for start in range(0, samples, size):
            part = part_of(self.reduce, min(size, samples - start))
            found.append(slice(start + part.start, start + part.stop))
        return found

    def _hand_targets(self, targets: Array, weights: Array | None) -> None:
        """Let the threads of each network find its targets, (n[L], m), and weights."""
        networks = len(self.theta)
        for threads, Y_k, S_k in zip(self.threads, _each(targets, networks), _each(weights, networks), strict=True):
            for thread in threads:
                thread.hand(targets=Y_k, **({} if S_k is None else {"weights": S_k}))


def _division(run: Run, sizes: tuple[int, ...], reduce: Reduce) -> tuple[int, int]:
    """Return the number of parts into which a step's samples are divided, and of groups that may run in parallel.

    Both depend on the run and the machine, not on the cores that are free at the moment: equal runs give equal bits.
    """
    samples, groups = most_samples(reduce, run.batches.size), 1
    operations = 6 * samples * run.theta.weights.shape[-1]
    most = min(os.cpu_count() or 1, operations / OPERATIONS_PER_THREAD, samples / SAMPLES_PER_THREAD)
    while 2 * groups <= most:
        groups *= 2
    entries = sum(sizes[1:] if run.theta.W.views[0] is None else sizes)  # of a sample's Z, and of A[0] if it is made
    parameters = run.theta.vector.shape[-1]  # each part adds so many to the gradient
    block = max(256, CACHED_ENTRIES // entries, parameters // entries)
    return groups * math.ceil(samples / groups / block), groups


def _each(M: Array | None, networks: int) -> list[Any]:
    """Return the M of each network: parts of an array (k, n, m), or the same array (n, m) for all; None as it is."""
    if M is None:
        return [None] * networks
    M = np.ascontiguousarray(M)
    return list(M) if M.ndim == 3 else [M] * networks
