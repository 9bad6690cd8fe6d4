"""A table as it stands in a file: what every reader of tables returns."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from glassnet.tables.arrow import pa
from glassnet.typing import AnyArray


@dataclass(frozen=True)
class RawTable:
    """A table as it stands in a file.

    Parameters
    ----------
    table : pyarrow.Table
        Every cell as text, or with the types that the file gives.
    notes : tuple of str
        Sentences for the user about how the file was understood.
    lines : array of int (m,) or None
        The line of the file on which each row begins, counted from 1; None where rows have no lines.
    reading : mapping
        How it was read, as `glassnet.read` takes it, so that the same can be said of another file.
    parts : mapping of str to int
        Rows for "training", "validation" and "test", in this order, where the source says so.
    """

    table: pa.Table
    notes: tuple[str, ...] = ()
    lines: AnyArray | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    parts: Mapping[str, int] = field(default_factory=dict)
