"""Choices by name: "relu", "leaky_relu(0.2)", "adam(beta_1=0.8)"."""

import numpy as np
import pytest

from glassnet.core.activations import ACTIVATIONS
from glassnet.core.names import choose
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.engines import numpy_engine as xp
from glassnet.errors import SettingError, UnknownNameError

ADAM = OPTIMIZERS["adam"].options


@pytest.mark.parametrize(
    ("choice", "name", "options"),
    [
        ("adam", "adam", ADAM),
        (" adam ( ) ", "adam", ADAM),
        ("adam(0.8)", "adam", ADAM | {"beta_1": 0.8}),
        ("adam(0.8, 0.99)", "adam", ADAM | {"beta_1": 0.8, "beta_2": 0.99}),
        ("adam(epsilon=1e-3)", "adam", ADAM | {"epsilon": 1e-3}),
        ("adam(0.8, epsilon = 1e-3)", "adam", ADAM | {"beta_1": 0.8, "epsilon": 1e-3}),
    ],
)
def test_name_and_options(choice, name, options):
    found, entry = choose(OPTIMIZERS, choice, "optimizer")
    assert (found, dict(entry.options)) == (name, options)


def test_options_reach_the_functions():
    g = choose(ACTIVATIONS, "leaky_relu(0.25)", "activation")[1]
    Z = np.array([[-4.0, 2.0]])
    np.testing.assert_array_equal(g.value(xp, Z), [[-1, 2]])
    np.testing.assert_array_equal(g.slope(xp, Z, g.value(xp, Z)), [[0.25, 1]])


def test_options_leave_the_table_alone():
    choose(ACTIVATIONS, "leaky_relu(0.25)", "activation")
    assert ACTIVATIONS["leaky_relu"].options == {"slope": 0.01}
    assert ACTIVATIONS["leaky_relu"].value(xp, np.array([[-4.0]])) == -0.04


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("relo", ["activation", "'relo'", "did you mean 'relu'?"]),
        ("Sigmoid", ["did you mean 'sigmoid'?"]),
        ("leaky-relu", ["did you mean 'leaky_relu'?"]),
        ("qqqq", ["'qqqq'", "known: identity, sigmoid"]),
        ("relu(", ["'relu('", "did you mean 'relu'?"]),
        ("", ["known:"]),
        (None, ["None"]),
        (3, ["3"]),
    ],
)
def test_unknown_names(choice, words):
    with pytest.raises(UnknownNameError) as caught:
        choose(ACTIVATIONS, choice, "activation")
    assert all(word in str(caught.value) for word in words), caught.value
    assert "did you mean" not in str(caught.value) or any("did you mean" in word for word in words)


@pytest.mark.parametrize(
    ("choice", "words"),
    [
        ("relu(1)", ["'relu'", "takes 0 options"]),
        ("leaky_relu(1, 2)", ["takes 1 options (slope)"]),
        ("leaky_relu(slop=1)", ["no option 'slop'", "did you mean 'slope'?"]),
        ("leaky_relu(slope=steep)", ["option slope", "'steep'"]),
        ("leaky_relu(slope=)", ["option slope", "number"]),
    ],
)
def test_wrong_options(choice, words):
    with pytest.raises(SettingError) as caught:
        choose(ACTIVATIONS, choice, "activation")
    assert all(word in str(caught.value) for word in words), caught.value
