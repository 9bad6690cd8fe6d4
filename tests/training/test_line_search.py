"""L-BFGS: scipy's own minimiser on the equations' cost and slopes."""

import numpy as np
import pytest
from scipy.optimize import minimize

from glassnet import Network
from glassnet.errors import SettingError

rng = np.random.default_rng(0)
X = rng.normal(size=(3, 60))
Y = (rng.random((1, 60)) < 1 / (1 + np.exp(X[:1] - 2 * X[1:2]))).astype(float)


def logistic(**options):
    return Network([3, 1], **{"dtype": "float64", "seed": 0, **options})


def test_lbfgs_reaches_a_lower_cost_than_gradient_descent():
    steepest, searched = logistic(), logistic()
    steepest.fit(X, Y, iterations=50, learning_rate=0.5)
    searched.fit(X, Y, iterations=50, optimizer="lbfgs")
    assert searched.cost(X, Y) < steepest.cost(X, Y)
    assert np.abs(searched.gradients(X, Y).vector).max() < 1e-5 < np.abs(steepest.gradients(X, Y).vector).max()


def test_lbfgs_is_scipys():
    net = logistic()

    def J(theta):  # the textbook's cost, written once more: softplus(z) - y z
        z = theta[:3] @ X + theta[3]
        slope = 1 / (1 + np.exp(-z)) - Y[0]
        gradient = np.append(X @ slope, slope.sum()) / 60 + np.append(0.5 * theta[:3], 0) / 60
        return np.mean(np.logaddexp(0, z) - Y[0] * z) + 0.25 * (theta[:3] ** 2).sum() / 60, gradient

    found = minimize(J, net.vector.copy(), jac=True, method="L-BFGS-B", options={"gtol": 1e-9, "ftol": 2.2e-9})
    history = net.fit(X, Y, optimizer="lbfgs(tolerance=1e-9)", l2=0.5)
    assert history.steps == found.nit
    assert net.cost(X, Y, l2=0.5) == pytest.approx(found.fun, rel=1e-12)
    np.testing.assert_allclose(net.vector, found.x, rtol=1e-7)


def test_history_holds_the_cost_before_each_iteration():
    net = logistic()
    start, seen = net.cost(X, Y), []
    history = net.fit(
        X, Y, optimizer="lbfgs", callbacks=[lambda p: seen.append(net.cost(X, Y)) if p.moment == "epoch" else 0]
    )
    assert history.steps == history.epochs == len(seen)
    np.testing.assert_allclose(history.cost, [start, *seen[:-1]], rtol=1e-12)
    assert (np.diff(history.cost) < 0).all()


def test_lbfgs_says_whether_it_converged():
    assert logistic().fit(X, Y, optimizer="lbfgs").converged is True
    history = logistic().fit(X, Y, optimizer="lbfgs", iterations=2)
    assert (history.converged, history.steps) == (False, 2)
    assert history.message
    assert logistic().fit(X, Y, iterations=2).converged is None


def test_a_callback_ends_lbfgs_too():
    assert logistic().fit(X, Y, optimizer="lbfgs", callbacks=[lambda p: p.epoch == 3]).steps == 3


def test_lbfgs_trains_float32():
    net = logistic(dtype="float32")
    net.fit(X, Y, optimizer="lbfgs")
    peer = logistic()
    peer.fit(X, Y, optimizer="lbfgs")
    assert net.vector.dtype == "float32"
    assert net.cost(X, Y) == pytest.approx(peer.cost(X, Y), rel=1e-6)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"batch_size": 10}, "takes no batch_size"),
        ({"clip_norm": 1}, "takes no clip_norm"),
        ({"dropout": 0.1}, "no dropout"),
        ({"schedule": "cosine"}, "no schedule"),
    ],
)
def test_what_lbfgs_cannot_do_is_refused(options, words):
    with pytest.raises(SettingError, match=words):
        logistic().fit(X, Y, optimizer="lbfgs", **options)


@pytest.mark.parametrize("resume", [False, True])
def test_lbfgs_refuses_a_stack_before_anything_is_changed(resume):
    net, heard = logistic(n_networks=2), []
    net.fit(X, Y, optimizer="adam", iterations=2)
    before, memory, record = net.vector.copy(), net.optimizer_state["v"].copy(), net.record
    with pytest.raises(SettingError, match="one network at a time"):
        net.fit(X, Y, optimizer="lbfgs", callbacks=[heard.append], resume=resume)
    assert not heard
    np.testing.assert_array_equal(net.vector, before)
    np.testing.assert_array_equal(net.optimizer_state["v"], memory)
    assert net.optimizer_state["t"] == 2
    assert net.record is record
