"""The form of the public docstrings: parameters, results, errors, shapes of arrays, and where a formula comes from."""

import ast
import importlib
import inspect
import re
import textwrap

import pytest
from numpydoc.docscrape import NumpyDocString
from numpydoc.validate import validate

from glassnet import errors

MODULES = (
    "glassnet",
    "glassnet.equations",
    "glassnet.errors",
    "glassnet.explain",
    "glassnet.export",
    "glassnet.graph",
    "glassnet.inspection",
    "glassnet.lessons",
    "glassnet.lessons.formulas",
    "glassnet.lessons.grader",
    "glassnet.network",
    "glassnet.plots",
    "glassnet.report",
    "glassnet.search",
    "glassnet.tables",
    "glassnet.typing",
)
CODES = {
    "GL08": "no docstring",
    "PR01": "a parameter is not described",
    "PR02": "a parameter is described that is none",
    "PR03": "parameters in another order",
    "RT01": "no Returns",
    "RT03": "a result is not described",
}


def is_own(obj):
    return str(getattr(obj, "__module__", "")).startswith("glassnet")


def public_names():
    """Return every public class, function, method and property once, by the name that users write."""
    found = {}
    for module_name in MODULES:
        module = importlib.import_module(module_name)
        for name in getattr(module, "__all__", ("Gradients", "Network")):
            obj = getattr(module, name)
            if not callable(obj) or not is_own(obj) or getattr(obj, "_is_protocol", False):
                continue
            found.setdefault(obj, f"{module_name}.{name}")
            for member in dir(obj) if inspect.isclass(obj) else ():
                raw = inspect.getattr_static(obj, member)
                function = getattr(raw, "fget", None) or getattr(raw, "func", None) or getattr(raw, "__func__", raw)
                if not member.startswith("_") and callable(function) and is_own(function):
                    found.setdefault(function, f"{module_name}.{name}.{member}")
    return {name: obj for obj, name in found.items()}


PUBLIC = public_names()


def inherits_its_parameters(obj):
    """Return whether it is an error that takes what its root takes, which describes it."""
    return inspect.isclass(obj) and issubclass(obj, Exception) and "__init__" not in vars(obj)


@pytest.mark.parametrize("name", PUBLIC)
def test_form(name):
    found = {(code, text) for code, text in validate(name)["errors"] if code in CODES}
    if inherits_its_parameters(PUBLIC[name]):
        found = {(code, text) for code, text in found if code != "PR01"}
    assert not found


def raised(function):
    """Return the names of glassnet's errors that stand in a function's own ``raise`` statements."""
    try:
        of = function.__init__ if inspect.isclass(function) else function  # a class's methods say it themselves
        tree = ast.parse(textwrap.dedent(inspect.getsource(of)))
    except (OSError, TypeError):  # made while the program runs
        return set()
    made = [node.exc for node in ast.walk(tree) if isinstance(node, ast.Raise) and node.exc is not None]
    names = {ast.unparse(each).partition("(")[0].partition(".")[0] for each in made}
    return names & set(errors.__all__)


def family(error):
    return {each.__name__ for each in getattr(errors, error).__mro__}


@pytest.mark.parametrize("name", [name for name, obj in PUBLIC.items() if raised(obj)])
def test_errors_that_are_raised_are_named(name):
    named = " ".join(part.type for part in NumpyDocString(inspect.getdoc(PUBLIC[name]))["Raises"])
    assert not {error for error in raised(PUBLIC[name]) if not family(error) & set(re.findall(r"\w+", named))}


def parts(obj):
    doc = NumpyDocString(inspect.getdoc(obj) or "")
    return [(part.name, part.type) for key in ("Parameters", "Returns") for part in doc[key]]


WITH_ARRAYS = [name for name, obj in PUBLIC.items() if any("array" in " ".join(part) for part in parts(obj))]


@pytest.mark.parametrize("name", WITH_ARRAYS)
def test_arrays_have_shapes(name):
    types = [text for _, text in parts(PUBLIC[name]) if re.search(r"\barrays?\b", text)]
    assert not [text for text in types if not re.search(r"\(.*\)|like", text)]


def test_there_are_many():
    assert len(PUBLIC) > 150
    assert len(WITH_ARRAYS) > 40


# ---------------------------------------------------------------- formulas of papers
FROM_PAPERS = {
    "activations": ("relu", "leaky_relu", "elu", "selu", "gelu", "silu", "softplus", "mish"),
    "initializers": ("he", "glorot", "lecun"),
    "losses": ("huber", "quantile"),
    "optimizers": ("momentum", "nesterov", "rmsprop", "adam", "adamw"),
    "regularization": ("clip_by_norm", "dropout_masks"),
    "schedules": ("cosine", "warmup_cosine"),
}


@pytest.mark.parametrize(("table", "name"), [(table, name) for table, names in FROM_PAPERS.items() for name in names])
def test_formulas_of_papers_name_them(table, name):
    function = getattr(importlib.import_module(f"glassnet.core.{table}"), name)
    assert re.search(r"[A-Z]\w+.* (19|20)\d\d\b", f"{inspect.getcomments(function)} {function.__doc__}")
