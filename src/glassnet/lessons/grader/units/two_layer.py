"""One hidden layer of tanh units, sigmoid at the output: W1, b1, W2, b2 by name."""

# ruff: noqa: D401, RET504, RUF059 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Own, Rows
from glassnet.lessons.grader.inputs import TWO_LAYERS, Rng, labels, networks, parameters_of, slopes_of
from glassnet.lessons.grader.units.words import DOWN, KEEPDIMS, MATRIX, MEAN, SUMMED, TANH, M
from glassnet.typing import Array


def layer_sizes(X: Array, Y: Array) -> Any:
    """n_x, n_h, n_y."""
    n_x = X.shape[0]
    n_h = 4
    n_y = Y.shape[0]
    return n_x, n_h, n_y


def initialize_parameters(*sizes: Any) -> Any:
    """W1, b1, W2, ...: the same ones for the same sizes, so that trainings can be compared."""
    sizes = tuple(sizes[0]) if len(sizes) == 1 else sizes
    rng, parameters = np.random.default_rng(sum(sizes)), {}
    for l in range(1, len(sizes)):
        parameters[f"W{l}"] = rng.normal(size=(sizes[l], sizes[l - 1])) * 0.7
        parameters[f"b{l}"] = np.zeros((sizes[l], 1))
    return parameters


def forward_propagation(X: Array, parameters: Any) -> Any:
    """A2 and the cache {"Z1", "A1", "Z2", "A2"}."""
    W1, b1 = parameters["W1"], parameters["b1"]
    W2, b2 = parameters["W2"], parameters["b2"]
    Z1 = W1 @ X + b1
    A1 = np.tanh(Z1)
    Z2 = W2 @ A1 + b2
    A2 = 1 / (1 + np.exp(-Z2))
    return A2, {"Z1": Z1, "A1": A1, "Z2": Z2, "A2": A2}


def backward_propagation(parameters: Any, cache: Any, X: Array, Y: Array) -> Any:
    """Slopes dW1, db1, dW2, db2."""
    m = X.shape[1]
    W1, W2 = parameters["W1"], parameters["W2"]
    A1, A2 = cache["A1"], cache["A2"]
    dZ2 = A2 - Y
    dW2 = 1 / m * (dZ2 @ A1.T)
    db2 = 1 / m * np.sum(dZ2, axis=1, keepdims=True)
    dZ1 = W2.T @ dZ2 * (1 - A1**2)
    dW1 = 1 / m * (dZ1 @ X.T)
    db1 = 1 / m * np.sum(dZ1, axis=1, keepdims=True)
    return {"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2}


def update_two(parameters: Any, grads: Any, learning_rate: float) -> Any:
    """The next W1, b1, W2, b2."""
    W1 = parameters["W1"] - learning_rate * grads["dW1"]
    b1 = parameters["b1"] - learning_rate * grads["db1"]
    W2 = parameters["W2"] - learning_rate * grads["dW2"]
    b2 = parameters["b2"] - learning_rate * grads["db2"]
    return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}


def predict_two(parameters: Any, X: Array, *_: Any) -> Any:
    """0 or 1 for each sample, (1, m)."""
    A2, cache = forward_propagation(X, parameters)
    p = 1.0 * (A2 > 0.5)
    return p


def nn_model(X: Array, Y: Array, n_h: int, num_iterations: int, learning_rate: float) -> Any:
    """Parameters after num_iterations steps."""
    parameters = initialize_parameters(X.shape[0], n_h, Y.shape[0])
    for i in range(num_iterations):
        A2, cache = forward_propagation(X, parameters)
        grads = backward_propagation(parameters, cache, X, Y)
        parameters = update_two(parameters, grads, learning_rate)
    return parameters


def _forward(rng: Rng) -> list[Case]:
    return networks(rng, TWO_LAYERS)


def _backward(rng: Rng) -> list[Case]:
    return [
        (parameters, forward_propagation(X, parameters)[1], X, labels(rng, X.shape[1]))
        for X, parameters in _forward(rng)
    ]


