"""Every call with something wrong is refused in one sentence, by an error of ours, and nothing is changed."""

# ruff: noqa: E501  a table is read in columns, one case a line

import numpy as np
import pytest

from glassnet import GlassnetError, Network, equations
from glassnet.errors import DataError, SettingError, ShapeError, UnknownNameError, WrongTypeError

X, Y = np.linspace(-1, 1, 12).reshape(2, 6), np.array([[0.0, 1, 0, 1, 1, 0]])
ONE_HOT = np.eye(3)[:, [0, 1, 2, 0, 1, 2]]
BROKEN = np.where(np.arange(12).reshape(2, 6) == 8, np.nan, X)
W, b = [None, np.ones((4, 2)), np.ones((1, 4))], [None, np.ones((4, 1)), np.ones((1, 1))]
G = ["relu", "sigmoid"]


def with_entry(layers, l, array):
    return [*layers[:l], array, *layers[l + 1 :]]


def backward(A=None, Z=None, W=W, g=G):
    right_A, right_Z = equations.forward(X, [None, np.ones((4, 2)), np.ones((1, 4))], b, G)
    return equations.backward(right_A[2] - Y, A or right_A, Z or right_Z, W, g)


# ---------------------------------------------------------------- making a network
NETWORKS = [
    # what is wrong                          arguments of Network                          error, words of the message
    ("a size of zero",                       ([2, 0, 1],), {},                             SettingError, ["n[1]", "layer 1", "at least 1", "got 0"]),
    ("no features",                          ([0, 1],), {},                                SettingError, ["n[0]", "features", "got 0"]),
    ("a negative size",                      ([2, 3, -1],), {},                            SettingError, ["n[2]", "layer 2", "got -1"]),
    ("half a unit",                          ([2, 3.5, 1],), {},                           SettingError, ["n[1]", "whole number", "3.5"]),
    ("a size that is a float",               ([2, 3.0, 1],), {},                           SettingError, ["n[1]", "whole number", "3.0"]),
    ("a size that is text",                  ([2, "3", 1],), {},                           SettingError, ["n[1]", "'3'"]),
    ("a size that is a truth value",         ([2, True, 1],), {},                          SettingError, ["n[1]", "True"]),
    ("one size only",                        ([2],), {},                                   SettingError, ["input and an output", "[2]"]),
    ("no list of sizes",                     (2,), {},                                     SettingError, ["n[0] ... n[L]", "got 2"]),
    ("sizes as text",                        ("21",), {},                                  SettingError, ["n[0] ... n[L]", "'21'"]),
    ("more parameters than there is room",   ([10**9, 10**9, 10**9],), {},                 SettingError, ["too many to hold", "2,000,000,002,000,000,000"]),
    ("a misspelt activation",                ([2, 3, 1], "rellu"), {},                     UnknownNameError, ["activation 'rellu'", "'relu'", "known:"]),
    ("a misspelt activation in a list",      ([2, 3, 1], ["tanh", "sigmod"]), {},          UnknownNameError, ["'sigmod'", "did you mean 'sigmoid'"]),
    ("an activation that is a number",       ([2, 3, 1], 5), {},                           SettingError, ["5"]),
    ("too many activations",                 ([2, 3, 1], ["relu"] * 3), {},                SettingError, ["2 layers", "got 3"]),
    ("too few activations",                  ([2, 3, 3, 1], ["relu"]), {},                 SettingError, ["3 layers", "got 1"]),
    ("softmax in a hidden layer",            ([2, 3, 1], "softmax"), {},                   SettingError, ["softmax", "output", "layer 1"]),
    ("softmax over one unit",                ([2, 1], ["softmax"]), {},                    SettingError, ["always 1", "sigmoid"]),
    ("a misspelt loss",                      ([2, 1], None, "hubr"), {},                   UnknownNameError, ["loss 'hubr'", "'huber'"]),
    ("a misspelt cross-entropy",             ([2, 1], None, "cross_entrpy"), {},           UnknownNameError, ["did you mean 'cross_entropy'"]),
    ("the same, all activations given",      ([2, 1], ["sigmoid"], "cross_entrpy"), {},    UnknownNameError, ["did you mean 'cross_entropy'"]),
    ("a loss that is a number",              ([2, 1], ["sigmoid"], 5), {},                 UnknownNameError, ["loss 5"]),
    ("a loss with another's output",         ([2, 1], ["relu"], "cross_entropy"), {},      SettingError, ["cross_entropy", "sigmoid", "'relu'"]),
    ("softmax loss with a sigmoid",          ([2, 2], ["sigmoid"], "softmax_cross_entropy"), {}, SettingError, ["softmax", "'sigmoid'"]),
    ("a misspelt initializer",               ([2, 1],), {"initializer": "hee"},            UnknownNameError, ["initializer 'hee'", "'he'"]),
    ("an initializer that is a number",      ([2, 1],), {"initializer": 5},                SettingError, ["initializer", "5"]),
    ("initializers of too many layers",      ([2, 1],), {"initializer": ["he", "he"]},     SettingError, ["initializer", "1 layers", "got 2"]),
    ("an unknown type",                      ([2, 1],), {"dtype": "float99"},              SettingError, ["float32 or float64", "'float99'"]),
    ("a type without room for slopes",       ([2, 1],), {"dtype": "float16"},              SettingError, ["float32 or float64", "'float16'"]),
    ("a negative seed",                      ([2, 1],), {"seed": -1},                      SettingError, ["seed", "at least 0", "-1"]),
    ("a seed that is text",                  ([2, 1],), {"seed": "one"},                   SettingError, ["seed", "'one'"]),
    ("no networks",                          ([2, 1],), {"n_networks": 0},                 SettingError, ["n_networks", "at least 1", "0"]),
    ("half a network",                       ([2, 1],), {"n_networks": 1.5},               SettingError, ["n_networks", "1.5"]),
]  # fmt: skip


