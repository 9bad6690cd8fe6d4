"""Each planted mistake is named first, on its line; right solutions pass; nobody is blamed for another's mistake."""

from pathlib import Path

import pytest

SOLUTIONS = Path(__file__).with_name("solutions")
STEPS, LOGISTIC, OWN = "step_by_step", "logistic", "on_its_own"

# function, mistake as it is named, solution, words replaced, by which; the last line of those is the one to look at
PLANTED = [
    ("sigmoid", "A: sign of the exponent", STEPS, "A = 1 / (1 + np.exp(-Z))", "A = 1 / (1 + np.exp(Z))"),
    ("sigmoid", "A: tanh instead of sigmoid", LOGISTIC, "1.0 / (1.0 + np.exp(-z))", "np.tanh(z)"),
    ("sigmoid", "cache: A instead of Z", STEPS, "np.exp(-Z))\n    cache = Z", "np.exp(-Z))\n    cache = A"),
    ("relu", "A: minimum instead of maximum", STEPS, "np.maximum(0, Z)", "np.minimum(0, Z)"),
    ("relu", "A: the slope instead of the value", OWN, "return values * (values > 0)", "return (values > 0) * 1.0"),
    ("relu", "A: leaky relu instead of relu", OWN, "values * (values > 0)",
     "np.where(values > 0, values, 0.01 * values)"),
    ("linear_forward", "Z: elementwise product", STEPS, "np.dot(W, A) + b", "np.multiply(W, A) + b"),
    ("linear_forward", "Z: elementwise product", OWN, 'np.einsum("ij,jk->ik", weights, inputs)', "weights * inputs"),
    ("linear_forward", "Z: W is transposed", STEPS, "np.dot(W, A) + b", "np.dot(W.T, A) + b"),
    ("linear_forward", "Z: factors in the wrong order", STEPS, "np.dot(W, A) + b", "np.dot(A, W) + b"),
    ("linear_forward", "Z: b is missing", STEPS, "np.dot(W, A) + b", "np.dot(W, A)"),
    ("linear_forward", "Z: b is not broadcast", STEPS, "np.dot(W, A) + b", "np.dot(W, A) + b.ravel()"),
    ("linear_forward", "Z: an (n,) array", STEPS, "Z = np.dot(W, A) + b", "Z = (np.dot(W, A) + b).flatten()"),
    ("linear_forward", "cache: the order is wrong", STEPS, "cache = (A, W, b)", "cache = (W, A, b)"),
    ("linear_forward", "cache: missing among", STEPS, "    return Z, cache", "    return Z"),
    ("linear_activation_forward", "A: relu and sigmoid are exchanged", STEPS,
     'relu(Z)\n    cache', 'relu(Z)\n    A, _ = relu(Z) if activation == "sigmoid" else sigmoid(Z)\n    cache'),
    ("linear_activation_forward", "cache: the two caches are exchanged", STEPS,
     "cache = (linear_cache, activation_cache)", "cache = (activation_cache, linear_cache)"),
    ("linear_activation_forward", "cache: A instead of Z", STEPS,
     "cache = (linear_cache, activation_cache)", "cache = (linear_cache, A)"),
    ("L_model_forward", "AL: the output layer is relu", STEPS, 'str(L)], "sigmoid")', 'str(L)], "relu")'),
    ("L_model_forward", "AL: every layer takes X", STEPS, "A_prev = A\n", "A_prev = X\n"),
    ("L_model_forward", "AL: the last hidden layer is left out", STEPS,
     "for l in range(1, L):\n        A_prev", "for l in range(1, L - 1):\n        A_prev"),
    ("L_model_forward", "caches: the output layer's cache is missing", STEPS,
     '"sigmoid")\n    caches.append(cache)', '"sigmoid")'),
    ("L_model_forward", "AL: the hidden layers are sigmoid", OWN,
     "sigmoid(weighted) if number == depth else relu(weighted)", "sigmoid(weighted)"),
    ("L_model_forward", "Z: b is missing", OWN, "weights.dot(signal) + biases", "weights.dot(signal)"),
    ("compute_cost", "cost: the sign is wrong", STEPS, "cost = -1 / m", "cost = 1 / m"),
    ("compute_cost", "cost: 1/m is missing", STEPS, "cost = -1 / m * np.sum", "cost = -np.sum"),
    ("compute_cost", "cost: 1/m twice", STEPS, "cost = -1 / m * np.sum", "cost = -1 / m * np.mean"),
    ("compute_cost", "cost: m is taken from the wrong axis", STEPS, "m = Y.shape[1]", "m = Y.shape[0]"),
    ("compute_cost", "cost: log of the wrong argument", STEPS, "np.log(1 - AL)", "np.log(AL)"),
    ("compute_cost", "cost: log of the labels", STEPS,
     "np.multiply(Y, np.log(AL)) + np.multiply(1 - Y, np.log(1 - AL))",
     "np.multiply(AL, np.log(Y)) + np.multiply(1 - AL, np.log(1 - Y))"),
    ("compute_cost", "cost: the term of Y = 0 is missing", STEPS, " + np.multiply(1 - Y, np.log(1 - AL))", ""),
    ("compute_cost", "cost: the factor 1 - Y is missing", STEPS, "np.multiply(1 - Y, np.log(1 - AL))",
     "np.log(1 - AL)"),
    ("compute_cost", "cost: logarithm to base 2", STEPS,
     "np.multiply(Y, np.log(AL)) + np.multiply(1 - Y, np.log(1 - AL))", "Y * np.log2(AL) + (1 - Y) * np.log2(1 - AL)"),
    ("relu_backward", "dZ: slope taken of dA instead of Z", STEPS, "dZ[Z <= 0] = 0", "dZ[dA <= 0] = 0"),
    ("relu_backward", "dZ: the wrong side of 0", STEPS, "dZ[Z <= 0] = 0", "dZ[Z >= 0] = 0"),
    ("sigmoid_backward", "dZ: slope taken of A instead of Z", STEPS,
     "dZ = dA * s * (1 - s)", "s = 1 / (1 + np.exp(-s))\n    dZ = dA * s * (1 - s)"),
    ("sigmoid_backward", "dZ: Z is taken for A", STEPS, "dZ = dA * s * (1 - s)", "dZ = dA * Z * (1 - Z)"),
    ("sigmoid_backward", "dZ: the factor 1 - a is missing", STEPS, "dA * s * (1 - s)", "dA * s"),
    ("linear_backward", "dW: 1/m is missing", STEPS, "dW = np.dot(dZ, A_prev.T) / m", "dW = np.dot(dZ, A_prev.T)"),
    ("linear_backward", "dW: 1/m twice", OWN, "inputs.T / samples", "inputs.T / samples / samples"),
    ("linear_backward", "dW: m is taken from the wrong axis", STEPS, "m = A_prev.shape[1]", "m = A_prev.shape[0]"),
    ("linear_backward", "db: 1/m is missing", OWN, "slope.mean(axis=1)", "slope.sum(axis=1)"),
    ("linear_backward", "db: keepdims=True is missing", STEPS, "axis=1, keepdims=True", "axis=1"),
    ("linear_backward", "db: sum over the wrong axis", STEPS, "axis=1, keepdims=True", "axis=0, keepdims=True"),
    ("linear_backward", "db: sum over everything", STEPS, "np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ)"),
    ("linear_backward", "dA_prev: W is not transposed", STEPS, "np.dot(W.T, dZ)", "np.dot(W, dZ)"),
    ("linear_backward", "dA_prev: elementwise product", STEPS, "np.dot(W.T, dZ)", "W.T * dZ"),
    ("linear_backward", "dA_prev: 1/m is there", STEPS, "np.dot(W.T, dZ)", "np.dot(W.T, dZ) / m"),
    ("linear_backward", "dW: elementwise product", STEPS, "np.dot(dZ, A_prev.T) / m", "dZ * A_prev / m"),
    ("linear_backward", "dA_prev: the results are in the wrong order", STEPS,
     "np.dot(W.T, dZ)\n    return dA_prev, dW, db", "np.dot(W.T, dZ)\n    return dW, db, dA_prev"),
    ("linear_activation_backward", "dA_prev: the activation's slope is missing", STEPS,
     "linear_backward(dZ, linear_cache)", "linear_backward(dA, linear_cache)"),
    ("linear_activation_backward", "dA_prev: slope taken of A instead of Z", STEPS,
     "sigmoid_backward(dA, activation_cache)", "sigmoid_backward(dA, sigmoid(activation_cache)[0])"),
    ("linear_activation_backward", "dA_prev: slope taken of A_prev instead of Z", STEPS,
     "linear_cache, activation_cache = cache\n", "linear_cache, activation_cache = cache[0], cache[0][0]\n"),
    ("L_model_backward", "grads: cache of the wrong layer", STEPS, "current = caches[l]", "current = caches[l + 1]"),
    ("L_model_backward", "dAL: the sign is wrong", STEPS, "dAL = -(np", "dAL = (np"),
    ("L_model_backward", "dAL: AL - Y, which is dZ[L]", STEPS,
     "-(np.divide(Y, AL) - np.divide(1 - Y, 1 - AL))", "AL - Y"),
    ("L_model_backward", "grads: every layer takes dA[L]", STEPS,
     '(grads["dA" + str(l + 1)], current', "(dAL, current"),
    ("L_model_backward", "grads: hidden layers count from 0", STEPS,
     'grads["dW" + str(l + 1)] = dW\n        grads["db" + str(l + 1)] = db',
     'grads["dW" + str(l)] = dW\n        grads["db" + str(l)] = db'),
    ("update_parameters", "parameters: the sign is wrong", OWN, "values - learning_rate", "values + learning_rate"),
    ("update_parameters", "parameters: learning_rate is missing", OWN, "learning_rate * grads", "grads"),
    ("update_parameters", "b: the sign is wrong", STEPS, '"b" + str(l + 1)] - learn', '"b" + str(l + 1)] + learn'),
    ("update_parameters", "parameters: the last layer is not updated", STEPS, "for l in range(L):",
     "for l in range(L - 1):"),
    ("predict", "p: probabilities instead of 0 and 1", STEPS, "(probabilities > 0.5).astype(int)", "probabilities"),
    ("predict", "p: the threshold is 0", LOGISTIC, "A > 0.5", "A > 0"),
    ("initialize_parameters", "b: random instead of zero", STEPS, "b1 = np.zeros((n_h, 1))",
     "b1 = np.random.randn(n_h, 1)"),
    ("initialize_parameters", "W: the scale is missing", STEPS, "(n_h, n_x) * 0.01", "(n_h, n_x)"),
    ("initialize_parameters", "W: zero instead of random", STEPS,
     "W1 = np.random.randn(n_h, n_x) * 0.01", "W1 = np.zeros((n_h, n_x))"),
    ("initialize_parameters", "b: b1 has shape", STEPS, "b1 = np.zeros((n_h, 1))", "b1 = np.zeros((n_h,))"),
    ("initialize_parameters_deep", "W: W1 has shape", STEPS,
     "randn(layer_dims[l], layer_dims[l - 1])", "randn(layer_dims[l - 1], layer_dims[l])"),
    ("initialize_parameters_deep", "W: uniform numbers from 0 up", STEPS,
     "np.random.randn(layer_dims[l], layer_dims[l - 1])", "np.random.rand(layer_dims[l], layer_dims[l - 1])"),
    ("initialize_parameters_deep", "W: W2 is missing", STEPS, "L = len(layer_dims)\n", "L = len(layer_dims) - 1\n"),
    ("propagate", "dw: 1/m is missing", LOGISTIC, "dw = (X @ dZ.T) / m", "dw = X @ dZ.T"),
    ("propagate", "db: 1/m is missing", LOGISTIC, "db = np.sum(dZ) / m", "db = np.sum(dZ)"),
    ("propagate", "cost: the sign is wrong", LOGISTIC, "cost = -np.mean", "cost = np.mean"),
    ("propagate", "dw: transposed", LOGISTIC, "dw = (X @ dZ.T) / m", "dw = (dZ @ X.T) / m"),
    ("propagate", "dw: an (n_x,) array", LOGISTIC, "dw = (X @ dZ.T) / m", "dw = (X @ dZ[0]) / m"),
    ("propagate", "A: w is not transposed", LOGISTIC, "sigmoid(w.T @ X + b)", "sigmoid(w @ X + b)"),
    ("propagate", "A: b is missing", LOGISTIC, "sigmoid(w.T @ X + b)", "sigmoid(w.T @ X)"),
    ("optimize", "params: the sign is wrong", LOGISTIC,
     'w - learning_rate * grads["dw"]\n        b = b - learn',
     'w + learning_rate * grads["dw"]\n        b = b + learn'),
    ("optimize", "b: not updated", LOGISTIC, '        b = b - learning_rate * grads["db"]\n', ""),
    ("optimize", "costs: of every step", LOGISTIC, "if i % 100 == 0:", "if True:"),
]  # fmt: skip