def _updates(rng: Rng) -> list[Case]:
    drawn = [parameters_of(rng, sizes) for sizes, _ in TWO_LAYERS]
    return [(parameters, slopes_of(parameters, rng), 0.3 + 0.1 * i) for i, parameters in enumerate(drawn)]


def _trainings(rng: Rng) -> list[Case]:
    return [
        (rng.normal(size=(sizes[0], m)), labels(rng, m), sizes[1], steps, 1.2)
        for (sizes, m), steps in zip(TWO_LAYERS, (1, 2, 5, 1, 3), strict=True)
    ]


EXERCISES = {
    "layer_sizes": Exercise("layer_sizes", ("X", "Y"), ("n_x", "n_h", "n_y"), lambda rng: [
        (rng.normal(size=(n, 5)), rng.normal(size=(k, 5))) for n, k in ((2, 1), (5, 2), (3, 4))]),
    "initialize_parameters": Exercise(
        "initialize_parameters", ("n_x", "n_h", "n_y"), ("parameters",), lambda _: [
            (3, 2, 1), (1, 1, 1), (2, 3, 3), (60, 50, 40)],
        when=lambda source: len(source.arguments("initialize_parameters")) >= 3),
    "forward_propagation": Exercise(
        "forward_propagation", ("X", "parameters"), ("A2", "cache"), _forward, loops=1,
        when=lambda source: source.two_layers("forward_propagation")),
    "backward_propagation": Exercise(
        "backward_propagation", ("parameters", "cache", "X", "Y"), ("grads",), _backward, loops=1,
        own=Own("cache", "forward_propagation", lambda parameters, cache, X, Y: (X, parameters)),
        when=lambda source: source.two_layers("backward_propagation")),
    "update_two": Exercise(
        "update_parameters", ("parameters", "grads", "learning_rate"), ("parameters",), _updates, loops=1,
        optional=("learning_rate",), when=lambda source: source.two_layers("update_parameters")),
    "predict_two": Exercise(
        "predict", ("parameters", "X", "y"), ("p",), lambda rng: [
            (parameters, X, labels(rng, X.shape[1])) for X, parameters in networks(rng, [((2, 4, 1), 9), ((3, 3, 1), 8), ((2, 1, 1), 1)])],
        loops=1, optional=("y",), when=lambda source: source.arguments("predict")[:1] != ["w"] and source.two_layers("predict")),
    "nn_model": Exercise(
        "nn_model", ("X", "Y", "n_h", "num_iterations", "learning_rate"), ("parameters",), _trainings, loops=1,
        optional=("learning_rate",), start=("initialize_parameters",)),
}  # fmt: skip

