"""One row of a file is followed through a model, and a page shows it."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import pages
from glassnet.errors import DataError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.inspection import labels_of
from glassnet.files import write_beside
from glassnet.inspection.sample_panel import SampleWords
from glassnet.inspection.trace import Trace
from glassnet.inspection.trace_page import trace_html
from glassnet.network import Network
from glassnet.scoring import Model
from glassnet.tables import Dataset, rows_at
from glassnet.tables.arrow import pa
from glassnet.tables.target import read_target
from glassnet.texts import told
from glassnet.typing import AnyArray
from glassnet.workflows.models import load_tabular, read_for


@dataclass(frozen=True)
class SampleTrace:
    """One sample on its way through the network.

    Parameters
    ----------
    row : int
        Its number, counted from 1.
    trace : Trace
        Every array of the pass.
    prediction, truth : object
        The label or number that is predicted, and the true one; None where that is unknown.
    cells : dict of str to str
        The row's cells in the columns of a table; of pictures none.
    predictions : list
        What each network of a stack predicts alone; of one network none.
    network : int
        The network of a stack that is shown in full, counted from 0.
    """

    row: int
    trace: Trace
    prediction: Any
    truth: Any
    cells: dict[str, str] = field(default_factory=dict)
    predictions: list[Any] = field(default_factory=list)
    network: int = 0

    @property
    def words(self) -> SampleWords:
        """What the page says of the sample."""
        truth = None if self.truth is None else str(self.truth)
        return SampleWords(self.row, str(self.prediction), truth, self.cells, list(map(str, self.predictions)))

    def _repr_html_(self) -> str:
        return trace_html(self.trace, self.words, self.network)


def trace_row(
    path: str | Path, data: str | Path, row: int, reading: dict[str, Any] | None = None, network: int = 0
) -> SampleTrace:
    """Trace one row of a table, or one picture, through a model: forward, and backward if its target is known.

    Parameters
    ----------
    path : path
        Model file.
    data : path
        A table, arrays or a folder of pictures, as `glassnet.read` takes them.
    row : int
        Number of the row, counted from 1.
    reading : dict, optional
        Further arguments of `glassnet.read`.
    network : int
        The network of a stack that is to be shown in full, counted from 0.

    Returns
    -------
    SampleTrace
        Every array of the pass, the prediction, and the true target if known.

    Raises
    ------
    GlassnetError
        If a file cannot be read, there is no such row or network, or the data do not match the model.
    """
    model = load_tabular(path)
    dataset = read_for(model, data, reading, require_target=False)
    if not 1 <= row <= len(dataset):
        raise DataError(f"{data}: expected a row from 1 to {len(dataset)}; got {row}")
    one = np.array([row - 1])
    X = select_training_columns(model, rows_at(dataset.X, one))
    y = _truth(model, dataset, row - 1)
    Y = None if y is None else model.target_.encode(y).T
    trace = replace(model.network_.trace(model.prepared(X), Y), labels=labels_of(model))
    trace.of_network(network)  # refused where there is none
    A: Any = [] if trace.n_networks is None else trace.A[-1]
    return SampleTrace(
        row, trace, model.predict(X)[0].tolist(), None if y is None else y[0].tolist(), _cells(model, X),
        [model.target_.decode(each.T)[0].tolist() for each in A], network,
    )  # fmt: skip


def _cells(model: Model, X: Any) -> dict[str, str]:
    """Return the cells of a table's row that the model reads, by column."""
    if not isinstance(X, pa.Table):
        return {}
    names = dict.fromkeys(column.name for column in model.preparation_.columns if column.name in X.column_names)
    values = ((name, X[name][0].as_py()) for name in names)
    return {name: told("missing") if value in (None, "") else str(value) for name, value in values}


def _truth(model: Model, dataset: Dataset, row: int) -> AnyArray | None:
    """Return the target of one row, if the data hold one that the model knows."""
    if dataset.y is not None:
        return dataset.y[row : row + 1]
    name = model.target_name_
    if not isinstance(dataset.X, pa.Table) or name is None or name not in dataset.X.column_names:
        return None
    try:
        found = read_target(dataset.X.select([name]), name)
    except DataError:  # no row of it is known
        return None
    y = found.y[row : row + 1] if found.kept is None else found.y[found.kept == row]
    if not len(y):
        return None
    for each in (y, y.astype(np.str_)):  # in a file of few rows, labels may look like numbers
        with suppress(DataError):
            model.target_.encode(each)
            return each
    return None


def write_page(path: str | Path, model: Model | Network, sample: SampleTrace | None) -> None:
    """Write the trace of a sample, or without one the dimension table, as an HTML page that needs no network access.

    Parameters
    ----------
    path : path
        File to write.
    model : TableClassifier, TableRegressor or Network
        Whose dimensions are shown.
    sample : SampleTrace or None
        What `trace_row` returned.

    Raises
    ------
    FileError
        If the file cannot be written.
    """
    network = model if isinstance(model, Network) else model.network_
    table = network.dimensions()
    shown = [] if sample is None else [sample]
    write_beside(path, pages.document(told(repr(network).strip("<>")), *shown, table).encode())
