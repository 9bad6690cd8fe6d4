"""glassnet: a deep neural network you can see through."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from glassnet import interrupts
from glassnet._version import __version__

interrupts.end_command_at_once()
with interrupts.held():  # NumPy cannot be imported again once its import was cut off
    from glassnet import equations, errors
    from glassnet.errors import GlassnetError
    from glassnet.network import Network

if TYPE_CHECKING:
    from glassnet import explain, export, graph, inspection, lessons, plots, record, report, typing
    from glassnet.estimators import MLPClassifier, MLPRegressor, TabularClassifier, TabularRegressor, load
    from glassnet.search import SearchCV, cross_validate
    from glassnet.tables import Dataset, read
    from glassnet.tables.streaming import dataset

__all__ = [
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

_MODULE_OF = {
    "Dataset": "tables",
    "MLPClassifier": "estimators",
    "MLPRegressor": "estimators",
    "SearchCV": "search",
    "TabularClassifier": "estimators",
    "TabularRegressor": "estimators",
    "cross_validate": "search",
    "dataset": "tables.streaming",
    "load": "estimators",
    "read": "tables",
}


@interrupts.held()
def __getattr__(name: str) -> Any:
    """Load scikit-learn, pyarrow and matplotlib only when something that stands on them is used."""
    if name in _MODULE_OF:
        return getattr(import_module(f"glassnet.{_MODULE_OF[name]}"), name)
    if name in __all__:
        return import_module(f"glassnet.{name}")
    raise AttributeError(f"module 'glassnet' has no attribute {name!r}")


def __dir__() -> list[str]:
    return __all__
