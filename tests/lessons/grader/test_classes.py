"""Wrong slopes of classes with forward and backward are found, of layers and of whole networks."""

from pathlib import Path

import pytest

from glassnet.lessons.grader import grade

SOLUTIONS = Path(__file__).with_name("solutions")

PLANTED = [
    ("class_network", "NeuralNetwork", "dW", "grads['dW' + str(l)] = dZ.dot(A_prev.T) / m", "grads['dW' + str(l)] = dZ.dot(A_prev.T) / m / m"),
    ("class_network", "NeuralNetwork", "db", "dZ.sum(axis=1, keepdims=True) / m", "dZ.sum(axis=1, keepdims=True)"),
    ("class_network", "NeuralNetwork", "dW1", "(1 - A_prev ** 2)", "(1 - A_prev)"),
    ("class_layers_rows", "Relu", "dX", "dout[self.mask] = 0", "dout[~self.mask] = 0"),
    ("class_layers_rows", "Sigmoid", "dX", "* (1 - self.out)", ""),
    ("class_layers_rows", "Affine", "db", "np.sum(dout, axis=0)", "np.sum(dout, axis=0) * 2"),
    ("class_layers_rows", "Linear", "dX", "self.w.T @ dZ", "self.w.T @ dZ / m"),
    ("class_two_layers", "TwoLayerNet", "dW1", " * (self.h > 0)", ""),
    ("class_lists", "Network", "d", "* self.activations[l] * (1 - self.activations[l])", ""),
]  # fmt: skip


@pytest.mark.parametrize(("solution", "name", "slope", "old", "new"), PLANTED)
def test_a_wrong_slope(tmp_path, solution, name, slope, old, new):
    text = (SOLUTIONS / f"{solution}.py").read_text("utf-8")
    begin = text.index(f"class {name}")
    assert old in text[begin:]
    path = tmp_path / "layers.py"
    path.write_text(text[:begin] + text[begin:].replace(old, new, 1), "utf-8")
    outcome = grade(path)
    assert outcome[name].status == "wrong"
    assert outcome[name].findings[0].mistake.startswith(slope)
    assert "differences" in outcome[name].findings[0].evidence
    assert [verdict.function for verdict in outcome.found if verdict.status != "right"] == [name]


def test_a_class_that_cannot_be_found_out_is_not_judged(tmp_path):
    path = tmp_path / "layers.py"
    path.write_text(
        "import numpy as np\n\n\nclass Noise:\n    def forward(self, x):\n        return x + np.random.randn(*x.shape)\n\n"
        "    def backward(self, d):\n        return d\n"
    )
    outcome = grade(path)
    assert outcome.found == ()
    assert outcome.ungraded == ("Noise",)
