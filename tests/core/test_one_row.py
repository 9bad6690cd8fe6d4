"""A new choice is one row: written into its table while the program runs, everything knows it."""

import re

import numpy as np
import pytest

from glassnet import Network
from glassnet.core.activations import ACTIVATIONS, Activation
from glassnet.core.initializers import INITIALIZERS, Initializer
from glassnet.core.losses import LOSSES, Loss
from glassnet.core.names import Option
from glassnet.core.optimizers import OPTIMIZERS, Optimizer
from glassnet.core.propagation import Objective
from glassnet.core.regularization import GRADIENT_TRANSFORMS, PENALTIES, GradientTransform, Penalty
from glassnet.core.schedules import SCHEDULES, Schedule
from glassnet.estimators import MLPRegressor, TabularRegressor
from glassnet.inspection.gradient_check import check_gradients, check_loss
from glassnet.inspection.trace import trace_pass
from glassnet.report.blocks import Report, message
from glassnet.report.environment import environment
from glassnet.report.page import to_html
from glassnet.report.principle import principle
from glassnet.report.results import results
from glassnet.report.subject import Subject
from glassnet.training.declarations import Setting
from glassnet.training.settings import TRAINING
from needs import engines

ENGINES = pytest.mark.parametrize("engine", engines("numpy"))
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


def quartic_penalty(xp, weights, strength, m):
    return strength / m * xp.sum_last(weights * weights * weights * weights)


def quartic_penalty_slope(xp, weights, strength, m):
    return strength / m * 4 * weights * weights * weights


def clip_by_value(xp, gradient, limit):
    gradient[...] = xp.minimum(xp.maximum(gradient, -limit), limit)


def lion(xp, theta, gradient, state, t, learning_rate, beta=0.9):
    v = state["v"]
    theta -= learning_rate * xp.sign(beta * v + (1 - beta) * gradient)
    v += (1 - beta) * (gradient - v)


ROWS = [
    (ACTIVATIONS, "squareplus", Activation(
        squareplus, squareplus_slope, "(Z + sqrt(Z² + bend)) / 2", "1/2 + Z / (2 sqrt(Z² + bend))",
        r"\frac{Z + \sqrt{Z * Z + <bend>}}{2}", r"\frac{1}{2} + \frac{Z}{2 \sqrt{Z * Z + <bend>}}",
        "he", bounds=(0, np.inf), options={"bend": Option(4.0, "[0, inf)")})),
    (ACTIVATIONS, "twice", Activation(lambda xp, Z: 2 * Z, lambda xp, Z, A: 2 * xp.ones_like(Z), "2 Z", "2")),
    (LOSSES, "half_square", Loss(
        lambda xp, A, Y: 0.25 * A * A - 0.5 * Y * A, lambda xp, A, Y: 0.5 * (A - Y), "A² / 4 - Y A / 2",
        "(A - Y) / 2", "any", pair="twice")),
    (LOSSES, "quartic", Loss(quartic, quartic_slope, "(A - Y)⁴ / 4", "(A - Y)³", "any")),
    (OPTIMIZERS, "lion", Optimizer(
        ("v",), lion, 0.01, "theta -= alpha sign(beta v + (1 - beta) d)", options={"beta": Option(0.9, "[0, 1)")})),
    (SCHEDULES, "linear", Schedule(lambda t, T, costs: 1 - t / T, "1 - t / T")),
    (PENALTIES, "l4", Penalty(quartic_penalty, quartic_penalty_slope, "l4 / m Σ W⁴", "l4/{m} 4 W[{l}]³")),
    (GRADIENT_TRANSFORMS, "clip_value", GradientTransform(
        clip_by_value, "d = min(max(d, -limit), limit)", entrywise=True)),
    (INITIALIZERS, "half_uniform", Initializer(lambda rng, n, n_prev: rng.uniform(-0.5, 0.5, (n, n_prev)), "U(±.5)")),
]  # fmt: skip


SETTINGS = [  # what turns the new penalty and transform on; their rows know the rest
    Setting(0.0, "Strength of the penalty.", interval="[0, inf)", name="l4", type=float),
    Setting(None, "Largest slope.", interval="(0, inf)", name="clip_value", type=float | None),
]


@pytest.fixture(autouse=True)
def _rows(monkeypatch):
    for table, name, row in ROWS:
        monkeypatch.setitem(table, name, row)
    for setting in SETTINGS:
        monkeypatch.setitem(TRAINING, setting.name, setting)