_BACK = "dW1 = 1/m dZ1 X^T"
MISTAKES: Rows = {
    "layer_sizes": [
        ("n_x: the number of samples is taken", "X.shape[0]", "X.shape[1]", "samples are columns, features are rows", "X"),
        ("n_y: the number of samples is taken", "Y.shape[0]", "Y.shape[1]", "samples are columns, units are rows", "Y"),
        ("n_h: not 4", "n_h = 4", "n_h = X.shape[0]", "the course sets n_h = 4", "n_h"),
    ],
    "forward_propagation": [
        ("A1: sigmoid instead of tanh", "np.tanh(Z1)", "1 / (1 + np.exp(-Z1))", "the hidden layer is tanh", "A1|a1"),
        ("A1: relu instead of tanh", "np.tanh(Z1)", "np.maximum(0, Z1)", "the hidden layer is tanh", "A1|a1"),
        ("A1: tanh is missing", "np.tanh(Z1)", "Z1", "A1 = tanh(Z1)", "A1|a1"),
        ("A2: tanh instead of sigmoid", "1 / (1 + np.exp(-Z2))", "np.tanh(Z2)", "the output layer is sigmoid", "A2|a2"),
        ("A2: sigmoid is missing", "1 / (1 + np.exp(-Z2))", "Z2", "A2 = sigmoid(Z2)", "A2|a2"),
        ("A2: relu instead of sigmoid", "1 / (1 + np.exp(-Z2))", "np.maximum(0, Z2)", "the output layer is sigmoid",
         "A2|a2"),
        ("A2: sigmoid of Z1", "np.exp(-Z2)", "np.exp(-Z1)", "A2 = sigmoid(Z2)", "A2|a2"),
        ("A2: sign of the exponent", "np.exp(-Z2)", "np.exp(Z2)", "sigmoid(z) = 1 / (1 + e^-z), which rises with z", "exp"),
        ("Z1: b1 is missing", "W1 @ X + b1", "W1 @ X", "Z1 = W1 X + b1", "Z1|z1|W1"),
        ("Z2: b2 is missing", "W2 @ A1 + b2", "W2 @ A1", "Z2 = W2 A1 + b2", "Z2|z2|W2"),
        ("Z2: b1 instead of b2", "W2 @ A1 + b2", "W2 @ A1 + b1[:1]", "Z2 = W2 A1 + b2", "Z2|z2|W2"),
        ("Z2: W1 instead of W2", "W2 @ A1", "W1 @ A1", "Z2 = W2 A1 + b2", "Z2|z2|W2"),
        ("Z2: X instead of A1", "W2 @ A1", "W2 @ X", "Z2 = W2 A1 + b2", "Z2|z2|W2"),
        ("Z2: Z1 instead of A1", "W2 @ A1", "W2 @ Z1", "Z2 = W2 A1 + b2", "Z2|z2|W2"),
        ("Z1: elementwise product instead of matrix product", "W1 @ X", "W1 * X", MATRIX, r"\*|multiply"),
        ("Z2: elementwise product instead of matrix product", "W2 @ A1", "W2 * A1", MATRIX, r"\*|multiply"),
        ("Z1: W1 is transposed", "W1 @ X", "W1.T @ X", "W1 is (n_h, n_x) already", r"\.T"),
        ("Z1: factors in the wrong order", "W1 @ X", "X @ W1", "(n_h, n_x) times (n_x, m)", "Z1|z1|W1"),
        ("A2: A1 is returned", "return A2,", "return A1,", "the output is A2", "return"),
        ("cache: A1 and A2 are exchanged", '"A1": A1, "Z2": Z2, "A2": A2', '"A1": A2, "Z2": Z2, "A2": A1',
         "each entry has the name of its array", "cache|A1"),
        ("cache: Z1 under the name A1", '"A1": A1,', '"A1": Z1,', "each entry has the name of its array", "cache|A1"),
        ("cache: Z2 under the name A2", '"A2": A2}', '"A2": Z2}', "each entry has the name of its array", "cache|A2"),
    ],
    "backward_propagation": [
        ("dZ2: the sign is wrong", "A2 - Y", "Y - A2", "dZ2 = A2 - Y", "dZ2|dz2"),
        ("dZ2: sigmoid's slope once too often", "dZ2 = A2 - Y", "dZ2 = (A2 - Y) * A2 * (1 - A2)",
         "with cross-entropy the slope a (1 - a) cancels: dZ2 = A2 - Y", "dZ2|dz2"),
        ("dZ2: A1 instead of A2", "A2 - Y", "A1 - Y", "dZ2 = A2 - Y", "dZ2|dz2"),
        ("dW2: 1/m is missing", "1 / m * (dZ2", "(dZ2", MEAN, "dW2"),
        ("dW2: 1/m twice", "1 / m * (dZ2", "1 / m / m * (dZ2", MEAN, "dW2"),
        ("dW1: 1/m is missing", "1 / m * (dZ1", "(dZ1", MEAN, "dW1"),
        ("dW1: 1/m twice", "1 / m * (dZ1", "1 / m / m * (dZ1", MEAN, "dW1"),
        ("db2: 1/m is missing", "1 / m * np.sum(dZ2", "np.sum(dZ2", MEAN, "db2"),
        ("db2: 1/m twice", "1 / m * np.sum(dZ2", "1 / m / m * np.sum(dZ2", MEAN, "db2"),
        ("db1: 1/m is missing", "1 / m * np.sum(dZ1", "np.sum(dZ1", MEAN, "db1"),
        ("db1: 1/m twice", "1 / m * np.sum(dZ1", "1 / m / m * np.sum(dZ1", MEAN, "db1"),
        ("grads: 1/m is missing", "m = X.shape[1]", "m = 1", MEAN, r"\bY\b"),
        ("grads: 1/m twice", "m = X.shape[1]", "m = X.shape[1] ** 2", MEAN, r"\bY\b"),
        ("dW2: m is taken from the wrong axis", "m = X.shape[1]", "m = X.shape[0]", M, r"shape\[0\]|len\("),
        ("dW2: elementwise product instead of matrix product", "(dZ2 @ A1.T)", "(dZ2 * A1)", MATRIX, r"dW2.*(\*|mult)"),
        ("dW2: elementwise product instead of matrix product", "dZ2 @ A1.T", "dZ2 * A1.T", MATRIX, r"dW2.*(\*|mult)"),
        ("dW1: elementwise product instead of matrix product", "(dZ1 @ X.T)", "(dZ1 * X)", MATRIX, r"dW1.*(\*|mult)"),
        ("dW1: elementwise product instead of matrix product", "dZ1 @ X.T", "dZ1 * X.T", MATRIX, r"dW1.*(\*|mult)"),
        ("dW2: A1 is not transposed", "A1.T", "A1", "dW2 = 1/m dZ2 A1^T", "dW2"),
        ("dW1: X is not transposed", "X.T", "X", _BACK, "dW1"),
        ("dW2: transposed", "(dZ2 @ A1.T)", "(A1 @ dZ2.T)", "dW2 has the shape of W2", "dW2"),
        ("dW1: transposed", "(dZ1 @ X.T)", "(X @ dZ1.T)", "dW1 has the shape of W1", "dW1"),
        ("dW2: X instead of A1", "dZ2 @ A1.T", "dZ2 @ X.T", "dW2 = 1/m dZ2 A1^T", "dW2"),
        ("dW1: A1 instead of X", "dZ1 @ X.T", "dZ1 @ A1.T", _BACK, "dW1"),
        ("dW1: dZ2 instead of dZ1", "(dZ1 @ X.T)", "(dZ2 @ X.T)", _BACK, "dW1"),
        ("db2: keepdims=True is missing", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2, axis=1)", KEEPDIMS, "db2"),
        ("db1: keepdims=True is missing", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, axis=1)", KEEPDIMS, "db1"),
        ("db1: keepdims=True is missing", "axis=1, keepdims=True", "axis=1", KEEPDIMS, "db[12]"),
        ("db2: axes of length 1 are squeezed away", "1 / m * np.sum(dZ2, axis=1, keepdims=True)",
         "np.squeeze(1 / m * np.sum(dZ2, axis=1, keepdims=True))", KEEPDIMS, "squeeze"),
        ("db1: axes of length 1 are squeezed away", "1 / m * np.sum(dZ1, axis=1, keepdims=True)",
         "np.squeeze(1 / m * np.sum(dZ1, axis=1, keepdims=True))", KEEPDIMS, "squeeze"),
        ("db2: sum over the wrong axis", "np.sum(dZ2, axis=1", "np.sum(dZ2, axis=0", SUMMED, "db2"),
        ("db1: sum over the wrong axis", "np.sum(dZ1, axis=1", "np.sum(dZ1, axis=0", SUMMED, "db1"),
        ("db2: sum over everything", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2)", SUMMED, "db2"),
        ("db1: sum over everything", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1)", SUMMED, "db1"),
        ("db1: sum over everything", "np.sum(dZ1, axis=1, keepdims=True)", "np.sum(dZ1, keepdims=True)", SUMMED, "db1"),
        ("db2: the sum is missing", "np.sum(dZ2, axis=1, keepdims=True)", "dZ2", SUMMED, "db2"),
        ("db1: the sum is missing", "np.sum(dZ1, axis=1, keepdims=True)", "dZ1", SUMMED, "db1"),
        ("db1: dZ2 instead of dZ1", "np.sum(dZ1,", "np.sum(dZ2,", "db1 = 1/m row sums of dZ1", "db1"),
        ("dZ1: tanh's slope is missing", " * (1 - A1**2)", "", TANH, "dZ1|dz1"),
        ("dZ1: sigmoid's slope instead of tanh's", "(1 - A1**2)", "(A1 * (1 - A1))", TANH, "dZ1|dz1"),
        ("dZ1: relu's slope instead of tanh's", "(1 - A1**2)", "(A1 > 0)", TANH, "dZ1|dz1"),
        ("dZ1: 1 - A1 instead of 1 - A1^2", "(1 - A1**2)", "(1 - A1)", TANH, "dZ1|dz1"),
        ("dZ1: 1 + A1^2 instead of 1 - A1^2", "(1 - A1**2)", "(1 + A1**2)", TANH, "dZ1|dz1"),
        ("dZ1: A1^2 instead of 1 - A1^2", "(1 - A1**2)", "A1**2", TANH, "dZ1|dz1"),
        ("dZ1: the slope is taken at Z1, not at A1", "A1**2", 'cache["Z1"]**2', TANH, "dZ1|dz1"),
        ("dZ1: tanh of A1, which is tanh(Z1) already", "(1 - A1**2)", "(1 - np.tanh(A1) ** 2)", TANH, "dZ1|dz1|tanh"),
        ("dZ1: the slope is taken at A2, not at A1", "(1 - A1**2)", "(1 - A2**2)", TANH, "dZ1|dz1"),
        ("dZ1: the slope is multiplied by Z1", "* (1 - A1**2)", '* (1 - A1**2) * cache["Z1"]', TANH, "dZ1|dz1"),
        ("dZ1: W2 is not transposed", "W2.T @ dZ2", "W2 @ dZ2", TANH, "dZ1|dz1"),
        ("dZ1: W1 instead of W2", "W2.T @ dZ2", "W1.T @ dZ2", TANH, "dZ1|dz1"),
        ("dZ1: W1 instead of W2", "W2.T @ dZ2", "W1 @ dZ2", TANH, "dZ1|dz1"),
        ("dZ1: dW2 instead of W2", "W2.T @ dZ2", "dW2.T @ dZ2", TANH, "dZ1|dz1"),
        ("dZ1: matrix product with the slope instead of the elementwise one", "W2.T @ dZ2 * (1 - A1**2)",
         "W2.T @ dZ2 @ (1 - A1**2)", "g'(Z1) belongs to each entry: the product is *", "dZ1|dz1"),
        ("dZ1: matrix product with the slope instead of the elementwise one", "W2.T @ dZ2 * (1 - A1**2)",
         "(W2.T @ dZ2) @ (1 - A1**2).T", "g'(Z1) belongs to each entry: the product is *", "dZ1|dz1"),
        ("grads: the slopes of the two layers are exchanged", '"dW1": dW1, "db1": db1, "dW2": dW2, "db2": db2',
         '"dW1": dW2, "db1": db2, "dW2": dW1, "db2": db1', "each entry has the name of its array", "grads"),
        ("grads: dW2 under the name dW1", '"dW1": dW1,', '"dW1": dW2,', "each entry has the name of its array", "dW1"),
        ("grads: dW1 under the name dW2", '"dW2": dW2', '"dW2": dW1', "each entry has the name of its array", "dW2"),
        ("grads: db2 under the name db1", '"db1": db1,', '"db1": db2,', "each entry has the name of its array", "db1"),
    ],
    "update_two": [
        ("parameters: the sign is wrong", "- learning_rate", "+ learning_rate", DOWN),
        ("parameters: learning_rate is missing", "learning_rate * grads", "grads", DOWN),
        ("parameters: nothing is updated", 'return {"W1": W1, "b1": b1, "W2": W2, "b2": b2}', "return parameters",
         "the new W1, b1, W2, b2 are returned", "return"),
        ("parameters: divided by the learning rate", "learning_rate * grads", "1 / learning_rate * grads", DOWN),
        ("parameters: multiplied by the step instead of reduced by it", " - learning_rate", " * learning_rate", DOWN),
        *((f"{name}: {what}", old.replace("?", name), new.replace("?", name), DOWN,
           rf"{name}\b.*=.*(d{name}|grad|learn|lr|alpha|rate)") for name in ("W1", "b1", "W2", "b2")
          for what, old, new in (
              ("the sign is wrong", '"?"] - ', '"?"] + '),
              ("not updated", ' - learning_rate * grads["d?"]', ""),
              ("learning_rate is missing", 'learning_rate * grads["d?"]', 'grads["d?"]'),
              ("only the step is kept", 'parameters["?"] - learning_rate', "-learning_rate"))),
        ("W1: W2 instead of dW2", 'grads["dW1"]', 'parameters["W1"]', "W1 moves by dW1", "W1"),
        ("W2: dW1 instead of dW2", 'grads["dW2"]', 'grads["dW1"]', "W2 moves by dW2", "W2"),
        ("W1: dW2 instead of dW1", 'grads["dW1"]', 'grads["dW2"]', "W1 moves by dW1", "W1"),
        ("b1: dW1 instead of db1", 'grads["db1"]', 'grads["dW1"]', "b1 moves by db1", "b1"),
        ("b2: db1 instead of db2", 'grads["db2"]', 'grads["db1"]', "b2 moves by db2", "b2"),
        ("b1: db2 instead of db1", 'grads["db1"]', 'grads["db2"]', "b1 moves by db1", "b1"),
        ("parameters: the two layers are exchanged", '"W1": W1, "b1": b1, "W2": W2, "b2": b2',
         '"W1": W2, "b1": b2, "W2": W1, "b2": b1', "each entry has the name of its array", "W1"),
        ("parameters: a learning rate of its own", "learning_rate * grads", "0.01 * grads", DOWN),
    ],
    "predict_two": [
        ("p: probabilities instead of 0 and 1", "1.0 * (A2 > 0.5)", "A2", "a sample is of class 1 where A2 > 0.5"),
        ("p: the threshold is 0", "A2 > 0.5", "A2 > 0", "A2 is a probability: the threshold is 0.5", ">|<"),
        ("p: 0 and 1 are exchanged", "A2 > 0.5", "A2 < 0.5", "a sample is of class 1 where A2 > 0.5", ">|<"),
        ("p: one answer for all samples", "A2 > 0.5", "np.mean(A2) > 0.5", "each sample has its own answer"),
        ("p: every sample is of class 0", "return p", "return 0 * p", "a sample is of class 1 where A2 > 0.5"),
        ("p: rounded up", "1.0 * (A2 > 0.5)", "np.ceil(A2)", "a sample is of class 1 where A2 > 0.5", "ceil"),
        ("p: rounded down", "1.0 * (A2 > 0.5)", "np.floor(A2)", "a sample is of class 1 where A2 > 0.5", "floor"),
    ],
    "nn_model": [
        ("parameters: one step too many", "range(num_iterations)", "range(num_iterations + 1)",
         "num_iterations steps: range(num_iterations)", "range"),
        ("parameters: one step too few", "range(num_iterations)", "range(1, num_iterations)",
         "num_iterations steps: range(num_iterations)", "range"),
        ("parameters: one step only", "range(num_iterations)", "range(1)", "num_iterations steps", "return|range"),
        ("parameters: the step is not kept", "parameters = update_two", "update_two",
         "parameters = update_parameters(...): the new ones are taken on", "update"),
        ("parameters: forward propagation only once, before the steps", "    A2, cache = forward_propagation(X, parameters)\n",
         "    if not i:\n            A2, cache = forward_propagation(X, parameters)\n",
         "each step begins with a forward pass of its own", "forward_propagation"),
        ("parameters: X and Y are exchanged", "backward_propagation(parameters, cache, X, Y)",
         "backward_propagation(parameters, cache, Y, X)", "backward_propagation(parameters, cache, X, Y)", "backward"),
    ],
}  # fmt: skip