def after(text, function):
    """Return the text from a function on, where its edit is meant."""
    return text.index(f"def {function}(")


@pytest.mark.parametrize("solution", [STEPS, LOGISTIC, OWN])
def test_right_solutions_pass(planted, solution):
    outcome, text = planted(solution)
    assert outcome.right
    assert {verdict.status for verdict in outcome.found} == {"right"}
    assert len(outcome.found) == text.count("\ndef ")
    assert not any(verdict.findings for verdict in outcome.verdicts)


@pytest.mark.parametrize(("function", "mistake", "solution", "old", "new"), PLANTED)
def test_a_mistake_is_named_first(planted, function, mistake, solution, old, new):
    text = (SOLUTIONS / f"{solution}.py").read_text("utf-8")
    if old in text[after(text, function) :]:  # the words as they stand in this function
        end = text.find("\ndef ", after(text, function))
        body = text[after(text, function) : end if end > 0 else None]
        outcome, text = planted(solution, (body, body.replace(old, new, 1)))
    first = outcome[function].findings[0]
    assert first.mistake.startswith(mistake), outcome[function]
    others = [verdict for verdict in outcome.found if verdict.status != "right" and verdict.function != function]
    assert all(verdict.status == "follows" and function in verdict.because for verdict in others), others
    begin = text[: after(text, function)].count("\n") + 1
    end = text.find("\ndef ", after(text, function))
    assert begin <= first.line <= text[: end if end > 0 else None].count("\n") + 1
    changed = [line for line in new.splitlines() if line.strip() and line not in old.splitlines()]
    if len(changed) == 1 and "in place" not in mistake:  # the line itself, or the one before it or after it
        at = text[: text.index(changed[0], after(text, function))].count("\n") + 1
        assert abs(first.line - at) <= 1, (first.text, changed)
    assert first.why


