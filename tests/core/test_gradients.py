"""Every slope in the tables against central differences in float64; and the checker against planted faults."""

import numpy as np
import pytest

from glassnet.arrays import numpy_namespace as xp
from glassnet.core import propagation
from glassnet.core.activations import ACTIVATIONS
from glassnet.core.losses import LOSSES
from glassnet.core.names import choose
from glassnet.core.regularization import PENALTIES
from numeric import THRESHOLD, difference_quotient, gradient_error, problem, relative_error, targets

HIDDEN = [name for name, g in ACTIVATIONS.items() if g.slope is not None]
WITH_OPTIONS = ["leaky_relu(0.2)", "elu(alpha=0.5)"]
PAIRINGS = [(output, name) for name, loss in LOSSES.items() for output in loss.outputs or ACTIVATIONS]
PAIRINGS_WITH_OPTIONS = [
    (output, loss) for loss in ("huber(0.5)", "quantile(0.8)") for output in ("identity", "tanh", "leaky_relu(0.3)")
]
TERMS = {
    "l2": {"l2": 0.7},
    "l1": {"l1": 0.3},
    "dropout": {"dropout": True},
    "sample_weight": {"weighted": True},
    "all": {"l2": 0.7, "l1": 0.3, "dropout": True, "weighted": True},
}


# ---------------------------------------------------------------- whole networks
@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("hidden", [*HIDDEN, *WITH_OPTIONS])
def test_every_activation_in_hidden_layers(hidden, stack):
    assert gradient_error(problem(hidden, "identity", "squared_error", stack=stack)) <= THRESHOLD


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize(("output", "loss"), [*PAIRINGS, *PAIRINGS_WITH_OPTIONS])
def test_every_pairing_of_output_and_loss(output, loss, stack):
    assert gradient_error(problem("tanh", output, loss, stack=stack)) <= THRESHOLD


@pytest.mark.parametrize("stack", [None, 3])
@pytest.mark.parametrize("terms", TERMS.values(), ids=TERMS.keys())
@pytest.mark.parametrize(
    ("hidden", "output", "loss"),
    [
        ("relu", "sigmoid", "sigmoid_cross_entropy"),
        ("tanh", "softmax", "softmax_cross_entropy"),
        ("gelu", "tanh", "huber"),
    ],
)
def test_every_term_of_the_cost(hidden, output, loss, terms, stack):
    assert gradient_error(problem(hidden, output, loss, stack=stack, **terms)) <= THRESHOLD


# ---------------------------------------------------------------- one function at a time
def slope_error_of_activation(name):
    Z = np.array([[-3.1, -1.2, -0.4, 0.3, 1.1, 2.9]])
    g = choose(ACTIVATIONS, name, "activation")[1]
    return relative_error(difference_quotient(lambda h: g.value(xp, Z + h)), g.slope(xp, Z, g.value(xp, Z)))


def slope_error_of_softmax():
    """Each entry of Z moves its whole column: the slope of Σ dA * A is what backward(dA, A) must give."""
    rng = np.random.default_rng(0)
    Z, dA = rng.normal(size=(3, 4)), rng.normal(size=(3, 4))
    g = ACTIVATIONS["softmax"]
    moved = [difference_quotient(lambda h, i=i: (dA * g.value(xp, Z + h * np.eye(3)[:, [i]])).sum(0)) for i in range(3)]
    return relative_error(np.array(moved), g.backward(xp, dA, g.value(xp, Z)))


def slope_error_of_loss(name):
    loss = choose(LOSSES, name, "loss")[1]
    rng = np.random.default_rng(1)
    A, Y = rng.uniform(0.1, 0.9, (2, 5)), targets(rng, loss.labels)
    return relative_error(difference_quotient(lambda h: loss.value(xp, A + h, Y)), loss.slope(xp, A, Y))


@pytest.mark.parametrize("name", [*HIDDEN, *WITH_OPTIONS])
def test_slope_of_activation(name):
    assert slope_error_of_activation(name) <= THRESHOLD


