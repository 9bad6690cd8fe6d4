"""Models to take along, in files that run without this library: ONNX, a Python file of equations, a C header.

Raw rows go in, one input for each column, and labels and probabilities, or estimates, come out. A file is compared
with the model that it was made of.
"""

from __future__ import annotations

import warnings
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.errors import SettingError
from glassnet.export.comparison import Comparison, compared
from glassnet.export.description import Description
from glassnet.export.formats import FORMATS, format_named
from glassnet.export.of_models import describe
from glassnet.export.quantization import quantized
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


def write(
    model: Any, path: str | Path, format: str | None = None, *, rows: Any = None, quantize: str | None = None,  # noqa: A002
) -> Export:  # fmt: skip
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
    quantize : {"int8"}, optional
        Weights of a C header become whole numbers of 8 bits, and their answers are compared with the model's.

    Returns
    -------
    Export
        With the comparison.

    Raises
    ------
    NotFittedError
        If nothing was fitted.
    SettingError, UnknownNameError
        If a column cannot be exported, there is no such format, or it has no weights of fewer bits.
    MissingLibraryError
        If what writes the format is not installed.
    FileError
        If the file cannot be written.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from glassnet import MLPClassifier, export
    >>> X, y = load_iris(return_X_y=True)
    >>> model = MLPClassifier((5,), solver="lbfgs", random_state=0).fit(X, y)
    >>> export.write(model, "iris.py", rows=X).comparison.labels  # NumPy alone runs it
    0
    """
    path = check_writable(path)
    name = format or next((each for each, row in FORMATS.items() if row.suffix == path.suffix.lower()), "")
    if not name:
        ends = ", ".join(f"{row.suffix} ({each})" for each, row in FORMATS.items())
        raise SettingError(f"{path}: expected a name that ends in {ends}, or format=; got neither")
    row, description = format_named(name), describe(model)
    if quantize is not None:
        if not row.can_quantize:
            able = ", ".join(each for each, row in FORMATS.items() if row.can_quantize)
            raise SettingError(f"quantize: expected format {able}; got {name}")
        description = quantized(description, quantize)
    content = row.content(description, path.stem)
    run = FORMATS["python"] if quantize is not None else row  # the same weights
    comparison = None
    if run.answers is not None:
        made = rows is None
        some = made_rows(model, description) if made else rows
        checked = content if run is row else run.content(description, path.stem)
        with suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells, which are missing to both
            comparison = compared(model, some, run.answers(checked, inputs_of(model, some)), made=made)
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
    dict of str to array (m, 1), (m, n_x) or (m, height, width, channels)
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
