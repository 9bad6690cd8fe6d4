"""Numbers that courses and their students have published, each met within its own tolerance.

A case is met when |got - expected| <= atol + rtol |expected|; atol may differ from array to array.
"""

import json

import h5py
import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from glassnet import Network, equations
from glassnet.lessons.cats import descend
from glassnet.lessons.runs import stack
from shared import CASES, shared

PUBLISHED = {case["id"]: case for case in json.loads((CASES / "course1.json").read_text("utf-8"))["cases"]}
PROVED = set()


def proves(*ids):
    """Run a test once for each of these cases; it takes the case's inputs as arrays and returns what it got by name."""
    PROVED.update(ids)

    def decorate(compute):
        @pytest.mark.parametrize("case", [PUBLISHED[i] for i in ids], ids=ids)
        def test(case):
            got = compute({name: np.array(value) for name, value in case.get("inputs", {}).items()})
            assert got.keys() == case["expected"].keys()
            for name, expected in case["expected"].items():
                atol = case["atol"][name] if isinstance(case["atol"], dict) else case["atol"]
                np.testing.assert_allclose(got[name], np.array(expected), rtol=case["rtol"], atol=atol, err_msg=name)

        return test

    return decorate


def layers(given, letter):
    """Collect W1, W2, ... as the list [None, W1, W2, ...]."""
    L = sum(name[0] == letter and name[1:].isdigit() for name in given)
    return [None, *(given[f"{letter}{l}"] for l in range(1, L + 1))]


def logistic(given):
    """Build logistic regression; the course writes its weights as a column w, the notation as a row W[1]."""
    net = Network([len(given["w"]), 1], dtype="float64")
    net.W[1], net.b[1] = given["w"].T, given["b"].reshape(1, 1)
    return net


def drawn_as_published(given, initializer):
    seed = np.random.RandomState(int(given["seed"]))  # the generator behind np.random.seed
    return Network(given["layer_dims"], initializer=initializer, seed=seed, dtype="float64")


def test_every_published_case_is_proved():
    assert set(PUBLISHED) == PROVED


# ---------------------------------------------------------------- first weights
@proves(
    "w4.initialize_parameters(3,2,1)",
    "w4.initialize_parameters(2,2,1)",
    "w4.initialize_parameters_deep([5,4,3])",
    "w3.initialize_parameters(2,4,1)",
)
def test_initialize_parameters(given):
    net = drawn_as_published(given, f"normal({given['scale']})")
    return {f"{letter}{l}": getattr(net, letter)[l] for l in (1, 2) for letter in "Wb"}


# ---------------------------------------------------------------- forward
@proves("w2.sigmoid")
def test_sigmoid(given):
    return {"s": equations.activation_forward(given["x"].reshape(1, -1), "sigmoid")[0]}


@proves("w4.linear_forward")
def test_linear_forward(given):
    return {"Z": equations.linear_forward(given["A"], given["W"], given["b"])}


@proves("w4.linear_activation_forward")
def test_linear_activation_forward(given):
    Z = equations.linear_forward(given["A_prev"], given["W"], given["b"])
    return {"Z": Z, **{f"A_{g}": equations.activation_forward(Z, g) for g in ("sigmoid", "relu")}}


@proves("w4.L_model_forward.2hidden")
def test_forward_through_two_hidden_layers(given):
    A, Z = equations.forward(given["X"], layers(given, "W"), layers(given, "b"), ["relu", "relu", "sigmoid"])
    return {"AL": A[3], "Z1": Z[1], "Z2": Z[2], "Z3": Z[3]}


@proves("w4.L_model_forward.1hidden")
def test_forward_through_one_hidden_layer(given):
    A, _ = equations.forward(given["X"], layers(given, "W"), layers(given, "b"), ["relu", "sigmoid"])
    return {"AL": A[2]}


def shallow_arrays(given):
    A, Z = equations.forward(given["X"], layers(given, "W"), layers(given, "b"), ["tanh", "sigmoid"])
    return {"Z1": Z[1], "A1": A[1], "Z2": Z[2], "A2": A[2]}


@proves("w3.forward_propagation")
def test_forward_with_tanh(given):
    arrays = shallow_arrays(given)
    return {**arrays, "means_Z1_A1_Z2_A2": [M.mean() for M in arrays.values()]}


@proves("w3.first.forward_propagation")
def test_forward_with_tanh_first_release(given):
    return {"means_Z1_A1_Z2_A2": [M.mean() for M in shallow_arrays(given).values()]}


@proves("w3.predict")
def test_predict_with_a_hidden_layer(given):
    return {"predictions": shallow_arrays(given)["A2"] > 0.5}


@proves("w2.predict.v5")
def test_predict_with_logistic_regression(given):
    return {"predictions": logistic(given).forward(given["X"]) > 0.5}


# ---------------------------------------------------------------- cost
@proves("w4.compute_cost.111", "w4.compute_cost.110")
def test_cost_of_a_deep_network(given):
    return {"cost": equations.cost(given["AL"], given["Y"])}


@proves("w3.compute_cost")
def test_cost_of_a_shallow_network(given):
    return {"cost": equations.cost(given["A2"], given["Y"])}


# ---------------------------------------------------------------- backward
@proves("w4.linear_backward.1unit", "w4.linear_backward.3units")
def test_linear_backward(given):
    return dict(
        zip(("dA_prev", "dW", "db"), equations.linear_backward(given["dZ"], given["A_prev"], given["W"]), strict=True)
    )


