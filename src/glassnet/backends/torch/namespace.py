"""The torch engine: the namespace `xp` under which the equations run on tensors, of the CPU or of a graphics processor.

torch differentiates nothing: the slopes are those of the equations. Products in bfloat16 are torch's autocast around
the equations: the factors of a product are rounded, all else stays float32.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from itertools import count
from typing import Any

import numpy as np
import torch
from torch import erf, exp, expm1, finfo, log, log1p, ones_like, sign, sqrt, tanh, zeros_like

from glassnet.arrays.threads import SMALL_PRODUCT, cores

__all__ = [
    "column_max", "column_sums", "erf", "exp", "expm1", "finfo", "grouped", "log", "log1p", "maximum", "minimum",
    "ones_like", "quiet", "row_sums", "sign", "sqrt", "step", "sum_last", "tanh", "total", "ungrouped", "where",
    "zeros_like",
]  # fmt: skip

Array = Any

WARM_UPS = 3  # calls before a CUDA graph is captured, as torch advises
_capturing = threading.Lock()  # one graph at a time, in a whole process


def maximum(M: Array, other: Any) -> Array:
    """Return the larger of two, entry by entry; `other` may be a number."""
    return torch.maximum(M, other) if isinstance(other, torch.Tensor) else M.clamp(min=other)


def minimum(M: Array, other: Any) -> Array:
    """Return the smaller of two, entry by entry; `other` may be a number."""
    return torch.minimum(M, other) if isinstance(other, torch.Tensor) else M.clamp(max=other)


def where(condition: Array, M: Any, other: Any) -> Array:
    """Take entries of M where the condition holds and of the other elsewhere; one of the two may be a number.

    The number is created on the device, because a copy to the device is not allowed in a CUDA graph.
    """
    like = M if isinstance(M, torch.Tensor) else other
    return torch.where(condition, *(N if isinstance(N, torch.Tensor) else like.new_full((), N) for N in (M, other)))


def row_sums(M: Array) -> Array:
    """Sum each row over its samples: (n, m) -> (n, 1)."""
    return M.sum(-1, keepdim=True)


def column_sums(M: Array) -> Array:
    """Sum each column over its units: (n, m) -> (1, m)."""
    return M.sum(-2, keepdim=True)


def column_max(M: Array) -> Array:
    """Take the largest entry of each column: (n, m) -> (1, m)."""
    return M.amax(-2, keepdim=True)


def total(M: Array) -> Array:
    """Sum every entry of a network's matrix: (n, m) -> a number, (k, n, m) -> (k,)."""
    return M.sum((-2, -1))


def sum_last(v: Array) -> Array:
    """Sum along the last axis: (P,) -> a number, (k, P) -> (k,)."""
    return v.sum(-1)


def grouped(M: Array, g: int, n: int) -> tuple[Array, Array]:
    """Return the first g n rows as g groups, and the other rows: (g n + rest, m) -> (g, n, m), (rest, m)."""
    return M[..., : g * n, :].unflatten(-2, (g, n)), M[..., g * n :, :]


def ungrouped(groups: Array, rest: Array) -> Array:
    """Return the rows of all groups, and below them the others: (g, n, m), (rest, m) -> (g n + rest, m)."""
    return torch.cat((groups.flatten(-3, -2), rest.expand(*groups.shape[:-3], *rest.shape[-2:])), -2)


def step(M: Array) -> Array:
    """Return 1 where an entry is greater than 0 and 0 elsewhere, in the entry's own type."""
    return (M > 0).to(M.dtype)


def quiet() -> nullcontext[None]:
    """Return a context without floating-point warnings, of which torch has none."""
    return nullcontext()


def tensor(M: Any, device: str) -> Array:
    """Return an array as a tensor on a device; on the CPU the two share their memory where M can be written to."""
    if not M.flags.writeable or any(stride < 0 for stride in M.strides):
        M = np.array(M)
    return torch.from_numpy(M).to(device)


def copy_back(M: Array, to: Array) -> None:
    """Copy a tensor into an array, without a copy in between."""
    torch.from_numpy(to).copy_(M)


def stacked(parts: Iterable[Array], rows: int, device: str) -> Array:
    """Return arrays (m[i], n) one above the other as one tensor on a device, which holds each of them once."""
    out, start = None, 0
    for part in parts:
        rows_of_part = tensor(part, device)
        out = rows_of_part.new_empty((rows, part.shape[1])) if out is None else out
        out[start : start + len(part)] = rows_of_part
        start += len(part)
    return out


def fuses(theta: Array, learning_rate: Any) -> bool:
    """Return whether `fused_adam` is exact here: with CUDA it rounds a learning rate that is a tensor to float32."""
    return getattr(learning_rate, "ndim", 0) == 0 and (theta.dtype == torch.float32 or isinstance(learning_rate, float))


def fused_adam(theta: Array, gradient: Array, state: dict[str, Array], t: Any, learning_rate: Any, *, decoupled: bool,
               beta_1: float, beta_2: float, epsilon: float, weight_decay: float = 0.0) -> None:  # fmt: skip
    """Take a step of adam, or of adamw (`decoupled`), in one pass over the buffers; changes theta and the state.

    The step's count t and the learning rate are numbers, or tensors of one number, which a CUDA graph can read.
    """
    update = torch._fused_adamw_ if decoupled else torch._fused_adam_
    steps = torch.as_tensor(t, dtype=torch.float32, device=theta.device)
    if isinstance(learning_rate, torch.Tensor):
        learning_rate = learning_rate.float()
    update(
        [theta], [gradient], [state["v"]], [state["s"]], [], [steps], amsgrad=False, lr=learning_rate, beta1=beta_1,
        beta2=beta_2, weight_decay=weight_decay, eps=epsilon, maximize=False,
    )  # fmt: skip


def one_launch(work: Callable[[], None], device: str) -> Callable[[], None]:
    """Return a function that does some work on arrays of fixed address, with CUDA by a single launch.

    There the first calls run `work` on a separate stream, so that libraries allocate what they need; the next one
    captures it as a CUDA graph, which is launched from then on.
    """
    if device == "cpu":
        return work
    graph, calls = torch.cuda.CUDAGraph(), count()

    def call() -> None:
        number = next(calls)
        if number < WARM_UPS:
            _aside(work)
            return
        if number == WARM_UPS:
            with _capturing, torch.cuda.graph(graph, capture_error_mode="thread_local"):
                work()
        graph.replay()

    return call


def _aside(work: Callable[[], None]) -> None:
    """Do work on a separate stream, after all that came before and before all that follows."""
    stream = torch.cuda.Stream()
    stream.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(stream):
        work()
    torch.cuda.current_stream().wait_stream(stream)


@contextmanager
def computing(device: str, *, bfloat16: bool, operations: float) -> Iterator[None]:
    """Return a context without autograd, with products in bfloat16 if asked for, and with our number of threads.

    Small products get one thread, as with BLAS: on a busy machine torch's threads wait for each other.

    Parameters
    ----------
    device : {"cpu", "cuda"}
        Where the tensors are.
    bfloat16 : bool
        Whether float32 matrices are rounded to bfloat16 on their way into a product.
    operations : float
        Multiplications and additions of the largest product, all networks of a stack together.
    """
    before, share = torch.get_num_threads(), 1 if operations < SMALL_PRODUCT else cores()
    if share < before:
        torch.set_num_threads(share)
    try:
        with torch.inference_mode(), torch.autocast(device, torch.bfloat16, bfloat16, False):
            yield
    finally:
        if share < before:
            torch.set_num_threads(before)
