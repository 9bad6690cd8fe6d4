"""Mistakes that learners of the public course make, planted into solutions of different styles, are named first."""

from pathlib import Path

import pytest

from glassnet.lessons.grader import grade

SOLUTIONS = Path(__file__).with_name("solutions")

EXPORT, COURSE, SHORT, DICT = "w2_course_export", "w3_course", "w3_tuples", "w3_capital_y"
IN_PLACE, UTILS, REG, OPT, CHECK, BASICS = (
    "w2_in_place", "w4_course_utils", "c2_regularization", "c2_optimization", "c2_gradient_checking", "w2_basics",
)  # fmt: skip
MULTIPLY = "np.multiply(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))"

# solution, function, mistake as it is named, words replaced, by which; the line with the latter is the one to name
PLANTED = [
    # ------------------------------------------------------------ the two-layer network, as the course writes it
    (COURSE, "backward_propagation", "dW2: elementwise product", "np.dot(dZ2, A1.T)", "dZ2 * A1"),
    (COURSE, "backward_propagation", "dW2: elementwise product", "np.dot(dZ2, A1.T)", "np.multiply(dZ2, A1)"),
    (COURSE, "backward_propagation", "dW1: elementwise product", "np.dot(dZ1, X.T)", "np.multiply(dZ1, X)"),
    (COURSE, "backward_propagation", "dZ1: matrix product with the slope", MULTIPLY,
     "np.dot(np.dot(W2.T, dZ2), 1 - np.power(A1, 2))"),
    (COURSE, "backward_propagation", "dZ1: the slope is multiplied by Z1", MULTIPLY, MULTIPLY + " * cache['Z1']"),
    (COURSE, "backward_propagation", "dZ1: tanh's slope is missing", MULTIPLY, "np.dot(W2.T, dZ2)"),
    (COURSE, "backward_propagation", "dZ1: sigmoid's slope", "1 - np.power(A1, 2)", "A1 * (1 - A1)"),
    (COURSE, "backward_propagation", "dZ1: the slope is taken at Z1", "np.power(A1, 2)", "np.power(cache['Z1'], 2)"),
    (COURSE, "backward_propagation", "dZ1: tanh of A1", "np.power(A1, 2)", "np.tanh(A1) ** 2"),
    (COURSE, "backward_propagation", "dZ1: dW2 instead of W2", "np.dot(W2.T, dZ2)", "np.dot(dW2.T, dZ2)"),
    (COURSE, "backward_propagation", "dZ1: 1 - A1 instead", "np.power(A1, 2)", "A1"),
    (COURSE, "backward_propagation", "dW2: 1/m twice", "np.dot(dZ2, A1.T)", "np.dot(dZ2, A1.T) / m"),
    (COURSE, "backward_propagation", "dW1: 1/m is missing", "(1 / m) * np.dot(dZ1, X.T)", "np.dot(dZ1, X.T)"),
    (COURSE, "backward_propagation", "db1: 1/m twice", "(1 / m) * np.sum(dZ1", "(1 / m / m) * np.sum(dZ1"),
    (COURSE, "backward_propagation", "db2: 1/m is missing", "(1 / m) * np.sum(dZ2", "np.sum(dZ2"),
    (COURSE, "backward_propagation", "db1: keepdims=True is missing", "np.sum(dZ1, axis=1, keepdims=True)",
     "np.sum(dZ1, axis=1)"),
    (COURSE, "backward_propagation", "db1: axes of length 1 are squeezed", "(1 / m) * np.sum(dZ1, axis=1, keepdims=True)",
     "np.squeeze((1 / m) * np.sum(dZ1, axis=1, keepdims=True))"),
    (COURSE, "backward_propagation", "db1: sum over the wrong axis", "np.sum(dZ1, axis=1", "np.sum(dZ1, axis=0"),
    (COURSE, "backward_propagation", "db2: sum over everything", "np.sum(dZ2, axis=1, keepdims=True)", "np.sum(dZ2)"),
    (COURSE, "backward_propagation", "dZ2: the sign is wrong", "dZ2 = A2 - Y", "dZ2 = Y - A2"),
    (COURSE, "backward_propagation", "dZ2: sigmoid's slope once too often", "dZ2 = A2 - Y",
     "dZ2 = (A2 - Y) * A2 * (1 - A2)"),
    (COURSE, "backward_propagation", "dW1: A1 instead of X", "np.dot(dZ1, X.T)", "np.dot(dZ1, A1.T)"),
    (COURSE, "backward_propagation", "dW1: transposed", "np.dot(dZ1, X.T)", "np.dot(X, dZ1.T)"),
    (COURSE, "forward_propagation", "A1: sigmoid instead of tanh", "A1 = np.tanh(Z1)", "A1 = sigmoid(Z1)"),
    (COURSE, "forward_propagation", "A2: tanh instead of sigmoid", "A2 = sigmoid(Z2)", "A2 = np.tanh(Z2)"),
    (COURSE, "forward_propagation", "Z2: X instead of A1", "np.dot(W2, A1)", "np.dot(W2, X)"),
    (COURSE, "forward_propagation", "Z2: Z1 instead of A1", "np.dot(W2, A1)", "np.dot(W2, Z1)"),
    (COURSE, "forward_propagation", "Z1: b1 is missing", "np.dot(W1, X) + b1", "np.dot(W1, X)"),
    (COURSE, "compute_cost", "cost: the losses are not summed", "- np.sum(logprobs) / m", "- logprobs / m"),
    (COURSE, "compute_cost", "cost: the sign is wrong", "cost = - np.sum", "cost = np.sum"),
    (COURSE, "compute_cost", "cost: 1/m is missing", "- np.sum(logprobs) / m", "- np.sum(logprobs)"),
    (COURSE, "compute_cost", "cost: log of the wrong argument", "np.log(1 - A2)", "np.log(A2)"),
    (COURSE, "compute_cost", "cost: m is taken from the wrong axis", "m = Y.shape[1]", "m = Y.shape[0]"),
    (COURSE, "compute_cost", "cost: logarithm to base 10",
     "np.multiply(np.log(A2), Y) + np.multiply((1 - Y), np.log(1 - A2))",
     "np.multiply(np.log10(A2), Y) + np.multiply((1 - Y), np.log10(1 - A2))"),
    (COURSE, "update_parameters", "W1: the sign is wrong", "W1 = W1 - learning", "W1 = W1 + learning"),
    (COURSE, "update_parameters", "b2: not updated", "b2 = b2 - learning_rate * db2", "b2 = b2 - 0 * db2"),
    (COURSE, "update_parameters", "b1: learning_rate is missing", "b1 = b1 - learning_rate * db1", "b1 = b1 - db1"),
    (COURSE, "predict", "p: probabilities instead of 0 and 1", "np.round(A2)", "A2"),
    (COURSE, "predict", "p: the threshold is 0", "np.round(A2)", "A2 > 0"),
    (COURSE, "predict", "p: rounded up", "np.round(A2)", "np.ceil(A2)"),
    (COURSE, "layer_sizes", "n_x: the number of samples", "n_x = X.shape[0]", "n_x = X.shape[1]"),
    (COURSE, "nn_model", "parameters: one step too many", "range(0, num_iterations)", "range(0, num_iterations + 1)"),
    (COURSE, "nn_model", "parameters: the step is not kept", "parameters = update_parameters(parameters, grads)",
     "update_parameters(parameters, grads)"),
    # ------------------------------------------------------------ in short lines, with tuples
    (SHORT, "backward_propagation", "dZ1: tanh's slope is missing", " * (1 - A1 ** 2)", ""),
    (SHORT, "backward_propagation", "dZ1: 1 + A1^2", "(1 - A1 ** 2)", "(1 + A1 ** 2)"),
    (SHORT, "backward_propagation", "dZ1: A1^2 instead", "(1 - A1 ** 2)", "A1 ** 2"),
    (SHORT, "backward_propagation", "dZ2: the sign is wrong", "(A2 - Y)", "(Y - A2)"),
    (SHORT, "backward_propagation", "grads: 1/m is missing", "(A2 - Y) / Y.shape[1]", "A2 - Y"),
    (SHORT, "backward_propagation", "dW2: elementwise product", '"dW2": dZ2 @ A1.T', '"dW2": dZ2 * A1'),
    (SHORT, "backward_propagation", "dW1: A1 instead of X", "dZ1 @ X.T", "dZ1 @ A1.T"),
    (SHORT, "backward_propagation", "db1: keepdims=True is missing", "dZ1.sum(1, keepdims=True)", "dZ1.sum(1)"),
    (SHORT, "forward_propagation", "A1: sigmoid instead of tanh", "np.tanh(W1 @ X + b1)", "sigmoid(W1 @ X + b1)"),
    (SHORT, "forward_propagation", "A1: relu instead of tanh", "np.tanh(W1 @ X + b1)", "np.maximum(W1 @ X + b1, 0)"),
    (SHORT, "forward_propagation", "Z2: b2 is missing", "W2 @ A1 + b2", "W2 @ A1"),
    (SHORT, "compute_cost", "cost: the sign is wrong", "float(-np.mean", "float(np.mean"),
    (SHORT, "compute_cost", "cost: 1/m is missing", "float(-np.mean", "float(-np.sum"),
    (SHORT, "update_parameters", "parameters: the sign is wrong", "-= lr", "+= lr"),
    (SHORT, "update_parameters", "parameters: learning_rate is missing", "lr * grads", "grads"),
    (SHORT, "predict", "p: 0 and 1 are exchanged", "[0] > .5", "[0] < .5"),
    # ------------------------------------------------------------ with everything in the cache
    (DICT, "backward_propagation", "dZ2: sigmoid's slope once too often", 'dA2 = -Y / cache["A2"] + (1 - Y) / (1 - cache["A2"])',
     'dA2 = cache["A2"] - Y'),
    (DICT, "backward_propagation", "dW2: 1/m is missing", 'dZ2.dot(cache["A1"].T) / m', 'dZ2.dot(cache["A1"].T)'),
    (DICT, "backward_propagation", "dW2: X instead of A1", 'dZ2.dot(cache["A1"].T)', "dZ2.dot(X.T)"),
    (DICT, "backward_propagation", "db1: dZ2 instead of dZ1", "np.sum(dZ1, axis=1", "np.sum(dZ2, axis=1"),
    (DICT, "backward_propagation", "dZ1: relu's slope", '(1 - np.tanh(cache["Z1"]) ** 2)', '(cache["Z1"] > 0)'),
    (DICT, "forward_propagation", "A1: tanh is missing", 'np.tanh(cache["Z1"])', 'cache["Z1"]'),
    (DICT, "update_parameters", "parameters: the sign is wrong", "parameters[name] - learning", "parameters[name] + learning"),
    (DICT, "nn_model", "parameters: one step too few", "range(num_iterations)", "range(1, num_iterations)"),
    # ------------------------------------------------------------ logistic regression
    (EXPORT, "initialize_with_zeros", "w: an (n,) array", "np.zeros((dim,1))", "np.zeros(dim)"),
    (EXPORT, "propagate", "dw: 1/m is missing", "dw = 1/m*np.dot", "dw = np.dot"),
    (EXPORT, "propagate", "db: 1/m is missing", "1/m*np.sum(A-Y)", "np.sum(A-Y)"),
    (EXPORT, "propagate", "dw: the sign is wrong", "np.dot(X,(A-Y).T)", "np.dot(X,(Y-A).T)"),
    (EXPORT, "propagate", "A: b is missing", "sigmoid(np.dot(w.T,X)+b)", "sigmoid(np.dot(w.T,X))"),
    (EXPORT, "propagate", "dw: elementwise product", "np.dot(X,(A-Y).T)", "X*(A-Y)"),
    (EXPORT, "propagate", "cost: the sign is wrong", "cost = -1/m", "cost = 1/m"),
    (EXPORT, "propagate", "cost: the losses are not summed", "np.sum(np.multiply(Y,np.log(A))+np.multiply((1-Y),np.log(1-A)))",
     "(np.multiply(Y,np.log(A))+np.multiply((1-Y),np.log(1-A)))"),
    (EXPORT, "optimize", "w: the sign is wrong", "w = w-learning", "w = w+learning"),
    (EXPORT, "optimize", "b: not updated", "b = b-learning_rate*db", "b = b"),
    (EXPORT, "model", "Y_prediction_test: of the training samples", "Y_prediction_test = predict(w,b,X_test)",
     "Y_prediction_test = predict(w,b,X_train)"),
    (EXPORT, "model", "w: trained on the test samples", "optimize(w, b, X_train, Y_train,", "optimize(w, b, X_test, Y_test,"),
    (IN_PLACE, "propagate", "dw: 1/m is missing", "X.dot(dZ.T)", "X.dot((A - Y).T)"),
    (IN_PLACE, "optimize", "params: the sign is wrong", "w -= learning_rate * grads['dw']\n        b -=",
     "w += learning_rate * grads['dw']\n        b +="),
    (IN_PLACE, "predict", "p: probabilities instead", "np.round(sigmoid(w.T.dot(X) + b))", "sigmoid(w.T.dot(X) + b)"),
    (BASICS, "softmax", "s: sum over the wrong axis", "x_exp.sum(axis=1, keepdims=True)", "x_exp.sum(axis=0, keepdims=True)"),
    (BASICS, "normalize_rows", "x: keepdims=True is missing", "axis=1, keepdims=True)\n    return x / ", "axis=1)\n    return x / "),
    (BASICS, "sigmoid_derivative", "ds: x (1 - x)", "ds = s * (1 - s)", "ds = x * (1 - x)"),
    # ------------------------------------------------------------ the deep network, with helpers that are not there
    (UTILS, "linear_backward", "db: axes of length 1 are squeezed", "np.sum(dZ, axis=1, keepdims=True)/m",
     "np.squeeze(np.sum(dZ, axis=1, keepdims=True))/m"),
    (UTILS, "linear_backward", "dW: elementwise product", "np.dot(dZ, A_prev.T)/m", "np.multiply(dZ, A_prev)/m"),
    (UTILS, "linear_backward", "dW: 1/m twice", "np.dot(dZ, A_prev.T)/m", "np.dot(dZ, A_prev.T)/m/m"),
    (UTILS, "L_model_backward", "grads: hidden layers count from 0", 'grads["dW" + str(l + 1)] = dW_temp\n        grads["db" + str(l + 1)]',
     'grads["dW" + str(l)] = dW_temp\n        grads["db" + str(l)]'),
    (UTILS, "L_model_backward", "dAL: plus between the two terms", "np.divide(Y, AL) - np.divide", "np.divide(Y, AL) + np.divide"),
    (UTILS, "L_layer_model", "parameters: one step too many", "num_iterations):\n        AL, caches", "num_iterations + 1):\n        AL, caches"),
    (UTILS, "L_model_forward", "AL: every layer takes X", "A_prev = A\n", "A_prev = X\n"),
    # ------------------------------------------------------------ the second course
    (REG, "compute_cost_with_regularization", "penalty: 1/m is missing", "lambd / (2 * m)", "lambd / 2"),
    (REG, "compute_cost_with_regularization", "penalty: 1/2 is missing", "lambd / (2 * m)", "lambd / m"),
    (REG, "compute_cost_with_regularization", "penalty: the squares are missing",
     "np.sum(np.square(W1)) + np.sum(np.square(W2)) + np.sum(np.square(W3))", "np.sum(W1) + np.sum(W2) + np.sum(W3)"),
    (REG, "backward_propagation_with_regularization", "dW2: lambda without 1/m", "(lambd * W2) / m", "(lambd * W2)"),
    (REG, "backward_propagation_with_regularization", "dW1: the slope of the penalty is missing", " + (lambd * W1) / m", ""),
    (REG, "forward_propagation_with_dropout", "A1: the division by keep_prob is missing", "    A1 = A1 / keep_prob\n", ""),
    (REG, "forward_propagation_with_dropout", "D: units are kept", "D1 = D1 < keep_prob\n    A1 = A1 * D1\n    A1 = A1 / keep_prob\n"
     "    Z2 = np.dot(W2, A1) + b2\n    A2 = relu(Z2)\n    D2 = np.random.rand(A2.shape[0], A2.shape[1])\n    D2 = D2 < keep_prob",
     "D1 = D1 > keep_prob\n    A1 = A1 * D1\n    A1 = A1 / keep_prob\n"
     "    Z2 = np.dot(W2, A1) + b2\n    A2 = relu(Z2)\n    D2 = np.random.rand(A2.shape[0], A2.shape[1])\n    D2 = D2 > keep_prob"),
    (REG, "backward_propagation_with_dropout", "dA2: the division by keep_prob is missing", "    dA2 = dA2 / keep_prob\n", ""),
    (OPT, "update_parameters_with_momentum", "v: the factor 1 - beta is missing", "(1-beta)*grads['dW' + str(l+1)]\n        v[\"db\" + str(l+1)] = beta*v[\"db\" + str(l+1)] + (1-beta)*grads",
     "grads['dW' + str(l+1)]\n        v[\"db\" + str(l+1)] = beta*v[\"db\" + str(l+1)] + grads"),
    (OPT, "update_parameters_with_adam", "v_corrected: the power t is missing", '/(1-np.power(beta1, t))\n        v_corrected["db" + str(l+1)] = v["db" + str(l+1)]/(1-np.power(beta1, t))',
     '/(1-beta1)\n        v_corrected["db" + str(l+1)] = v["db" + str(l+1)]/(1-beta1)'),
    (OPT, "random_mini_batches", "samples: the last, smaller batch is missing", "if m % mini_batch_size != 0:", "if False:"),
    (OPT, "random_mini_batches", "samples: X and Y are shuffled apart", "shuffled_Y = Y[:, permutation]", "shuffled_Y = Y[:, permutation[::-1]]"),
    (CHECK, "gradient_check_n", "gradapprox: divided by epsilon", "(J_plus[i] - J_minus[i]) / (2 * epsilon)", "(J_plus[i] - J_minus[i]) / epsilon"),
    (CHECK, "gradient_check_n", "difference: the denominator is missing", "difference = numerator / denominator\n    if difference > ",
     "difference = numerator\n    if difference > "),
]  # fmt: skip


