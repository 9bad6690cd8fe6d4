"""Optimisers and mini-batches: gradient descent, momentum, RMSprop, Adam, a falling learning rate."""

# ruff: noqa: D401, RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import NETWORKS, Rng, labels, parameters_of, slopes_of
from glassnet.lessons.grader.units.words import AVERAGE, CORRECTED, DOWN
from glassnet.typing import Array


def update_parameters_with_gd(parameters: Any, grads: Any, learning_rate: float) -> Any:
    """The next parameters."""
    return {name: parameters[name] - learning_rate * grads["d" + name] for name in parameters}


def random_mini_batches(X: Array, Y: Array, mini_batch_size: int, seed: int) -> Any:
    """Mini-batches (X, Y) of shuffled columns; the last one may be smaller."""
    m = X.shape[1]
    order = np.random.default_rng(seed).permutation(m)
    X, Y = X[:, order], Y[:, order]
    batches = []
    for k in range(0, m, mini_batch_size):
        batches.append((X[:, k : k + mini_batch_size], Y[:, k : k + mini_batch_size]))
    return batches


def initialize_velocity(parameters: Any) -> Any:
    """Averages of zeros."""
    v = {"d" + name: np.zeros(parameters[name].shape) for name in parameters}
    return v


def update_parameters_with_momentum(parameters: Any, grads: Any, v: Any, beta: float, learning_rate: float) -> Any:
    """The next parameters and averages."""
    v = {name: beta * v[name] + (1 - beta) * grads[name] for name in v}
    parameters = {name: parameters[name] - learning_rate * v["d" + name] for name in parameters}
    return parameters, v


def update_parameters_with_rmsprop(
    parameters: Any, grads: Any, s: Any, beta: float, learning_rate: float, epsilon: float
) -> Any:
    """The next parameters and averages of squares."""
    s = {name: beta * s[name] + (1 - beta) * grads[name] ** 2 for name in s}
    parameters = {
        name: parameters[name] - learning_rate * grads["d" + name] / (np.sqrt(s["d" + name]) + epsilon)
        for name in parameters
    }
    return parameters, s


def initialize_adam(parameters: Any) -> Any:
    """Averages of zeros, of slopes and of their squares."""
    v = {"d" + name: np.zeros(parameters[name].shape) for name in parameters}
    s = {"d" + name: np.zeros(parameters[name].shape) for name in parameters}
    return v, s


def update_parameters_with_adam(
    parameters: Any, grads: Any, v: Any, s: Any, t: int,
    learning_rate: float, beta1: float, beta2: float, epsilon: float,
) -> Any:  # fmt: skip
    """The next parameters and both averages."""
    v = {name: beta1 * v[name] + (1 - beta1) * grads[name] for name in v}
    v_corrected = {name: v[name] / (1 - beta1**t) for name in v}
    s = {name: beta2 * s[name] + (1 - beta2) * grads[name] ** 2 for name in s}
    s_corrected = {name: s[name] / (1 - beta2**t) for name in s}
    parameters = {
        name: parameters[name] - learning_rate * v_corrected["d" + name] / (np.sqrt(s_corrected["d" + name]) + epsilon)
        for name in parameters
    }
    return parameters, v, s


def update_lr(learning_rate0: float, epoch_num: int, decay_rate: float) -> Any:
    """The learning rate of an epoch."""
    learning_rate = 1 / (1 + decay_rate * epoch_num) * learning_rate0
    return learning_rate


def schedule_lr_decay(learning_rate0: float, epoch_num: int, decay_rate: float, time_interval: int) -> Any:
    """The learning rate of an epoch, which falls every time_interval epochs."""
    learning_rate = 1 / (1 + decay_rate * np.floor(epoch_num / time_interval)) * learning_rate0
    return learning_rate


def _drawn(rng: Rng) -> list[tuple[Any, Any]]:
    """Draw parameters and slopes of each network; no slope is near 0, where the place of epsilon would show."""
    drawn = []
    for sizes, _ in NETWORKS[:4]:
        parameters = parameters_of(rng, sizes)
        slopes = slopes_of(parameters, rng)
        drawn.append((parameters, {name: d + 0.1 * np.sign(d) for name, d in slopes.items()}))
    return drawn


