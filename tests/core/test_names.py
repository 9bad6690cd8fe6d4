"""Choices by name: "relu", "leaky_relu(0.2)", "adam(beta_1=0.8)"."""

import numpy as np
import pytest

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.architecture import Architecture
from glassnet.core.initializers import INITIALIZERS
from glassnet.core.losses import LOSSES, full_name
from glassnet.core.names import choose, spelled
from glassnet.core.optimizers import OPTIMIZERS
from glassnet.core.schedules import SCHEDULES
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
        ("leaky_relu(-0.1)", ["activation 'leaky_relu'", "option slope", "[0, inf)", "got -0.1"]),
    ],
)
def test_wrong_options(choice, words):
    with pytest.raises(SettingError) as caught:
        choose(ACTIVATIONS, choice, "activation")
    assert all(word in str(caught.value) for word in words), caught.value


TABLES = {
    "activation": ACTIVATIONS,
    "loss": LOSSES,
    "initializer": INITIALIZERS,
    "optimizer": OPTIMIZERS,
    "schedule": SCHEDULES,
}


def test_every_option_has_an_interval_that_holds_its_default():
    for kind, table in TABLES.items():
        for name, entry in table.items():
            choice = ", ".join(f"{option}={value}" for option, value in entry.options.items())
            assert choose(table, f"{name}({choice})", kind)[1].options == entry.options


@pytest.mark.parametrize(
    ("kind", "allowed", "refused"),
    [
        ("activation", ["leaky_relu(0)", "leaky_relu(1.5)", "elu(0)"], ["leaky_relu(-1)", "elu(-1)", "elu(inf)"]),
        ("loss", ["huber(0.1)", "quantile(0.99)"], ["huber(0)", "huber(-1)", "quantile(0)", "quantile(1.5)"]),
        ("initializer", ["normal(0)", "constant(-3)"], ["normal(-1)", "normal(nan)", "constant(inf)", "constant(nan)"]),
        ("optimizer", ["momentum(0)", "nesterov(1)", "rmsprop(0)"], ["momentum(1.5)", "nesterov(-0.1)", "rmsprop(1)"]),
        ("optimizer", ["adam(0, 0, 0)"], ["adam(beta_1=2)", "adam(beta_1=1)", "adam(beta_2=1)", "adam(epsilon=-1)"]),
        ("optimizer", ["adamw(weight_decay=0)"], ["adamw(weight_decay=-1)", "adamw(weight_decay=inf)"]),
        ("optimizer", ["lbfgs(0, 1, 1)", "lbfgs(inf)"], ["lbfgs(-1)", "lbfgs(max_evaluations=0)", "lbfgs(memory=0)"]),
        ("optimizer", ["lbfgs(memory=1e1)"], ["lbfgs(memory=1.5)", "lbfgs(max_evaluations=inf)", "lbfgs(memory=nan)"]),
        ("schedule", ["step(1, 0.5)"], ["step(every=0)", "step(drop=0)", "step(drop=2)", "step(every=nan)"]),
        ("schedule", ["exponential(1)", "inverse_scaling(0)"], ["exponential(0)", "inverse_scaling(-1)"]),
        ("schedule", ["warmup_cosine(0)", "warmup_cosine(1)"], ["warmup_cosine(-0.1)", "warmup_cosine(1.1)"]),
        ("schedule", ["plateau(1, 1)"], ["plateau(patience=0)", "plateau(drop=-1)"]),
    ],
)  # fmt: skip
def test_ranges_of_options(kind, allowed, refused):
    for choice in allowed:
        choose(TABLES[kind], choice, kind)
    for choice in refused:
        with pytest.raises(SettingError, match=rf"{kind} '{choice.partition('(')[0]}', option \w+: .* in [\[(]"):
            choose(TABLES[kind], choice, kind)


@pytest.mark.parametrize(
    ("table", "choice", "spelling"),
    [
        (ACTIVATIONS, "relu", "relu"),
        (ACTIVATIONS, " relu ( ) ", "relu"),
        (ACTIVATIONS, "leaky_relu(slope = 0.20)", "leaky_relu(0.2)"),
        (ACTIVATIONS, "leaky_relu(0.01)", "leaky_relu"),
        (LOSSES, "huber(delta=2)", "huber(2)"),
        (LOSSES, "huber(0.1234567890123)", "huber(0.1234567890123)"),
        (OPTIMIZERS, "adam(epsilon=1e-8)", "adam"),
        (OPTIMIZERS, "adam(beta_2=0.9)", "adam(0.9, 0.9)"),
        (OPTIMIZERS, "lbfgs(tolerance=inf)", "lbfgs(inf)"),
    ],
)
def test_a_choice_has_one_spelling(table, choice, spelling):
    assert spelled(table, choice, "choice") == spelling
    assert dict(choose(table, spelling, "choice")[1].options) == dict(choose(table, choice, "choice")[1].options)


@pytest.mark.parametrize(
    ("sizes", "activations", "loss"),
    [
        ([2, 3, 1], ["relu", "sigmoid"], "cross_entropy"),
        ([2, 3, 4], ["relu", "softmax"], "cross_entropy"),
        ([2, 3, 4], ["relu", "sigmoid"], "cross_entropy"),
        ([2, 3, 1], ["leaky_relu(0.2)", "identity"], "huber"),
    ],
)
def test_an_architecture_is_the_same_however_it_is_spelled(sizes, activations, loss):
    """Of cross-entropy both names, of all else blanks, empty brackets, and options that are the default."""
    plain = Architecture.build(sizes, activations, loss)
    full = full_name(loss, sizes[-1], activations[-1])
    for name in (full, f" {full} ( )", "huber(delta=1.0)" if loss == "huber" else full):
        other = Architecture.build(sizes, [f" {g} " if "(" in g else f"{g}( )" for g in activations], name)
        assert other == plain
        assert other.to_document() == plain.to_document() == {"sizes": sizes, "activations": activations, "loss": loss}
