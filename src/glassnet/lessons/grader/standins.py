"""What stands in for modules that are not there: the course's helpers, plots, files."""

from __future__ import annotations

import builtins
import importlib.abc
import importlib.machinery
import re
import sys
import types
from collections.abc import Iterator
from typing import Any

import numpy as np

from glassnet.lessons.grader.units import TEXTBOOK

COURSE = re.compile(
    r"(planar|lr|dnn|dnn_app|init|reg|opt|gc|coef|test)_utils\w*|test_?[cC]ases?\w*|public_tests\w*|outputs|testcase\w*"
)
PLAIN = re.compile(r"(planar|init|reg|opt|gc)_utils")  # their sigmoid and relu return one value, those of dnn_utils two
USUAL = {"matplotlib", "pylab", "h5py", "scipy", "PIL", "sklearn", "pandas", "skimage", "imageio", "cv2", "seaborn",
         "tqdm", "IPython", "google", "torchvision"}  # fmt: skip
LENT = "__lent_by_the_grader__"


class Anything:
    """Takes whatever is done with it, as a plot or a picture would."""

    def __getattr__(self, name: str) -> Any:
        """Return another one."""
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()

    def __call__(self, *_: Any, **__: Any) -> Any:
        """Return another one."""
        return Anything()

    def __getitem__(self, _: Any) -> Any:
        """Return another one."""
        return Anything()

    def __setitem__(self, _: Any, __: Any) -> None:
        """Forget it."""

    def __iter__(self) -> Iterator[Any]:
        """Yield nothing."""
        return iter(())

    def __enter__(self) -> Any:
        """Return another one."""
        return Anything()

    def __exit__(self, *_: Any) -> None:
        """Do nothing."""


def book(key: str, *, pair: bool) -> Any:
    """Return a function of the textbook; sigmoid and relu return their cache as well where `pair` says so."""
    textbook = TEXTBOOK[key]
    alone = key in {"sigmoid", "relu"} and not pair

    def function(*given: Any, **named: Any) -> Any:
        result = textbook(*given, **named)
        return result[0] if alone else result

    setattr(function, LENT, True)
    return function


def lent(thing: Any) -> bool:
    """Say whether something is the grader's, not the learner's."""
    return isinstance(thing, Anything) or getattr(thing, LENT, False) is True


def install() -> None:
    """Let missing modules be found, and names that only notebooks have."""
    sys.meta_path.append(_Finder())
    here: dict[str, Any] = vars(builtins)
    here.setdefault("get_ipython", Anything)
    here.setdefault("display", lambda *_: None)
    here.setdefault("xrange", range)
    here.setdefault("raw_input", input)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """The last finder asked: it knows the course's helper modules and the usual libraries."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        first = name.partition(".")[0]
        known = COURSE.fullmatch(name.rpartition(".")[2]) or first in USUAL
        return importlib.machinery.ModuleSpec(name, self, is_package=True) if known else None

    def create_module(self, spec: Any) -> types.ModuleType:
        return _Module(spec.name)

    def exec_module(self, module: types.ModuleType) -> None:
        pass


class _Module(types.ModuleType):
    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.__path__: list[str] = []
        last = name.rpartition(".")[2]
        if COURSE.fullmatch(last) and not re.match("test|public|outputs", last):
            pair = not PLAIN.match(last)
            vars(self).update({key: book(key, pair=pair) for key in _helpers(last)})
            load = _points if last.startswith("init_utils") else _flower if last.startswith("opt_utils") else _pictures
            vars(self).update(load_dataset=load, load_data=_pictures, load_planar_dataset=_flower, np=np)
            vars(self).update({key: function for key, function in _VECTORS.items() if last.startswith("gc_utils")})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return Anything()


def _helpers(module: str) -> list[str]:
    course = ["sigmoid", "relu", "relu_backward", "sigmoid_backward"]
    if module.startswith("dnn_app_utils"):
        course += ["linear_forward", "linear_activation_forward", "L_model_forward", "compute_cost", "linear_backward",
                   "linear_activation_backward", "L_model_backward", "update_parameters", "predict"]  # fmt: skip
    if module.startswith(("init_utils", "reg_utils", "opt_utils")):
        course += ["compute_cost", "update_parameters"]
    return course


def _pictures() -> Any:
    """Return a few pictures in the place of the cats."""
    rng = np.random.default_rng(0)
    X = [rng.integers(0, 256, (n, 64, 64, 3)).astype(np.uint8) for n in (6, 4)]
    Y = [(np.arange(n) % 2)[None, :] for n in (6, 4)]
    return X[0], Y[0], X[1], Y[1], np.array([b"non-cat", b"cat"])


def _flower() -> Any:
    """Return two coordinates of a few points in the place of the flower, and labels."""
    rng = np.random.default_rng(0)
    X = rng.normal(size=(2, 40))
    return X, (X[:1] * X[1:] > 0).astype(np.uint8)


def _points() -> Any:
    """Return points and labels to train and to test on."""
    return *_flower(), *_flower()


def _to_vector(parameters: Any) -> Any:
    names = [name for name in ("W1", "b1", "W2", "b2", "W3", "b3") if name in parameters]
    keys = [name for name in names for _ in range(parameters[name].size)]
    return np.concatenate([parameters[name].reshape(-1, 1) for name in names]), keys


def _to_dictionary(theta: Any) -> Any:
    shapes = {"W1": (5, 4), "b1": (5, 1), "W2": (3, 5), "b2": (3, 1), "W3": (1, 3), "b3": (1, 1)}
    ends = np.cumsum([n * k for n, k in shapes.values()])
    parts = np.split(np.asarray(theta).ravel(), ends[:-1])
    return {name: part.reshape(shape) for (name, shape), part in zip(shapes.items(), parts, strict=True)}


def _slopes_to_vector(gradients: Any) -> Any:
    return np.concatenate([gradients[f"d{name}"].reshape(-1, 1) for name in ("W1", "b1", "W2", "b2", "W3", "b3")])


_VECTORS = {
    "dictionary_to_vector": _to_vector, "vector_to_dictionary": _to_dictionary,
    "gradients_to_vector": _slopes_to_vector,
}  # fmt: skip