NOT_NAMED = {  # on the line that was changed: what follows from it is named
    ("w3_capital_y", "backward_propagation", "dZ2: sigmoid's slope once too often"),
    ("c2_optimization", "random_mini_batches", "samples: the last, smaller batch is missing"),
}


@pytest.mark.parametrize("row", PLANTED, ids=lambda row: f"{row[0]}-{row[1]}-{row[2]}")
def test_each_is_named_first_on_its_line_and_nobody_else_is_blamed(here, tmp_path, row):
    solution, function, mistake, old, new = row
    text = (SOLUTIONS / f"{solution}.py").read_text("utf-8")
    begin = text.index(f"def {function}(")
    assert old in text[begin:], row
    spoilt = text[:begin] + text[begin:].replace(old, new, 1)
    path = tmp_path / "my_network.py"
    path.write_text(spoilt, "utf-8")
    outcome = grade(path)
    first = next(iter(outcome[function].findings), None)
    named = first is not None and first.mistake.startswith(mistake)
    changed = [line.strip() for line in new.splitlines() if line.strip()]
    in_lines = named and (not changed or any(part in first.text or first.text in part for part in changed))
    assert in_lines or row[:3] in NOT_NAMED, first and (first.mistake, first.place, first.text)
    others = [verdict for verdict in outcome.found if verdict.status != "right" and verdict.function != function]
    assert not [(verdict.function, verdict.text) for verdict in others if verdict.status != "follows"]
    assert all(function in verdict.because for verdict in others)


def test_at_least_95_in_100_are_named_first_on_their_line():
    rows = [row for row in PLANTED if row[:3] in NOT_NAMED]
    assert {row[:3] for row in rows} == NOT_NAMED
    assert len(rows) <= 0.05 * len(PLANTED)
