"""One layer, forward and backward, with the course's caches."""

# ruff: noqa: D401, RUF059 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Own, Rows
from glassnet.lessons.grader.inputs import LAYERS, Rng, layer
from glassnet.lessons.grader.units.activations import relu, relu_backward, sigmoid, sigmoid_backward
from glassnet.lessons.grader.units.words import AT_Z, CACHE, KEEPDIMS, MATRIX, MEAN, SUMMED, M
from glassnet.typing import Array


def linear_forward(A: Array, W: Array, b: Array) -> Any:
    """Z and the cache (A, W, b)."""
    Z = W @ A + b
    return Z, (A, W, b)


def linear_activation_forward(A_prev: Array, W: Array, b: Array, activation: str) -> Any:
    """A and the cache (linear_cache, activation_cache)."""
    Z, linear_cache = linear_forward(A_prev, W, b)
    A, activation_cache = relu(Z) if activation == "relu" else sigmoid(Z)
    return A, (linear_cache, activation_cache)


def linear_backward(dZ: Array, cache: Any) -> Any:
    """dA_prev, dW, db, from the cache (A_prev, W, b)."""
    A_prev, W, b = cache
    m = A_prev.shape[1]
    dW = 1 / m * (dZ @ A_prev.T)
    db = 1 / m * np.sum(dZ, axis=1, keepdims=True)
    dA_prev = W.T @ dZ
    return dA_prev, dW, db


def linear_activation_backward(dA: Array, cache: Any, activation: str) -> Any:
    """dA_prev, dW, db, from the cache (linear_cache, activation_cache)."""
    linear_cache, Z = cache
    dZ = relu_backward(dA, Z) if activation == "relu" else sigmoid_backward(dA, Z)
    return linear_backward(dZ, linear_cache)


def _linear(rng: Rng) -> list[Case]:
    return [layer(rng, *sizes) for sizes in LAYERS]


def _activated(rng: Rng) -> list[Case]:
    return [(*layer(rng, *sizes), activation) for sizes in LAYERS for activation in ("relu", "sigmoid")]


def _linear_back(rng: Rng) -> list[Case]:
    return [(rng.normal(size=(sizes[1], sizes[2])), layer(rng, *sizes)) for sizes in LAYERS]


def _activated_back(rng: Rng) -> list[Case]:
    cases = []
    for sizes in LAYERS:
        for activation in ("relu", "sigmoid"):
            A_prev, W, b = layer(rng, *sizes)
            cases.append((rng.normal(size=sizes[1:]), ((A_prev, W, b), W @ A_prev + b), activation))
    return cases


EXERCISES = {
    "linear_forward": Exercise("linear_forward", ("A", "W", "b"), ("Z", "cache"), _linear),
    "linear_activation_forward": Exercise(
        "linear_activation_forward", ("A_prev", "W", "b", "activation"), ("A", "cache"), _activated),
    "linear_backward": Exercise(
        "linear_backward", ("dZ", "cache"), ("dA_prev", "dW", "db"), _linear_back,
        own=Own("cache", "linear_forward", lambda _, cache: cache)),
    "linear_activation_backward": Exercise(
        "linear_activation_backward", ("dA", "cache", "activation"), ("dA_prev", "dW", "db"), _activated_back,
        own=Own("cache", "linear_activation_forward", lambda _, cache, activation: (*cache[0], activation))),
}  # fmt: skip

