"""What does one training step cost, in microseconds: glassnet against scikit-learn and PyTorch eager.

Each peer trains the same network on the same data as its users would: `Network.fit`, `MLPClassifier.fit`, and the
usual PyTorch loop (shuffled mini-batches gathered by index, zero_grad, backward, step). A step's time is the difference
between a long and a one-epoch training over the difference in steps, so that setting up does not count. The peers take
turns within each repeat, and first show that they do the same work: from the same weights, the same costs.

    python bench/step.py [--works 1,2,3] [--repeats 7] [--dtype float32] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import time
import warnings
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.neural_network import MLPClassifier

from _common import machine
from glassnet import Network

try:
    import torch
except ImportError:
    torch = None

RATES = {"GD": 0.01, "Adam": 0.001}
SMALL_WORKS, SMALL_TARGET = (1, 2, 3), 3.5
CHECK_STEPS, CHECK_TOLERANCE = 6, 1e-9
PAUSE = 0.1  # seconds before each clock starts, for the threads of the last peer to fall asleep


class Work(NamedTuple):
    """A network to train; `batches` in an epoch, and `epochs` that are timed beside the first one."""

    layers: tuple[int, ...]
    hidden: str
    batch: int
    batches: int
    optimizer: str
    epochs: int
    epsilon: float = 1e-8

    @property
    def name(self) -> str:
        """How the tables call it."""
        return f"{'-'.join(map(str, self.layers))}, {self.batch}, {self.optimizer}"


WORKS = {
    1: Work((2, 4, 1), "tanh", 400, 1, "GD", 3000),
    2: Work((64, 64, 10), "relu", 64, 16, "Adam", 100),
    3: Work((30, 100, 1), "relu", 200, 16, "Adam", 60),
    4: Work((784, 256, 128, 10), "relu", 128, 16, "Adam", 16),
    5: Work((12288, 20, 7, 5, 1), "relu", 209, 1, "GD", 150),
    6: Work((2048, 2048, 2048, 10), "relu", 1024, 4, "Adam", 2),
}


class Data(NamedTuple):
    """Samples as rows, and their classes as numbers."""

    X: np.ndarray
    labels: np.ndarray


Start = list[tuple[np.ndarray, np.ndarray]]  # W (n, n_prev) and b (n, 1) of each layer
Peer = Callable[[Work, Data, int, "Start | None"], tuple[float, list[float]]]  # seconds, and the cost of each step


def make_data(work: Work, batches: int, dtype: str) -> Data:
    """Draw normal features, and classes by a linear rule with noise, so that there is something to learn."""
    rng = np.random.default_rng(0)
    n_x, n_y, m = work.layers[0], work.layers[-1], work.batch * batches
    X = rng.standard_normal((m, n_x), dtype)
    score = X @ rng.standard_normal((n_x, n_y)) / np.sqrt(n_x) + 0.1 * rng.standard_normal((m, n_y))
    return Data(X, (score[:, 0] > 0).astype(np.int64) if n_y == 1 else score.argmax(axis=1))


def fit_glassnet(
    engine: str, work: Work, data: Data, epochs: int, start: Start | None = None
) -> tuple[float, list[float]]:
    """Train by `Network.fit` on one of its engines."""
    output = "sigmoid" if work.layers[-1] == 1 else "softmax"
    activations = [work.hidden] * (len(work.layers) - 2) + [output]
    net = Network(work.layers, activations, seed=1, dtype=data.X.dtype.name)
    for l, (W, b) in enumerate(start or [], 1):
        net.W[l], net.b[l] = W, b
    rows = data.labels[:, None] if work.layers[-1] == 1 else np.eye(work.layers[-1])[data.labels]
    Y = np.ascontiguousarray(rows.T, data.X.dtype)
    optimizer = {"GD": "gradient_descent", "Adam": f"adam(epsilon={work.epsilon})"}[work.optimizer]
    began = time.perf_counter()
    history = net.fit(
        data.X.T,
        Y,
        optimizer=optimizer,
        learning_rate=RATES[work.optimizer],
        epochs=epochs,
        batch_size=work.batch,
        engine=engine,
    )
    return time.perf_counter() - began, list(history.cost)


def fit_sklearn(work: Work, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by `MLPClassifier.fit`, without penalty and without early end; its costs are those of epochs."""
    solver = {"solver": "sgd", "momentum": 0} if work.optimizer == "GD" else {"solver": "adam", "epsilon": work.epsilon}
    model = MLPClassifier(
        work.layers[1:-1],
        activation=work.hidden,
        alpha=0,
        batch_size=work.batch,
        max_iter=epochs,
        tol=0,
        learning_rate_init=RATES[work.optimizer],
        n_iter_no_change=10**9,
        random_state=0,
        shuffle=len(data.X) > work.batch,
        **solver,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the end of max_iter is what is wanted
        if start is not None:  # one epoch makes the arrays; then the weights are set, and a warm start takes them
            model.set_params(max_iter=1).fit(*data)
            for l, (W, b) in enumerate(start):
                model.coefs_[l], model.intercepts_[l] = W.T.copy(), b.ravel().copy()
            model.loss_curve_ = []
            model.set_params(max_iter=epochs, warm_start=True)
        began = time.perf_counter()
        model.fit(*data)
        return time.perf_counter() - began, model.loss_curve_


def fit_torch(work: Work, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by the loop that PyTorch's users write."""
    torch.manual_seed(0)
    nn, X, labels = torch.nn, torch.from_numpy(data.X), torch.from_numpy(data.labels)
    binary, m = work.layers[-1] == 1, len(data.X)
    y = labels[:, None].to(X.dtype) if binary else labels
    parts: list[Any] = []
    for n_prev, n in zip(work.layers, work.layers[1:], strict=False):
        parts += [nn.Linear(n_prev, n, dtype=X.dtype), nn.Tanh() if work.hidden == "tanh" else nn.ReLU()]
    model = nn.Sequential(*parts[:-1])
    with torch.no_grad():
        for linear, (W, b) in zip(model[::2], start or [], strict=False):
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b.ravel()))
    loss_function = nn.BCEWithLogitsLoss() if binary else nn.CrossEntropyLoss()
    method, more = (torch.optim.SGD, {}) if work.optimizer == "GD" else (torch.optim.Adam, {"eps": work.epsilon})
    optimizer = method(model.parameters(), lr=RATES[work.optimizer], **more)
    costs = []
    began = time.perf_counter()
    for _ in range(epochs):
        batches = torch.randperm(m).split(work.batch) if m > work.batch else [None]
        for chosen in batches:
            X_batch, y_batch = (X, y) if chosen is None else (X.index_select(0, chosen), y.index_select(0, chosen))
            optimizer.zero_grad()
            loss = loss_function(model(X_batch), y_batch)
            loss.backward()
            optimizer.step()
            costs.append(loss.item())
    return time.perf_counter() - began, costs


