"""Fitted models for tables and pictures: rows of a file or of typical cells, and what such models say of a row."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import DataError, GlassnetError, SettingError, UnknownNameError
from glassnet.estimators.input_names import select_training_columns
from glassnet.estimators.targets import LabelEncoder
from glassnet.plain_text import visible
from glassnet.studio.fitted import Fitted
from glassnet.studio.form import cells_of, check_read, fields_of, typical_row, with_cells
from glassnet.studio.plain import number
from glassnet.tables import Pictures, rows_at
from glassnet.texts import translated
from glassnet.typing import Array, Indices
from glassnet.workflows.novelties import new_in

MOST_ROWS = 2_000  # that are looked at; of longer tables they are drawn evenly from all, by a seed
COMPARED = 100  # rows that contributions compare with
NO_ROWS = "contributions compare a row with others: open the model with its data"
PICTURES = "contributions are those of columns; this model was trained on pictures"


class FittedTable(Fitted):
    """A fitted `TabularClassifier` or `TabularRegressor` with some rows; `Fitted` says more."""

    def __init__(
        self, model: Any, name: str, rows: Any, y: Any = None, test: Indices | None = None, *, is_typical: bool = False
    ) -> None:  # fmt: skip
        super().__init__(model, name, y, test, is_typical=is_typical)
        self.rows = rows
        self.fields = fields_of(model.preparation_)
        shape = model.preparation_.pictures
        self.picture = None if shape is None else (shape.height, shape.width, shape.channels)

    @classmethod
    def of(cls, model: Any, name: str, path: Path | None, file: Path) -> FittedTable:
        """Return a model with the rows of a file, at most so many; with a row of typical cells where there is none.

        Parameters
        ----------
        model : TableClassifier or TableRegressor
            Fitted.
        name : str
            Of its file.
        path : path, optional
            Its data.
        file : path
            The model's file.

        Raises
        ------
        GlassnetError
            If the data cannot be read, or do not match the model.
        """
        shape = model.preparation_.pictures
        if path is None:
            if shape is not None:
                grey = np.full((1, shape.height, shape.width, shape.channels), 128, np.uint8)
                return cls(model, name, Pictures(grey, shape.order), is_typical=True)
            return cls(model, name, typical_row(fields_of(model.preparation_)), is_typical=True)
        rows, y, test, notes = _read(model, path, file)
        some = np.arange(len(rows))
        most = min(MOST_ROWS, max(1, 2**24 // model.preparation_.n_features))
        if len(rows) > most:
            some = np.sort(np.random.default_rng(0).choice(len(rows), most, replace=False))
            notes = [*notes, f"{most} of {len(rows)} rows are shown"]
        found = cls(
            model, name, rows_at(rows, some), None if y is None else y[some], np.flatnonzero(np.isin(some, test))
        )
        found.notes = notes
        return found

    # ------------------------------------------------------------ rows
    @cached_property
    def read_rows(self) -> Any:
        """The rows with their cells read."""
        from glassnet.explain.rows import prepared

        return prepared(self.model, self.rows)

    def prepared(self) -> Array:
        """Return the rows as the network's input (n[0], m)."""
        return self.prepared_row(self.rows)

    def prepared_row(self, row: Any) -> Array:
        """Return rows as the network's input (n[0], m)."""
        return np.asarray(self.model.preparation_.transform(row, np.float64).T)

    def row(self, i: int, given: Mapping[str, Any]) -> Any:
        """Return row i as the model takes it, with other cells in some columns."""
        row = rows_at(self.rows, np.array([i]))
        if not given:
            return row
        row = with_cells(row, given, self.fields)
        check_read(self.model.preparation_, row, given)
        return row

    def cells(self, i: int) -> dict[str, str | None]:
        """Return the cells of row i as the form shows them."""
        return cells_of(self.fields, self.read_rows, i) if self.fields else {}

    @property
    def feature_names(self) -> list[str]:
        """Names of the network's inputs."""
        return [visible(name) for name in self.model.preparation_.feature_names]

    # ------------------------------------------------------------ answers
    def answered(self, row: Any, coverage: float) -> dict[str, Any]:
        """Return prediction, probabilities, interval or set, and what is unlike the training."""
        model = self.model
        why = None
        novelty = model.novelty_ is not None
        try:
            found = model.answers(row, coverage, novelty=novelty)
        except SettingError as error:
            found, why = model.answers(row, novelty=novelty), str(error)
        far = None if found.novelty is None else number(found.novelty[0])
        return {
            **self.said(found.outputs), **self._region(found.regions), "coverage": coverage, "no_region": _both(why),
            "novelty": far, "unlike": found.novelty is not None and bool(found.novelty[0] > 1), "new": self._new(row),
        }  # fmt: skip

    def _region(self, regions: Any) -> dict[str, Any]:
        """Return the interval or the set of classes of one row."""
        if regions is None:
            return {"interval": None, "set": None}
        target = self.model.target_
        if isinstance(target, LabelEncoder):
            held = target.classes[regions[0]].tolist()
            return {"interval": None, "set": [visible(str(label)) for label in held]}
        return {"interval": _plain(regions[0]), "set": None}

    def _new(self, row: Any) -> list[dict[str, Any]]:
        """Return what is new in the cells of a row: values, ranges, gaps that training did not have."""
        if not self.fields:
            return []
        found = new_in(self.model.preparation_, row, None)[1]
        return [{"column": visible(each.column), **_in_both(each.what)} for each in found]

    def explained(self, row: Any) -> dict[str, Any]:
        """Return what each column contributes to the answer, or why that cannot be said."""
        if not self.fields or self.is_typical or len(self.rows) < 2:
            return {"contributions": None, "no_contributions": _both(NO_ROWS if self.fields else PICTURES)}
        with interrupts.held():
            from glassnet.explain.contributions import contributions

        try:
            (found,) = contributions(self.model, row, self.compared, rows=COMPARED)
        except GlassnetError as error:
            return {"contributions": None, "no_contributions": _both(str(error))}
        return {
            "contributions": {
                "of": visible(str(found.answer.name)), "is_probability": found.answer.is_probability,
                "value": found.value, "base": found.base, "error": found.error, "compared": found.compared,
                "columns": [{"column": visible(e.column), "name": e.column, "value": e.value} for e in found.columns],
            },
            "no_contributions": None,
        }  # fmt: skip

    @cached_property
    def compared(self) -> Any:
        """The rows that contributions compare with: drawn once, as `contributions` draws them."""
        m = len(self.rows)
        some = np.arange(m) if m <= COMPARED else np.sort(np.random.default_rng(0).choice(m, COMPARED, replace=False))
        return rows_at(self.rows, some)


def _read(model: Any, path: Path, file: Path) -> tuple[Any, Any, Indices, list[str]]:
    """Return the rows of a file that a model can answer, their targets if known, those of the test, and notes."""
    from glassnet.workflows.evaluation import test_rows
    from glassnet.workflows.models import read_for, with_targets
    from glassnet.workflows.sources import checksum

    try:
        _, dataset = with_targets(file, path)
        model.target_.encode(dataset.y)
    except (DataError, UnknownNameError):  # no target, or none that the model knows
        dataset = read_for(model, path, None, require_target=False)
        return select_training_columns(model, dataset.X), None, np.arange(0), list(dataset.notes)
    source, test = model.source_, np.arange(0)
    if source is not None and source.test and source.file == checksum(path) and source.rows == len(dataset):
        test = test_rows(model, dataset)
    return select_training_columns(model, dataset.X), dataset.y, test, list(dataset.notes)


def _plain(value: Any) -> Any:
    return value.tolist() if hasattr(value, "tolist") else value


def _both(text: str | None) -> dict[str, Any] | None:
    return None if text is None else _in_both(text)


def _in_both(text: str) -> dict[str, Any]:
    """Return a sentence in both languages."""
    return {"text": text, "zh": translated(text, "zh")}