def refused(error, words, call, *args, **options):
    """Run a call that must fail with this error and these words, and with no other kind of error."""
    with pytest.raises(GlassnetError) as caught:
        call(*args, **options)
    assert isinstance(caught.value, error), repr(caught.value)
    missing = [word for word in words if word not in str(caught.value)]
    assert not missing, f"{missing} missing in: {caught.value}"


@pytest.mark.parametrize(
    ("args", "options", "error", "words"), [row[1:] for row in NETWORKS], ids=[row[0] for row in NETWORKS]
)
def test_networks_that_cannot_be(args, options, error, words):
    refused(error, words, Network, *args, **options)


# ---------------------------------------------------------------- data
DATA = [
    # what is wrong                 X, Y, sample_weight                          error, words
    ("too many features",           np.ones((4, 6)), Y, None,                    ShapeError, ["X", "(2, m)", "n[0] = 2", "(4, 6)"]),
    ("rows instead of columns",     X.T, Y, None,                                ShapeError, ["X", "(2, m)", "(6, 2)", "X.T"]),
    ("a rank-1 X",                  np.ones(2), Y, None,                         ShapeError, ["X", "rank-1", "(2,)", "X.reshape(2, 1)", "X.reshape(1, 2)"]),
    ("a rank-1 Y",                  X, Y[0], None,                               ShapeError, ["Y", "rank-1", "(6,)", "Y.reshape(1, 6)"]),
    ("a scalar X",                  3.0, Y, None,                                ShapeError, ["X", "()"]),
    ("a picture X",                 np.ones((6, 2, 1, 1)), Y, None,              ShapeError, ["X", "(6, 2, 1, 1)"]),
    ("ragged lists",                [[1, 2], [3]], Y, None,                      ShapeError, ["X"]),
    ("no sample",                   np.ones((2, 0)), np.ones((1, 0)), None,      ShapeError, ["X", "m = 0"]),
    ("fewer targets than samples",  X, Y[:, :5], None,                           ShapeError, ["Y", "(1, 6)", "(1, 5)"]),
    ("too many rows of targets",    X, ONE_HOT, None,                            ShapeError, ["Y", "n[L] = 1", "(3, 6)"]),
    ("targets as a column",         X, Y.T, None,                                ShapeError, ["Y", "(1, 6)", "(6, 1)"]),
    ("text",                        np.full((2, 6), "a"), Y, None,               WrongTypeError, ["X", "real numbers"]),
    ("objects",                     np.full((2, 6), None), Y, None,              WrongTypeError, ["X", "real numbers"]),
    ("nothing",                     None, Y, None,                               WrongTypeError, ["X", "real numbers"]),
    ("complex numbers",             X * 1j, Y, None,                             WrongTypeError, ["X", "complex"]),
    ("a stack for one network",     np.ones((3, 2, 6)), Y, None,                 ShapeError, ["X", "one network", "(3, 2, 6)"]),
    ("a NaN",                       BROKEN, Y, None,                             DataError, ["X", "nan", "row 1", "column 2", "Impute"]),
    ("infinities of both signs",    np.where(abs(X) > 0.9, X * np.inf, X), Y, None, DataError, ["X", "2 numbers", "-inf", "row 0, column 0"]),
    ("a NaN target",                X, Y * np.nan, None,                         DataError, ["Y", "6 numbers"]),
    ("labels 1 and 2",              X, Y + 1, None,                              DataError, ["Y", "0 and 1", "2 in column 1"]),
    ("labels -1 and 1",             X, 2 * Y - 1, None,                          DataError, ["Y", "0 and 1", "-1 in column 0"]),
    ("labels 0 and 2",              X, Y * 2, None,                              DataError, ["Y", "0 and 1", "2"]),
    ("a negative weight",           X, Y, np.array([[1, 1, -1, 1, 1, 1.0]]),     DataError, ["sample_weight", "at least 0"]),
    ("weights of zero",             X, Y, np.zeros((1, 6)),                      DataError, ["sample_weight", "not all"]),
    ("too few weights",             X, Y, np.ones((1, 5)),                       ShapeError, ["sample_weight", "(1, 6)", "(1, 5)"]),
    ("rank-1 weights",              X, Y, np.ones(6),                            ShapeError, ["sample_weight", "rank-1"]),
    ("a weight that is no number",  X, Y, np.full((1, 6), np.nan),               DataError, ["sample_weight"]),
]  # fmt: skip
SOFTMAX_DATA = [
    ("class numbers",               np.array([[0, 1, 2, 0, 1, 2]]),              ShapeError, ["Y", "n[L] = 3", "(1, 6)"]),
    ("two classes at once",         ONE_HOT + np.eye(3)[:, [1, 1, 2, 0, 1, 2]] * (np.arange(6) == 0), DataError, ["one-hot", "column 0", "2"]),
    ("no class",                    ONE_HOT * (np.arange(6) != 4),               DataError, ["one-hot", "column 4", "0"]),
    ("probabilities beyond 1",      np.full((3, 6), 0.5),                        DataError, ["sum to 1", "column 0", "1.5"]),
]  # fmt: skip


