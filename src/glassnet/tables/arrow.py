"""pyarrow, loaded when it is first used: whoever works with arrays alone need not wait for it."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import TYPE_CHECKING, Any

__all__ = ["pa", "pc", "release_memory"]

if TYPE_CHECKING:
    import pyarrow as pa
    import pyarrow.compute as pc
else:

    class _Module:
        """A module that is imported when something of it is asked for."""

        def __init__(self, name: str) -> None:
            self._name = name

        def __getattr__(self, name: str) -> Any:
            value = getattr(import_module(self._name), name)
            setattr(self, name, value)
            return value

    pa, pc = _Module("pyarrow"), _Module("pyarrow.compute")


def release_memory() -> None:
    """Give what Arrow no longer uses back to the system, after large tables were read or copied."""
    if "pyarrow" in sys.modules:
        pa.default_memory_pool().release_unused()
