"""Whatever the learner's file does, it is reported, and the functions beside it are graded."""

import sys

import pytest

from glassnet.errors import FileError, SettingError
from glassnet.lessons.grader import grade

RELU = "import numpy as np\n\n\ndef relu(Z):\n    return np.maximum(0, Z), Z\n"


@pytest.fixture
def graded(tmp_path):
    def run(text, **settings):
        path = tmp_path / "my_network.py"
        path.write_text(text, "utf-8")
        return grade(path, **settings)

    return run


def test_a_right_function_alone(graded):
    outcome = graded(RELU)
    assert outcome.right
    assert [verdict.function for verdict in outcome.found] == ["relu"]


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        ("from my_own_helpers import *", "ModuleNotFoundError"),
        ("raise SystemExit(0)", "sys.exit"),
        ("1 / 0", "ZeroDivisionError"),
        ("input('name? ')", "EOFError"),
    ],
)
def test_statements_that_fail(graded, statement, told):
    outcome = graded(f"{statement}\n{RELU}")
    assert told in outcome.problems[0].mistake
    assert outcome.problems[0].line == 1
    assert outcome["relu"].status == "right"
    assert outcome.right  # the functions are graded, not what is done with them


def test_the_courses_helper_modules_are_stood_in_for(graded):
    outcome = graded(
        "from planar_utils import sigmoid as plain, load_planar_dataset\nfrom dnn_utils_v2 import *\nimport testCases\n"
        "X, Y = load_planar_dataset()\nplain(X) + Y\nA, cache = relu(X)\ntestCases.anything()(1)['W1'].shape\n"
        "import numpy as np\n\n\ndef linear_activation_forward(A_prev, W, b, activation):\n    Z = W @ A_prev + b\n"
        "    A, kept = relu(Z) if activation == 'relu' else sigmoid(Z)\n    return A, ((A_prev, W, b), kept)\n"
    )
    assert outcome.problems == ()
    assert outcome.right
    assert outcome["linear_activation_forward"].remarks == ()


def test_a_long_training_at_the_top_level_is_cut(graded):
    outcome = graded("for i in range(10**9):\n    pass\nx = 1\n" + RELU, timeout=3)
    assert "did not end" in outcome.problems[0].mistake
    assert outcome.right


def test_a_syntax_error(graded):
    outcome = graded(RELU + "def sigmoid(Z)\n    return Z\n")
    assert "SyntaxError" in outcome["sigmoid"].findings[0].mistake
    assert outcome["sigmoid"].findings[0].line == 6
    assert outcome["relu"].status == "right"
    assert not outcome.right


def test_a_file_that_ends_the_process(graded):
    outcome = graded("import os\nos._exit(7)\n" + RELU)
    assert "exit code 7" in outcome.problems[0].mistake


def test_functions_that_fail_hang_and_die(graded):
    outcome = graded(
        RELU
        + "def sigmoid(Z):\n    import os\n    os._exit(3)\n\n\n"
        + "def linear_forward(A, W, b):\n    while True:\n        pass\n\n\n"
        + "def compute_cost(AL, Y):\n    return undefined\n\n\n"
        + "def relu_backward(dA, cache):\n    sys.exit()\n\n\n"
        + "def sigmoid_backward(dA):\n    return dA\n\n\n"
        + "def linear_backward(dZ, cache):\n    print('x' * 10**6)\n\n\n"
        + "def predict(X, y, parameters):\n    def f(n):\n        return f(n + 1)\n    return f(0)\n\n\n"
        + "import sys\n",
        timeout=2,
    )
    assert {verdict.function: verdict.status for verdict in outcome.found} == {
        "sigmoid": "died",
        "relu": "right",
        "linear_forward": "endless",
        "compute_cost": "failed",
        "relu_backward": "failed",
        "sigmoid_backward": "wrong",
        "linear_backward": "wrong",
        "predict": "failed",
    }
    assert outcome["linear_forward"].findings[0].text in {"pass", "while True:"}
    assert "undefined" in outcome["compute_cost"].findings[0].mistake
    assert "sys.exit" in outcome["relu_backward"].findings[0].mistake
    assert "expected sigmoid_backward(dA, cache)" in outcome["sigmoid_backward"].findings[0].mistake
    assert "None" in outcome["linear_backward"].findings[0].mistake
    assert "RecursionError" in outcome["predict"].findings[0].mistake


def test_a_loop_that_catches_everything(graded):
    stubborn = (
        "def sigmoid(Z):\n    while True:\n"
        "        try:\n            pass\n        except BaseException:\n            pass\n"
    )
    outcome = graded(RELU + stubborn, timeout=2)
    assert outcome["sigmoid"].status == "endless"
    assert outcome["relu"].status == "right"


def test_a_file_that_never_ends(graded):
    outcome = graded("while True:\n    pass\n" + RELU, timeout=2)
    assert "did not end" in outcome.problems[0].mistake
    assert outcome["relu"].status == "right"


def test_strange_results(graded):
    outcome = graded(
        "import numpy as np\n"
        "def sigmoid(Z):\n    return np.matrix(1 / (1 + np.exp(-Z))), Z\n"
        "def relu(Z):\n    return object(), Z\n"
        "def compute_cost(AL, Y):\n    return 'low'\n"
        "def predict(X, y, parameters):\n    return np.zeros((3000, 3000))\n"
        "def initialize_parameters(n_x, n_h, n_y):\n    return [1]\n"
        "relu_backward = 3\n"
    )
    assert {verdict.status for verdict in outcome.found} == {"wrong"}
    assert "matrix" in outcome["sigmoid"].findings[0].evidence
    assert "object" in outcome["relu"].findings[0].evidence
    assert outcome["relu_backward"].status == "missing"


def test_the_process_is_gone_and_nothing_is_written(graded, tmp_path):
    before = list(sys.path)
    graded(RELU)
    assert sys.path == before
    assert "learner" not in sys.modules
    assert [path.name for path in tmp_path.iterdir()] == ["my_network.py"]


def test_files_that_cannot_be_read(tmp_path):
    (tmp_path / "my_network.py").write_text(RELU)
    with pytest.raises(FileError, match=r"did you mean 'my_network\.py'"):
        grade(tmp_path / "my_netwrk.py")
    for text in ("no notebook", "[1]", '{"cells": 3}'):
        (tmp_path / "my_network.ipynb").write_text(text)
        with pytest.raises(FileError, match="notebook"):
            grade(tmp_path / "my_network.ipynb")
    (tmp_path / "my_network.ipynb").write_text("{}")
    assert grade(tmp_path / "my_network.ipynb").found == ()
    (tmp_path / "bytes.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FileError, match="Python text"):
        grade(tmp_path / "bytes.py")
    with pytest.raises(SettingError, match="got 0"):
        grade(tmp_path / "my_network.py", timeout=0)
