"""What a file or folder holds: features as a table or as pictures, and a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from glassnet.errors import SettingError, ShapeError, UnknownNameError, WrongTypeError
from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at
from glassnet.typing import AnyArray

ORDERS = ("interleaved", "planes")


@dataclass(frozen=True, eq=False)
class Pictures:
    """A stack of equally sized pictures.

    Parameters
    ----------
    images : ndarray of uint8, shape (m, height, width, channels)
        One picture per entry of the first axis; 1 channel (grey) or 3 (red, green, blue).
    order : {"interleaved", "planes"}
        How a picture becomes a row: red, green, blue of one pixel after the other, or all red, all green, all blue.
    """

    images: np.ndarray
    order: str = "interleaved"

    def __post_init__(self) -> None:
        if not isinstance(self.images, np.ndarray):
            raise WrongTypeError(f"expected pictures as a NumPy array, got {type(self.images).__name__}")
        if self.images.ndim != 4 or self.images.shape[3] not in (1, 3):
            raise ShapeError(
                f"expected pictures of shape (m, height, width, channels) with 1 or 3 channels, got {self.images.shape}"
            )
        if self.images.dtype != np.uint8:
            raise WrongTypeError(f"expected pictures of whole numbers 0 to 255 (uint8), got {self.images.dtype}")
        check_order(self.order)

    def __len__(self) -> int:
        return len(self.images)

    @property
    def n_x(self) -> int:
        """Numbers in one picture: height x width x channels."""
        return int(np.prod(self.images.shape[1:]))

    def take(self, indices: np.ndarray) -> Pictures:
        """Return some of the pictures.

        Parameters
        ----------
        indices : array of int, (k,)
            Which, counted from 0.

        Returns
        -------
        Pictures
            In that order.
        """
        return replace(self, images=self.images[indices])

    def rows(self) -> np.ndarray:
        """Return the pictures as rows.

        Returns
        -------
        array of uint8, (m, n_x)
            A view where `order` allows it.
        """
        images = self.images.transpose(0, 3, 1, 2) if self.order == "planes" else self.images
        return images.reshape(len(images), self.n_x)

    def describe(self) -> str:
        """Return how n_x comes about.

        Returns
        -------
        str
            Such as "64 x 64 x 3 = 12288".
        """
        return f"{' x '.join(map(str, self.images.shape[1:]))} = {self.n_x}"


def check_order(order: str) -> None:
    """Raise unless there is such a way to flatten a picture."""
    if order not in ORDERS:
        raise UnknownNameError.among("order of a picture's numbers", order, ORDERS)


def height_and_width(size: int | tuple[int, int]) -> tuple[int, int]:
    """Return the size of pictures."""
    pair = (size, size) if isinstance(size, int) else tuple(size)
    if len(pair) != 2 or not all(isinstance(side, int) and 1 <= side <= 10_000 for side in pair):
        raise SettingError(f"size must be a whole number from 1 to 10000, or (height, width), got {size!r}")
    return pair[0], pair[1]


@dataclass(frozen=True, eq=False)
class Dataset:
    """Features, target and what was noticed while they were read.

    Parameters
    ----------
    X : pyarrow.Table or Pictures
        One row, or one picture, per sample.
    y : ndarray or None
        The target: text, whole numbers, floats or booleans; None when none was asked for or found.
    target : str or None
        Name of the target's column or array; None for pictures in folders.
    test : Dataset or None
        The test part, where the source itself has one.
    notes : tuple of str
        Sentences for the user about how the source was understood.
    names : tuple of str
        The file of each picture, where pictures come from files.
    aside : pyarrow.Table or None
        Columns of the same rows that are no features: weights, groups, identifiers.
    lines : array of int (m,) or None
        The line of the file on which each row begins, counted from 1; None where rows have no lines.
    reading : mapping
        How the file was read, as `glassnet.read` takes it: separator, header, encoding and the like.
    validation : Dataset or None
        The part to choose the best network by, where the source itself has one.
    class_names : tuple of str
        The classes in the source's own order, where it names them beside numbers: `y` holds these names.
    """

    X: pa.Table | Pictures
    y: np.ndarray | None
    target: str | None
    test: Dataset | None = None
    notes: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    aside: pa.Table | None = None
    lines: AnyArray | None = None
    reading: Mapping[str, Any] = field(default_factory=dict)
    validation: Dataset | None = None
    class_names: tuple[str, ...] = ()

    def take(self, indices: AnyArray) -> Dataset:
        """Return some of the samples, without the test and validation parts.

        Parameters
        ----------
        indices : array of int, (k,)
            Which, counted from 0.

        Returns
        -------
        Dataset
            In that order.
        """
        of_rows = {"y": self.y, "lines": self.lines}
        taken = {name: None if values is None else values[indices] for name, values in of_rows.items()}
        aside = None if self.aside is None else rows_at(self.aside, indices)
        names = tuple(self.names[i] for i in indices) if self.names else ()
        X = rows_at(self.X, indices)
        return replace(self, X=X, aside=aside, names=names, test=None, validation=None, **taken)  # type: ignore[arg-type]

    def __len__(self) -> int:
        return len(self.X)
