"""One thread of a network's steps: its task, the memory that is its own, and where the arrays of the programs lie."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.backends.native.lowering import REGISTERS, Words
from glassnet.backends.native.programs import StepPrograms
from glassnet.backends.native.recording import ONE
from glassnet.backends.native.task import Task, of_library, run_function
from glassnet.core.parameters import Parameters
from glassnet.training.reduction import Reduce, most_samples

if TYPE_CHECKING:
    from concurrent.futures import ThreadPoolExecutor

    from glassnet.training.run import Run

Array = Any

LINE = 64  # bytes of the cache
FEW_NETWORKS = 16  # up to which each keeps its workspace between calls
# The roots of arrays, as `Root` of kernels.cpp has them; the list that follows is that of masks, or of the state.
THETA, GRADIENT, X, Y, S, WORK, FIRST_OF_LIST = range(7)


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What all threads of a run's steps have in common; arrays have a leading axis k, one entry for each network.

    Attributes
    ----------
    run : Run
        What is trained.
    programs : StepPrograms
        The words of its steps.
    sizes : tuple of int
        n[0] ... n[L].
    features : int
        Rows of X: n[0], unless there is an embedding.
    rows : array (m, features) or (features, m)
        The samples; by features only where all are in each step.
    theta, best, gradients : array (k, P), (k, P), (k, groups, P)
        Parameters, the best so far, the gradient of each group.
    state : list of array (k, P)
        The optimiser's memory.
    is_whole, by_features : bool
        Whether every step takes all samples; whether X lies by features in a step.
    parts, groups : int
        How the samples of a step are divided.
    reduce : Reduce
        Which of them are this process's.
    """

    run: Run
    programs: StepPrograms
    sizes: tuple[int, ...]
    features: int
    rows: Array
    theta: Array
    best: Array
    gradients: Array
    state: list[Array]
    is_whole: bool
    by_features: bool
    parts: int
    groups: int
    reduce: Reduce

    @property
    def dropped(self) -> list[int]:
        """Units of each layer that has masks."""
        return [n for n, drop in zip(self.sizes, self.run.drops, strict=True) if np.any(drop)]

    @property
    def drawn(self) -> int:
        """Numbers in the masks of a step."""
        return sum(self.dropped) * self.run.batches.size


class Thread:
    """What one thread of a network's steps works with: the task, and the memory that is its own."""

    def __init__(self, shared: Shared, k: int, rank: int, first: Thread | None = None) -> None:
        run, sizes, programs, dtype = shared.run, shared.sizes, shared.programs, shared.theta.dtype
        batch, P = run.batches.size, shared.theta.shape[-1]
        largest = math.ceil(most_samples(shared.reduce, batch) / shared.parts)
        dimensions = _dimensions(shared, largest)
        masks = [f"D{l}" for l, drop in enumerate(run.drops) if np.any(drop)]
        lists = {name: (FIRST_OF_LIST + i, 0) for names in (masks, run.optimizer.state) for i, name in enumerate(names)}
        known = {**_offsets(run.theta), **lists}
        (pass_places, of_pass), (update_places, of_update) = (
            _places(words, dimensions, known) for words in (programs.of_pass, programs.of_update)
        )
        numbers = _numbers(shared, dimensions, k)
        block = of_library("block_numbers", dtype)
        blocks = math.ceil(P / block)
        self.kept: dict[str, Any] = {
            "pass_words": np.array(programs.of_pass.words, np.int64),
            "update_words": np.array(programs.of_update.words, np.int64),
            "pass_places": pass_places,
            "update_places": update_places,
            "dimensions": np.array(list(dimensions.values()), np.int64),
            "numbers": numbers,
            "rounded": numbers.astype(dtype),
            "mask_rows": np.array(shared.dropped, np.int64),
            "state": np.array([M[k].ctypes.data for M in shared.state], np.int64),
            "theta": shared.theta[k],
            "gradients": shared.gradients[k],
            "best": shared.best[k],
            "rows": shared.rows,
            "shares": first.kept["shares"] if first else np.empty(shared.parts),
            "arrays": np.empty(max(len(pass_places), len(update_places)), np.int64),
            "partials": first.kept["partials"] if first else np.empty(max(1, programs.of_update.sums) * blocks),
        }
        in_place = shared.is_whole and not shared.by_features
        self.lengths = {
            "registers": REGISTERS * block,
            "work": max(of_pass, of_update),
            "panels": of_library("panel_numbers", dtype),
            "x_work": 0 if in_place else shared.features * batch,
            "y_work": sizes[-1] * batch,
            "s_work": batch if run.batches.weighted else 0,
            "spare": P if shared.parts > shared.groups else 0,
        }
        self.mask_lengths = [n * largest for n in shared.dropped]
        self.dtype, self.keeps_memory = dtype, len(shared.theta) <= FEW_NETWORKS
        self.memory: list[Array] = []
        self.task = Task(
            number_bytes=dtype.itemsize, pass_arrays=len(pass_places), update_arrays=len(update_places),
            dimension_P=programs.of_update.dimensions["P"], masks_count=len(masks),
            blocks=blocks, features=shared.features, outputs=sizes[-1], samples=run.batches.m, batch=batch,
            parameters=P, whole=shared.is_whole, by_features=shared.by_features, watch=run.judges_steps,
            parts=shared.parts, groups=shared.groups, rank=rank, mask_numbers=shared.drawn,
            process=shared.reduce.rank, processes=shared.reduce.ranks,
        )  # fmt: skip
        self.hand(**self.kept)

    def hand(self, **given: Any) -> None:
        """Set what differs from call to call; arrays are kept until the next one."""
        self.kept |= given
        for name, value in given.items():
            setattr(self.task, name, value.ctypes.data if isinstance(value, np.ndarray) else value)

    def run(self) -> tuple[int, float]:
        """Run the steps; return how many had a finite J, and the lowest J so far."""
        memory = self.memory or self._allocate()
        self.memory = memory if self.keeps_memory else []
        done = run_function()(ctypes.byref(self.task))
        return int(done), float(self.task.best_cost)

    def _allocate(self) -> list[Array]:
        """Return workspace for the steps of a call, and let the task find it; nothing in it outlasts the call."""
        arrays = {name: _aligned(length, self.dtype) for name, length in self.lengths.items()}
        masks = [_aligned(length, self.dtype) for length in self.mask_lengths]
        arrays["masks_work"] = np.array([M.ctypes.data for M in masks], np.int64)
        for name, M in arrays.items():
            setattr(self.task, name, M.ctypes.data)
        return [*arrays.values(), *masks]