def _averages(grads: Any, rng: Rng) -> Any:
    return {name: 0.1 + rng.uniform(size=d.shape) for name, d in grads.items()}


def _adam(rng: Rng) -> list[Case]:
    rates = ((0.1, 0.9, 0.99), (0.03, 0.8, 0.999), (0.2, 0.7, 0.9), (0.05, 0.95, 0.98))
    return [
        (parameters, grads, _averages(grads, rng), _averages(grads, rng), 2 + 3 * i, *rates[i], 1e-8)
        for i, (parameters, grads) in enumerate(_drawn(rng))
    ]


def _batches(rng: Rng) -> list[Case]:
    return [
        (rng.normal(size=(2, m)), labels(rng, m), size, 0)
        for m, size in ((64, 16), (50, 16), (10, 64), (33, 32), (5, 1))
    ]


_RATES = ((0.9, 0.1), (0.8, 0.3), (0.5, 0.05), (0.95, 0.2))
_STARTS = lambda rng: [(parameters,) for parameters, _ in _drawn(rng)]  # noqa: E731
_LAST = ("learning_rate", "beta1", "beta2", "epsilon")
EXERCISES = {
    "update_parameters_with_gd": Exercise(
        "update_parameters_with_gd", ("parameters", "grads", "learning_rate"), ("parameters",), lambda rng: [
            (*pair, 0.1 + 0.1 * i) for i, pair in enumerate(_drawn(rng))], loops=1),
    "random_mini_batches": Exercise(
        "random_mini_batches", ("X", "Y", "mini_batch_size", "seed"), ("sizes", "samples", "shuffled"), _batches, loops=1,
        optional=("seed",)),
    "initialize_velocity": Exercise("initialize_velocity", ("parameters",), ("v",), _STARTS, loops=1),
    "update_parameters_with_momentum": Exercise(
        "update_parameters_with_momentum", ("parameters", "grads", "v", "beta", "learning_rate"), ("parameters", "v"),
        lambda rng: [(*pair, _averages(pair[1], rng), *rates) for pair, rates in zip(_drawn(rng), _RATES, strict=True)],
        loops=1),
    "update_parameters_with_rmsprop": Exercise(
        "update_parameters_with_rmsprop", ("parameters", "grads", "s", "beta", "learning_rate", "epsilon"),
        ("parameters", "s"), lambda rng: [
            (*pair, _averages(pair[1], rng), *rates, 1e-8) for pair, rates in zip(_drawn(rng), _RATES, strict=True)],
        loops=1, optional=("epsilon",)),
    "initialize_adam": Exercise("initialize_adam", ("parameters",), ("v", "s"), _STARTS, loops=1),
    "update_parameters_with_adam": Exercise(
        "update_parameters_with_adam", ("parameters", "grads", "v", "s", "t", *_LAST), ("parameters", "v", "s"), _adam,
        loops=1),
    "update_lr": Exercise("update_lr", ("learning_rate0", "epoch_num", "decay_rate"), ("learning_rate",), lambda _: [
        (0.5, 2, 1.0), (0.1, 7, 0.3), (0.2, 0, 0.5)]),
    "schedule_lr_decay": Exercise(
        "schedule_lr_decay", ("learning_rate0", "epoch_num", "decay_rate", "time_interval"), ("learning_rate",),
        lambda _: [(0.5, 1200, 0.3, 1000), (0.1, 3999, 0.5, 1000), (0.2, 10, 1.0, 100)]),
}  # fmt: skip

