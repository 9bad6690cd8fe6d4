"""A new choice is one row: written into its table while the program runs, everything knows it."""

import numpy as np
import pytest

from glassnet import Network
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.initializers import INITIALIZERS, Initializer
from glassnet.core.losses import LOSSES, Loss
from glassnet.core.names import Option
from glassnet.core.optimizers import OPTIMIZERS, Optimizer
from glassnet.core.schedules import SCHEDULES, Schedule
from glassnet.report.blocks import Report, says
from glassnet.report.page import to_html
from glassnet.report.principle import principle

RNG = np.random.default_rng(0)
X, Y = RNG.normal(size=(3, 40)), RNG.normal(size=(1, 40))


def squareplus(xp, Z, bend=4.0):
    return 0.5 * (Z + xp.sqrt(Z * Z + bend))


def squareplus_slope(xp, Z, A, bend=4.0):
    return 0.5 + 0.5 * Z / xp.sqrt(Z * Z + bend)


def quartic(xp, A, Y):
    return 0.25 * (A - Y) ** 2 * (A - Y) ** 2


def quartic_slope(xp, A, Y):
    return (A - Y) ** 2 * (A - Y)


def lion(xp, theta, gradient, state, t, learning_rate, beta=0.9):
    v = state["v"]
    theta -= learning_rate * xp.sign(beta * v + (1 - beta) * gradient)
    v += (1 - beta) * (gradient - v)


ROWS = [
    (ACTIVATIONS, "squareplus", Activation(
        squareplus, squareplus_slope, "(Z + sqrt(Z² + bend)) / 2", "1/2 + Z / (2 sqrt(Z² + bend))",
        r"\frac{Z + \sqrt{Z * Z + <bend>}}{2}", r"\frac{1}{2} + \frac{Z}{2 \sqrt{Z * Z + <bend>}}",
        "he", bounds=(0, np.inf), options={"bend": Option(4.0, "[0, inf)")})),
    (LOSSES, "quartic", Loss(quartic, quartic_slope, "(A - Y)⁴ / 4", "any")),
    (OPTIMIZERS, "lion", Optimizer(
        ("v",), lion, 0.01, "theta -= alpha sign(beta v + (1 - beta) d)", options={"beta": Option(0.9, "[0, 1)")})),
    (SCHEDULES, "linear", Schedule(lambda t, T, costs: 1 - t / T, "1 - t / T")),
    (INITIALIZERS, "half_uniform", Initializer(lambda rng, n, n_prev: rng.uniform(-0.5, 0.5, (n, n_prev)), "U(±.5)")),
]  # fmt: skip


@pytest.fixture(autouse=True)
def _rows(monkeypatch):
    for table, name, row in ROWS:
        monkeypatch.setitem(table, name, row)


def network():
    return Network([3, 5, 4, 1], "squareplus(3)", "quartic", initializer="half_uniform", seed=1, dtype="float64")


def test_gradients_are_checked():
    assert network().check_gradients(X, Y).ok


@pytest.mark.parametrize("engine", [
    pytest.param("compiled", marks=pytest.mark.needs("numba")), pytest.param("torch", marks=pytest.mark.needs("torch"))
])  # fmt: skip
def test_every_engine_takes_the_same_steps(engine):
    expected, found = network(), network()
    settings = {"optimizer": "lion(0.8)", "schedule": "linear", "epochs": 6, "batch_size": 16}
    expected.fit(X, Y, engine="numpy", **settings)
    history = found.fit(X, Y, engine=engine, **settings)
    assert history.engine == engine
    np.testing.assert_allclose(found.vector, expected.vector, rtol=1e-12)


def test_each_layer_starts_as_its_activation_asks():
    net = Network([400, 300, 1], "squareplus", seed=1)
    assert net.W[1].var() == pytest.approx(2 / 400, rel=0.02)  # he


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_derives_it(lang):
    net = network()
    net.fit(X, Y, optimizer="lion", schedule="linear", epochs=2)
    written = to_html(Report(says("principle.title"), "one row", [principle(net)]), lang)
    assert "squareplus" in written
    assert "<msqrt>" in written
    assert "<mtext>1&nbsp;-&nbsp;t&nbsp;/&nbsp;T</mtext>" in written  # no TeX of its own: the plain formula stands in
    assert "quartic" in written


def test_it_is_offered_saved_and_diagnosed(tmp_path):
    with pytest.raises(ValueError, match="did you mean 'squareplus'"):
        Network([3, 2, 1], "squarplus")
    with pytest.raises(ValueError, match=r"option bend: expected a number in \[0, inf\); got -1"):
        Network([3, 2, 1], "squareplus(-1)")
    net = Network([3, 4, 1], ["tanh", "squareplus"], "squared_error", seed=1)
    net.fit(X, Y, epochs=3)
    net.save(tmp_path / "net.glassnet")
    assert Network.load(tmp_path / "net.glassnet").architecture == net.architecture
    assert "output_range" in net.diagnose(X, Y).names  # squareplus is never below 0, Y is