MISTAKES: Rows = {
    "linear_forward": [
        ("Z: elementwise product instead of matrix product", "W @ A", "W * A", MATRIX, r"\*|multiply"),
        ("Z: factors in the wrong order", "W @ A", "A @ W", "Z = W A + b: (n, n_prev) times (n_prev, m)",
         "@|dot|matmul"),
        ("Z: W is transposed", "W @ A", "W.T @ A", "W is (n, n_prev) already", r"\.T|transpose"),
        ("Z: A is transposed", "W @ A", "W @ A.T", "samples are the columns of A", r"\.T|transpose"),
        ("Z: b is missing", " + b\n", "\n", "Z = W A + b", "@|dot|matmul|einsum"),
        ("Z: b is subtracted", "+ b\n", "- b\n", "Z = W A + b"),
        ("Z: b is not broadcast over the samples", "+ b\n", "+ b.T\n",
         "b is (n, 1): one number per row, the same for every column", r"\bb\b"),
        ("Z: only the first entry of b is added", "+ b\n", "+ b[0]\n", "every unit has its own b", r"b\["),
        ("Z: b is summed over the units", "+ b\n", "+ np.sum(b)\n", "every unit has its own b", "sum"),
        ("Z: an activation is applied", "return Z,", "return np.maximum(0, Z),",
         "the activation comes in the next step"),
        ("Z: an (n,) array is returned", "return Z,", "return Z.ravel(),", "arrays keep two dimensions",
         "ravel|flatten"),
        ("Z: axes of length 1 are squeezed away", "return Z,", "return np.squeeze(Z),",
         "arrays keep two dimensions, also for one unit or one sample", "squeeze"),
        ("Z: summed over the units", "return Z,", "return np.sum(Z, axis=0, keepdims=True),", "Z has one row per unit"),
        ("Z: transposed", "return Z,", "return Z.T,", "samples are columns: Z is (n, m)", r"\.T"),
        ("cache: the order is wrong", "(A, W, b)", "(W, A, b)", "the cache is (A, W, b), in this order"),
        ("cache: b is missing", "(A, W, b)", "(A, W)", "the cache is (A, W, b)"),
        ("cache: Z instead of A", "(A, W, b)", "(Z, W, b)", "dW = 1/m dZ A_prev^T needs what came in, A_prev"),
    ],
    "linear_activation_forward": [
        ("A: relu and sigmoid are exchanged", '== "relu"', '!= "relu"', "the activation is the one asked for", "relu"),
        ("A: sigmoid whatever is asked for", 'activation == "relu"', "False", "the activation is the one asked for",
         "sigmoid|activation"),
        ("A: relu whatever is asked for", 'activation == "relu"', "True", "the activation is the one asked for",
         "relu|activation"),
        ("A: the activation is missing", "return A,", "return Z,", "A = g(Z)"),
        ("A: the activation is applied twice", "return A,",
         'return (relu(A) if activation == "relu" else sigmoid(A))[0],', "A = g(Z), once"),
        ("A: the activation is applied to A_prev", "linear_forward(A_prev, W, b)",
         "(A_prev, linear_forward(A_prev, W, b)[1])", "A = g(Z), and Z = W A_prev + b", "relu|sigmoid"),
        ("cache: A instead of Z", "activation_cache)", "A)", CACHE, "cache"),
        ("cache: the two caches are exchanged", "(linear_cache, activation_cache)", "(activation_cache, linear_cache)",
         "the cache is (linear_cache, activation_cache)", "cache"),
        ("cache: activation_cache is missing", "(linear_cache, activation_cache)", "linear_cache", CACHE, "cache"),
        ("cache: linear_cache is missing", "(linear_cache, activation_cache)", "activation_cache",
         "dW and dA_prev need A_prev and W", "cache"),
    ],
    "linear_backward": [
        ("dW: 1/m is missing", "1 / m * (dZ @ A_prev.T)", "dZ @ A_prev.T", MEAN),
        ("dW: 1/m twice", "1 / m * (dZ @", "1 / m / m * (dZ @", MEAN),
        ("db: 1/m is missing", "1 / m * np.sum", "np.sum", MEAN),
        ("db: 1/m twice", "1 / m * np.sum", "1 / m / m * np.sum", MEAN + "; np.mean divides by m itself"),
        ("dA_prev: 1/m is there", "W.T @ dZ", "W.T @ dZ / m",
         "dA belongs to the sum of the losses; only dW, db have 1/m"),
        ("dW: 1/m is missing, in db too", "m = A_prev.shape[1]", "m = 1", MEAN),
        ("dW: m is taken from the wrong axis", "m = A_prev.shape[1]", "m = A_prev.shape[0]", M, r"shape\[0\]|len\("),
        ("dW: m is taken from the wrong axis of dZ", "m = A_prev.shape[1]", "m = dZ.shape[0]", M, r"shape\[0\]|len\("),
        ("dW: m is taken from W", "m = A_prev.shape[1]", "m = W.shape[1]", M, "shape"),
        ("dW: elementwise product instead of matrix product", "(dZ @ A_prev.T)", "(dZ * A_prev)", MATRIX,
         r"\*|multiply"),
        ("dW: elementwise product instead of matrix product", "dZ @ A_prev.T", "dZ * A_prev.T", MATRIX, r"\*|multiply"),
        ("dW: A_prev is not transposed", "A_prev.T", "A_prev", "dW = 1/m dZ A_prev^T: (n, m) times (m, n_prev)"),
        ("dW: factors in the wrong order", "(dZ @ A_prev.T)", "(A_prev.T @ dZ)", "(n, m) times (m, n_prev)"),
        ("dW: transposed", "(dZ @ A_prev.T)", "(A_prev @ dZ.T)", "dW has the shape of W, (n, n_prev)"),
        ("dW: dZ is transposed instead of A_prev", "(dZ @ A_prev.T)", "(dZ.T @ A_prev)", "(n, m) times (m, n_prev)"),
        ("dW: W instead of A_prev", "(dZ @ A_prev.T)", "(dZ @ W.T)", "dW = 1/m dZ A_prev^T"),
        ("dW: the sign is wrong", "dW = 1", "dW = -1", "the minus comes in the step W - learning_rate * dW"),
        ("db: keepdims=True is missing", ", keepdims=True", "", KEEPDIMS),
        ("db: axes of length 1 are squeezed away", "1 / m * np.sum(dZ, axis=1, keepdims=True)",
         "np.squeeze(1 / m * np.sum(dZ, axis=1, keepdims=True))", KEEPDIMS, "squeeze"),
        ("db: sum over the wrong axis", "axis=1", "axis=0", SUMMED),
        ("db: sum over the wrong axis, and without keepdims=True", "axis=1, keepdims=True", "axis=0", SUMMED),
        ("db: sum over everything", "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ)", SUMMED),
        ("db: sum over everything", "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, keepdims=True)", SUMMED),
        ("db: the sum is missing", "np.sum(dZ, axis=1, keepdims=True)", "dZ", SUMMED),
        ("db: transposed", "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=1, keepdims=True).T", SUMMED),
        ("db: the sign is wrong", "db = 1", "db = -1", "the minus comes in the step b - learning_rate * db"),
        ("db: dW is summed instead of dZ", "1 / m * np.sum(dZ,", "np.sum(dW,", SUMMED),
        ("dA_prev: W is not transposed", "W.T @ dZ", "W @ dZ", "dA_prev = W^T dZ: (n_prev, n) times (n, m)"),
        ("dA_prev: elementwise product instead of matrix product", "W.T @ dZ", "W.T * dZ", MATRIX, r"\*|multiply"),
        ("dA_prev: elementwise product instead of matrix product", "W.T @ dZ", "W * dZ", MATRIX, r"\*|multiply"),
        ("dA_prev: factors in the wrong order", "W.T @ dZ", "dZ @ W", "(n_prev, n) times (n, m)"),
        ("dA_prev: dW instead of W", "W.T @ dZ", "dW.T @ dZ", "dA_prev = W^T dZ"),
        ("dA_prev: the sign is wrong", "W.T @ dZ", "-W.T @ dZ", "dA_prev = W^T dZ"),
    ],
    "linear_activation_backward": [
        ("dA_prev: relu and sigmoid are exchanged", '== "relu"', '!= "relu"',
         "the slope is that of the activation used",
         "relu"),
        ("dA_prev: sigmoid's slope whatever is asked for", 'activation == "relu"', "False",
         "the slope is that of the activation used", "sigmoid|activation"),
        ("dA_prev: relu's slope whatever is asked for", 'activation == "relu"', "True",
         "the slope is that of the activation used", "relu|activation"),
        ("dA_prev: the activation's slope is missing", "linear_backward(dZ,", "linear_backward(dA,",
         "dZ = dA * g'(Z) comes first, then dW, db, dA_prev of dZ", "linear_backward"),
        ("dA_prev: slope taken of A instead of Z", "sigmoid_backward(dA, Z)", "sigmoid_backward(dA, sigmoid(Z)[0])",
         AT_Z, "sigmoid"),
        ("dA_prev: slope taken of A_prev instead of Z", "linear_cache, Z = cache",
         "linear_cache, Z = cache[0], cache[0][0]", AT_Z + "; the second entry of cache is Z", r"= *cache"),
        ("dA_prev: slope taken of dA instead of Z", "linear_cache, Z = cache", "linear_cache, Z = cache[0], dA", AT_Z,
         "backward|cache"),
        ("dA_prev: the slope is applied twice", "return linear_backward(dZ,",
         'return linear_backward((relu_backward if activation == "relu" else sigmoid_backward)(dZ, Z),',
         "dZ = dA * g'(Z), once"),
    ],
}  # fmt: skip