@proves("w4.linear_activation_backward")
def test_linear_activation_backward(given):
    got = {}
    for g in ("sigmoid", "relu"):
        dZ = equations.activation_backward(given["dA"], given["Z"], g)
        slopes = equations.linear_backward(dZ, given["A_prev"], given["W"])
        got |= dict(zip((f"{g}_dA_prev", f"{g}_dW", f"{g}_db"), slopes, strict=True))
    return got


@proves("w4.L_model_backward.2layers")
def test_backward_by_the_general_route(given):
    """A[2] is not sigmoid(Z[2]) here, and lies outside (0, 1): the shortcut A[2] - Y would give other numbers."""
    W, Z, g = layers(given, "W"), layers(given, "Z"), ["relu", "sigmoid"]
    A = [given["A0"], given["A1"], given["AL"]]
    dA2 = equations.cost_backward(A[2], given["Y"])
    dW, db = equations.backward(dA2, A, Z, W, g)
    dA1 = W[2].T @ equations.activation_backward(dA2, Z[2], "sigmoid")
    dA0 = W[1].T @ equations.activation_backward(dA1, Z[1], "relu")
    return {"dA1": dA1, "dA0": dA0, "dW1": dW[1], "db1": db[1], "dW2": dW[2], "db2": db[2]}


@proves("w3.backward_propagation")
def test_backward_with_tanh(given):
    """The case gives A[1] and A[2] without Z[1] and Z[2]; they are the inverse functions' values."""
    A = [given["X"], given["A1"], given["A2"]]
    Z = [None, np.arctanh(A[1]), np.log(A[2] / (1 - A[2]))]
    dW, db = equations.backward(
        equations.cost_backward(A[2], given["Y"]), A, Z, layers(given, "W"), ["tanh", "sigmoid"]
    )
    return {"dW1": dW[1], "db1": db[1], "dW2": dW[2], "db2": db[2]}


@proves("w2.propagate.first", "w2.propagate.v5")
def test_slopes_of_logistic_regression(given):
    """The cost was published as the plain formula rounds it, 4e-13 beside the exact one that Network computes."""
    net = logistic(given)
    slopes, J = net.gradients(given["X"], given["Y"]), equations.cost(net.forward(given["X"]), given["Y"])
    assert slopes.cost == pytest.approx(J, rel=1e-12)
    return {"dw": slopes.dW[1].T, "db": slopes.db[1].item(), "cost": J}


# ---------------------------------------------------------------- steps
@proves("w4.update_parameters", "w3.update_parameters")
def test_gradient_descent(given):
    d = {name[1:]: array for name, array in given.items() if name[0] == "d"}
    W, b = equations.gradient_descent(
        layers(given, "W"), layers(given, "b"), layers(d, "W"), layers(d, "b"), given["learning_rate"]
    )
    return {"W1": W[1], "b1": b[1], "W2": W[2], "b2": b[2]}


@proves("w2.optimize.first", "w2.optimize.v5")
def test_training_logistic_regression(given):
    """The slopes that the course returns are those of the step before the last update."""
    net, steps = logistic(given), int(given["num_iterations"])
    data = {"X": given["X"], "Y": given["Y"]}
    net.fit(**data, iterations=steps - 1, learning_rate=float(given["learning_rate"]))
    slopes = net.gradients(**data)
    net.fit(**data, iterations=1, learning_rate=float(given["learning_rate"]))
    return {"w": net.W[1].T, "b": net.b[1].item(), "dw": slopes.dW[1].T, "db": slopes.db[1].item()}


# ---------------------------------------------------------------- cats
def cats(part):
    """Read the pictures as columns, unscaled, and their labels as a row."""
    with h5py.File(shared(f"data/{part}_catvnoncat.h5")) as file:
        images, labels = file[f"{part}_set_x"][:], file[f"{part}_set_y"][:]
    return images.reshape(len(images), -1).T, labels.reshape(1, -1)


def train_on_cats(given, initializer):
    """Train in the span of the pictures, which takes the same steps in a tenth of the time; first 200 as `fit` does."""
    X, Y = cats("train")
    rate, seed = float(given["learning_rate"]), np.random.RandomState(int(given["seed"]))
    net = stack([len(X), *given["layer_dims"][1:]], None, [seed], initializer=initializer)
    plain = drawn_as_published(given, initializer)
    with threadpool_limits(1, user_api="blas"):  # for such products, threads wait for each other on a busy machine
        first = plain.fit(X / 255, Y, iterations=200, learning_rate=rate).cost
        cost = descend(net, X / 255, Y, int(given["iterations"]), rate)[:, 0]
    np.testing.assert_allclose(cost[:200], first, rtol=1e-9)
    X_test, Y_test = cats("test")
    accuracies = {
        "train_accuracy": np.mean((net.forward(X / 255) > 0.5) == Y),
        "test_accuracy": np.mean((net.forward(X_test / 255) > 0.5) == Y_test),
    }
    return cost, accuracies


@proves("cat.flatten")
def test_pictures_become_columns(given):
    return {"first5": cats("train")[0][:5, 0]}


@pytest.mark.long
@proves("cat.two_layer_model")
def test_two_layer_network_on_cats(given):
    cost, accuracies = train_on_cats(given, "normal")
    return {"costs_every_100": cost[::100], "cost_2499": cost[2499], **accuracies}


@pytest.mark.long
@proves("cat.L_layer_model")
def test_four_layer_network_on_cats(given):
    cost, accuracies = train_on_cats(given, "lecun")
    return {
        "costs_every_100": cost[::100],
        "costs_0_100_200_2400_2499": cost[[0, 100, 200, 2400, 2499]],
        **accuracies,
    }
