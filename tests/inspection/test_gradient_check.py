"""The gradient check finds nothing where nothing is, and a slope that is wrong by 0.1 %, by its place."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.core import propagation
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.losses import LOSSES
from glassnet.core.propagation import Objective
from glassnet.core.regularization import PENALTIES
from glassnet.errors import SettingError
from glassnet.inspection import check_activation, check_loss
from glassnet.inspection import gradient_check as checker

TERMS = {"l2": 0.7, "l1": 0.2, "dropout": 0.3, "sample_weight": np.linspace(0.5, 2, 20)[None]}


def problem(hidden="tanh", dtype="float32", stack=None):
    rng = np.random.default_rng(0)
    net = Network([3, 5, 4, 1], hidden, seed=1, dtype=dtype, n_networks=stack)
    net.vector[...] += 0.1 * rng.normal(size=net.vector.shape)
    X = rng.normal(size=(3, 20))
    return net, X, (X[:1] * X[1:2] > 0) * 1.0


def scaled(function, factor):
    return lambda *args, **options: factor * function(*args, **options)


# ---------------------------------------------------------------- nothing is wrong
@pytest.mark.parametrize("stack", [None, 2])
@pytest.mark.parametrize("terms", [{}, TERMS], ids=["bare", "all"])
@pytest.mark.parametrize("hidden", [name for name, g in ACTIVATIONS.items() if g.slope])
def test_the_equations_pass(hidden, terms, stack):
    check = (case := problem(hidden, stack=stack))[0].check_gradients(*case[1:], **terms)
    assert check.ok, str(check)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("hidden", ["relu", "tanh"])
def test_a_trained_network_passes_in_float64(hidden, dtype):
    net, X, Y = problem(hidden, dtype)
    net.fit(X, Y, optimizer="adam", learning_rate=0.05, iterations=300)
    before = net.vector.copy()
    check = net.check_gradients(X, Y)
    assert check.ok, str(check)
    assert check.worst.difference < 1e-6
    np.testing.assert_array_equal(net.vector, before)


def test_steps_over_kinks_are_no_mistakes():
    """relu with many samples: at the first step some Z changes its sign."""
    rng = np.random.default_rng(3)
    net = Network([4, 30, 1], "relu", "squared_error", seed=3, dtype="float64")
    X = rng.normal(size=(4, 2000))
    objective, masks = Objective.of(net.architecture), [None] * 3
    check = checker.check_gradients(net.parameters, X, X[:1] ** 2, objective, masks, samples=2000)
    assert check.ok, str(check)


def test_of_many_samples_some_are_drawn(monkeypatch):
    seen = []
    monkeypatch.setattr(checker, "propagate", lambda *args: seen.append(args[3].shape) or propagation.propagate(*args))
    net, X, Y = problem("relu")
    assert net.check_gradients(np.tile(X, 50), np.tile(Y, 50), dropout=0.2).ok
    assert seen == [(3, checker.SAMPLES)]


def test_entries_on_a_kink_are_counted_apart():
    net = Network([2, 3, 1], "relu", "squared_error", seed=0, dtype="float64")
    net.b[1][...] = 0
    check = net.check_gradients(np.zeros((2, 1)), [[1.0]])  # every Z[1] is 0
    assert check.ok
    line = next(line for line in check.arrays if line.array == "db[1]")
    assert line.on_kinks == 3


def test_l1_at_weights_of_zero_is_no_mistake():
    net, X, Y = problem()
    net.W[2][0, 0] = 0
    assert net.check_gradients(X, Y, l1=0.5).ok  # its slope there is taken as the mean of left and right


# ---------------------------------------------------------------- something is
@pytest.mark.parametrize("factor", [1.001, 0.999, -2])
@pytest.mark.parametrize("hidden", ["tanh", "relu", "gelu", "selu", "mish"])
def test_a_wrong_slope_of_an_activation_is_found_in_its_layer(monkeypatch, hidden, factor):
    wrong = ACTIVATIONS[hidden]._replace(slope=scaled(ACTIVATIONS[hidden].slope, factor))
    monkeypatch.setitem(ACTIVATIONS, hidden, wrong)
    net, X, Y = problem(hidden)
    check = net.check_gradients(X, Y)
    assert not check.ok
    assert check.worst.layer < 3
    assert {line.array for line in check.arrays if line.worst.difference <= check.threshold} == {"dW[3]", "db[3]"}


def test_one_wrong_entry_is_named(monkeypatch):
    right = checker.propagate

    def wrong(xp, theta, gradient, *rest):
        done = right(xp, theta, gradient, *rest)
        gradient.W[2][3, 1] *= 1.001
        return done

    monkeypatch.setattr(checker, "propagate", wrong)
    net, X, Y = problem()
    worst = (check := net.check_gradients(X, Y)).worst
    assert (worst.array, worst.layer, worst.index) == ("dW[2]", 2, (3, 1))
    assert worst.analytic == pytest.approx(1.001 * worst.numeric, rel=1e-6)
    assert worst.difference == pytest.approx(0.001 / 2.001, rel=1e-2)
    assert "WRONG: dW[2][3, 1]" in str(check)
    assert "WRONG" in check._repr_html_()


def test_the_network_of_a_stack_is_named(monkeypatch):
    right = checker.propagate

    def wrong(xp, theta, gradient, *rest):
        done = right(xp, theta, gradient, *rest)
        gradient.b[1][1, 2, 0] *= 1.001
        return done

    monkeypatch.setattr(checker, "propagate", wrong)
    net, X, Y = problem(stack=3)
    worst = net.check_gradients(X, Y).worst
    assert (worst.array, worst.index) == ("db[1]", (1, 2, 0))


@pytest.mark.parametrize("penalty", ["l2", "l1"])
def test_a_wrong_slope_of_a_penalty_is_found(monkeypatch, penalty):
    row = PENALTIES[penalty]
    monkeypatch.setitem(PENALTIES, penalty, row._replace(slope=scaled(row.slope, 1.001)))
    net, X, Y = problem()
    assert not net.check_gradients(X, Y, **{penalty: 2.0}).ok


def test_a_slope_that_is_nan_is_wrong(monkeypatch):
    wrong = ACTIVATIONS["tanh"]._replace(slope=scaled(ACTIVATIONS["tanh"].slope, np.nan))
    monkeypatch.setitem(ACTIVATIONS, "tanh", wrong)
    net, X, Y = problem()
    assert not net.check_gradients(X, Y).ok


# ---------------------------------------------------------------- how many, and which
def test_large_arrays_are_sampled_and_the_seed_says_where():
    net = Network([30, 20, 1], "tanh", seed=0)
    X = np.random.default_rng(0).normal(size=(30, 5))
    Y = np.array([[1, 0, 1, 0, 1]])
    check = net.check_gradients(X, Y, entries=7, seed=1)
    assert [line.checked for line in check.arrays] == [7, 7, 7, 1]
    assert "7/600" in str(check)
    assert str(check) == str(net.check_gradients(X, Y, entries=7, seed=1))
    assert str(check) != str(net.check_gradients(X, Y, entries=7, seed=2))
    with pytest.raises(SettingError, match="entries"):
        net.check_gradients(X, Y, entries=0)


# ---------------------------------------------------------------- entries of the tables
@pytest.mark.parametrize("name", [*ACTIVATIONS, "leaky_relu(0.2)", "elu(alpha=0.5)"])
def test_activations_of_the_table_pass(name):
    assert check_activation(name).ok, check_activation(name)


@pytest.mark.parametrize("name", [*LOSSES, "huber(0.5)", "quantile(0.8)"])
def test_losses_of_the_table_pass(name):
    assert check_loss(name).ok, check_loss(name)


def test_an_activation_of_ones_own_is_checked_alone_and_in_a_network(monkeypatch):
    own = Activation(
        lambda xp, Z: Z / (1 + abs(Z)), lambda xp, Z, A: 1 / (1 + abs(Z)) ** 2, "Z / (1 + |Z|)", "(1 + |Z|)^-2"
    )
    assert check_activation(own).ok
    monkeypatch.setitem(ACTIVATIONS, "softsign", own)
    net, X, Y = problem("softsign")
    net.fit(X, Y, iterations=20, engine="numpy")
    assert net.check_gradients(X, Y).ok
    assert "softsign(" in net.trace(X, Y).unit("A", 1)


@pytest.mark.parametrize("name", ACTIVATIONS)
def test_wrong_activations_do_not(name):
    g = ACTIVATIONS[name]
    field = "backward" if g.slope is None else "slope"
    assert not check_activation(g._replace(**{field: scaled(getattr(g, field), 1.001)})).ok


@pytest.mark.parametrize("name", LOSSES)
def test_wrong_losses_do_not(name):
    assert not check_loss(LOSSES[name]._replace(slope=scaled(LOSSES[name].slope, 1.001))).ok


@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.paired_value])
def test_a_wrong_pair_does_not(name):
    wrong = LOSSES[name]._replace(paired_value=scaled(LOSSES[name].paired_value, 1.001))
    check = check_loss(wrong)
    assert not check.ok
    assert check.worst.array.startswith("dZ of")
