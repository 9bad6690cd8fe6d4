"""The package as a whole: its public names, what importing it costs, what it is made of."""

import ast
import re
import sys
from pathlib import Path

import pytest

import glassnet
from commands import run_python
from shared import PROJECT

# Where a library is called otherwise than what it brings.
DISTRIBUTIONS = {
    "python_calamine": "python-calamine",
    "PIL": "pillow",
    "sklearn": "scikit-learn",
    "mlflow": "mlflow-skinny",
    "prometheus_client": "prometheus-client",
}
HEAVY = {"sklearn", "scipy", "matplotlib", "pyarrow", "torch", "PIL", "pandas", "rich", "typer", "h5py", "safetensors"}


def test_public_names():
    assert glassnet.__all__ == [
        "Dataset",
        "GlassnetError",
        "MLPClassifier",
        "MLPRegressor",
        "Network",
        "SearchCV",
        "TabularClassifier",
        "TabularRegressor",
        "__version__",
        "cross_validate",
        "dataset",
        "distributed",
        "equations",
        "errors",
        "explain",
        "export",
        "graph",
        "inspection",
        "lessons",
        "load",
        "plots",
        "read",
        "record",
        "report",
        "typing",
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
        "embedding_backward",
        "embedding_forward",
        "forward",
        "gradient_descent",
        "linear_backward",
        "linear_forward",
    ]


def test_unknown_names_are_attribute_errors():
    with pytest.raises(AttributeError, match="Netwrok"):
        glassnet.Netwrok  # noqa: B018


def test_importing_loads_nothing_heavy():
    loaded = run_python("import json, sys, glassnet; print(json.dumps(list(sys.modules)))")
    assert not {name.partition(".")[0] for name in loaded} & HEAVY


@pytest.mark.parametrize("name", ["lessons", "lessons.grader", "lessons.formulas"])
def test_lessons_read_no_tables_before_one_does(name):
    loaded = run_python(f"import json, sys, glassnet.{name}; print(json.dumps(list(sys.modules)))")
    assert not {"glassnet.tables", "glassnet.inspection", "glassnet.plots"} & set(loaded)
    assert not {each.partition(".")[0] for each in loaded} & HEAVY


def test_the_equations_fit_on_a_screen_or_two():
    text = Path(glassnet.__file__).with_name("core").joinpath("equations.py").read_text()
    assert len(text.splitlines()) < 120
    assert "import numpy" not in text


def test_it_is_typed():
    assert Path(glassnet.__file__).with_name("py.typed").exists()


def imports():
    """Yield (file, module, name) for every import in the source: ``from module import name``."""
    for path in sorted(Path(glassnet.__file__).parent.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                yield from ((path, alias.name, "") for alias in node.names)
            elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
                yield from ((path, node.module, alias.name) for alias in node.names)


def test_private_names_of_scikit_learn_stand_in_one_file():
    private = {path.name for path, *names in imports() if re.match(r"sklearn\b.*[. ]_", " ".join(names))}
    assert private == {"sklearn_compat.py"}


def test_every_library_that_is_imported_is_declared():
    extras = [line for lines in PROJECT["optional-dependencies"].values() for line in lines]
    declared = {re.match(r"[\w-]+", line)[0] for line in [*PROJECT["dependencies"], *extras]}
    used = {module.partition(".")[0] for _, module, _ in imports()} - sys.stdlib_module_names - {"glassnet"}
    used = {DISTRIBUTIONS.get(name, name) for name in used}
    assert used == declared