def test_two_mistakes_at_once(planted):
    outcome, _ = planted(
        STEPS,
        ("dW = np.dot(dZ, A_prev.T) / m", "dW = np.dot(dZ, A_prev.T)"),
        ("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=0, keepdims=True)"),
    )
    assert [finding.mistake for finding in outcome["linear_backward"].findings] == [
        "dW: 1/m is missing",
        "db: sum over the wrong axis",
    ]


def test_two_mistakes_in_one_result(planted):
    outcome, _ = planted(STEPS, ("cost = -1 / m * np.sum", "cost = np.sum"))
    assert {finding.mistake for finding in outcome["compute_cost"].findings} == {
        "cost: the sign is wrong",
        "cost: 1/m is missing",
    }


def test_two_mistakes_in_a_helper_and_in_what_uses_it(planted):
    outcome, _ = planted(STEPS, ("np.dot(W, A) + b", "np.dot(W, A) - b"), ('str(L)], "sigmoid")', 'str(L)], "relu")'))
    assert outcome["linear_forward"].findings[0].mistake == "Z: b is subtracted"
    assert outcome["linear_activation_forward"].status == "follows"
    assert outcome["L_model_forward"].findings[0].mistake == "AL: the output layer is relu"
    assert outcome["predict"].because == ("linear_forward", "L_model_forward")


