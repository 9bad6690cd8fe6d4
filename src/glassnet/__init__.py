"""glassnet: a deep neural network you can see through."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from glassnet import interrupts
from glassnet._version import __version__

with interrupts.held():  # NumPy cannot be imported again once its import was cut off
    from glassnet import equations
    from glassnet.errors import GlassnetError
    from glassnet.network import Network

if TYPE_CHECKING:
    from glassnet import graph, inspection, plots
    from glassnet.estimators import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
    from glassnet.search import SearchCV, cross_validate
    from glassnet.tables import read

__all__ = [
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

_ON_FIRST_USE = {
    "MLPClassifier": "glassnet.estimators",
    "MLPRegressor": "glassnet.estimators",
    "SearchCV": "glassnet.search",
    "TabularClassifier": "glassnet.estimators",
    "TabularRegressor": "glassnet.estimators",
    "cross_validate": "glassnet.search",
    "load": "glassnet.estimators",
    "read": "glassnet.tables",
}


_MODULES = ("graph", "inspection", "plots")


@interrupts.held()
def __getattr__(name: str) -> Any:
    """Load scikit-learn, pyarrow and matplotlib only when something that stands on them is used."""
    if name in _MODULES:
        return import_module(f"glassnet.{name}")
    if name not in _ON_FIRST_USE:
        raise AttributeError(f"module 'glassnet' has no attribute {name!r}")
    return getattr(import_module(_ON_FIRST_USE[name]), name)


def __dir__() -> list[str]:
    return __all__