OURS = ("compiled", "NumPy")  # glassnet's engines; the ratios are those of the first one that is there
COLUMNS = (*OURS, "scikit-learn", "PyTorch")
PEERS: dict[str, Peer] = {
    "compiled": partial(fit_glassnet, "compiled"),
    "NumPy": partial(fit_glassnet, "numpy"),
    "scikit-learn": fit_sklearn,
    "PyTorch": fit_torch,
}
for column, library in (("compiled", "numba"), ("PyTorch", "torch")):
    if find_spec(library) is None:
        del PEERS[column]


def largest_difference(work: Work) -> float:
    """Train a few full-batch steps from the same weights in float64; return the costs' largest relative difference.

    Adam's epsilon is made too small to count: scikit-learn adds it before the bias correction, the others after it.
    """
    work, data = work._replace(epsilon=1e-16), make_data(work, 1, "float64")
    net = Network(work.layers, work.hidden, seed=1, dtype="float64")
    start = list(zip(net.W, net.b, strict=True))
    costs = np.array([fit(work, data, CHECK_STEPS, start)[1] for fit in PEERS.values()])
    return float(abs(costs / costs[0] - 1).max())


def step_times(work: Work, dtype: str, repeats: int) -> dict[str, list[float]]:
    """Return each peer's microseconds per step, one number a repeat."""
    data = make_data(work, work.batches, dtype)
    times: dict[str, list[float]] = {name: [] for name in PEERS}
    for fit in PEERS.values():
        fit(work, data, 1, None)  # first touches and caches
    for _ in range(repeats):
        for name, fit in PEERS.items():
            gc.collect()
            time.sleep(PAUSE)
            short, long = (fit(work, data, epochs, None)[0] for epochs in (1, 1 + work.epochs))
            times[name].append((long - short) / (work.epochs * work.batches) * 1e6)
    return times