def test_three_mistakes_of_three_results(planted):
    outcome, _ = planted(
        STEPS,
        ("np.dot(dZ, A_prev.T) / m", "np.dot(dZ, A_prev.T)"),
        ("np.sum(dZ, axis=1, keepdims=True)", "np.sum(dZ, axis=1)"),
        ("np.dot(W.T, dZ)", "np.dot(W.T, dZ) / m"),
    )
    assert len(outcome["linear_backward"].findings) == 3


@pytest.mark.long
def test_a_known_mistake_beside_an_unknown_one(planted):
    outcome, _ = planted(
        STEPS, ("np.dot(dZ, A_prev.T) / m", "np.dot(dZ, A_prev.T)"), ("np.dot(W.T, dZ)", "np.dot(W.T, dZ) * 7")
    )
    mistakes = [finding.mistake for finding in outcome["linear_backward"].findings]
    assert mistakes[0] == "dW: 1/m is missing"
    assert "dA_prev" in mistakes[1]
    assert "7" in outcome["linear_backward"].findings[1].why


def test_an_unknown_mistake_shows_the_numbers(planted):
    outcome, _ = planted(STEPS, ("np.dot(W, A) + b", "np.dot(W, A) + b ** 3"))
    finding = outcome["linear_forward"].findings[0]
    assert "expected" in finding.evidence
    assert "got" in finding.evidence
    assert "b ** 3" in finding.text


def test_a_remark_on_loops_and_new_entries(planted):
    outcome, _ = planted(
        STEPS,
        ("    dW = np.dot(dZ, A_prev.T) / m\n",
         "    dW = np.zeros(W.shape)\n    for i in range(m):\n        dW += dZ[:, i:i + 1] * A_prev[:, i] / m\n"),
        ("parameters = params.copy()", "parameters = params"),
    )  # fmt: skip
    assert outcome.right
    assert "loop" in outcome["linear_backward"].remarks[0]
    assert "entries" in outcome["update_parameters"].remarks[0]


def test_names_that_are_nearly_right_and_functions_not_there(planted):
    outcome, _ = planted(STEPS, ("def relu_backward", "def relu_bakward"))
    assert outcome["relu_backward"].status == "missing"
    assert "relu_backward" in outcome.remarks[0]
    assert outcome["linear_activation_backward"].status == "right"
    assert "ours was used" in outcome["linear_activation_backward"].remarks[0]
