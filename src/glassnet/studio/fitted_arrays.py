"""Fitted models that take arrays: `MLPClassifier`, `MLPRegressor` and networks, with the numbers of a file or zeros."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import interrupts
from glassnet.errors import DataError, GlassnetError
from glassnet.network import Network
from glassnet.studio.fitted import Fitted
from glassnet.studio.form import Field, shown
from glassnet.studio.knobs import as_number
from glassnet.studio.refused import RefusedError
from glassnet.texts import translated
from glassnet.typing import Array

MOST_ROWS = 2_000
MOST_NUMBERS = 2**24
MOST_FIELDS = 1_000  # with more inputs there is no form
NO_CONTRIBUTIONS = "contributions are those of a table's columns; this model takes plain numbers"
NO_REGION = "this model has learned no intervals; models for tables do"


class FittedArrays(Fitted):
    """A fitted model of numbers with some rows; `Fitted` says more.

    Parameters
    ----------
    numbers : array (m, n[0])
        The rows.
    names : list of str
        Of their columns.
    """

    def __init__(self, model: Any, name: str, numbers: Array, names: list[str], y: Any = None, **more: Any) -> None:
        super().__init__(model, name, y, **more)
        self.numbers, self.names = numbers, names
        of_field = [] if len(names) > MOST_FIELDS else names
        ends = (numbers.min(axis=0), numbers.max(axis=0))
        self.fields = [
            Field(each, "number", 0.0, (), *(() if self.is_typical else (float(end[j]) for end in ends)))
            for j, each in enumerate(of_field)
        ]

    @classmethod
    def of(cls, model: Any, name: str, path: Path | None, target: str | None) -> FittedArrays:
        """Return a model with the rows of a file; with a row of zeros where there is none.

        Raises
        ------
        GlassnetError
            If the data cannot be read, or are not the numbers that the model takes.
        """
        network = model if isinstance(model, Network) else model.network_
        n = network.architecture.n_x
        known = [str(each) for each in getattr(model, "feature_names_in_", [])]
        if path is None:
            names = known or [f"x{j + 1}" for j in range(n)]
            return cls(model, name, np.zeros((1, n)), names, is_typical=True)
        numbers, names, y, notes = _read(path, target, known, n)
        some = np.arange(len(numbers))
        most = min(MOST_ROWS, max(1, MOST_NUMBERS // n))
        if len(numbers) > most:
            some = np.sort(np.random.default_rng(0).choice(len(numbers), most, replace=False))
            notes = [*notes, f"{most} of {len(numbers)} rows are shown"]
        found = cls(model, name, numbers[some], names, None if y is None else y[some])
        if y is not None and found.encoded() is None:
            found.y = None
        found.notes, found.target = notes, target or found.target
        return found

    def prepared(self) -> Array:
        """Return the rows as the network's input (n[0], m)."""
        return self.numbers.T

    def prepared_row(self, row: Array) -> Array:
        """Return rows (1, n[0]) as the network's input."""
        return row.T

    @property
    def feature_names(self) -> list[str]:
        """Names of the network's inputs."""
        return self.names

    def cells(self, i: int) -> dict[str, str | None]:
        """Return the numbers of row i."""
        return {field.name: shown(float(x)) for field, x in zip(self.fields, self.numbers[i], strict=False)}

    def row(self, i: int, given: Mapping[str, Any]) -> Array:
        """Return row i (1, n[0]) with other numbers in some columns."""
        if not isinstance(given, Mapping):
            raise RefusedError(f"cells: expected numbers by column; got {given!r:.60}", "cells")
        row = self.numbers[[i]].copy()
        for name, text in given.items():
            if name not in self.names:
                raise RefusedError(f"cells: the model has no column {name!r:.60}", "cells")
            try:
                value = as_number(float(text))
            except (TypeError, ValueError):
                value = None
            if value is None:
                raise RefusedError(f"{name:.60}: expected a number; got {text!r:.60}", f"cells.{name}")
            row[0, self.names.index(name)] = value
        return row

    def answered(self, row: Array, coverage: float) -> dict[str, Any]:
        """Return prediction and probabilities; such models know no more."""
        nothing: dict[str, Any] = dict.fromkeys(("interval", "set", "novelty"))
        said = {**nothing, "coverage": coverage, "unlike": False, "new": [], "no_region": _both(NO_REGION)}
        return {**self._said_by_model(row), **said}

    def explained(self, row: Array) -> dict[str, Any]:
        """Return why such models' answers have no contributions."""
        return {"contributions": None, "no_contributions": _both(NO_CONTRIBUTIONS)}

    def _said_by_model(self, row: Array) -> dict[str, Any]:
        if isinstance(self.model, Network):
            A = self.model.forward(row.T)
            return self.said((A if A.ndim == 2 else A.mean(axis=0)).T)
        return self.said(self.model._outputs(row))


def _read(path: Path, target: str | None, known: list[str], n: int) -> tuple[Array, list[str], Any, list[str]]:
    """Return the numbers of a file (m, n), their columns' names, the target where the file has one, and notes."""
    with interrupts.held():
        from glassnet.tables import read
        from glassnet.workflows.targets import likely_target

    dataset = read(path, target)
    names = list(getattr(dataset.X, "column_names", ()))
    if not names:
        raise DataError(f"{path}: holds pictures; this model takes a table of {n} numbers a row")
    if dataset.y is None and len(names) == n + 1:
        lacking = [name for name in names if name not in known] if known else []
        guessed = lacking[0] if len(lacking) == 1 else likely_target(names) or names[-1]
        dataset = read(path, guessed)
    X: Any = dataset.X
    names = list(X.column_names)
    wanted = known if known and set(known) <= set(names) else names
    if len(wanted) != n:
        raise DataError(f"{path}: has {len(wanted)} columns besides the target; the model takes {n}; name it: --target")
    return np.column_stack([_numbers(X, name) for name in wanted]), wanted, dataset.y, list(dataset.notes)


def _numbers(table: Any, name: str) -> Array:
    """Return a column as numbers."""
    from glassnet.tables.columns.column import RawColumn
    from glassnet.tables.columns.number import NumberColumn, numbers

    try:
        read = NumberColumn.read(RawColumn(name, table[name], asked=True))
        found = None if read is None else numbers(read.cells, name)
    except GlassnetError:
        found = None
    if found is None or np.isnan(found).any():
        raise DataError(f"column {name!r}: expected a number in every row, as this model takes them")
    return np.asarray(found, np.float64)


def _both(text: str) -> dict[str, str]:
    """Return a sentence in both languages."""
    return {"text": text, "zh": translated(text, "zh")}