def _aligned(numbers: int, dtype: Any) -> Array:
    """Return an array (numbers,) that begins a line of the cache: vectors then do not cross lines."""
    memory = np.empty(numbers * dtype.itemsize + LINE, np.uint8)
    start = -memory.ctypes.data % LINE
    return memory[start : start + numbers * dtype.itemsize].view(dtype)


def _dimensions(shared: Shared, largest: int) -> dict[str, int]:
    """Return the size of each dimension, in its order; that of m is the largest part's."""
    P, of_weights = shared.theta.shape[-1], shared.run.theta.weights.shape[-1]
    known = {"m": largest, ONE: 1, "P": P, "PW": of_weights, **{f"n{l}": n for l, n in enumerate(shared.sizes)}}
    known["n_x"] = shared.features
    if 0 in shared.run.theta.W.numbers:
        g, d, t = shared.run.theta.W[0].shape[-3:]
        known |= {"groups": g, "rows": t, "units": d, "groups rows": g * t, "groups units": g * d}
        known["rest"] = shared.sizes[0] - g * d
    return {name: known[name] for name in shared.programs.of_pass.dimensions}


def _offsets(theta: Parameters) -> dict[str, tuple[int, int]]:
    """Return where each array of theta and of the gradient lies, and the samples: root and offset."""
    found = {"theta": (THETA, 0), "weights": (THETA, 0), "gradient": (GRADIENT, 0), "dweights": (GRADIENT, 0)}
    found |= {"X": (X, 0), "Y": (Y, 0), "S": (S, 0)}
    start, lead = 0, theta.vector.ndim - 1
    for layers in (theta.W, theta.b):
        for l in layers.numbers:
            name = f"{layers.letter}{l}"
            found[name], found[f"d{name}"] = (THETA, start), (GRADIENT, start)
            start += math.prod(layers[l].shape[lead:])
    return found


def _places(words: Words, dimensions: dict[str, int], known: dict[str, tuple[int, int]]) -> tuple[Array, int]:
    """Return root and offset of each array of a program, (arrays, 2), and the numbers of workspace that they take."""
    places, end = [], 0
    for name in words.arrays:
        if name in words.work:
            places.append((WORK, end))
            length = math.prod(dimensions[dim] for dim in words.work[name])
            end += -(-length // 16) * 16  # each begins a line of the cache
        else:
            places.append(known[name])
    return np.array(places, np.int64).reshape(-1, 2), end


def _numbers(shared: Shared, dimensions: dict[str, int], k: int) -> Array:
    """Return the value of each number: constants, strengths, limits, sizes; the others are computed."""
    run, networks = shared.run, len(shared.theta)
    given = run.settings.penalties(networks)  # not rounded to theta's type yet
    strengths = {name: np.broadcast_to(given[name], networks)[k] for name in run.objective.penalties}
    known: dict[Any, float] = {name: float(size) for name, size in dimensions.items()}
    parts = shared.parts * shared.reduce.ranks  # of a step's samples, in all processes
    known |= {f"{name}_share": float(strength) / parts for name, strength in strengths.items()}
    known |= {f"{name}_limit": float(limit) for name, limit in run.transforms.items()}
    numbers = shared.programs.of_pass.numbers
    return np.array([key if isinstance(key, float) else known.get(key, 0.0) for key in numbers], np.float64)


def side_by_side(threads: list[Thread], counters: Array, pool: ThreadPoolExecutor) -> tuple[int, float]:
    """Run all threads' steps in parallel, the first in the calling thread, and return its result."""

    def one(thread: Thread) -> tuple[int, float]:
        try:
            return thread.run()
        except BaseException:
            counters[:] = np.iinfo(counters.dtype).max  # so that no other thread waits at a barrier
            raise

    others = [pool.submit(one, thread) for thread in threads[1:]]
    ended = one(threads[0])
    for other in others:
        other.result()
    return ended