_STEP = "the average v, not the slope itself, is the direction of the step"
_ROOT = "the step is divided by the root of s"
MISTAKES: Rows = {
    "update_parameters_with_gd": [
        ("parameters: the sign is wrong", "- learning_rate", "+ learning_rate", DOWN),
        ("parameters: learning_rate is missing", "learning_rate * grads", "grads", DOWN),
        ("parameters: nothing is updated", ' - learning_rate * grads["d" + name]', "", DOWN),
        ("b: not updated", '- learning_rate * grads["d" + name]',
         '- (name[0] == "W") * learning_rate * grads["d" + name]', DOWN, "b"),
        ("parameters: the last layer is not updated", '- learning_rate * grads["d" + name]',
         '- (name[1:] != str(len(parameters) // 2)) * learning_rate * grads["d" + name]',
         "layers 1 to L: range(1, L + 1), or range(L) with l + 1", "range"),
    ],
    "random_mini_batches": [
        ("samples: X and Y are shuffled apart", "Y[:, order]", "Y[:, order[::-1]]",
         "the same permutation for X and Y: a sample keeps its label", r"Y\[:"),
        ("samples: the last, smaller batch is missing", "range(0, m, mini_batch_size)",
         "range(0, m - m % mini_batch_size, mini_batch_size)", "what is left over is a batch too", "%|floor|range|//"),
        ("shuffled: not shuffled", "permutation(m)", "permutation(1)[0] + np.arange(m)",
         "the columns are permuted first, or each epoch sees the same batches", "permutation|for"),
        ("sizes: batches of the wrong size", "k + mini_batch_size", "k + mini_batch_size - 1",
         "batch k is the columns k size to (k + 1) size", r"\["),
    ],
    "initialize_velocity": [
        ("v: ones instead of zeros", "np.zeros", "np.ones", "averages start at zero", "ones"),
        ("v: the parameters themselves", 'np.zeros(parameters[name].shape)', "parameters[name]", "averages start at zero"),
    ],
    "update_parameters_with_momentum": [
        ("v: the factor 1 - beta is missing", "(1 - beta) * grads", "grads", AVERAGE, r"v\["),
        ("v: beta and 1 - beta are exchanged", "beta * v[name] + (1 - beta) * grads",
         "(1 - beta) * v[name] + beta * grads", AVERAGE, r"v\["),
        ("v: the average before this step is missing", "beta * v[name] + ", "", AVERAGE, r"v\["),
        ("v: minus between the two terms", "+ (1 - beta)", "- (1 - beta)", AVERAGE, r"v\["),
        ("parameters: the slope instead of the average", 'learning_rate * v["d" + name]', 'learning_rate * grads["d" + name]',
         _STEP, "parameters"),
        ("parameters: the average before this step", 'learning_rate * v["d" + name]',
         'learning_rate * (v["d" + name] - (1 - beta) * grads["d" + name]) / beta',
         "v is renewed first, then the step is taken", "parameters"),
        ("parameters: the sign is wrong", "- learning_rate", "+ learning_rate", DOWN, "parameters"),
        ("parameters: learning_rate is missing", "learning_rate * v", "v", DOWN, "parameters"),
        ("parameters: not updated", ' - learning_rate * v["d" + name]', "", DOWN, "parameters"),
        ("b: the slope instead of the average", 'learning_rate * v["d" + name]',
         'learning_rate * (v if name[0] == "W" else grads)["d" + name]', _STEP, "b"),
    ],
    "update_parameters_with_rmsprop": [
        ("s: the slope is not squared", "grads[name] ** 2", "grads[name]", "s averages the squares of the slopes", r"s\["),
        ("s: the factor 1 - beta is missing", "(1 - beta) * grads", "grads", "s = beta s + (1 - beta) dW^2", r"s\["),
        ("s: beta and 1 - beta are exchanged", "beta * s[name] + (1 - beta) * grads",
         "(1 - beta) * s[name] + beta * grads", "s = beta s + (1 - beta) dW^2", r"s\["),
        ("parameters: the square root is missing", 'np.sqrt(s["d" + name])', 's["d" + name]', _ROOT, "parameters"),
        ("parameters: multiplied by the root instead of divided", '/ (np.sqrt(s["d" + name]) + epsilon)',
         '* (np.sqrt(s["d" + name]) + epsilon)', _ROOT, "parameters"),
        ("parameters: the division is missing", ' / (np.sqrt(s["d" + name]) + epsilon)', "", _ROOT, "parameters"),
        ("parameters: the sign is wrong", "- learning_rate", "+ learning_rate", DOWN, "parameters"),
    ],
    "initialize_adam": [
        ("v: ones instead of zeros", 'v = {"d" + name: np.zeros', 'v = {"d" + name: np.ones', "averages start at zero"),
        ("s: ones instead of zeros", 's = {"d" + name: np.zeros', 's = {"d" + name: np.ones', "averages start at zero"),
    ],
    "update_parameters_with_adam": [
        ("v: the factor 1 - beta1 is missing", "(1 - beta1) * grads", "grads", AVERAGE, r"v\["),
        ("v: beta1 and 1 - beta1 are exchanged", "beta1 * v[name] + (1 - beta1)", "(1 - beta1) * v[name] + beta1",
         AVERAGE, r"v\["),
        ("v: beta2 instead of beta1", "beta1 * v[name] + (1 - beta1)", "beta2 * v[name] + (1 - beta2)",
         "beta1 belongs to v, beta2 to s", r"v\["),
        ("s: the slope is not squared", "grads[name] ** 2", "grads[name]", "s averages the squares of the slopes", r"s\["),
        ("s: the factor 1 - beta2 is missing", "(1 - beta2) * grads", "grads", "s = beta2 s + (1 - beta2) dW^2", r"s\["),
        ("s: beta2 and 1 - beta2 are exchanged", "beta2 * s[name] + (1 - beta2)", "(1 - beta2) * s[name] + beta2",
         "s = beta2 s + (1 - beta2) dW^2", r"s\["),
        ("s: beta1 instead of beta2", "beta2 * s[name] + (1 - beta2)", "beta1 * s[name] + (1 - beta1)",
         "beta1 belongs to v, beta2 to s", r"s\["),
        ("v_corrected: the correction is missing", "v[name] / (1 - beta1**t)", "v[name]", CORRECTED, r"v_(corr|hat).*/|parameters"),
        ("s_corrected: the correction is missing", "s[name] / (1 - beta2**t)", "s[name]", CORRECTED, r"s_(corr|hat).*/|parameters"),
        ("v_corrected: the power t is missing", "beta1**t", "beta1", CORRECTED, r"v_(corr|hat).*/"),
        ("s_corrected: the power t is missing", "beta2**t", "beta2", CORRECTED, r"s_(corr|hat).*/"),
        ("v_corrected: times t instead of to the power t", "beta1**t", "beta1 * t", CORRECTED, r"v_(corr|hat).*/"),
        ("s_corrected: times t instead of to the power t", "beta2**t", "beta2 * t", CORRECTED, r"s_(corr|hat).*/"),
        ("s_corrected: beta1 instead of beta2", "beta2**t", "beta1**t", "beta1 belongs to v, beta2 to s", r"s_(corr|hat).*/"),
        ("v_corrected: beta2 instead of beta1", "beta1**t", "beta2**t", "beta1 belongs to v, beta2 to s", r"v_(corr|hat).*/"),
        ("parameters: the square root is missing", 'np.sqrt(s_corrected["d" + name])', 's_corrected["d" + name]', _ROOT,
         "parameters"),
        ("parameters: the slope instead of the average", 'v_corrected["d" + name] /', 'grads["d" + name] /', _STEP,
         "parameters"),
        ("parameters: v instead of v_corrected", 'v_corrected["d" + name] /', 'v["d" + name] /', CORRECTED, "parameters"),
        ("parameters: s instead of s_corrected", 'np.sqrt(s_corrected["d"', 'np.sqrt(s["d"', CORRECTED, "parameters"),
        ("parameters: the sign is wrong", "- learning_rate", "+ learning_rate", DOWN, "parameters"),
        ("parameters: learning_rate is missing", "learning_rate * v_corr", "v_corr", DOWN, "parameters"),
    ],
    "update_lr": [
        ("learning_rate: 1 + is missing", "(1 + decay_rate * epoch_num)", "(decay_rate * epoch_num)",
         "alpha = alpha0 / (1 + decay epoch)"),
        ("learning_rate: it grows", "1 / (1 + decay_rate * epoch_num)", "(1 + decay_rate * epoch_num)",
         "alpha = alpha0 / (1 + decay epoch)"),
        ("learning_rate: learning_rate0 is missing", " * learning_rate0", "", "alpha = alpha0 / (1 + decay epoch)"),
    ],
    "schedule_lr_decay": [
        ("learning_rate: rounding down is missing", "np.floor(epoch_num / time_interval)", "epoch_num / time_interval",
         "the rate changes every time_interval epochs: floor(epoch / interval)", "/"),
        ("learning_rate: time_interval is missing", "np.floor(epoch_num / time_interval)", "epoch_num",
         "the rate changes every time_interval epochs: floor(epoch / interval)"),
        ("learning_rate: learning_rate0 is missing", " * learning_rate0", "", "alpha = alpha0 / (1 + decay epoch)"),
    ],
}  # fmt: skip
