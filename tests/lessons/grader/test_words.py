"""What is not filled in, does not run, or is written for another Python gets words of its own."""

import pytest

from glassnet.lessons.grader import grade
from glassnet.texts import translated

START = "import numpy as np\n\n\n"
PROPAGATE = """import numpy as np


def sigmoid(z):
    return 1 / (1 + np.exp(-z))


def propagate(w, b, X, Y):
    m = X.shape[1]
    ### START CODE HERE ###
    A = {A}
    cost = {cost}
    dw = {dw}
    db = np.sum(A - Y) / m
    ### END CODE HERE ###
    cost = np.squeeze(np.array(cost))
    assert cost.shape == ()
    return {{"dw": dw, "db": db}}, cost
"""
RIGHT = {
    "A": "sigmoid(np.dot(w.T, X) + b)",
    "cost": "-np.mean(Y * np.log(A) + (1 - Y) * np.log(1 - A))",
    "dw": "np.dot(X, (A - Y).T) / m",
}


@pytest.fixture
def graded(tmp_path, here):
    def run(text):
        path = tmp_path / "my_network.py"
        path.write_text(text, "utf-8")
        return grade(path)

    return run


@pytest.mark.parametrize(
    ("own", "meant"),
    [
        ("normalizeRows", "normalize_rows"), ("normaliseRows", "normalize_rows"), ("basic_sigmoid", "sigmoid"),
        ("my_relu", "relu"), ("Relu", "relu"), ("computeCost", "compute_cost"), ("linear_fwd", "linear_forward"),
        ("forward_prop", "forward_propagation"), ("L_model_bwd", "L_model_backward"), ("init_params", "initialize_parameters"),
        ("helper", ""), ("test_sigmoid", ""), ("plot_model", ""),
    ],
)  # fmt: skip
def test_a_name_off_the_list_is_told_what_it_may_mean(graded, own, meant):
    outcome = graded(f"def {own}(x):\n    return x\n")
    assert list(outcome.remarks) == ([f"{own} was not graded: did you mean {meant}?"] if meant else [])
    assert outcome.ungraded == (() if meant else (own,))


def test_a_name_is_not_said_to_mean_what_is_there_too(graded):
    outcome = graded(
        START + "def sigmoid(z):\n    return 1 / (1 + np.exp(-z)), z\n\n\ndef basic_sigmoid(z):\n    return z\n"
    )
    assert (outcome.remarks, outcome.ungraded) == ((), ("basic_sigmoid",))


@pytest.mark.parametrize(
    "change",
    [
        {"dw": "np.dot(X, (A - Y).T)"}, {"dw": "np.dot(X, (A - Y).T).T / m"}, {"dw": "[1, 2]"},
        {"cost": "-np.sum(Y * np.log(A))"}, {"A": "sigmoid(np.dot(w, X) + b)"},
    ],
    ids=str,
)  # fmt: skip
def test_what_was_seen_is_told_in_chinese(graded, change):
    findings = graded(PROPAGATE.format(**{**RIGHT, **change}))["propagate"].findings
    assert findings
    for finding in findings:
        assert not finding.evidence or translated(finding.evidence, "zh").startswith("输入 ")


def test_the_right_one(graded):
    assert graded(PROPAGATE.format(**RIGHT)).right


def test_an_assert_that_fires_is_taken_out_and_the_mistake_behind_it_named(graded):
    outcome = graded(PROPAGATE.format(**{**RIGHT, "cost": "-(Y * np.log(A) + (1 - Y) * np.log(1 - A)) / m"}))
    assert outcome["propagate"].findings[0].mistake == "cost: the losses are not summed"
    assert outcome["propagate"].findings[0].line == 12
    assert len(outcome["propagate"].findings) == 1
    assert any("line 17: this assert does not hold" in remark for remark in outcome["propagate"].remarks)


@pytest.mark.parametrize("which", ["A", "cost", "dw"])
def test_not_filled_in_yet(graded, which):
    outcome = graded(PROPAGATE.format(**{**RIGHT, which: "None"}))
    verdict = outcome["propagate"]
    assert verdict.status == "empty"
    assert verdict.findings[0].mistake == "not filled in yet"
    assert verdict.findings[0].text == f"{which} = None"
    assert verdict.points == 0


def test_functions_of_the_course_that_were_left_open(graded):
    outcome = graded(START + "def sigmoid(z):\n    s = None\n    return s\n\n\ndef relu(Z):\n    pass\n\n\n"
                     "def relu_backward(dA, cache):\n    raise NotImplementedError\n")  # fmt: skip
    assert {verdict.status for verdict in outcome.found} == {"empty"}


