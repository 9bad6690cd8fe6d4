"""Models to take along: an ONNX file, which many programs run without this library.

Raw rows go in, one input for each column, and labels and probabilities, or estimates, come out. Each file is compared
with the model that it was made of.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.errors import SettingError
from glassnet.export.comparison import Comparison, compared
from glassnet.export.description import Description
from glassnet.export.formats import FORMATS, format_named
from glassnet.export.of_models import describe
from glassnet.export.rows import inputs_of, made_rows
from glassnet.files import check_writable, write_beside
from glassnet.typing import AnyArray

__all__ = ["FORMATS", "Comparison", "Description", "Export", "describe", "inputs", "write"]


@dataclass(frozen=True, eq=False)
class Export:
    """What was written.

    Parameters
    ----------
    path : Path
        The file.
    format : str
        A key of `FORMATS`.
    size : int
        Bytes.
    description : Description
        What the file takes and computes.
    comparison : Comparison or None
        Its answers beside the model's; None where what runs the file is not installed.
    """

    path: Path
    format: str
    size: int
    description: Description
    comparison: Comparison | None


def write(model: Any, path: str | Path, format: str | None = None, *, rows: Any = None) -> Export:  # noqa: A002
    """Write a model as a file that runs without this library, and compare its answers with the model's.

    Parameters
    ----------
    model : TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor or Network
        Fitted.
    path : str or Path
        The file.
    format : str, optional
        A key of `FORMATS`; by the end of the file's name where it is not given.
    rows : rows, optional
        As `predict` takes them (`forward` for a network), to compare answers on; random ones where they are not given.

    Returns
    -------
    Export
        With the comparison.

    Raises
    ------
    NotFittedError
        If nothing was fitted.
    SettingError, UnknownNameError
        If a column cannot be exported, or there is no such format.
    MissingLibraryError
        If what writes the format is not installed.
    FileError
        If the file cannot be written.
    """
    path = check_writable(path)
    name = format or next((each for each, row in FORMATS.items() if row.suffix == path.suffix.lower()), "")
    if not name:
        ends = ", ".join(f"{row.suffix} ({each})" for each, row in FORMATS.items())
        raise SettingError(f"{path}: expected a name that ends in {ends}, or format=; got neither")
    row = format_named(name)
    description = describe(model)
    content = row.content(description, path.stem)
    made = rows is None
    some = made_rows(model, description) if made else rows
    try:
        comparison = compared(model, some, row.answers(content, inputs_of(model, some)), made=made)
    except ImportError:
        comparison = None
    write_beside(path, content)
    return Export(path, name, len(content), description, comparison)


def inputs(model: Any, X: Any) -> dict[str, AnyArray]:
    """Return rows as an exported ONNX file takes them, for ``onnxruntime.InferenceSession.run(None, inputs)``.

    Parameters
    ----------
    model : TabularClassifier, TabularRegressor, MLPClassifier, MLPRegressor or Network
        That was exported.
    X : rows
        As `predict` takes them (`forward` for a network).

    Returns
    -------
    dict of str to array
        A column (m, 1) of float64 numbers, NaN being missing, or of text, "" being missing, for each column of the
        table; or "X", rows (m, n_x) of float32 or pictures (m, height, width, channels) of uint8.

    Raises
    ------
    NotFittedError
        If nothing was fitted.
    DataError
        If X does not match the model.
    """
    describe(model)
    return inputs_of(model, X)
