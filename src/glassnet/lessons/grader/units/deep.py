"""The network of L layers: all its layers forward, the cost, all backward, the step, what is predicted."""

# ruff: noqa: RET504 (each result has a name and a line of its own, where a mistake can be made)
from __future__ import annotations

from typing import Any

import numpy as np

from glassnet.lessons.grader.exercise import Case, Exercise, Own, Rows
from glassnet.lessons.grader.inputs import NETWORKS, Rng, labels, networks, parameters_of, slopes_of
from glassnet.lessons.grader.units.layers import linear_activation_backward, linear_activation_forward
from glassnet.lessons.grader.units.words import CHAIN, DOWN, LAST, LOSS, OWN, M
from glassnet.typing import Array


def L_model_forward(X: Array, parameters: Any) -> Any:
    """AL and the list of the layers' caches."""
    A, caches, L = X, [], len(parameters) // 2
    for l in range(1, L + 1):
        W, b = parameters[f"W{l}"], parameters[f"b{l}"]
        A, cache = linear_activation_forward(A, W, b, "sigmoid" if l == L else "relu")
        caches.append(cache)
    return A, caches


def compute_cost(AL: Array, Y: Array, *_: Any) -> Any:
    """J, a number."""
    m = Y.shape[1]
    cost = -1 / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))
    return cost


def L_model_backward(AL: Array, Y: Array, caches: Any) -> Any:
    """Slopes dA0, dW1, db1, dA1, dW2, ... of all layers."""
    grads, L = {}, len(caches)
    dA = -(Y / AL - (1 - Y) / (1 - AL))
    for l in reversed(range(L)):
        dA_prev, dW, db = linear_activation_backward(dA, caches[l], "sigmoid" if l == L - 1 else "relu")
        grads[f"dA{l}"], grads[f"dW{l + 1}"], grads[f"db{l + 1}"] = dA_prev, dW, db
        dA = dA_prev
    return grads


def update_parameters(parameters: Any, grads: Any, learning_rate: float) -> Any:
    """Return the next W1, b1, W2, ... in new arrays."""
    L, updated = len(parameters) // 2, {}
    for l in range(1, L + 1):
        updated[f"W{l}"] = parameters[f"W{l}"] - learning_rate * grads[f"dW{l}"]
        updated[f"b{l}"] = parameters[f"b{l}"] - learning_rate * grads[f"db{l}"]
    return updated


def predict(X: Array, y: Array, parameters: Any) -> Any:
    """0 or 1 for each sample, (1, m)."""
    AL = L_model_forward(X, parameters)[0]
    p = 1.0 * (AL > 0.5)
    return p


def _costs(rng: Rng) -> list[Case]:
    return [(rng.uniform(0.05, 0.95, (1, m)), labels(rng, m), parameters_of(rng, (2, 2, 1))) for m in (1, 2, 3, 7, 10)]


def _whole_back(rng: Rng) -> list[Case]:
    passes = ((X.shape[1], L_model_forward(X, parameters)) for X, parameters in networks(rng))
    return [(AL, labels(rng, m), caches) for m, (AL, caches) in passes]


def _whole_forward(AL: Array, Y: Array, caches: Any) -> Case:
    linear = [cache[0] for cache in caches]
    parameters = {f"{name}{l}": part[i] for l, part in enumerate(linear, 1) for i, name in ((1, "W"), (2, "b"))}
    return linear[0][0], parameters


def _updates(rng: Rng) -> list[Case]:
    drawn = [parameters_of(rng, sizes) for sizes, _ in NETWORKS]
    return [(parameters, slopes_of(parameters, rng), 0.3 + 0.1 * i) for i, parameters in enumerate(drawn)]


def _predictions(rng: Rng) -> list[Case]:
    cases = []
    for X, parameters in networks(rng):
        many = np.hstack([X, rng.normal(size=(X.shape[0], 6))]) if X.shape[1] > 1 else X
        cases.append((many, labels(rng, many.shape[1]), parameters))
    return cases


EXERCISES = {
    "initialize_parameters_deep": Exercise(
        "initialize_parameters_deep", ("layer_dims",), ("parameters",), lambda _: [
            ([3, 2, 1],), ([2, 1],), ([1, 1, 1, 1],), ([4, 3, 3, 2, 1],), ([60, 50, 40],)], loops=1),
    "L_model_forward": Exercise("L_model_forward", ("X", "parameters"), ("AL", "caches"), networks, loops=1),
    "compute_cost": Exercise("compute_cost", ("AL", "Y", "parameters"), ("cost",), _costs, optional=("parameters",)),
    "L_model_backward": Exercise(
        "L_model_backward", ("AL", "Y", "caches"), ("grads",), _whole_back, loops=1,
        own=Own("caches", "L_model_forward", _whole_forward)),
    "update_parameters": Exercise(
        "update_parameters", ("parameters", "grads", "learning_rate"), ("parameters",), _updates, loops=1,
        when=lambda source: not source.two_layers("update_parameters")),
    "predict": Exercise(
        "predict", ("X", "y", "parameters"), ("p",), _predictions, loops=1, optional=("y",),
        when=lambda source: source.arguments("predict")[:1] != ["w"] and not source.two_layers("predict")),
}  # fmt: skip

