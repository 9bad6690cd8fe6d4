"""A function typed in becomes data; nothing but arithmetic is ever evaluated."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from glassnet.studio.refused import RefusedError
from glassnet.studio.typed import typed

WAY = {"m": 50, "noise": 0.0, "width": 2.0}


@pytest.mark.parametrize(
    ("formula", "of"),
    [
        ("sin(3 * x1) * x2", lambda x1, x2: np.sin(3 * x1) * x2),
        ("sin(3x1) x2".replace(" x2", "*x2"), lambda x1, x2: np.sin(3 * x1) * x2),
        ("x1^2 - 2x2 + pi", lambda x1, x2: x1**2 - 2 * x2 + np.pi),
        ("max(x1, -x2) / e", lambda x1, x2: np.maximum(x1, -x2) / np.e),
        ("x2", lambda x1, x2: x2),
        ("-" * 450 + "x1", lambda x1, x2: x1),
    ],
)
def test_numbers_of_a_function(formula, of):
    data = typed(1, formula=formula, **WAY)
    assert data.classes is None
    assert data.features == ["x1", "x2"]
    assert data.Y[0] == pytest.approx(of(*data.X), rel=1e-12)
    assert np.abs(data.X).max() <= 2


def test_one_variable_is_one_feature_and_noise_is_added():
    data = typed(1, **{**WAY, "m": 4000, "noise": 0.5}, formula="x^3")
    assert data.features == ["x"]
    assert (data.Y - data.X**3).std() == pytest.approx(0.5, rel=0.05)


def test_a_comparison_makes_classes():
    data = typed(1, formula="x1^2 + x2^2 < 1", **WAY)
    assert data.classes == ["no", "yes"]
    assert np.array_equal(data.Y[0] == 1, (data.X**2).sum(axis=0) < 1)


@pytest.mark.parametrize(
    "formula",
    [
        "", "1", "x1 +", "y", "x1 + x3", "x + x1", "__import__('os').system('true')", "x1.real", "x1[0]", "lambda: x1",
        "open('/etc/passwd')", "(x1 for x1 in x2)", "x1 if x2 else 1", "x1 and x2", "x1 < x2 < 1", "(x1 < 1) + 1",
        "sin", "sin(x1, x2)", "sin(x=x1)", "max(x1)", "sin(*x1)", "'x1'", "f'{x1}'", "x1 := 2", "log(x1)", "1/0*x1",
        "x1 < 100",
        "True*x1", "1j*x1", "x1@x2", "x1//2", "x1 % 2", "~x1", "x1;x2", "x1\nx2", "(" * 400,
        "exp(exp(exp(exp(x1))))", "\x00",
    ],
)  # fmt: skip
def test_what_is_no_function_is_refused_in_a_line(formula):
    with pytest.raises(RefusedError, match="formula") as refused:
        typed(1, formula=formula, **WAY)
    assert "\n" not in str(refused.value)


def test_no_power_takes_forever():
    with pytest.raises(RefusedError, match="finite"):
        typed(1, formula="9^9^9^9^9^9 * x1", **WAY)
    with pytest.raises(RefusedError):
        typed(1, formula="1" * 480 + "^x1 * 1e400", **WAY)


@given(st.text(alphabet="x12+-*/^(), .<>sincoe_'\"[]{}:=\\\n", max_size=40))
def test_any_text_is_data_or_refused(formula):
    try:
        data = typed(1, formula=formula, **WAY)
    except RefusedError:
        return
    assert np.isfinite(data.Y).all()
