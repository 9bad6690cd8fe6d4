"""What does one training step cost, in microseconds: glassnet against scikit-learn, PyTorch eager and JAX.

Each peer trains the same network on the same data as its users would: `Network.fit`, `MLPClassifier.fit`, and the
usual PyTorch loop (shuffled mini-batches gathered by index, zero_grad, backward, step), and an epoch of JAX as one
compiled scan (its compilation is not counted). scikit-learn has no AdamW and takes Adam in its place. A step's time is
the difference between a long and a one-epoch training over the difference in steps, so that setting up does not count.
The peers take turns within each repeat, and first show that they do the same work: from the same weights, the same
costs.

    python bench/step.py [--works 1,2,3] [--repeats 7] [--json FILE]
"""

from __future__ import annotations

import argparse
import gc
import json
import time
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from sklearn.neural_network import MLPClassifier

from _common import machine
from _script import Verdict, verdict
from _script import line_of as line_of_verdict
from glassnet import Network

try:
    import torch
except ImportError:
    torch = None

RATES = {"GD": 0.01, "Adam": 0.001, "AdamW": 0.001}
SMALL_WORKS, MIDDLE_WORKS, LARGE_WORK = {1: 12, 2: 10, 3: 8}, (4, 5, 7, 8), 6  # small: at least so many times PyTorch
SMALL_SKLEARN, MIDDLE_TORCH, MIDDLE_SKLEARN = 8, 1.5, 3
JAX_TARGETS = {1: 1 / 1.5, 2: 1, 3: 1}
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
    7: Work((54, 256, 256, 256, 7), "relu", 256, 16, "AdamW", 12),
    8: Work((784, 100, 10), "relu", 200, 16, "Adam", 24),
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
    optimizer = "gradient_descent" if work.optimizer == "GD" else f"{work.optimizer.lower()}(epsilon={work.epsilon})"
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
    method = {"GD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}[work.optimizer]
    more = {} if work.optimizer == "GD" else {"eps": work.epsilon}
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


def fit_jax(work: Work, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by epochs that are one compiled scan over gathered batches; a first, uncounted call compiles."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", data.X.dtype == np.float64)
    dtype, m, binary = data.X.dtype, len(data.X), work.layers[-1] == 1
    if start is None:
        rng = np.random.default_rng(0)
        widths = zip(work.layers[1:], work.layers, strict=False)
        start = [(rng.standard_normal((n, p)) * np.sqrt(2 / p), np.zeros((n, 1))) for n, p in widths]
    theta = [(jnp.asarray(W.T, dtype), jnp.asarray(b.ravel(), dtype)) for W, b in start]
    X, labels = jnp.asarray(data.X), jnp.asarray(data.labels)
    hidden = jnp.tanh if work.hidden == "tanh" else jax.nn.relu

    def cost(theta: Any, X: Any, labels: Any) -> Any:
        A = X
        for l, (W, b) in enumerate(theta):
            A = A @ W + b if l == len(theta) - 1 else hidden(A @ W + b)
        if binary:
            return jnp.mean(jax.nn.softplus(A[:, 0]) - A[:, 0] * labels)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(A), labels[:, None], 1))

    alpha, decay = RATES[work.optimizer], 0.01 if work.optimizer == "AdamW" else 0.0

    def step(carry: Any, chosen: Any) -> Any:
        theta, v, s, t = carry
        parts = (X, labels) if m == work.batch else (X[chosen], labels[chosen])
        J, slopes = jax.value_and_grad(cost)(theta, *parts)
        t = t + 1
        if work.optimizer == "GD":
            return (jax.tree.map(lambda p, d: p - alpha * d, theta, slopes), v, s, t), J
        v = jax.tree.map(lambda v, d: 0.9 * v + 0.1 * d, v, slopes)
        s = jax.tree.map(lambda s, d: 0.999 * s + 0.001 * d * d, s, slopes)
        v_bias, s_bias = 1 - 0.9**t, 1 - 0.999**t
        theta = jax.tree.map(
            lambda p, v, s: p * (1 - alpha * decay) - alpha * (v / v_bias) / (jnp.sqrt(s / s_bias) + work.epsilon),
            theta, v, s,
        )  # fmt: skip
        return (theta, v, s, t), J

    scanned = jax.jit(lambda carry, order: jax.lax.scan(step, carry, order))
    order = np.random.default_rng(0)
    zeros = jax.tree.map(jnp.zeros_like, theta)
    carry, costs = (theta, zeros, zeros, jnp.zeros((), dtype)), []
    steps = m // work.batch
    at_a_time = epochs if steps == 1 else 1  # whole batches follow each other in one scan
    jax.block_until_ready(scanned(carry, np.zeros((at_a_time * steps, work.batch), np.int32)))
    began = time.perf_counter()
    for _ in range(epochs // at_a_time):
        chosen = (
            order.permutation(m).astype(np.int32).reshape(steps, -1)
            if steps > 1
            else np.zeros((epochs, work.batch), np.int32)
        )
        carry, J = scanned(carry, chosen)
        costs.append(J)
    jax.block_until_ready(carry)
    return time.perf_counter() - began, np.concatenate(costs).tolist()


OURS = ("compiled", "NumPy")  # glassnet's engines; the ratios are those of the first one that is there
COLUMNS = (*OURS, "scikit-learn", "PyTorch", "JAX")
PEERS: dict[str, Peer] = {
    "compiled": partial(fit_glassnet, "compiled"),
    "NumPy": partial(fit_glassnet, "numpy"),
    "scikit-learn": fit_sklearn,
    "PyTorch": fit_torch,
    "JAX": fit_jax,
}
for column, library in (("compiled", "numba"), ("PyTorch", "torch"), ("JAX", "jax")):
    if find_spec(library) is None:
        del PEERS[column]


def largest_difference(work: Work) -> float:
    """Train a few full-batch steps from the same weights in float64; return the costs' largest relative difference.

    Adam's epsilon is made too small to count: scikit-learn adds it before the bias correction, the others after it.
    """
    optimizer = "Adam" if work.optimizer == "AdamW" else work.optimizer  # scikit-learn has no decay of its kind
    work, data = work._replace(epsilon=1e-16, optimizer=optimizer), make_data(work, 1, "float64")
    net = Network(work.layers, work.hidden, seed=1, dtype="float64")
    start = list(zip(net.W, net.b, strict=True))
    costs = np.array([fit(work, data, CHECK_STEPS, start)[1] for fit in PEERS.values()])
    return float(abs(costs / costs[0] - 1).max())


def step_seconds(fit: Peer, work: Work, data: Data) -> float:
    """Return a step's seconds: a long training less one of one epoch, over the difference in steps."""
    gc.collect()
    time.sleep(PAUSE)
    short, long = (fit(work, data, epochs, None)[0] for epochs in (1, 1 + work.epochs))
    return (long - short) / (work.epochs * work.batches)


def step_times(work: Work, dtype: str, repeats: int) -> dict[str, list[float]]:
    """Return each peer's microseconds per step, one number a repeat."""
    data = make_data(work, work.batches, dtype)
    times: dict[str, list[float]] = {name: [] for name in PEERS}
    for fit in PEERS.values():
        fit(work, data, 1, None)  # first touches and caches
    for _ in range(repeats):
        for name, fit in PEERS.items():
            times[name].append(step_seconds(fit, work, data) * 1e6)
    return times


def row_of(number: int, work: Work, dtype: str, times: dict[str, list[float]], difference: float) -> dict[str, Any]:
    """Sum a work's times up: median, spread (distance of the quartiles) and the ratios of the medians."""
    quartiles = {name: np.percentile(values, [25, 50, 75]) for name, values in times.items()}
    ours = next(quartiles[name][1] for name in OURS if name in quartiles)
    return {
        "number": number,
        "work": f"{work.name}, {dtype}",
        "dtype": dtype,
        "cost_difference": difference,
        "operations": operations(work),
        "median": {name: float(q[1]) for name, q in quartiles.items()},
        "spread": {name: float(q[2] - q[0]) for name, q in quartiles.items()},
        "ratio": {name: float(q[1] / ours) for name, q in quartiles.items() if name not in OURS},
    }


def line_of(row: dict[str, Any]) -> str:
    """Set a row as a line of the table."""
    line = f"{row['number']}  {row['work']:<42}"
    for name in COLUMNS:
        known = name in row["median"]
        line += f" {row['median'][name]:>9.1f} ±{row['spread'][name]:<8.1f}" if known else f" {'not installed':>19}"
    for name in COLUMNS[len(OURS) :]:
        line += f" {row['ratio'][name]:>7.2f}x" if name in row["ratio"] else f" {'-':>8}"
    return f"{line} {row['cost_difference']:>7.0e}"


def verdicts(result: dict[str, Any]) -> list[Verdict]:
    """Hold the ratios against what is asked of them."""
    found = []

    def judge(what: str, ratios: list[float | None], least: float) -> None:
        known = [ratio for ratio in ratios if ratio is not None]
        mean = float(np.mean(known)) if known and len(known) == len(ratios) else None
        found.append(verdict(what, mean, mean is not None and mean >= least))

    rows = result["works"]
    for row in rows:
        ratio, number = row["ratio"], row["number"]
        if number in SMALL_WORKS:
            least = SMALL_WORKS[number]
            judge(f"1. {row['work']}: at least {least}x PyTorch", [ratio.get("PyTorch")], least)
            judge(
                f"1. {row['work']}: at least {SMALL_SKLEARN}x scikit-learn", [ratio.get("scikit-learn")], SMALL_SKLEARN
            )
            judge(f"1. {row['work']}: at least {JAX_TARGETS[number]:.2f}x JAX", [ratio.get("JAX")], JAX_TARGETS[number])
        else:
            for name in ("scikit-learn", "PyTorch"):
                judge(f"{2 + (number == LARGE_WORK)}. {row['work']}: not slower than {name}", [ratio.get(name)], 1)
    middle = [row["ratio"] for row in rows if row["number"] in MIDDLE_WORKS]
    if middle:
        for name, least in (("PyTorch", MIDDLE_TORCH), ("scikit-learn", MIDDLE_SKLEARN)):
            judge(
                f"2. middle works, on average: at least {least}x {name}", [ratio.get(name) for ratio in middle], least
            )
    for row in rows:
        if row["number"] == LARGE_WORK:
            share = row["operations"] / row["median"]["compiled"] / result["product_rate"] * 1e6
            judge(f"3. {row['work']}: at least .9 of the float32 product rate", [share], 0.9)
    return found


def product_rate(dtype: str = "float32") -> float:
    """Return the operations per second of a large product by NumPy, the best of a few."""
    A = np.random.default_rng(0).standard_normal((2048, 2048), dtype)
    times = []
    for _ in range(7):
        began = time.perf_counter()
        A @ A
        times.append(time.perf_counter() - began)
    return float(2 * 2048**3 / min(times))


def operations(work: Work) -> int:
    """Return the multiplications and additions of a step's matrix products; the input needs no dA."""
    products = [n * n_prev for n_prev, n in zip(work.layers, work.layers[1:], strict=False)]
    return 2 * work.batch * (3 * sum(products) - products[0])


def measure(repeats: int, quick: bool = False, numbers: Sequence[int] = tuple(WORKS)) -> dict[str, Any]:
    """Measure the works, and print a line for each."""
    print(
        f"{'   layers, batch, optimiser, type':<45}",
        *(f"{name:>19}" for name in COLUMNS),
        " sklearn/   torch/     JAX/   costs",
    )
    rows = []
    for number in [n for n in numbers if n in SMALL_WORKS] if quick else numbers:
        difference = largest_difference(WORKS[number])
        for dtype in ("float32", "float64") if number in MIDDLE_WORKS else ("float32",):
            times = step_times(WORKS[number], dtype, repeats)
            rows.append(row_of(number, WORKS[number], dtype, times, difference))
            print(line_of(rows[-1]), flush=True)
    return {"works": rows, "product_rate": product_rate()}


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
    parser.add_argument("--json", type=Path, help="a file for everything that was measured")
    arguments = parser.parse_args()
    numbers = [int(number) for number in arguments.works.split(",") if number.isdecimal()]
    if not numbers or not WORKS.keys() >= set(numbers):
        parser.error(f"--works: expected numbers of {', '.join(map(str, WORKS))}, as 1,2,3; got {arguments.works!r}")
    about = machine()
    for key, value in about.items():
        print(f"{key:<14}{value}")
    print(
        f"\nmicroseconds per step: median ± quartile distance of {arguments.repeats} repeats;"
        f"\ncosts: largest relative difference between the peers over {CHECK_STEPS} full-batch steps in float64\n"
    )
    result = measure(arguments.repeats, numbers=numbers)
    rows = result["works"]
    print()
    print(*map(line_of_verdict, verdicts(result)), sep="\n")
    same = all(row["cost_difference"] < CHECK_TOLERANCE for row in rows)
    print(f"the peers' costs agree within {CHECK_TOLERANCE:g}: {'yes' if same else 'NO'}")
    if arguments.json is not None:
        document = {"machine": about, **result, "targets": verdicts(result)}
        arguments.json.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
