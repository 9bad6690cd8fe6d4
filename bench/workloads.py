"""The workloads: networks of real shapes, random data, and the number of operations in a step."""

from __future__ import annotations

from itertools import pairwise
from typing import NamedTuple

import numpy as np


class Workload(NamedTuple):
    """A network to train; `batches` in an epoch, and `epochs` that are timed beside the first one."""

    layers: tuple[int, ...]
    hidden: str
    batch: int
    batches: int
    optimizer: str
    epochs: int
    dropout: float = 0.0  # share of each hidden layer's units
    numbers: bool = False  # what is learnt: numbers by half the squared error, or classes by cross-entropy
    epsilon: float = 1e-8

    @property
    def parameters(self) -> int:
        """How many numbers are learned."""
        return sum(n * (n_prev + 1) for n_prev, n in pairwise(self.layers))

    @property
    def name(self) -> str:
        """How the tables call it."""
        dropout = f", dropout {self.dropout}" if self.dropout else ""
        return f"{'-'.join(map(str, self.layers))}, {self.batch}, {self.optimizer}{dropout}"

    @property
    def output(self) -> str:
        """The activation of the last layer."""
        return "identity" if self.numbers else "sigmoid" if self.layers[-1] == 1 else "softmax"


WORKLOADS = {
    1: Workload((2, 4, 1), "tanh", 400, 1, "GD", 10_000),
    2: Workload((64, 64, 10), "relu", 64, 16, "Adam", 200),
    3: Workload((30, 100, 1), "relu", 200, 16, "Adam", 120),
    4: Workload((784, 256, 128, 10), "relu", 128, 16, "Adam", 16),
    5: Workload((12288, 20, 7, 5, 1), "relu", 209, 1, "GD", 150),
    6: Workload((2048, 2048, 2048, 10), "relu", 1024, 4, "Adam", 2),
    7: Workload((54, 256, 256, 256, 7), "relu", 256, 16, "AdamW", 12),
    8: Workload((784, 100, 10), "relu", 200, 16, "Adam", 24),
    9: Workload((512, 512, 512, 1), "relu", 512, 8, "Adam", 4, dropout=0.5, numbers=True),
    10: Workload((4, 32, 16, 4), "tanh", 10_000, 1, "Adam", 200, numbers=True),  # as SimpleChains.jl shows itself
}
SMALL, MIDDLE, LARGE, DROPOUT, CHAINS = (1, 2, 3), (4, 5, 7, 8), 6, 9, 10
QUICK = 2  # the only one of a quick run


class Data(NamedTuple):
    """Samples as rows (m, n_x), and for each its class as a whole number, or its number, or its numbers as a row."""

    X: np.ndarray
    y: np.ndarray


def make_data(workload: Workload, dtype: str, batches: int | None = None) -> Data:
    """Draw normal features, and a target by a linear rule with noise, so that there is something to learn."""
    rng = np.random.default_rng(0)
    n_x, n_y, m = workload.layers[0], workload.layers[-1], workload.batch * (batches or workload.batches)
    X = rng.standard_normal((m, n_x), dtype)
    score = X @ rng.standard_normal((n_x, n_y)) / np.sqrt(n_x) + 0.1 * rng.standard_normal((m, n_y))
    if workload.numbers:
        return Data(X, (score[:, 0] if n_y == 1 else score).astype(dtype))
    return Data(X, (score[:, 0] > 0).astype(np.int64) if n_y == 1 else score.argmax(axis=1))


def types_of(number: int) -> tuple[str, ...]:
    """Return the types that a workload is measured in."""
    return ("float32", "float64") if number in MIDDLE else ("float32",)


def title_of(number: int, dtype: str) -> str:
    """Return how tables and targets call a workload in one type."""
    return f"{WORKLOADS[number].name}, {dtype}"


def operations(workload: Workload) -> int:
    """Return the multiplications and additions of a step's matrix products; the input needs no dA."""
    products = [n * n_prev for n_prev, n in zip(workload.layers, workload.layers[1:], strict=False)]
    return 2 * workload.batch * (3 * sum(products) - products[0])
