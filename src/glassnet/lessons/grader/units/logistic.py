"""Logistic regression, as one unit."""

# ruff: noqa: RET504, RUF059 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import FEATURES, Rng, labels
from glassnet.lessons.grader.units.words import DOWN, LOSS, MATRIX, MEAN, M
from glassnet.typing import Array


def initialize_with_zeros(dim: int) -> Any:
    """W (dim, 1) of zeros, and b = 0."""
    w = np.zeros((dim, 1))
    b = 0.0
    return w, b


def propagate(w: Array, b: float, X: Array, Y: Array) -> Any:
    """Slopes {"dw", "db"} and the cost."""
    m = X.shape[1]
    Z = w.T @ X + b
    A = 1 / (1 + np.exp(-Z))
    cost = -1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))
    dw = 1 / m * (X @ (A - Y).T)
    db = 1 / m * np.sum(A - Y)
    return {"dw": dw, "db": db}, cost


def optimize(w: Array, b: float, X: Array, Y: Array, num_iterations: int, learning_rate: float, *_: Any) -> Any:
    """Parameters {"w", "b"}, the last slopes {"dw", "db"}, and the cost of every hundredth step."""
    costs = []
    for i in range(num_iterations):
        grads, cost = propagate(w, b, X, Y)
        w = w - learning_rate * grads["dw"]
        b = b - learning_rate * grads["db"]
        if i % 100 == 0:
            costs.append(cost)
    return {"w": w, "b": b}, grads, costs


def predict_logistic(w: Array, b: float, X: Array) -> Any:
    """0 or 1 for each sample, (1, m)."""
    A = 1 / (1 + np.exp(-(w.T @ X + b)))
    p = 1.0 * (A > 0.5)
    return p


def model_logistic(
    X_train: Array, Y_train: Array, X_test: Array, Y_test: Array, num_iterations: int, learning_rate: float, *_: Any
) -> Any:
    """Parameters, predictions and costs in one dictionary."""
    w, b = initialize_with_zeros(X_train.shape[0])
    params, grads, costs = optimize(w, b, X_train, Y_train, num_iterations, learning_rate)
    w, b = params["w"], params["b"]
    Y_prediction_test = predict_logistic(w, b, X_test)
    Y_prediction_train = predict_logistic(w, b, X_train)
    return {"costs": costs, "Y_prediction_test": Y_prediction_test, "Y_prediction_train": Y_prediction_train,
            "w": w, "b": b}  # fmt: skip


def _logistic(rng: Rng) -> list[Case]:
    return [
        (rng.normal(size=(n_x, 1)), float(rng.normal()), rng.normal(size=(n_x, m)), labels(rng, m))
        for n_x, m in FEATURES
    ]


def _descents(rng: Rng) -> list[Case]:
    steps = (1, 3, 101, 7, 150, 230)
    return [(*case, n, 0.05 + 0.02 * n / 100) for case, n in zip(_logistic(rng), steps, strict=True)]


def _models(rng: Rng) -> list[Case]:
    steps = (1, 3, 101, 7)
    return [
        (X, Y, rng.normal(size=(X.shape[0], 4)), labels(rng, 4), n, 0.1)
        for n, (_, _, X, Y) in zip(steps, _logistic(rng), strict=False)
    ]


EXERCISES = {
    "initialize_with_zeros": Exercise("initialize_with_zeros", ("dim",), ("w", "b"), lambda _: [(1,), (3,), (7,)]),
    "propagate": Exercise("propagate", ("w", "b", "X", "Y"), ("grads", "cost"), _logistic),
    "optimize": Exercise(
        "optimize", ("w", "b", "X", "Y", "num_iterations", "learning_rate"), ("params", "grads", "costs"),
        _descents, loops=1),
    "predict_logistic": Exercise(
        "predict", ("w", "b", "X"), ("p",), lambda rng: [case[:3] for case in _logistic(rng)], loops=1,
        when=lambda source: source.arguments("predict")[:1] == ["w"]),
    "model_logistic": Exercise(
        "model", ("X_train", "Y_train", "X_test", "Y_test", "num_iterations", "learning_rate"), ("d",), _models,
        when=lambda source: len(source.arguments("model")) >= 6 and "test" in source.arguments("model")[2].lower()),
}  # fmt: skip

