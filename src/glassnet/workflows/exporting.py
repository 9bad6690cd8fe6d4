"""A model file becomes a file of another format, and their answers are compared on data of a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.estimators.input_names import select_training_columns
from glassnet.tables import rows_at
from glassnet.workflows.models import load_tabular, open_model, read_for

if TYPE_CHECKING:
    from glassnet.export import Export

COMPARED = 4096  # rows at most


def export_file(
    path: str | Path, data: str | Path | None, out: str | Path, format_: str, *,
    reading: dict[str, Any] | None = None, **options: Any,
) -> Export:  # fmt: skip
    """Export the model of a file.

    Parameters
    ----------
    path : path
        Model file.
    data : path, optional
        Rows to compare the answers on, of which the first 4096 are taken; random ones where it is not given.
    out : path
        File to write.
    format_ : str
        A key of `glassnet.export.FORMATS`.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    **options : object
        Further arguments of `glassnet.export.write`.

    Returns
    -------
    Export
        With the comparison.

    Raises
    ------
    GlassnetError
        If a file cannot be read or written, or the model cannot be exported.
    """
    from glassnet.export import write  # here, since no other command needs it

    if data is None:
        return write(open_model(path), out, format_, **options)
    model = load_tabular(path)
    X = read_for(model, data, reading, require_target=False).X
    rows = select_training_columns(model, rows_at(X, np.arange(min(len(X), COMPARED))))
    return write(model, out, format_, rows=rows, **options)
