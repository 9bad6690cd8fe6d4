"""Many fits at once: cross-validation and searches whose fits go side by side over the cores, studies by processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glassnet import interrupts

if TYPE_CHECKING:
    from glassnet.search.side_by_side import SearchCV, cross_validate
    from glassnet.search.tabular import study
    from glassnet.search.trials import Study, Trial

__all__ = ["SearchCV", "Study", "Trial", "cross_validate", "study"]

_MODULE_OF = {
    "SearchCV": "side_by_side", "Study": "trials", "Trial": "trials", "cross_validate": "side_by_side",
    "study": "tabular",
}  # fmt: skip


@interrupts.held()
def __getattr__(name: str) -> Any:
    """Load scikit-learn only for what stands on it."""
    if name in _MODULE_OF:
        from importlib import import_module

        return getattr(import_module(f"glassnet.search.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module 'glassnet.search' has no attribute {name!r}")