MISTAKES: Rows = {
    "L_model_forward": [
        ("AL: the output layer is relu", '"sigmoid" if l == L else "relu"', '"relu"', LAST, "relu"),
        ("AL: the hidden layers are sigmoid", '"sigmoid" if l == L else "relu"', '"sigmoid"', LAST, "sigmoid"),
        ("AL: relu and sigmoid are exchanged", "l == L", "l != L", LAST, "relu|sigmoid"),
        ("AL: the last hidden layer is left out", "range(1, L + 1)", "[*range(1, L - 1), L]",
         "there are L layers, L - 1 of them hidden: range(1, L)", "range"),
        ("AL: the first layer is left out", "range(1, L + 1)", "range(min(2, L), L + 1)",
         "layers count from 1", "range"),
        ("AL: the output layer is left out", "range(1, L + 1)", "range(1, L)", "layer L is the output layer", "range"),
        ("AL: every layer takes X", "linear_activation_forward(A,", "linear_activation_forward(X,", CHAIN,
         r"A_prev *= *X|forward\(X"),
        ("AL: every layer takes X", "linear_activation_forward(A,",
         "linear_activation_forward(A if l == L else X,", CHAIN, r"A_prev *= *X|forward\(X"),
        ("AL: the output layer does not take the last A", "linear_activation_forward(A,",
         "linear_activation_forward(caches[-1][0][0] if l == L and caches else A,", CHAIN, "A_prev"),
        ("AL: W of the wrong layer", 'parameters[f"W{l}"]', 'parameters["W1"]', "layer l has W[l]", "W"),
        ("AL: b of the wrong layer", 'parameters[f"b{l}"]', 'parameters["b1"]', "layer l has b[l]", "b"),
        ("AL: layers in reverse", "range(1, L + 1)", "range(L, 0, -1)", CHAIN, "range|reversed"),
        ("caches: the output layer's cache is missing", "return A, caches", "return A, caches[:-1]",
         "each of the L layers leaves a cache", "caches"),
        ("caches: only the last one is kept", "return A, caches", "return A, caches[-1:]",
         "each of the L layers leaves a cache", "caches"),
        ("caches: in reverse", "return A, caches", "return A, caches[::-1]", "caches[l - 1] is that of layer l",
         "caches"),
        ("AL: the activations themselves, not through the layers", "return A, caches", "return X, caches", CHAIN),
    ],
    "compute_cost": [
        ("cost: the sign is wrong", "cost = -", "cost = ", LOSS + "; log of a probability is negative"),
        ("cost: 1/m is missing", "1 / m * np.sum", "1 * np.sum", "J is the mean of the losses"),
        ("cost: 1/m twice", "1 / m * np", "1 / m / m * np", "J is the mean of the losses; np.mean divides by m itself"),
        ("cost: m is taken from the wrong axis", "shape[1]", "shape[0]", M, r"shape\[0\]|len\(|shape\[-2\]"),
        ("cost: 1/(2m) instead of 1/m", "1 / m * np", "1 / (2 * m) * np", "the 2 belongs to the squared error", "2"),
        ("cost: the term of Y = 0 is missing", " + (1 - Y) * np.log(1 - AL)", "", LOSS, r"\blog\w*\("),
        ("cost: the term of Y = 1 is missing", "Y * np.log(AL) + ", "", LOSS, r"\blog\w*\("),
        ("cost: log of the wrong argument in the second term", "np.log(1 - AL)", "np.log(AL)", LOSS, r"\blog\w*\("),
        ("cost: log of the wrong argument in the first term", "Y * np.log(AL)", "Y * np.log(1 - AL)", LOSS, r"\blog\w*\("),
        ("cost: AL and 1 - AL are exchanged in the logarithms", "Y * np.log(AL) + (1 - Y) * np.log(1 - AL)",
         "Y * np.log(1 - AL) + (1 - Y) * np.log(AL)", LOSS, r"\blog\w*\("),
        ("cost: log of the labels instead of the prediction", "Y * np.log(AL) + (1 - Y) * np.log(1 - AL)",
         "AL * np.log(Y) + (1 - AL) * np.log(1 - Y)", LOSS, r"\blog\w*\("),
        ("cost: the factor 1 - Y is missing", "(1 - Y) *", "", LOSS, r"\blog\w*\("),
        ("cost: the factor Y is missing", "Y * np.log(AL)", "np.log(AL)", LOSS, r"\blog\w*\("),
        ("cost: the factor Y in both terms", "(1 - Y) *", "Y *", LOSS, r"\blog\w*\("),
        ("cost: minus between the two terms", "+ (1 - Y)", "- (1 - Y)", LOSS, r"\blog\w*\("),
        ("cost: log1p instead of log(1 - a)", "np.log(1 - AL)", "np.log1p(AL)", "log1p(a) is log(1 + a)", "log1p"),
        ("cost: logarithm to base 10", "return cost", "return cost / np.log(10)", "the natural logarithm is np.log",
         "log10"),
        ("cost: logarithm to base 2", "return cost", "return cost / np.log(2)", "the natural logarithm is np.log",
         "log2"),
        ("cost: squared error instead of cross-entropy", "-1 / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))",
         "1 / m * np.sum((AL - Y) ** 2)", LOSS),
        ("cost: half the squared error instead of cross-entropy",
         "-1 / m * np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))", "1 / (2 * m) * np.sum((AL - Y) ** 2)", LOSS),
        ("cost: the losses are not summed", "np.sum(", "(", "J is one number for all samples"),
        ("cost: the losses are not summed", "np.sum(", "np.squeeze(", "J is one number for all samples"),
        ("cost: the matrix product of all pairs of samples",
         "np.sum(Y * np.log(AL) + (1 - Y) * np.log(1 - AL))", "(Y.T @ np.log(AL) + (1 - Y).T @ np.log(1 - AL))",
         "Y log(AL)^T, (1, m) times (m, 1), is the sum over samples"),
    ],
    "L_model_backward": [
        ("dAL: the sign is wrong", "dA = -(", "dA = (", "dA[L] = -(Y/AL - (1 - Y)/(1 - AL))", "dAL|divide|AL"),
        ("dAL: plus between the two terms", "- (1 - Y) / ", "+ (1 - Y) / ",
         "dA[L] = -(Y/AL - (1 - Y)/(1 - AL)): log(1 - a) falls with a", "dAL|divide|AL"),
        ("dAL: the term of Y = 0 is missing", " - (1 - Y) / (1 - AL)", "", "dA[L] = -(Y/AL - (1 - Y)/(1 - AL))",
         "dAL|AL"),
        ("dAL: AL - Y, which is dZ[L], is taken for dA[L]", "-(Y / AL - (1 - Y) / (1 - AL))", "AL - Y",
         "sigmoid's slope is applied to dA[L] afterwards, and makes it AL - Y", "AL - Y|AL-Y|dAL"),
        ("dAL: AL and Y are exchanged", "-(Y / AL - (1 - Y) / (1 - AL))", "-(AL / Y - (1 - AL) / (1 - Y))",
         "dA[L] = -(Y/AL - (1 - Y)/(1 - AL))", "dAL|divide|AL"),
        ("dAL: 1/m twice", "dA = -(Y / AL - (1 - Y) / (1 - AL))", "dA = -(Y / AL - (1 - Y) / (1 - AL)) / Y.shape[1]",
         "1/m comes in dW and db, and only there", "dAL|divide|AL"),
        ("grads: cache of the wrong layer, one too late", "caches[l]", "caches[min(l + 1, L - 1)]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer, one too early", "caches[l]", "caches[l - 1]", OWN, r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer, always the first", "caches[l]", "caches[0]", OWN, r"caches\[0"),
        ("grads: cache of the wrong layer, always the last", "caches[l]", "caches[L - 1]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer, counted from the other end", "caches[l]", "caches[L - 1 - l]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer in the hidden layers", "caches[l]", "caches[l if l == L - 1 else l - 1]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer at the output", "caches[l]", "caches[l if l < L - 1 else 0]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: cache of the wrong layer at the output", "caches[l]", "caches[l if l < L - 1 else L - 2]", OWN,
         r"caches\[(?!L\b|len|-)"),
        ("grads: the output layer goes back through relu", '"sigmoid" if l == L - 1 else "relu"', '"relu"', LAST,
         "relu"),
        ("grads: the hidden layers go back through sigmoid", '"sigmoid" if l == L - 1 else "relu"', '"sigmoid"', LAST,
         "sigmoid"),
        ("grads: relu and sigmoid are exchanged", "l == L - 1", "l != L - 1", LAST, "relu|sigmoid"),
        ("grads: every layer takes dA[L]", "dA = dA_prev\n", "pass\n",
         "layer l goes back from the dA[l] that layer l + 1 handed down", r"\(dAL.*relu"),
        ("grads: the layers are passed forward", "reversed(range(L))", "range(L)",
         "the backward pass starts at the output layer", "range"),
        ("grads: the first layer is left out", "reversed(range(L))", "reversed(range(1, L))",
         "all L layers have dW and db", "range"),
        ("grads: the hidden layers are left out", "reversed(range(L))", "[L - 1]", "all L layers have dW and db",
         "range"),
        ("grads: layers count from 0", '{l + 1}', '{l}', "dW1 and db1 are those of the first layer", "dW|grads"),
        ("grads: hidden layers count from 0", "{l + 1}", "{l + (l == L - 1)}",
         "dW1 and db1 are those of the first layer", r"dW.*str\(l\)|dW.*\{l\}|dW.*% ?l\b"),
        ("grads: dW and db are exchanged", '= dA_prev, dW, db', '= dA_prev, db, dW', "dW[l] has the shape of W[l]",
         "dW|db"),
    ],
    "update_parameters": [
        ("parameters: the sign is wrong", "- learning_rate * grads", "+ learning_rate * grads", DOWN),
        ("W: the sign is wrong", 'W{l}"] - ', 'W{l}"] + ', DOWN, "W"),
        ("b: the sign is wrong", 'b{l}"] - ', 'b{l}"] + ', DOWN, "b"),
        ("parameters: learning_rate is missing", "learning_rate * grads", "grads", DOWN),
        ("W: learning_rate is missing", 'learning_rate * grads[f"dW', 'grads[f"dW', DOWN, "W"),
        ("b: learning_rate is missing", 'learning_rate * grads[f"db', 'grads[f"db', DOWN, "b"),
        ("W: not updated", ' - learning_rate * grads[f"dW{l}"]', "", DOWN, "W"),
        ("b: not updated", ' - learning_rate * grads[f"db{l}"]', "", DOWN, "b"),
        ("parameters: nothing is updated", "return updated", "return parameters", DOWN),
        ("parameters: the last layer is not updated", "range(1, L + 1)", "range(1, L)",
         "layers 1 to L: range(1, L + 1)",
         "range"),
        ("parameters: the last layer is not updated", "return updated",
         'return {**updated, f"W{L}": parameters[f"W{L}"], f"b{L}": parameters[f"b{L}"]}',
         "layers 1 to L: range(1, L + 1), or range(L) with l + 1", "range"),
        ("parameters: the first layer is not updated", "return updated",
         'return {**updated, "W1": parameters["W1"], "b1": parameters["b1"]}', "layers count from 1", "range"),
        ("W: multiplied by the step instead of reduced by it", 'W{l}"] - ', 'W{l}"] * ', DOWN, "W"),
        ("parameters: only the step is returned", '= parameters[f"W{l}"] - learning', '= -learning', DOWN),
        ("parameters: the slopes are returned", "return updated",
         'return {name: grads["d" + name] for name in parameters}', DOWN, "return"),
        ("b: dW instead of db", 'grads[f"db{l}"]', 'grads[f"dW{l}"]', "b[l] moves by db[l]", "b"),
        ("b: W instead of b", 'parameters[f"b{l}"] -', 'parameters[f"W{l}"] -', "b[l] moves by db[l]", "b"),
        ("parameters: the slopes of the first layer everywhere", 'grads[f"dW{l}"]', 'grads["dW1"]',
         "W[l] moves by dW[l]",
         "dW"),
        ("parameters: divided by the learning rate", "learning_rate * grads", "1 / learning_rate * grads", DOWN),
        ("parameters: a learning rate of its own", "learning_rate * grads", "0.01 * grads", DOWN),
    ],
    "predict": [
        ("p: probabilities instead of 0 and 1", "1.0 * (AL > 0.5)", "AL", "a sample is of class 1 where AL > 0.5"),
        ("p: the threshold is 0", "AL > 0.5", "AL > 0", "AL is a probability: the threshold is 0.5", ">|<"),
        ("p: 0 and 1 are exchanged", "AL > 0.5", "AL < 0.5", "a sample is of class 1 where AL > 0.5", ">|<"),
        ("p: the labels are returned", "return p", "return y", "p follows from X and the parameters alone"),
        ("p: one answer for all samples", "AL > 0.5", "np.mean(AL) > 0.5", "each sample has its own answer"),
        ("p: sigmoid is applied twice", "AL = L_model_forward(X, parameters)[0]",
         "AL = sigmoid(L_model_forward(X, parameters)[0])[0]", "AL is a probability already", "sigmoid"),
        ("p: the accuracy is returned", "return p", "return np.mean(p == y)", "p holds one answer per sample",
         "return"),
        ("p: -1 and 1 instead of 0 and 1", "return p", "return 2 * p - 1", "classes are 0 and 1"),
        ("p: every sample is of class 0", "return p", "return 0 * p", "a sample is of class 1 where AL > 0.5"),
    ],
}  # fmt: skip