def test_jacobian_of_softmax():
    assert slope_error_of_softmax() <= THRESHOLD


@pytest.mark.parametrize("name", [*LOSSES, "huber(0.5)", "quantile(0.8)"])
def test_slope_of_loss(name):
    assert slope_error_of_loss(name) <= THRESHOLD


# ---------------------------------------------------------------- the checker sees what is wrong
def scaled(function, factor):
    return lambda *args, **options: factor * function(*args, **options)


def plant(monkeypatch, table, name, factor, field="slope"):
    monkeypatch.setitem(table, name, table[name]._replace(**{field: scaled(getattr(table[name], field), factor)}))


@pytest.mark.parametrize("factor", [1.001, -1])
@pytest.mark.parametrize("name", HIDDEN)
def test_wrong_slope_of_activation_is_seen(monkeypatch, name, factor):
    plant(monkeypatch, ACTIVATIONS, name, factor)
    assert slope_error_of_activation(name) > 100 * THRESHOLD
    assert gradient_error(problem(name, "identity", "squared_error")) > 100 * THRESHOLD


@pytest.mark.parametrize("factor", [1.001, -1])
def test_wrong_slope_of_softmax_is_seen(monkeypatch, factor):
    plant(monkeypatch, ACTIVATIONS, "softmax", factor, "backward")
    assert slope_error_of_softmax() > 100 * THRESHOLD
    assert gradient_error(problem("tanh", "softmax", "squared_error")) > 100 * THRESHOLD


@pytest.mark.parametrize("factor", [1.001, -1])
@pytest.mark.parametrize("name", LOSSES)
def test_wrong_slope_of_loss_is_seen(monkeypatch, name, factor):
    plant(monkeypatch, LOSSES, name, factor)
    assert slope_error_of_loss(name) > 100 * THRESHOLD
    unpaired = [output for output in LOSSES[name].outputs or ["tanh"] if output != LOSSES[name].pair]
    for output in unpaired:  # with its pair, dZ[L] is A[L] - Y and the slope is not asked
        assert gradient_error(problem("tanh", output, name)) > 100 * THRESHOLD


@pytest.mark.parametrize("factor", [1.001, -1])
@pytest.mark.parametrize("name", [name for name, loss in LOSSES.items() if loss.pair])
def test_wrong_shortcut_of_a_pair_is_seen(monkeypatch, name, factor):
    right = propagation.losses_and_dZ

    def wrong(*args):
        losses, dZ = right(*args)
        return losses, factor * dZ

    monkeypatch.setattr(propagation, "losses_and_dZ", wrong)
    assert gradient_error(problem("tanh", LOSSES[name].pair, name)) > 100 * THRESHOLD


def test_missing_division_by_m_is_seen(monkeypatch):
    right = propagation.backward
    monkeypatch.setattr(propagation, "backward", lambda *args: right(*args[:7], 1, *args[8:]))
    assert gradient_error(problem("tanh", "sigmoid", "sigmoid_cross_entropy")) > 0.5


@pytest.mark.parametrize("penalty", ["l2", "l1"])
def test_wrong_slope_of_a_penalty_is_seen(monkeypatch, penalty):
    row = PENALTIES[penalty]
    monkeypatch.setitem(PENALTIES, penalty, row._replace(slope=scaled(row.slope, 1.001)))
    assert gradient_error(problem("tanh", "sigmoid", "sigmoid_cross_entropy", **{penalty: 0.5})) > 10 * THRESHOLD


def test_relative_error_by_hand():
    # in norm |(0, 1)| / |(6, 7)| = 0.108; the worst entry 1 / (3 + 4) = 0.143
    assert relative_error(np.array([3.0, 3.0]), np.array([3.0, 4.0])) == pytest.approx(1 / 7)
    assert relative_error(np.zeros(2), np.zeros(2)) == 0


def test_difference_quotient_is_exact_for_a_quartic():
    assert difference_quotient(lambda h: (2 + h) ** 4, h=0.1) == pytest.approx(32, rel=1e-13)
