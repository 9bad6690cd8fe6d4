"""Arrays and functions before the first network: sigmoid and its slope, softmax, norms, reshaping, two losses."""

# ruff: noqa: D401, RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Rows
from glassnet.lessons.grader.inputs import Rng
from glassnet.typing import Array


def sigmoid_derivative(x: Array) -> Any:
    """S (1 - s)."""
    s = 1 / (1 + np.exp(-x))
    ds = s * (1 - s)
    return ds


def image2vector(image: Array) -> Any:
    """A picture as one column."""
    v = image.reshape(image.size, 1)
    return v


def normalize_rows(x: Array) -> Any:
    """Rows of length 1."""
    x_norm = np.linalg.norm(x, axis=1, keepdims=True)
    x = x / x_norm
    return x


def softmax(x: Array) -> Any:
    """Each row as probabilities."""
    x_exp = np.exp(x)
    s = x_exp / np.sum(x_exp, axis=1, keepdims=True)
    return s


def L1(yhat: Array, y: Array) -> Any:
    """Sum of the absolute differences."""
    loss = np.sum(np.abs(y - yhat))
    return loss


def L2(yhat: Array, y: Array) -> Any:
    """Sum of the squared differences."""
    loss = np.sum((y - yhat) ** 2)
    return loss


def _tables(rng: Rng) -> list[Case]:
    return [(rng.normal(size=shape) * 2,) for shape in ((2, 5), (3, 3), (1, 4), (4, 2))]


def _vectors(rng: Rng) -> list[Case]:
    return [(rng.uniform(size=n), rng.permutation(np.arange(n) % 2).astype(float)) for n in (1, 3, 6)]


EXERCISES = {
    "sigmoid_derivative": Exercise("sigmoid_derivative", ("x",), ("ds",), _tables),
    "image2vector": Exercise("image2vector", ("image",), ("v",), lambda rng: [
        (rng.uniform(size=shape),) for shape in ((3, 3, 2), (2, 4, 3), (1, 1, 3))]),
    "normalize_rows": Exercise("normalize_rows", ("x",), ("x",), _tables),
    "softmax": Exercise("softmax", ("x",), ("s",), _tables, when=lambda source: source.arguments("softmax") == ["x"]),
    "L1": Exercise("L1", ("yhat", "y"), ("loss",), _vectors),
    "L2": Exercise("L2", ("yhat", "y"), ("loss",), _vectors),
}  # fmt: skip

MISTAKES: Rows = {
    "sigmoid_derivative": [
        ("ds: the value instead of the slope", "s * (1 - s)", "s", "the slope is s (1 - s)"),
        ("ds: x (1 - x) instead of s (1 - s)", "s * (1 - s)", "x * (1 - x)", "the slope is s (1 - s), s = sigmoid(x)"),
        ("ds: 1 - s squared", "s * (1 - s)", "1 - s**2", "1 - a^2 is the slope of tanh"),
        ("ds: 1 + s instead of 1 - s", "(1 - s)", "(1 + s)", "the slope is s (1 - s)"),
    ],
    "image2vector": [
        ("v: a row instead of a column", "(image.size, 1)", "(1, image.size)", "a sample is a column: (n, 1)"),
        ("v: an (n,) array", "(image.size, 1)", "(image.size)", "a sample is a column: (n, 1)"),
        ("v: the numbers in another order", "image.reshape", "image.T.reshape", "reshape keeps the order; .T does not"),
    ],
    "normalize_rows": [
        ("x: columns instead of rows", "axis=1", "axis=0", "a row is summed along axis=1", "axis|norm"),
        ("x: the norm of the whole array", "np.linalg.norm(x, axis=1, keepdims=True)", "np.linalg.norm(x)",
         "a row is summed along axis=1", "norm"),
        ("x: keepdims=True is missing", ", keepdims=True", "", "(n, m) / (n,) divides columns, not rows", "norm"),
        ("x: divided by the sum instead of the length", "np.linalg.norm(x, axis=1", "np.sum(x, axis=1",
         "the length is the root of the sum of squares", "sum"),
        ("x: the square root is missing", "x / x_norm", "x / x_norm**2", "the length is the root of the sum of squares"),
    ],
    "softmax": [
        ("s: sum over the wrong axis", "axis=1", "axis=0", "each row sums to 1: axis=1", "sum"),
        ("s: sum over the wrong axis", "np.exp(x)\n    s = x_exp / np.sum(x_exp, axis=1",
         "np.exp(x - np.max(x, axis=1, keepdims=True))\n    s = x_exp / np.sum(x_exp, axis=0", "each row sums to 1: axis=1",
         "sum"),
        ("s: sum over everything", "np.sum(x_exp, axis=1, keepdims=True)", "np.sum(x_exp)", "each row sums to 1", "sum"),
        ("s: keepdims=True is missing", ", keepdims=True", "", "(n, m) / (n,) divides columns, not rows", "sum"),
        ("s: exp is missing", "np.exp(x)", "x", "softmax = e^x / sum of e^x", "exp|sum"),
        ("s: the division is missing", "x_exp / np.sum(x_exp, axis=1, keepdims=True)", "x_exp",
         "softmax = e^x / sum of e^x", "exp"),
    ],
    "L1": [
        ("loss: the squares instead of the absolute values", "np.abs(y - yhat)", "(y - yhat) ** 2", "L1 = sum |y - yhat|"),
        ("loss: the absolute value is missing", "np.abs(y - yhat)", "(y - yhat)", "L1 = sum |y - yhat|"),
        ("loss: the mean instead of the sum", "np.sum", "np.mean", "L1 = sum |y - yhat|"),
        ("loss: not summed", "np.sum(np.abs(y - yhat))", "np.abs(y - yhat)", "the loss is one number"),
    ],
    "L2": [
        ("loss: the absolute values instead of the squares", "(y - yhat) ** 2", "np.abs(y - yhat)", "L2 = sum (y - yhat)^2"),
        ("loss: the mean instead of the sum", "np.sum", "np.mean", "L2 = sum (y - yhat)^2"),
        ("loss: the square root of the sum", "np.sum((y - yhat) ** 2)", "np.sqrt(np.sum((y - yhat) ** 2))",
         "L2 = sum (y - yhat)^2"),
        ("loss: not summed", "np.sum((y - yhat) ** 2)", "(y - yhat) ** 2", "the loss is one number"),
    ],
}  # fmt: skip
