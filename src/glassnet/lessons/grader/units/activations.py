"""sigmoid, relu and their slopes."""

# ruff: noqa: D401, RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Own, Rows
from glassnet.lessons.grader.inputs import LAYERS, Rng
from glassnet.lessons.grader.units.words import AT_Z, CACHE
from glassnet.typing import Array


def sigmoid(Z: Array) -> Any:
    """A and the cache Z."""
    A = 1 / (1 + np.exp(-Z))
    return A, Z


def relu(Z: Array) -> Any:
    """A and the cache Z."""
    A = np.maximum(0, Z)
    return A, Z


def relu_backward(dA: Array, cache: Array) -> Any:
    """dZ, from the cache Z."""
    Z = cache
    dZ = dA * (Z > 0)
    return dZ


def sigmoid_backward(dA: Array, cache: Array) -> Any:
    """dZ, from the cache Z."""
    Z = cache
    s = 1 / (1 + np.exp(-Z))
    dZ = dA * s * (1 - s)
    return dZ


def _Zs(rng: Rng) -> list[Case]:
    return [(rng.normal(size=(n, m)) * 2,) for _, n, m in LAYERS]


def _slopes(rng: Rng) -> list[Case]:
    return [(rng.normal(size=(n, m)), rng.normal(size=(n, m))) for _, n, m in LAYERS]


EXERCISES = {
    "sigmoid": Exercise("sigmoid", ("Z",), ("A", "cache"), _Zs),
    "relu": Exercise("relu", ("Z",), ("A", "cache"), _Zs),
    "relu_backward": Exercise(
        "relu_backward", ("dA", "cache"), ("dZ",), _slopes, own=Own("cache", "relu", lambda _, Z: (Z,))),
    "sigmoid_backward": Exercise(
        "sigmoid_backward", ("dA", "cache"), ("dZ",), _slopes, own=Own("cache", "sigmoid", lambda _, Z: (Z,))),
}  # fmt: skip

