"""What every type of column does: it is fitted to training cells, fills features, and has a document in model files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from glassnet.documents import TEXT, Kind, checked
from glassnet.errors import ModelFileError
from glassnet.tables.arrow import pa


class UninformativeColumn(Exception):  # noqa: N818 - no error: the column is dropped
    """Training cells say nothing about any target; the message is the reason."""


class FitOptions(NamedTuple):
    """How finely columns become features.

    Parameters
    ----------
    bins : int
        Of a column of numbers; 0 for none.
    max_categories : int
        Most values of a column of text that have a feature of their own.
    """

    bins: int = 0
    max_categories: int = 256


@dataclass(frozen=True)
class Column:
    """What training rows said about a column.

    Parameters
    ----------
    name : str
        The column.
    """

    kind: ClassVar[str]  # in documents
    entries: ClassVar[Mapping[str, Kind]]  # what a document holds for each field but `name`
    is_companion: ClassVar[bool] = False  # whether there is another column of the same name

    name: str

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        raise NotImplementedError

    @classmethod
    def fit(cls, name: str, cells: pa.ChunkedArray, options: FitOptions) -> Self:
        """Return what to keep of training cells.

        Parameters
        ----------
        name : str
            The column.
        cells : pyarrow.ChunkedArray
            Its m cells.
        options : FitOptions
            How finely it becomes features.

        Returns
        -------
        Column
            Of this type.

        Raises
        ------
        UninformativeColumn
            If the cells say nothing, such as one value in all rows.
        DataError
            If a cell is of another type.
        """
        raise NotImplementedError

    def fill(self, cells: pa.ChunkedArray, out: np.ndarray, targets: np.ndarray | None = None) -> None:
        """Write the features of cells.

        Parameters
        ----------
        cells : pyarrow.ChunkedArray
            m cells.
        out : array (m, number of features)
            What is written.
        targets : array (m, number of targets), optional
            For training rows: their targets.

        Raises
        ------
        DataError
            If a cell is of another type than in training.
        """
        raise NotImplementedError

    def to_document(self) -> dict[str, Any]:
        """Return the column as plain data.

        Returns
        -------
        dict
            That JSON can hold.
        """
        return {"kind": self.kind, **{name: _thawed(value) for name, value in vars(self).items()}}

    @classmethod
    def from_document(cls, document: Any, where: str) -> Self:
        """Return the column that a document describes.

        Parameters
        ----------
        document : object
            What `to_document` returned.
        where : str
            Beginning of messages: which column it is.

        Returns
        -------
        Column
            Of this type.

        Raises
        ------
        ModelFileError
            If it is no such document.
        """
        checked(document, {"kind": TEXT, "name": TEXT, **cls.entries}, where)
        column = cls(**{name: _frozen(value) for name, value in document.items() if name != "kind"})
        if not column.features:
            raise ModelFileError(f"{where}: {column.name!r:.80} becomes no feature")
        return column


def _thawed(value: Any) -> Any:
    """Return tuples as lists."""
    return [_thawed(each) for each in value] if isinstance(value, tuple) else value


def _frozen(value: Any) -> Any:
    """Return lists as tuples, and whole numbers as the floats that every number of a column is."""
    if isinstance(value, list):
        return tuple(_frozen(each) for each in value)
    return float(value) if type(value) is int else value