def network():
    return Network([3, 5, 4, 1], "squareplus(3)", "quartic", initializer="half_uniform", seed=1, dtype="float64")


def test_gradients_are_checked():
    assert network().check_gradients(X, Y).ok


@ENGINES
def test_every_engine_takes_the_same_steps(engine):
    expected, found = network(), network()
    settings = {"optimizer": "lion(0.8)", "schedule": "linear", "epochs": 6, "batch_size": 16}
    expected.fit(X, Y, engine="numpy", **settings)
    history = found.fit(X, Y, engine=engine, **settings)
    assert history.engine == engine
    np.testing.assert_allclose(found.vector, expected.vector, rtol=1e-12)


@ENGINES
def test_every_engine_runs_a_new_penalty_and_transform(engine):
    def trained(engine, **settings):
        net = network()
        history = net.fit(
            X, Y, optimizer="adam", epochs=5, batch_size=16, l2=0.1, clip_norm=0.5, engine=engine, **settings
        )
        return net.vector, history

    expected, history = trained("numpy", l4=0.3, clip_value=0.02)
    found, record = trained(engine, l4=0.3, clip_value=0.02)
    assert record.engine == engine
    np.testing.assert_allclose(found, expected, rtol=1e-12)
    np.testing.assert_allclose(record.cost, history.cost, rtol=1e-12)
    for without in ({"l4": 0.3}, {"clip_value": 0.02}):
        assert abs(trained("numpy", **without)[0] - expected).max() > 1e-3


def test_a_new_penalty_is_checked_and_written_out():
    net = network()
    given = net.parameters, X, Y, Objective.of(net.architecture, l4=0.3), [None] * 4
    assert check_gradients(*given).ok
    row = PENALTIES["l4"]
    wrong = row._replace(slope=lambda *args: 0.999 * row.slope(*args))
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(PENALTIES, "l4", wrong)
        assert not check_gradients(*given).ok
    trace = trace_pass(net.architecture, *given)
    assert trace.formula("dW[2]").splitlines()[0].endswith("l4/m 4 W[2]³")
    w = net.W[2][0, 1]
    assert f" + 0.3/40*{4 * w**3:.4g}"[:10] in trace.unit("dW", layer=2, unit=0, sample=1)


def test_a_loss_and_the_output_that_it_pairs_with_find_each_other():
    net = Network([3, 2, 1], loss="half_square", seed=1, dtype="float64")
    assert net.architecture.output == "twice"
    assert Network([3, 2, 1], ["tanh", "twice"]).architecture.loss == "half_square"
    assert net.check_gradients(X, Y).ok
    assert check_loss("half_square").ok


def test_the_estimators_take_it():
    settings = {"activation": "squareplus(3)", "schedule": "linear", "max_iter": 3, "random_state": 0}
    model = MLPRegressor(hidden_layer_sizes=(4,), loss="half_square", **settings).fit(X.T, Y[0])
    assert model.out_activation_ == "twice"
    table = TabularRegressor(hidden=(4,), optimizer="lion", loss="quartic", epochs=2, random_state=0)
    assert np.isfinite(table.fit(X.T, Y[0]).predict(X.T)).all()


def test_each_layer_starts_as_its_activation_asks():
    net = Network([400, 300, 1], "squareplus", seed=1)
    assert net.W[1].var() == pytest.approx(2 / 400, rel=0.02)  # he


@pytest.mark.parametrize("lang", ["en", "zh"])
def test_the_report_derives_it(lang):
    net = network()
    net.fit(X, Y, optimizer="lion", schedule="linear", epochs=2, l4=0.3, clip_value=0.02)
    subject = Subject("one row", net, {"glassnet": "0"})
    sections = [principle(net), environment(subject), results(subject)]
    written = to_html(Report(message("principle.title"), "one row", sections), lang)
    assert "squareplus" in written
    assert "<msqrt>" in written
    assert "<mtext>1&nbsp;-&nbsp;t&nbsp;/&nbsp;T</mtext>" in written  # no TeX of its own: the plain formula stands in
    assert {"quartic", "lion", "linear", "L4"} <= set(re.findall(r"\w+", written, re.ASCII))
    assert "l4&nbsp;/&nbsp;m" in written
    assert "min(max(d,&nbsp;-limit),&nbsp;limit)" in written


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