@pytest.mark.parametrize("method", ["fit", "cost", "gradients"])
@pytest.mark.parametrize(("X", "Y", "S", "error", "words"), [row[1:] for row in DATA], ids=[row[0] for row in DATA])
def test_data_that_cannot_be_used(X, Y, S, error, words, method):
    net = Network([2, 4, 1], seed=0)
    before = net.vector.copy()
    refused(error, words, getattr(net, method), X, Y, sample_weight=S)
    np.testing.assert_array_equal(net.vector, before)


@pytest.mark.parametrize(
    ("Y", "error", "words"), [row[1:] for row in SOFTMAX_DATA], ids=[row[0] for row in SOFTMAX_DATA]
)
def test_targets_that_are_not_one_hot(Y, error, words):
    refused(error, words, Network([2, 4, 3], seed=0).fit, X, Y)


def test_probabilities_are_labels_too():
    gradients = Network([2, 4, 3], seed=0, dtype="float64").gradients
    mixed = [gradients(X, np.eye(3)[:, [j] * 6]).vector for j in range(3)]
    np.testing.assert_allclose(gradients(X, np.full((3, 6), 1 / 3)).vector, np.mean(mixed, axis=0), atol=1e-15)


def test_negative_counts_are_refused():
    refused(DataError, ["poisson", "at least 0", "-1"], Network([2, 1], loss="poisson", seed=0).cost, X, Y - 1)


def test_a_stack_takes_as_many_data_as_it_has_networks():
    net = Network([2, 1], seed=0, n_networks=3)
    refused(ShapeError, ["X", "leading axis of 3", "(2, 2, 6)"], net.forward, np.ones((2, 2, 6)))


@pytest.mark.parametrize("method", ["forward", "trace"])
def test_looking_checks_X_too(method):
    refused(ShapeError, ["X", "n[0] = 2", "(3, 6)"], getattr(Network([2, 1], seed=0), method), np.ones((3, 6)))


