"""The textbook's backward functions are the slopes of its costs, and its Adam is scikit-learn's."""

import numpy as np
import pytest
from sklearn.neural_network._stochastic_optimizers import AdamOptimizer

from glassnet.lessons.grader.units import TEXTBOOK, cases

STEP = 1e-6


def slopes(cost, array):
    """Return central differences of a cost in each entry of an array, which is put back."""
    result = np.zeros(array.shape)
    for i in range(array.size):
        kept = array.flat[i]
        array.flat[i] = kept + STEP
        high = cost()
        array.flat[i] = kept - STEP
        low = cost()
        array.flat[i] = kept
        result.flat[i] = (high - low) / (2 * STEP)
    return result


@pytest.mark.parametrize("i", range(5))
def test_the_two_layer_network(i):
    parameters, cache, X, Y = cases("backward_propagation")[i]
    grads = TEXTBOOK["backward_propagation"](parameters, cache, X, Y)
    for name, array in parameters.items():
        right = slopes(lambda: TEXTBOOK["compute_cost"](TEXTBOOK["forward_propagation"](X, parameters)[0], Y), array)
        np.testing.assert_allclose(grads["d" + name], right, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("i", range(3))
def test_the_penalty(i):
    X, Y, cache, lambd = cases("backward_propagation_with_regularization")[i]
    parameters = {f"{name}{l}": cache[4 * l - 2 + k] for l in (1, 2, 3) for k, name in ((0, "W"), (1, "b"))}
    grads = TEXTBOOK["backward_propagation_with_regularization"](X, Y, cache, lambd)

    def cost():
        return TEXTBOOK["compute_cost_with_regularization"](
            TEXTBOOK["three_layers"](X, parameters)[0], Y, parameters, lambd
        )

    for name, array in parameters.items():
        np.testing.assert_allclose(grads["d" + name], slopes(cost, array), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("i", range(3))
def test_dropout(i):
    X, Y, cache, keep_prob = cases("backward_propagation_with_dropout")[i]
    parameters = {"W1": cache[3], "b1": cache[4], "W2": cache[8], "b2": cache[9], "W3": cache[12], "b3": cache[13]}
    grads = TEXTBOOK["backward_propagation_with_dropout"](X, Y, cache, keep_prob)

    def cost():
        A3, _ = TEXTBOOK["forward_propagation_with_dropout"](X, parameters, keep_prob, cache[1], cache[6])
        return TEXTBOOK["compute_cost"](A3, Y)

    for name, array in parameters.items():
        np.testing.assert_allclose(grads["d" + name], slopes(cost, array), rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize("i", range(6))
def test_logistic_regression(i):
    w, b, X, Y = cases("propagate")[i]
    grads, _ = TEXTBOOK["propagate"](w, b, X, Y)
    np.testing.assert_allclose(
        grads["dw"], slopes(lambda: TEXTBOOK["propagate"](w, b, X, Y)[1], w), rtol=1e-5, atol=1e-7
    )
    high, low = (TEXTBOOK["propagate"](w, b + step, X, Y)[1] for step in (STEP, -STEP))
    assert grads["db"] == pytest.approx((high - low) / (2 * STEP), abs=1e-7)


def test_adam():
    parameters, grads, *_ = cases("update_parameters_with_adam")[0]
    names = list(parameters)
    theirs = [parameters[name].copy() for name in names]
    optimizer = AdamOptimizer(theirs, 0.02, beta_1=0.8, beta_2=0.95, epsilon=1e-8)
    v, s = TEXTBOOK["initialize_adam"](parameters)
    for t in range(1, 6):
        now = {name: slope * t for name, slope in grads.items()}
        parameters, v, s = TEXTBOOK["update_parameters_with_adam"](parameters, now, v, s, t, 0.02, 0.8, 0.95, 1e-8)
        optimizer.update_params(theirs, [now["d" + name] for name in names])
    for name, array in zip(names, theirs, strict=True):
        np.testing.assert_allclose(parameters[name], array, rtol=1e-6)


def test_gradient_checking_tells_right_slopes_from_wrong_ones():
    X, Y, parameters = cases("forward_propagation_n")[0]
    _, cache = TEXTBOOK["forward_propagation_n"](X, Y, parameters)
    right = TEXTBOOK["backward_propagation_n"](X, Y, cache)
    assert TEXTBOOK["gradient_check_n"](parameters, right, X, Y, 1e-6) < 1e-7
    wrong = {**right, "dW2": 2 * right["dW2"]}
    assert TEXTBOOK["gradient_check_n"](parameters, wrong, X, Y, 1e-6) > 0.01