def row_of(number: int, work: Work, times: dict[str, list[float]], difference: float) -> dict[str, Any]:
    """Sum a work's times up: median, spread (distance of the quartiles) and the ratios of the medians."""
    quartiles = {name: np.percentile(values, [25, 50, 75]) for name, values in times.items()}
    ours = next(quartiles[name][1] for name in OURS if name in quartiles)
    return {
        "number": number,
        "work": work.name,
        "cost_difference": difference,
        "times": times,
        "median": {name: float(q[1]) for name, q in quartiles.items()},
        "spread": {name: float(q[2] - q[0]) for name, q in quartiles.items()},
        "ratio": {name: float(q[1] / ours) for name, q in quartiles.items() if name not in OURS},
    }


def line_of(row: dict[str, Any]) -> str:
    """Set a row as a line of the table."""
    line = f"{row['number']}  {row['work']:<33}"
    for name in COLUMNS:
        known = name in row["median"]
        line += f" {row['median'][name]:>9.1f} ±{row['spread'][name]:<8.1f}" if known else f" {'not installed':>19}"
    for name in COLUMNS[len(OURS) :]:
        line += f" {row['ratio'][name]:>7.2f}x" if name in row["ratio"] else f" {'-':>8}"
    return f"{line} {row['cost_difference']:>7.0e}"


def targets(rows: list[dict[str, Any]]) -> dict[str, str]:
    """Hold the ratios against what is asked of them."""
    verdicts = {}
    for row in rows:
        small = row["number"] in SMALL_WORKS
        asked = {"PyTorch": SMALL_TARGET, "scikit-learn": SMALL_TARGET} if small else {"scikit-learn": 1}
        for name, least in asked.items():
            ratio = row["ratio"].get(name)
            verdict = "not measured" if ratio is None else f"{'met' if ratio >= least else 'not met'} ({ratio:.2f}x)"
            verdicts[f"{row['work']}: at least {least:g}x {name}"] = verdict
    return verdicts


def main() -> None:
    """Measure the works asked for, and print the table."""
    parser = argparse.ArgumentParser(description="Microseconds per training step.")
    parser.add_argument(
        "--works",
        default=",".join(map(str, WORKS)),
        help="numbers of the works, as 1,2,3: "
        + "; ".join(f"{number} is {work.name}" for number, work in WORKS.items()),
    )
    parser.add_argument("--repeats", type=int, default=7)
    parser.add_argument("--dtype", choices=("float32", "float64"), default="float32")
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    arguments = parser.parse_args()
    numbers = [int(number) for number in arguments.works.split(",") if number.isdecimal()]
    if not numbers or not WORKS.keys() >= set(numbers):
        parser.error(f"--works: expected numbers of {', '.join(map(str, WORKS))}, as 1,2,3; got {arguments.works!r}")
    about = machine()
    for key, value in about.items():
        print(f"{key:<14}{value}")
    print(
        f"\nmicroseconds per step, {arguments.dtype}: median ± quartile distance of {arguments.repeats} repeats;"
        f"\ncosts: largest relative difference between the peers over {CHECK_STEPS} full-batch steps in float64\n"
    )
    print(f"{'   layers, batch, optimiser':<36}", *(f"{name:>19}" for name in COLUMNS), " sklearn/   torch/   costs")
    rows = []
    for number in numbers:
        difference = largest_difference(WORKS[number])
        times = step_times(WORKS[number], arguments.dtype, arguments.repeats)
        rows.append(row_of(number, WORKS[number], times, difference))
        print(line_of(rows[-1]), flush=True)
    print()
    for target, verdict in targets(rows).items():
        print(f"target {target}: {verdict}")
    same = all(row["cost_difference"] < CHECK_TOLERANCE for row in rows)
    print(f"the peers' costs agree within {CHECK_TOLERANCE:g}: {'yes' if same else 'NO'}")
    if arguments.json is not None:
        document = {"machine": about, "dtype": arguments.dtype, "works": rows, "targets": targets(rows)}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