# ---------------------------------------------------------------- settings of a training
SETTINGS = [
    ("a misspelt optimizer",    {"optimizer": "adm"},                           UnknownNameError, ["optimizer 'adm'", "'adam'"]),
    ("an option out of range",  {"optimizer": "adam(beta_1=2)"},                SettingError, ["optimizer 'adam'", "beta_1", "[0, 1)", "got 2"]),
    ("a schedule out of range", {"schedule": "step(every=0)"},                  SettingError, ["schedule 'step'", "every", "(0, inf)", "got 0"]),
    ("an unknown option",       {"optimizer": "adam(beta1=0.8)"},               SettingError, ["'beta1'", "'beta_1'"]),
    ("a misspelt schedule",     {"schedule": "cosin"},                          UnknownNameError, ["schedule 'cosin'", "'cosine'"]),
    ("no iterations",           {"iterations": 0},                              SettingError, ["iterations", "at least 1", "0"]),
    ("half an epoch",           {"epochs": 0.5},                                SettingError, ["epochs", "whole number", "0.5"]),
    ("epochs and iterations",   {"epochs": 3, "iterations": 5},                 SettingError, ["not both", "3", "5"]),
    ("an empty batch",          {"batch_size": 0},                              SettingError, ["batch_size", "at least 1"]),
    ("a learning rate of 0",    {"learning_rate": 0},                           SettingError, ["learning_rate", "greater than 0"]),
    ("a negative rate",         {"learning_rate": -0.1},                        SettingError, ["learning_rate", "-0.1"]),
    ("a rate that is NaN",      {"learning_rate": float("nan")},                SettingError, ["learning_rate", "nan"]),
    ("a rate that is text",     {"learning_rate": "0.1"},                       SettingError, ["learning_rate", "'0.1'"]),
    ("a negative penalty",      {"l2": -1},                                     SettingError, ["l2", "at least 0", "-1"]),
    ("an infinite penalty",     {"l1": float("inf")},                           SettingError, ["l1", "inf"]),
    ("dropping everything",     {"dropout": 1.0},                               SettingError, ["dropout", "[0, 1)", "1.0"]),
    ("a negative dropout",      {"dropout": -0.1},                              SettingError, ["dropout", "-0.1"]),
    ("too many dropouts",       {"dropout": [0.1, 0.1]},                        SettingError, ["dropout", "1 hidden", "got 2"]),
    ("a bound of 0",            {"clip_norm": 0},                               SettingError, ["clip_norm", "greater than 0"]),
    ("a broken validation X",   {"validation": (np.ones((3, 6)), Y)},           ShapeError, ["X of validation", "(3, 6)"]),
    ("a broken validation Y",   {"validation": (X, Y[:, :5])},                  ShapeError, ["Y of validation", "(1, 5)"]),
    ("half a validation",       {"validation": (X,)},                           SettingError, ["validation", "(X, Y)"]),
    ("a validation of one array", {"validation": X},                            ShapeError, ["X of validation", "rank-1", "X.reshape(6, 1)"]),
]  # fmt: skip


@pytest.mark.parametrize(("options", "error", "words"), [row[1:] for row in SETTINGS], ids=[row[0] for row in SETTINGS])
def test_settings_that_cannot_be(options, error, words):
    net = Network([2, 4, 1], seed=0)
    net.fit(X, Y, iterations=2, optimizer="momentum")
    before, memory, record = net.vector.copy(), net.optimizer_state["v"].copy(), net.record
    refused(error, words, net.fit, X, Y, **options)
    np.testing.assert_array_equal(net.vector, before)
    np.testing.assert_array_equal(net.optimizer_state["v"], memory)
    assert net.record is record


def test_dimensions_of_no_sample_are_refused():
    refused(SettingError, ["m", "at least 1", "0"], Network([2, 1], seed=0).dimensions, 0)


