"""A model that answers rows: quickly where its columns are plain, else by the preparation of a table."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import GlassnetError, SettingError
from glassnet.estimators.tabular.model import TableClassifier
from glassnet.estimators.targets import LabelEncoder
from glassnet.explain.contributions import contributions
from glassnet.plain_text import one_line
from glassnet.scoring import Model
from glassnet.serve.fields import Rows, Wrong, WrongRowsError, fields_of
from glassnet.serve.plain import plain_rows
from glassnet.typing import Array

FEW_ROWS = 256  # up to which a plain description is faster than the preparation of a table


class Asked(NamedTuple):
    """What is asked for beside predictions."""

    interval: float | None = None
    contributions: bool = False


class Predictor:
    """Answers rows with a model; one thread at a time uses the model.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        Fitted on a table.
    background : pyarrow.Table, optional
        Rows like those of the training, which contributions compare with; without them none are given.

    Raises
    ------
    DataError
        If the model takes pictures.
    """

    def __init__(self, model: Model, background: Any = None) -> None:
        self.model, self.background = model, background
        self.fields = fields_of(model.preparation_)
        self.rows = Rows(self.fields, model.preparation_.source)
        self.plain = plain_rows(model, self.fields)
        self.network = model.network_.astype("float64")
        self.classes = model.classes_.tolist() if isinstance(model, TableClassifier) else None
        self.is_multilabel = self.classes is not None and bool(getattr(model.target_, "multilabel", False))
        self._lock = threading.Lock()

    @property
    def has_intervals(self) -> bool:
        """Whether intervals, or sets of classes, can be asked for."""
        return self.model.conformity_ is not None and not self.is_multilabel

    def is_quick(self, rows: int, asked: Asked) -> bool:
        """Return whether so many rows are answered in a millisecond or so."""
        return self.plain is not None and rows <= FEW_ROWS and asked == Asked()

    def quick(self, cells: Sequence[Sequence[Any]]) -> dict[str, Any]:
        """Answer checked rows, by their plain features."""
        assert self.plain is not None
        A = self.network.forward(self.plain.features(cells))
        return self._answers((A if A.ndim == 2 else A.mean(axis=0)).T)

    def answers(self, cells: Sequence[Sequence[Any]], asked: Asked) -> dict[str, Any]:
        """Answer checked rows as `predict` does.

        Raises
        ------
        WrongRowsError
            If a cell cannot be read as what its column holds.
        SettingError
            If what is asked for cannot be had of this model.
        """
        if self.is_quick(len(cells), asked):
            return self.quick(cells)
        with self._lock, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of cells: they are refused
            table = self._read(cells)
            found = self.model.answers(table, asked.interval)
            answers = self._answers(found.outputs)
            if found.regions is not None:
                answers |= self._regions(found.regions)
            if asked.contributions:
                answers["contributions"] = self._contributions(table)
        return answers

    def _read(self, cells: Sequence[Sequence[Any]]) -> Any:
        """Return rows as a table, each text read as its column reads it."""
        table, wrong = self.rows.table(cells), []
        for field in self.fields:
            if field.kind in ("number", "category", "target means", "text"):
                continue  # these have no text that cannot be read
            column = next(each for each in self.model.preparation_.columns if each.name == field.name)
            for row in range(len(cells)):
                cell = table[field.name].slice(row, 1)
                if cell[0].is_valid and not _reads(column, cell, self.model.preparation_.missing):
                    held = f"expected {column.words}; got {cell[0].as_py()!r:.60}"
                    wrong.append(Wrong(row, field.name, held))
        if wrong:
            raise WrongRowsError(wrong)
        return table

    def _answers(self, outputs: Array) -> dict[str, Any]:
        target = self.model.target_
        found: dict[str, Any] = {"predictions": target.decode(outputs).tolist()}
        if self.classes is not None:
            found["classes"] = self.classes
            assert isinstance(target, LabelEncoder)
            found["probabilities"] = target.probabilities(outputs).tolist()
        return found

    def _regions(self, regions: Any) -> dict[str, Any]:
        if self.classes is None:
            return {"intervals": regions.tolist()}
        classes: Any = self.classes
        return {"sets": [[one for one, held in zip(classes, each, strict=True) if held] for each in regions]}

    def _contributions(self, table: Any) -> list[dict[str, Any]]:
        if self.background is None:
            raise SettingError("contributions: the server has no rows to compare with; start it with --rows DATA")
        return [
            {
                "of": str(each.answer), "value": each.value, "base": each.base,
                "columns": {one.column: one.value for one in each.columns},
            }
            for each in contributions(self.model, table, self.background)
        ]  # fmt: skip


def _reads(column: Any, cell: Any, missing: tuple[str, ...]) -> bool:
    """Return whether a column reads a cell."""
    try:
        return not len(column.parsed(cell, missing).unreadable)
    except GlassnetError:
        return False


def reason(error: Exception) -> str:
    """Return what an error says in one line."""
    return one_line(str(error))


def finite(document: Any) -> Any:
    """Return plain data in which numbers that JSON does not know are None."""
    if isinstance(document, float):
        return document if np.isfinite(document) else None
    if isinstance(document, list):
        return [finite(each) for each in document]
    return {key: finite(each) for key, each in document.items()} if isinstance(document, dict) else document