MISTAKES: Rows = {
    "sigmoid": [
        ("A: sign of the exponent", "np.exp(-Z)", "np.exp(Z)", "sigmoid(z) = 1 / (1 + e^-z), which rises with z",
         "exp"),
        ("A: tanh instead of sigmoid", "1 / (1 + np.exp(-Z))", "np.tanh(Z)", "sigmoid lies between 0 and 1", "tanh"),
        ("A: 1 + is missing", "(1 + np.exp(-Z))", "np.exp(-Z)", "sigmoid(z) = 1 / (1 + e^-z)", "exp"),
        ("A: the brackets of 1 + e^-z are missing", "1 / (1 + np.exp(-Z))", "1 / 1 + np.exp(-Z)",
         "1 / 1 + x is (1 / 1) + x", "exp"),
        ("A: the slope instead of the value", "return A, Z", "return A * (1 - A), Z", "a (1 - a) is the derivative"),
        ("cache: A instead of Z", "return A, Z", "return A, A", CACHE),
        ("A: the result is not handed back in the shape of Z", "return A, Z", "return np.squeeze(A), Z",
         "A has the shape of Z, also for one unit or one sample"),
    ],
    "relu": [
        ("A: minimum instead of maximum", "np.maximum(0, Z)", "np.minimum(0, Z)", "relu(z) = max(0, z)", "min"),
        ("A: absolute value instead of relu", "np.maximum(0, Z)", "np.abs(Z)", "relu is 0 for negative z", "abs"),
        ("A: the slope instead of the value", "np.maximum(0, Z)", "1.0 * (Z > 0)", "relu(z) is z itself for z > 0"),
        ("A: leaky relu instead of relu", "np.maximum(0, Z)", "np.maximum(0.01 * Z, Z)", "relu is 0 for negative z"),
        ("A: nothing is cut off", "np.maximum(0, Z)", "Z", "relu(z) = max(0, z)"),
        ("A: one maximum over the whole array", "np.maximum(0, Z)", "np.max(Z)",
         "np.max gives one number; np.maximum(0, Z) compares entry by entry", "max"),
        ("A: softplus instead of relu", "np.maximum(0, Z)", "np.log(1 + np.exp(Z))", "relu(z) = max(0, z)", "log"),
        ("cache: A instead of Z", "return A, Z", "return A, A", CACHE),
        ("A: the result is not handed back in the shape of Z", "return A, Z", "return np.squeeze(A), Z",
         "A has the shape of Z, also for one unit or one sample"),
    ],
    "relu_backward": [
        ("dZ: slope taken of dA instead of Z", "(Z > 0)", "(dA > 0)", AT_Z, ">|<|maximum|relu"),
        ("dZ: dA is missing", "dA * (Z > 0)", "1.0 * (Z > 0)", "dZ = dA * g'(Z)"),
        ("dZ: the wrong side of 0", "Z > 0", "Z < 0", "relu's slope is 1 for z > 0 and 0 below", ">|<"),
        ("dZ: the slope is missing", "dA * (Z > 0)", "dA", "dZ = dA * g'(Z)"),
        ("dZ: relu(Z) instead of its slope", "dA * (Z > 0)", "dA * np.maximum(0, Z)", "relu's slope is 1 for z > 0"),
        ("dZ: Z instead of the slope", "dA * (Z > 0)", "dA * Z", "relu's slope is 1 for z > 0 and 0 below"),
        ("dZ: Z is passed on instead of dA", "dA * (Z > 0)", "np.maximum(0, Z)", "dZ = dA * g'(Z)"),
        ("dZ: sigmoid's slope", "dZ = dA * (Z > 0)", "dZ = sigmoid_backward(dA, cache)", "relu's slope is 1 or 0"),
        ("dZ: slope of the leaky relu", "(Z > 0)", "np.where(Z > 0, 1, 0.01)", "relu's slope is 0 for z < 0"),
    ],
    "sigmoid_backward": [
        ("dZ: slope taken of A instead of Z", "np.exp(-Z)", "np.exp(-1 / (1 + np.exp(-Z)))",
         AT_Z + "; the cache holds Z", r"exp|sigmoid|\bs\b"),
        ("dZ: Z is taken for A", "s = 1 / (1 + np.exp(-Z))", "s = Z", "g'(z) = a (1 - a) with a = sigmoid(z)",
         r"1 - |1-"),
        ("dZ: slope taken of dA instead of Z", "np.exp(-Z)", "np.exp(-dA)", AT_Z, "exp|sigmoid"),
        ("dZ: the factor 1 - a is missing", " * (1 - s)", "", "g'(z) = a (1 - a)"),
        ("dZ: the factor a is missing", " * s *", " *", "g'(z) = a (1 - a)"),
        ("dZ: 1 + a instead of 1 - a", "(1 - s)", "(1 + s)", "g'(z) = a (1 - a)"),
        ("dZ: dA is missing", "dZ = dA * s", "dZ = s", "dZ = dA * g'(Z)"),
        ("dZ: dA is added", "dA * s * (1 - s)", "dA + s * (1 - s)", "dZ = dA * g'(Z)"),
        ("dZ: the slope is missing", "dA * s * (1 - s)", "dA", "dZ = dA * g'(Z)"),
        ("dZ: the sign is wrong", "dA * s", "-dA * s", "g'(z) = a (1 - a), which is positive"),
        ("dZ: tanh's slope", "s * (1 - s)", "(1 - np.tanh(Z) ** 2)", "sigmoid's slope is a (1 - a)", "tanh|2"),
        ("dZ: relu's slope", "s * (1 - s)", "(Z > 0)", "sigmoid's slope is a (1 - a)"),
        ("dZ: 1 - a squared instead of a (1 - a)", "s * (1 - s)", "(1 - s ** 2)", "1 - a² is the slope of tanh", "2"),
        ("dZ: sign of the exponent", "dA * s * (1 - s)", "dA * (1 - s) * (1 - s)", "g'(z) = a (1 - a)", "exp"),
    ],
}  # fmt: skip
