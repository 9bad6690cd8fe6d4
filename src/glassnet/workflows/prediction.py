"""Rows of a file are predicted, and written as CSV."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet.errors import SettingError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.files import check_writable, write_beside
from glassnet.plain_text import visible
from glassnet.tables.spelling.numbers import NUMBER
from glassnet.workflows.models import load_tabular, read_for

FORMULA_START = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")  # noqa: RUF001  of a cell that a spreadsheet computes
NUMBER_CELL = re.compile(NUMBER, re.ASCII)


@dataclass(frozen=True)
class Predictions:
    """What `predict_file` found.

    Parameters
    ----------
    columns : dict of str to list
        Columns of equal length by name: file names of pictures, predictions, probabilities.
    """

    columns: dict[str, list[Any]]

    @property
    def rows(self) -> int:
        """Number of predictions."""
        return len(next(iter(self.columns.values())))

    def to_csv(self) -> str:
        r"""Return the columns as CSV text, safe in spreadsheets and on terminals.

        Text that begins with ``= + - @``, a tab or a line end, and is no number, gets an apostrophe before it, which
        spreadsheets read as "this is text". Control characters other than tabs and line ends are spelled out
        (``\x1b``).

        Returns
        -------
        str
            A line of names, then a line for each row.
        """
        import csv
        import io

        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(map(_cell, self.columns))
        writer.writerows(zip(*(map(_cell, column) for column in self.columns.values()), strict=True))
        return text.getvalue()


def _cell(value: Any) -> Any:
    if not isinstance(value, str):
        return value
    text = visible(value, keep="\t\n")
    return f"'{text}" if FORMULA_START.match(text) and not NUMBER_CELL.fullmatch(text) else text


def predict_file(
    model: str | Path, data: str | Path, *,
    probabilities: bool = False, out: str | Path | None = None, reading: dict[str, Any] | None = None,
) -> Predictions:  # fmt: skip
    """Predict every row of a table, or every picture, and write the predictions as CSV if `out` names a file.

    Parameters
    ----------
    model : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them; targets are not needed.
    probabilities : bool
        Whether the probability of each class is returned too.
    out : path, optional
        CSV file to write.
    reading : dict, optional
        Further arguments of `glassnet.read`.

    Returns
    -------
    Predictions
        One row for each row or picture.

    Raises
    ------
    GlassnetError
        If a file cannot be read or written, the data do not match the model, or `probabilities` of numbers are asked.
    """
    if out is not None:
        check_writable(out, model, data)
    estimator = load_tabular(model)
    dataset = read_for(estimator, data, reading, require_target=False)
    X = select_training_columns(estimator, dataset.X)
    columns: dict[str, list[Any]] = {"picture": list(dataset.names)} if dataset.names else {}
    answers = np.asarray(estimator.predict(X))
    if answers.ndim == 1:
        columns["prediction"] = answers.tolist()
    else:
        columns.update({f"prediction {j + 1}": column.tolist() for j, column in enumerate(answers.T)})
    if probabilities:
        if not isinstance(estimator, TableClassifier):
            raise SettingError(f"{model}: estimates numbers; probabilities are for classes only")
        for label, column in zip(estimator.classes_, estimator.predict_proba(X).T, strict=True):
            columns[f"probability {label}"] = [float(f"{p:.6g}") for p in column]
    predictions = Predictions(columns)
    if out is not None:
        write_beside(out, predictions.to_csv().encode())
    return predictions
