"""One training, as each library's users would write it; each returns the seconds of its loop and the costs it saw.

`Network.fit`, `MLPClassifier.fit`, the usual PyTorch loop (shuffled mini-batches gathered by index, zero_grad,
backward, step), eager or compiled by `torch.compile`, an epoch of JAX as one compiled scan, and MLX's compiled step on
the processor. scikit-learn has no AdamW and takes Adam in its place. What a library cannot do raises
`NotImplementedError`, with the reason. Each library loads when its training is asked for.
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Callable
from contextlib import nullcontext
from functools import lru_cache, partial
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet import Network
from workers import Worker
from workloads import Data, Workload, make_data

RATES = {"GD": 0.01, "Adam": 0.001, "AdamW": 0.001}
Start = list[tuple[np.ndarray, np.ndarray]]  # W (n, n_prev) and b (n, 1) of each layer
Baseline = Callable[[Workload, Data, int, "Start | None"], tuple[float, list[float]]]


def network_of(
    workload: Workload, data: Data, start: Start | None = None
) -> tuple[Network, np.ndarray, dict[str, Any]]:
    """Return the network, its targets (n_y, m), and the settings that `Network.fit` gets."""
    activations = [workload.hidden] * (len(workload.layers) - 2) + [workload.output]
    net = Network(workload.layers, activations, seed=1, dtype=data.X.dtype.name)
    for l, (W, b) in enumerate(start or [], 1):
        net.W[l], net.b[l] = W, b
    rows = np.eye(workload.layers[-1])[data.y] if workload.output == "softmax" else data.y.reshape(len(data.y), -1)
    optimizer = (
        "gradient_descent"
        if workload.optimizer == "GD"
        else f"{workload.optimizer.lower()}(epsilon={workload.epsilon})"
    )
    settings = {"optimizer": optimizer, "learning_rate": RATES[workload.optimizer], "batch_size": workload.batch}
    return net, np.ascontiguousarray(rows.T, data.X.dtype), {**settings, "dropout": workload.dropout}


def train_glassnet(
    engine: str, workload: Workload, data: Data, epochs: int, start: Start | None = None, precision: str = "full"
) -> tuple[float, Any]:
    """Train by `Network.fit`; return the seconds and the history."""
    net, Y, settings = network_of(workload, data, start)
    began = time.perf_counter()
    history = net.fit(data.X.T, Y, epochs=epochs, engine=engine, precision=precision, **settings)
    return time.perf_counter() - began, history


def fit_glassnet(
    engine: str, workload: Workload, data: Data, epochs: int, start: Start | None = None, precision: str = "full"
) -> tuple[float, list[float]]:
    """Train by `Network.fit` on one of its engines, or on the one that it chooses."""
    seconds, history = train_glassnet(engine, workload, data, epochs, start, precision)
    if engine not in ("auto", history.engine):
        raise NotImplementedError(f"left to {history.engine}")
    return seconds, list(history.cost)


_data = lru_cache(maxsize=1)(make_data)


def fit_drawn(
    engine: str, workload: Workload, dtype: str, batches: int, epochs: int, start: Start | None = None
) -> tuple[float, list[float]]:
    """Train by `Network.fit` on data that are drawn here and kept: what a worker is asked for."""
    return fit_glassnet(engine, workload, _data(workload._replace(epochs=0), dtype, batches), epochs, start)


def fit_by(worker: Worker, engine: str, workload: Workload, data: Data, epochs: int, start: Start | None = None) -> Any:
    """Train by `Network.fit` in a worker, which draws the same data."""
    batches = len(data.X) // workload.batch
    return worker.ask("baselines", "fit_drawn", engine, workload, data.X.dtype.name, batches, epochs, start)


def fit_sklearn(workload: Workload, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by scikit-learn's estimator, without penalty and without early end; its costs are those of epochs."""
    from sklearn.neural_network import MLPClassifier, MLPRegressor

    if workload.dropout:
        raise NotImplementedError("has no dropout")
    solver = (
        {"solver": "sgd", "momentum": 0}
        if workload.optimizer == "GD"
        else {"solver": "adam", "epsilon": workload.epsilon}
    )
    model = (MLPRegressor if workload.numbers else MLPClassifier)(
        hidden_layer_sizes=workload.layers[1:-1],
        activation=workload.hidden,
        alpha=0,
        batch_size=workload.batch,
        max_iter=epochs,
        tol=0,
        learning_rate_init=RATES[workload.optimizer],
        n_iter_no_change=10**9,
        random_state=0,
        shuffle=len(data.X) > workload.batch,
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
        seconds = time.perf_counter() - began
    outputs = workload.layers[-1] if workload.numbers else 1  # it names their mean, and descends along their sum
    return seconds, [outputs * cost for cost in model.loss_curve_]


def torch_model(workload: Workload, dtype: Any) -> Any:
    """Return the network as PyTorch's users build it."""
    from torch import nn

    parts: list[Any] = []
    for n_prev, n in zip(workload.layers, workload.layers[1:], strict=False):
        parts += [nn.Linear(n_prev, n, dtype=dtype), nn.Tanh() if workload.hidden == "tanh" else nn.ReLU()]
        parts += [nn.Dropout(workload.dropout)] if workload.dropout else []
    return nn.Sequential(*parts[: -2 if workload.dropout else -1])  # the output layer's activation belongs to the loss


@lru_cache(maxsize=1)
def compiled_model(workload: Workload, dtype: Any) -> Any:
    """Return the network compiled; one is kept, because compiling is not counted."""
    import torch

    return torch.compile(torch_model(workload, dtype))


def fit_torch(
    workload: Workload,
    data: Data,
    epochs: int,
    start: Start | None = None,
    compiled: bool = False,
    autocast: bool = False,
) -> tuple[float, list[float]]:
    """Train by the loop that PyTorch's users write."""
    import torch

    torch.manual_seed(0)
    nn, X, y = torch.nn, torch.from_numpy(data.X), torch.from_numpy(data.y)
    if workload.layers[-1] == 1:
        y = y[:, None].to(X.dtype)
    model, m = (compiled_model if compiled else torch_model)(workload, X.dtype), len(data.X)
    with torch.no_grad():
        linears = [part for part in model.modules() if isinstance(part, nn.Linear)]
        for linear, (W, b) in zip(linears, start or [], strict=False):
            linear.weight.copy_(torch.from_numpy(W))
            linear.bias.copy_(torch.from_numpy(b.ravel()))
    losses = {"sigmoid": nn.BCEWithLogitsLoss(), "softmax": nn.CrossEntropyLoss(),
              "identity": lambda A, Y: 0.5 * workload.layers[-1] * nn.functional.mse_loss(A, Y)}  # fmt: skip
    loss_function = losses[workload.output]
    method = {"GD": torch.optim.SGD, "Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}[workload.optimizer]
    more = {} if workload.optimizer == "GD" else {"eps": workload.epsilon}
    optimizer = method(model.parameters(), lr=RATES[workload.optimizer], **more)
    products = torch.autocast("cpu", torch.bfloat16) if autocast else nullcontext()
    costs = []
    began = time.perf_counter()
    for _ in range(epochs):
        batches = torch.randperm(m).split(workload.batch) if m > workload.batch else [None]
        for chosen in batches:
            X_batch, y_batch = (X, y) if chosen is None else (X.index_select(0, chosen), y.index_select(0, chosen))
            optimizer.zero_grad()
            with products:
                loss = loss_function(model(X_batch), y_batch)
            loss.backward()
            optimizer.step()
            costs.append(loss.item())
    return time.perf_counter() - began, costs


def fit_torch_compiled(
    workload: Workload, data: Data, epochs: int, start: Start | None = None
) -> tuple[float, list[float]]:
    """Train by the same loop around a compiled model, where it can be compiled: that takes a C++ compiler."""
    try:
        return fit_torch(workload, data, epochs, start, compiled=True)
    except Exception as error:  # the reasons are many, and are those of another library
        raise NotImplementedError(f"fails: {str(error).strip().splitlines()[0]}") from error


def fit_jax(workload: Workload, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by epochs that are one compiled scan over gathered batches; a first, uncounted call compiles."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", data.X.dtype == np.float64)
    dtype, m, last = data.X.dtype, len(data.X), len(workload.layers) - 2
    if start is None:
        rng = np.random.default_rng(0)
        widths = zip(workload.layers[1:], workload.layers, strict=False)
        start = [(rng.standard_normal((n, p)) * np.sqrt(2 / p), np.zeros((n, 1))) for n, p in widths]
    theta = [(jnp.asarray(W.T, dtype), jnp.asarray(b.ravel(), dtype)) for W, b in start]
    X, y = jnp.asarray(data.X), jnp.asarray(data.y)
    hidden = jnp.tanh if workload.hidden == "tanh" else jax.nn.relu

    def cost(theta: Any, X: Any, y: Any, t: Any) -> Any:
        A = X
        for l, (W, b) in enumerate(theta):
            A = A @ W + b if l == last else hidden(A @ W + b)
            if workload.dropout and l < last:
                key = jax.random.fold_in(jax.random.key(l), t.astype(int))
                A = jnp.where(jax.random.bernoulli(key, 1 - workload.dropout, A.shape), A / (1 - workload.dropout), 0)
        if workload.output == "identity":
            return 0.5 * jnp.mean(jnp.sum((A - y.reshape(A.shape)) ** 2, axis=1))
        if workload.output == "sigmoid":
            return jnp.mean(jax.nn.softplus(A[:, 0]) - A[:, 0] * y)
        return -jnp.mean(jnp.take_along_axis(jax.nn.log_softmax(A), y[:, None], 1))

    alpha, decay = RATES[workload.optimizer], 0.01 if workload.optimizer == "AdamW" else 0.0

    def step(carry: Any, chosen: Any) -> Any:
        theta, v, s, t = carry
        parts = (X, y) if m == workload.batch else (X[chosen], y[chosen])
        J, slopes = jax.value_and_grad(cost)(theta, *parts, t)
        t = t + 1
        if workload.optimizer == "GD":
            return (jax.tree.map(lambda p, d: p - alpha * d, theta, slopes), v, s, t), J
        v = jax.tree.map(lambda v, d: 0.9 * v + 0.1 * d, v, slopes)
        s = jax.tree.map(lambda s, d: 0.999 * s + 0.001 * d * d, s, slopes)
        v_bias, s_bias = 1 - 0.9**t, 1 - 0.999**t
        theta = jax.tree.map(
            lambda p, v, s: p * (1 - alpha * decay) - alpha * (v / v_bias) / (jnp.sqrt(s / s_bias) + workload.epsilon),
            theta, v, s,
        )  # fmt: skip
        return (theta, v, s, t), J

    scanned = jax.jit(lambda carry, order: jax.lax.scan(step, carry, order))
    order = np.random.default_rng(0)
    zeros = jax.tree.map(jnp.zeros_like, theta)
    carry, costs = (theta, zeros, zeros, jnp.zeros((), dtype)), []
    steps = m // workload.batch
    at_a_time = epochs if steps == 1 else 1  # whole batches follow each other in one scan
    whole = np.zeros((at_a_time * steps, workload.batch), np.int32)
    jax.block_until_ready(scanned(carry, whole))
    began = time.perf_counter()
    for _ in range(epochs // at_a_time):
        chosen = order.permutation(m).astype(np.int32).reshape(steps, -1) if steps > 1 else whole
        carry, J = scanned(carry, chosen)
        costs.append(J)
    jax.block_until_ready(carry)
    return time.perf_counter() - began, np.concatenate(costs).tolist()


def fit_mlx(workload: Workload, data: Data, epochs: int, start: Start | None = None) -> tuple[float, list[float]]:
    """Train by the compiled step that MLX's users write, on the processor; a first, uncounted call compiles."""
    import mlx.core as mx
    from mlx import nn, optimizers

    mx.set_default_device(mx.cpu)
    X, y = mx.array(data.X), mx.array(data.y)
    y = y if workload.output == "softmax" else y.reshape(len(y), -1).astype(X.dtype)
    losses: dict[str, Callable[[Any, Any], Any]] = {
        "sigmoid": lambda Z, y: nn.losses.binary_cross_entropy(Z, y, with_logits=True),
        "softmax": lambda Z, y: nn.losses.cross_entropy(Z, y, reduction="mean"),
        "identity": lambda A, y: 0.5 * mx.mean(mx.sum((A - y) ** 2, axis=1)),
    }
    loss = losses[workload.output]

    def build() -> tuple[Callable[[Any, Any], Any], list[Any]]:
        parts: list[Any] = []
        for n_prev, n in pairwise(workload.layers):
            parts += [nn.Linear(n_prev, n), nn.Tanh() if workload.hidden == "tanh" else nn.ReLU()]
            parts += [nn.Dropout(workload.dropout)] if workload.dropout else []
        model = nn.Sequential(*parts[: -2 if workload.dropout else -1])
        model.set_dtype(X.dtype)
        linears = [part for part in model.layers if isinstance(part, nn.Linear)]
        for linear, (W, b) in zip(linears, start or [], strict=False):
            linear.weight, linear.bias = mx.array(W), mx.array(b.ravel())
        method = {"GD": optimizers.SGD, "Adam": optimizers.Adam, "AdamW": optimizers.AdamW}[workload.optimizer]
        more = {} if workload.optimizer == "GD" else {"eps": workload.epsilon, "bias_correction": True}
        optimizer = method(RATES[workload.optimizer], **more)
        slopes_of = nn.value_and_grad(model, lambda model, X, y: loss(model(X), y))
        state = [model.state, optimizer.state, mx.random.state]

        def step(X: Any, y: Any) -> Any:
            J, slopes = slopes_of(model, X, y)
            optimizer.update(model, slopes)
            return J

        return mx.compile(step, inputs=state, outputs=state), state

    try:
        first, state = build()
        mx.eval(first(X[: workload.batch], y[: workload.batch]), state)
    except (RuntimeError, ValueError) as error:  # it takes a C++ compiler
        raise NotImplementedError(f"fails: {str(error).strip().splitlines()[0]}") from error
    step, state = build()
    m, costs = len(data.X), []
    began = time.perf_counter()
    for _ in range(epochs):
        order = mx.random.permutation(m) if m > workload.batch else None
        for i in range(0, m, workload.batch):
            chosen = None if order is None else order[i : i + workload.batch]
            J = step(X, y) if chosen is None else step(X[chosen], y[chosen])
            mx.eval(J, state)
            costs.append(J.item())
    return time.perf_counter() - began, costs


OURS = ("glassnet", "NumPy")  # the ratios are those of the first one that takes a workload
NEEDED = {"scikit-learn": "sklearn", "PyTorch": "torch", "torch.compile": "torch", "JAX": "jax", "MLX": "mlx"}
COLUMNS = (*OURS, "before", *NEEDED)


def baselines(engine: str = "auto", before: Worker | None = None) -> dict[str, Baseline]:
    """Return the trainings that can be measured here; `before` is version 0.1's compiled engine."""
    there: dict[str, Baseline] = {
        "glassnet": partial(fit_glassnet, engine),
        "NumPy": partial(fit_glassnet, "numpy"),
        **({} if before is None else {"before": partial(fit_by, before, "compiled")}),
        "scikit-learn": fit_sklearn,
        "PyTorch": fit_torch,
        "torch.compile": fit_torch_compiled,
        "JAX": fit_jax,
        "MLX": fit_mlx,
    }
    return {name: fit for name, fit in there.items() if name not in NEEDED or find_spec(NEEDED[name])}