def test_a_missing_result_among_several(graded):
    outcome = graded(START + "def linear_backward(dZ, cache):\n    A_prev, W, b = cache\n    m = dZ.shape[1]\n"
                     "    dW = dZ @ A_prev.T / m\n    dA_prev = W.T @ dZ\n    return dA_prev, dW\n")  # fmt: skip
    assert [finding.mistake for finding in outcome["linear_backward"].findings] == ["db: missing among the results"]
    assert outcome["linear_backward"].findings[0].line == 9
    assert outcome["linear_backward"].points == pytest.approx(6.7)


START_OF = (
    "def initialize_parameters(n_x, n_h, n_y):\n    W1 = {W1}\n    b1 = {b1}\n    W2 = np.random.randn(n_y, n_h) * 0.01\n"
    '    b2 = np.zeros((n_y, 1))\n    return {{"W1": W1, "b1": b1, "W2": W2, "b2": b2}}\n'
)


@pytest.mark.parametrize(
    ("W1", "b1", "told", "why"),
    [
        ("np.random.randn((n_h, n_x)) * 0.01", "np.zeros((n_h, 1))", "np.random.randn gets one tuple", "one by one"),
        ("np.random.randn(n_h, n_x) * 0.01", "np.zero((n_h, 1))", "np.zero does not exist", "np.zeros"),
        ("np.random.randn(n_h, n_x) * 0.01", "np.zeros(n_h, 1)", "the shape is not one tuple", "np.zeros((n, 1))"),
        ("np.random.rand_n(n_h, n_x)", "np.zeros((n_h, 1))", "AttributeError", "error"),
        ("np.random.randn(n_h, nx) * 0.01", "np.zeros((n_h, 1))", "nx is not defined", "spelt"),
    ],
)  # fmt: skip
def test_errors_that_learners_meet(graded, W1, b1, told, why):
    finding = graded(START + START_OF.format(W1=W1, b1=b1))["initialize_parameters"].findings[0]
    assert told in finding.mistake
    assert why in finding.why
    assert finding.text in {f"W1 = {W1}", f"b1 = {b1}"}


def test_a_star_before_the_list_of_layers(graded):
    text = (
        "def initialize_parameters_deep(*layer_dims):\n    p = {}\n    for l in range(1, len(layer_dims)):\n"
        '        p[f"W{l}"] = np.random.randn(layer_dims[l], layer_dims[l - 1]) * 0.01\n'
        '        p[f"b{l}"] = np.zeros((layer_dims[l], 1))\n    return p\n'
    )
    finding = graded(START + text)["initialize_parameters_deep"].findings[0]
    assert "*layer_dims" in finding.mistake
    assert "def initialize_parameters_deep(layer_dims):" in finding.why
    assert finding.line == 4


def test_keys_that_count_from_0(graded):
    finding = graded(START + "def update_parameters(parameters, grads, learning_rate):\n    L = len(parameters) // 2\n"
                     "    for l in range(L):\n        parameters['W' + str(l + 1)] = parameters['W' + str(l + 1)] - "
                     "learning_rate * grads['dW' + str(l)]\n    return parameters\n")["update_parameters"].findings[0]  # fmt: skip
    assert "dW0" in finding.mistake
    assert "count from 1" in finding.why


def test_python_2_and_broken_parts(graded):
    outcome = graded(START + 'def relu(Z):\n    print "relu"\n    return np.maximum(0, Z), Z\n\n\n'
                     "def sigmoid(Z)\n    return 1 / (1 + np.exp(-Z))\n\n\nx = (1,\n\n\n"
                     "def relu_backward(dA, cache):\n    return dA * (cache > 0)\n")  # fmt: skip
    assert outcome["relu"].status == "right"
    assert outcome["relu_backward"].status == "right"
    assert outcome["sigmoid"].status == "failed"
    assert "SyntaxError" in outcome["sigmoid"].findings[0].mistake
    assert outcome["sigmoid"].findings[0].line == 9
    assert any("Python 2" in remark for remark in outcome.remarks)
    assert not outcome.right


def test_what_the_grader_does_not_know_is_said(graded):
    outcome = graded(START + "def relu(Z):\n    return np.maximum(0, Z), Z\n\n\ndef plot_it(x):\n    return x\n\n\n"
                     "def batch_norm(x):\n    return x\n")  # fmt: skip
    assert outcome.right
    assert outcome.ungraded == ("plot_it", "batch_norm")