MISTAKES: Rows = {
    "initialize_with_zeros": [
        ("w: ones instead of zeros", "np.zeros", "np.ones", "logistic regression starts at zero", "ones"),
        ("w: an (n,) array", "np.zeros((dim, 1))", "np.zeros(dim)", "w is (dim, 1), a column", "zeros"),
        ("w: a row instead of a column", "np.zeros((dim, 1))", "np.zeros((1, dim))", "w is (dim, 1), a column", "zeros"),
        ("w: a matrix instead of a column", "np.zeros((dim, 1))", "np.zeros((dim, dim))", "w is (dim, 1), a column",
         "zeros"),
        ("b: 1 instead of 0", "b = 0.0", "b = 1.0", "logistic regression starts at zero", "b *="),
    ],
    "model_logistic": [
        ("Y_prediction_test: of the training samples", "predict_logistic(w, b, X_test)",
         "predict_logistic(w, b, X_train)", "test predictions are made of X_test", "test"),
        ("Y_prediction_train: of the test samples", "predict_logistic(w, b, X_train)",
         "predict_logistic(w, b, X_test)", "training predictions are made of X_train", "train"),
        ("w: trained on the test samples", "optimize(w, b, X_train, Y_train,", "optimize(w, b, X_test, Y_test,",
         "a network that has seen the test samples cannot be tested on them", "optimize"),
        ("w: the parameters before the training", 'w, b = params["w"], params["b"]', "pass",
         "w and b are those that optimize returns", "params"),
        ("w: a number of steps of its own", "num_iterations, learning_rate)", "2000, learning_rate)",
         "num_iterations is passed on", "optimize"),
        ("w: a learning rate of its own", "num_iterations, learning_rate)", "num_iterations, 0.5)",
         "learning_rate is passed on", "optimize"),
        ("Y_prediction_test: the two predictions are exchanged",
         '"Y_prediction_test": Y_prediction_test, "Y_prediction_train": Y_prediction_train',
         '"Y_prediction_test": Y_prediction_train, "Y_prediction_train": Y_prediction_test',
         "test predictions are made of X_test", "test"),
    ],
    "propagate": [
        ("cost: the sign is wrong", "cost = -", "cost = ", LOSS + "; log of a probability is negative"),
        ("cost: 1/m is missing", "1 / m * np.sum(Y", "1 * np.sum(Y", "J is the mean of the losses"),
        ("cost: 1/m twice", "1 / m * np.sum(Y", "1 / m / m * np.sum(Y", "J is the mean of the losses"),
        ("cost: the term of Y = 0 is missing", " + (1 - Y) * np.log(1 - A)", "", LOSS, r"\blog\w*\("),
        ("cost: log of the wrong argument", "np.log(1 - A)", "np.log(A)", LOSS, r"\blog\w*\("),
        ("cost: minus between the two terms", "+ (1 - Y)", "- (1 - Y)", LOSS, r"\blog\w*\("),
        ("cost: squared error instead of cross-entropy", "-1 / m * np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A))",
         "1 / m * np.sum((A - Y) ** 2)", LOSS),
        ("cost: the losses are not summed", "np.sum(Y *", "(Y *", "J is one number for all samples"),
        ("cost: the losses are not summed", "np.sum(Y *", "np.squeeze(Y *", "J is one number for all samples"),
        ("dw: m is taken from the wrong axis", "shape[1]", "shape[0]", M, r"shape\[0\]|len\("),
        ("dw: 1/m is missing", "1 / m * (X", "(X", MEAN),
        ("dw: 1/m twice", "1 / m * (X", "1 / m / m * (X", MEAN),
        ("db: 1/m is missing", "1 / m * np.sum(A", "np.sum(A", MEAN),
        ("db: 1/m twice", "1 / m * np.sum(A", "1 / m / m * np.sum(A", MEAN),
        ("dw: the sign is wrong", "X @ (A - Y)", "X @ (Y - A)", "dZ = A - Y"),
        ("db: the sign is wrong", "np.sum(A - Y)", "np.sum(Y - A)", "dZ = A - Y"),
        ("dw: transposed", "dw = 1 / m * (X @ (A - Y).T)", "dw = 1 / m * ((A - Y) @ X.T)", "dw has the shape of w"),
        ("dw: an (n_x,) array", "return", "dw = dw.ravel()\n    return", "dw has the shape of w, (n_x, 1)"),
        ("dw: elementwise product instead of matrix product", "X @ (A - Y).T", "X * (A - Y)", MATRIX, r"\*|multiply"),
        ("dw: sum over everything", "(X @ (A - Y).T)", "np.sum(X * (A - Y))", "each feature has a slope of its own"),
        ("dw: X is missing", "(X @ (A - Y).T)", "np.sum(A - Y)", "dw = 1/m X (A - Y)^T"),
        ("dw: the errors are squared", "X @ (A - Y).T", "X @ ((A - Y) ** 2).T", "dZ = A - Y"),
        ("db: the sum is missing", "np.sum(A - Y)", "(A - Y)", "db is one number: the sum over the samples"),
        ("dw: sigmoid's slope once too often", "X @ (A - Y).T", "X @ ((A - Y) * A * (1 - A)).T",
         "with cross-entropy the slope a (1 - a) cancels: dZ = A - Y"),
        ("A: b is missing", " + b\n", "\n", "A = sigmoid(w^T X + b)", "w"),
        ("A: sigmoid is missing", "1 / (1 + np.exp(-Z))", "Z", "A = sigmoid(w^T X + b)", "A ="),
        ("A: w is not transposed", "w.T @ X", "w @ X", "w^T X: (1, n_x) times (n_x, m)", "w"),
        ("A: elementwise product instead of matrix product", "w.T @ X", "w * X", MATRIX, r"\*|multiply"),
        ("A: tanh instead of sigmoid", "1 / (1 + np.exp(-Z))", "np.tanh(Z)", "a probability lies between 0 and 1",
         "tanh"),
        ("A: sign of the exponent", "np.exp(-Z)", "np.exp(Z)", "sigmoid(z) = 1 / (1 + e^-z)", "exp"),
    ],
    "optimize": [
        ("params: the sign is wrong", "- learning_rate * grads", "+ learning_rate * grads", DOWN, r"learning_rate|\+"),
        ("w: the sign is wrong", 'w - learning', 'w + learning', DOWN, "dw"),
        ("b: the sign is wrong", 'b - learning', 'b + learning', DOWN, "db"),
        ("params: learning_rate is missing", "learning_rate * grads", "grads", DOWN, "d[wb]"),
        ("w: learning_rate is missing", 'learning_rate * grads["dw"]', 'grads["dw"]', DOWN, "dw"),
        ("b: learning_rate is missing", 'learning_rate * grads["db"]', 'grads["db"]', DOWN, "db"),
        ("params: a learning rate of its own", "learning_rate * grads", "0.01 * grads", DOWN, "d[wb]"),
        ("w: not updated", 'w = w - learning_rate * grads["dw"]', "pass", DOWN, "w"),
        ("b: not updated", 'b = b - learning_rate * grads["db"]', "pass", DOWN, "b"),
        ("params: one step too few", "range(num_iterations)", "range(1, num_iterations)",
         "num_iterations steps: range(num_iterations)", "range"),
        ("params: one step too many", "range(num_iterations)", "range(num_iterations + 1)",
         "num_iterations steps: range(num_iterations)", "range"),
        ("params: one step only", "range(num_iterations)", "range(1)", "num_iterations steps", "return|range"),
        ("costs: of every step", "i % 100 == 0", "True", "the course keeps the cost of every hundredth step", "append"),
        ("costs: of the wrong steps", "i % 100 == 0", "i % 100 == 99", "steps 0, 100, 200, ... are kept", "100"),
        ("costs: only where i is above 0", "i % 100 == 0", "i and i % 100 == 0", "step 0 is kept too", "100"),
        ("costs: none is kept", "i % 100 == 0", "False", "steps 0, 100, 200, ... are kept", "costs"),
        ("grads: of the parameters after the last step", "return {", "grads, _ = propagate(w, b, X, Y)\n    return {",
         "the slopes returned are those that the last step was taken with"),
    ],
    "predict_logistic": [
        ("p: probabilities instead of 0 and 1", "1.0 * (A > 0.5)", "A", "a sample is of class 1 where A > 0.5"),
        ("p: the threshold is 0", "A > 0.5", "A > 0", "A is a probability: the threshold is 0.5", ">|<"),
        ("p: 0 and 1 are exchanged", "A > 0.5", "A < 0.5", "a sample is of class 1 where A > 0.5", ">|<"),
        ("p: b is missing", " + b", "", "A = sigmoid(w^T X + b)", "w"),
        ("p: sigmoid is missing", "1 / (1 + np.exp(-(w.T @ X + b)))", "w.T @ X + b", "A = sigmoid(w^T X + b)", "w"),
        ("p: one answer for all samples", "A > 0.5", "np.mean(A) > 0.5", "each sample has its own answer"),
        ("p: every sample is of class 0", "return p", "return 0 * p", "a sample is of class 1 where A > 0.5"),
    ],
}  # fmt: skip