# ---------------------------------------------------------------- the equations on their own
EQUATIONS = [
    ("b as a row",              lambda: equations.linear_forward(X, W[1], np.ones((1, 4))),         ShapeError, ["b", "(4, 1)", "(1, 4)"]),
    ("b of rank 1",             lambda: equations.linear_forward(X, W[1], np.ones(4)),              ShapeError, ["b", "rank-1", "b.reshape(4, 1)"]),
    ("W the other way round",   lambda: equations.linear_forward(X, W[1].T, np.ones((2, 1))),       ShapeError, ["A_prev", "(4, m)", "(2, 6)", "W"]),
    ("dA unlike Z",             lambda: equations.activation_backward(X, X[:1], "relu"),            ShapeError, ["dA", "(1, 6)", "(2, 6)"]),
    ("an unknown activation",   lambda: equations.activation_forward(X, "relux"),                   UnknownNameError, ["'relux'", "'relu'"]),
    ("dZ unlike W",             lambda: equations.linear_backward(X, X, np.ones((3, 2))),           ShapeError, ["W", "(2, ", "(3, 2)"]),
    ("dZ unlike A_prev",        lambda: equations.linear_backward(X[:, :5], X, np.ones((2, 2))),    ShapeError, ["A_prev", "(2, 5)", "(2, 6)"]),
    ("forward: W[2]",           lambda: equations.forward(X, with_entry(W, 2, np.ones((1, 3))), b, G), ShapeError, ["A[1]", "(3, m)", "(4, 6)", "W[2]"]),
    ("forward: b[1]",           lambda: equations.forward(X, W, with_entry(b, 1, np.ones((3, 1))), G), ShapeError, ["b[1]", "(4, 1)", "(3, 1)"]),
    ("forward: b without W",    lambda: equations.forward(X, W, b[:2], G),                          ShapeError, ["b", "3 entries", "got 2"]),
    ("forward: no layers",      lambda: equations.forward(X, [None], [None], []),                   ShapeError, ["W", "entry 0"]),
    ("forward: one name",       lambda: equations.forward(X, W, b, "relu"),                         SettingError, ["2 names", "'relu'"]),
    ("forward: three names",    lambda: equations.forward(X, W, b, ["relu"] * 3),                   SettingError, ["2 layers"]),
    ("forward: rank-1 X",       lambda: equations.forward(X[0], W, b, G),                           ShapeError, ["X", "rank-1", "X.reshape(6, 1)"]),
    ("cost: shapes",            lambda: equations.cost(X, Y),                                       ShapeError, ["Y", "(2, 6)", "(1, 6)"]),
    ("cost: labels",            lambda: equations.cost(Y / 2 + 0.1, Y + 1),                         DataError, ["Y", "0 and 1"]),
    ("cost: loss",              lambda: equations.cost(Y, Y, "mse"),                                UnknownNameError, ["loss 'mse'", "squared_error"]),
    ("cost_backward: shapes",   lambda: equations.cost_backward(Y, X),                              ShapeError, ["Y", "(1, 6)", "(2, 6)"]),
    ("backward: a Z missing",   lambda: backward(Z=[None, np.ones((4, 6))]),                        ShapeError, ["A and Z", "3", "2"]),
    ("backward: Z[1]",          lambda: backward(Z=[None, np.ones((4, 5)), np.ones((1, 6))]),       ShapeError, ["Z[1]", "(4, 6)", "(4, 5)"]),
    ("backward: W[2]",          lambda: backward(W=with_entry(W, 2, np.ones((1, 5)))),              ShapeError, ["W[2]", "4)", "(1, 5)"]),
    ("backward: A[1]",          lambda: backward(A=[X, np.ones((3, 6)), Y]),                        ShapeError, ["A[1]", "(4, 6)", "(3, 6)"]),
    ("a step: dW[1]",           lambda: equations.gradient_descent(W, b, with_entry(W, 1, W[1].T), b, 1), ShapeError, ["dW[1]", "W[1]", "(4, 2)", "(2, 4)"]),
    ("a step: db of rank 1",    lambda: equations.gradient_descent(W, b, W, with_entry(b, 1, np.ones(4)), 1), ShapeError, ["db[1]", "rank-1", "reshape(4, 1)"]),
    ("a step: one row, no list",lambda: equations.gradient_descent(*[np.ones((1, 4))] * 4, 1),      ShapeError, ["W", "list", "(1, 4)"]),
    ("a step: stack, no list",  lambda: equations.gradient_descent(*[np.ones((2, 3, 4))] * 4, 1),   ShapeError, ["W", "list", "(2, 3, 4)"]),
    ("a step: no layers",       lambda: equations.gradient_descent([None], [None], [None], [None], 1), ShapeError, ["W", "entry 0"]),
    ("a step: a layer missing", lambda: equations.gradient_descent(W, b, W[:2], b, 1),              ShapeError, ["equally many", "3, 3, 2, 3"]),
]  # fmt: skip


@pytest.mark.parametrize(("call", "error", "words"), [row[1:] for row in EQUATIONS], ids=[row[0] for row in EQUATIONS])
def test_arrays_that_do_not_fit_the_equations(call, error, words):
    refused(error, words, call)
