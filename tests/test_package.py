"""The package as a whole: its public names, what importing it costs, what it is made of."""

import subprocess
import sys
from pathlib import Path

import pytest

import glassnet

HEAVY = {"sklearn", "scipy", "matplotlib", "pyarrow", "torch", "PIL", "pandas", "rich", "typer", "h5py", "safetensors"}


def test_public_names():
    assert glassnet.__all__ == [
        "GlassnetError",
        "MLPClassifier",
        "MLPRegressor",
        "Network",
        "SearchCV",
        "TabularClassifier",
        "TabularRegressor",
        "__version__",
        "cross_validate",
        "equations",
        "graph",
        "inspection",
        "load",
        "plots",
        "read",
    ]
    assert all(getattr(glassnet, name) is not None for name in glassnet.__all__)
    assert dir(glassnet) == glassnet.__all__


def test_public_equations():
    assert glassnet.equations.__all__ == [
        "activation_backward",
        "activation_forward",
        "backward",
        "cost",
        "cost_backward",
        "forward",
        "gradient_descent",
        "linear_backward",
        "linear_forward",
    ]


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="Netwrok"):
        glassnet.Netwrok  # noqa: B018


def test_importing_loads_nothing_heavy():
    code = "import sys, glassnet; print(*{name.partition('.')[0] for name in sys.modules})"
    loaded = set(
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout.split()
    )
    assert not loaded & HEAVY


def test_the_equations_fit_on_a_screen_or_two():
    text = Path(glassnet.__file__).with_name("core").joinpath("equations.py").read_text()
    assert len(text.splitlines()) < 120
    assert "import numpy" not in text


def test_it_is_typed():
    assert Path(glassnet.__file__).with_name("py.typed").exists()
