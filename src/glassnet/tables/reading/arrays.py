"""Named arrays of a file: which are features, which is the target, which belong to the test part."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import islice
from typing import Any, NamedTuple

import numpy as np

from glassnet.errors import DataError, UnknownNameError
from glassnet.memory import COLUMN, check_room
from glassnet.tables.arrow import pa
from glassnet.tables.dataset import Dataset, Pictures
from glassnet.tables.frames import as_table
from glassnet.tables.reading.broken import broken_is_file_error

FEATURE_WORDS = {"x", "image", "images", "data", "features", "inputs"}
TARGET_WORDS = {"y", "label", "labels", "target", "targets"}
NAMES_OF_CLASSES = re.compile(r"(list[_-])?classes|(class|label|target)[_-]?names|categories", re.IGNORECASE)
COPIES = 2  # of an array: as it is read, and as columns or pictures


class Held(NamedTuple):
    """An array in a file: its header, and how to read it.

    Parameters
    ----------
    where : str
        File and array, for messages.
    shape : tuple of int
        Of the array.
    dtype : numpy.dtype
        Of the array.
    load : callable
        Returns the array.
    at_least : int
        Bytes that reading takes however small the array is: a whole compressed block.
    """

    where: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]
    load: Callable[[], np.ndarray]
    at_least: int = 0

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of entries."""
        return math.prod(self.shape)

    def read(self) -> np.ndarray:
        """Return the array."""
        needed = max(self.size * self.dtype.itemsize, self.at_least)
        check_room(COPIES * needed, f"{self.where} of shape {self.shape!s:.80}")
        with broken_is_file_error(f"{self.where} is not whole"):
            return self.load()


def from_arrays(
    arrays: Mapping[str, Held], where: str, target: str | None, order: str, required: bool = True
) -> Dataset:
    """Return the data set that named arrays hold.

    Features are an array named like ``x`` with two axes or more, the target one named like ``y`` with one axis and
    the same length. Arrays with ``test`` in their names are the test part; alone, they are the data set itself. Text
    in an array named like ``list_classes`` says what targets 0, 1, ... are called, and these names are the labels.

    Parameters
    ----------
    arrays : mapping of str to Held
        By name.
    where : str
        The file, for messages.
    target : str or None
        Name of the target's array, if known.
    order : {"interleaved", "planes"}
        For pictures, as `Pictures` takes it.
    required : bool
        Whether `target` must be there.

    Returns
    -------
    Dataset
        With its test part, if there is one.

    Raises
    ------
    DataError
        No array, or more than one, can be the features, or their type cannot be used.
    UnknownNameError
        `target` names no array.
    """
    if required and target is not None and target not in arrays:
        raise UnknownNameError.among(f"target array of {where}", target, arrays)
    parts = {
        is_test: {name: array for name, array in arrays.items() if ("test" in name.lower()) == is_test}
        for is_test in (False, True)
    }
    names = _class_names(arrays, where, target)
    if not any(array.ndim >= 2 for array in parts[False].values()):
        return _part({**parts[True], **parts[False]}, where, target, order, names)
    test = None
    if any(array.ndim >= 2 for array in parts[True].values()):
        test = _part(parts[True], where, None, order, names)
    return replace(_part(parts[False], where, target, order, names), test=test)


def _part(arrays: dict[str, Held], where: str, target: str | None, order: str, names: tuple[str, ...]) -> Dataset:
    name = _features(arrays, where, target)
    X, notes = _as_features(arrays[name], f"{where}, array {name!r:.80}", order)
    labels = target if target is not None and target in arrays else _target(arrays, name, len(X))
    y = None if labels is None else _flat(arrays[labels], f"{where}, array {labels!r:.80}", len(X))
    if y is None or not names or y.dtype.kind not in "iu" or y.min() < 0 or y.max() >= len(names):
        return Dataset(X, y, labels, None, tuple(notes))
    return Dataset(X, np.array(names)[y], labels, None, tuple(notes), class_names=names)


def _class_names(arrays: Mapping[str, Held], where: str, target: str | None) -> tuple[str, ...]:
    """Return what targets 0, 1, ... are called; () where no array of different names says it."""
    for name, array in arrays.items():
        if array.ndim == 1 and array.dtype.kind in "SUO" and NAMES_OF_CLASSES.fullmatch(name) and name != target:
            names = tuple(_as_text(value, f"{where}, array {name!r:.80}") for value in array.read())
            return names if len(set(names)) == len(names) else ()
    return ()


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z]+", name.lower()))


def _features(arrays: dict[str, Held], where: str, target: str | None) -> str:
    wide = {name: array for name, array in arrays.items() if array.ndim >= 2 and name != target}
    by_word = [name for name in wide if _words(name) & FEATURE_WORDS]
    by_letter = [name for name in wide if "x" in name.lower() and not _words(name) & TARGET_WORDS]
    found = by_word or by_letter
    if len(found) != 1:
        held = ", ".join(f"{name} {array.shape}" for name, array in islice(arrays.items(), 10)) or "none"
        raise DataError(
            f"{where}: expected one array of features named like 'x' with two axes or more, "
            f"found {len(found) or 'none'}; arrays: {held:.250}"
        )
    return found[0]


def _target(arrays: dict[str, Held], features: str, length: int) -> str | None:
    flat = [name for name, array in arrays.items() if name != features and _is_flat(array, length)]
    by_word = [name for name in flat if _words(name) & TARGET_WORDS]
    by_letter = [name for name in flat if "y" in name.lower()]
    found = by_word or by_letter
    return found[0] if len(found) == 1 else None


def _is_flat(array: Held, length: int) -> bool:
    return bool(array.shape) and array.size == length == max(array.shape)


def _flat(held: Held, what: str, length: int) -> np.ndarray:
    if not _is_flat(held, length):
        raise DataError(f"{what}: expected one target for each of the {length} samples, got shape {held.shape!s:.80}")
    array = held.read()
    y = array.reshape(-1)
    if y.dtype.kind in "SO":
        y = np.array([_as_text(value, what) for value in y], dtype=np.str_)
    if y.dtype.kind not in "biufU":
        raise DataError(f"{what}: expected numbers, text or truth values as the target, got {array.dtype}")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = int(np.flatnonzero(~np.isfinite(y))[0])
        raise DataError(f"{what}, row {row + 1}: {y[row]}; every row needs a known target")
    return y


def _as_text(value: Any, what: str) -> str:
    try:
        return value.decode() if isinstance(value, bytes) else str(value)
    except UnicodeDecodeError:
        raise DataError(f"{what}: {bytes(value)!r:.80} is no UTF-8 text") from None


def _as_features(held: Held, what: str, order: str) -> tuple[pa.Table | Pictures, list[str]]:
    """Return pictures for whole numbers 0 to 255 with the axes of pictures, else a table with columns x0, x1, ..."""
    if not held.size:
        raise DataError(f"{what} has no samples, or none with numbers: shape {held.shape!s:.80}")
    if held.dtype.kind not in "biuf" and held.ndim > 2:
        raise DataError(f"{what}: expected numbers, got {held.dtype!s:.80}")
    if held.ndim not in (3, 4) or held.dtype.kind not in "iu":  # no pictures
        check_room(COLUMN * math.prod(held.shape[1:]), f"{what}, as {math.prod(held.shape[1:])} columns,")
    array = held.read()
    if array.ndim == 2:
        return as_table(array), []
    notes = []
    images = array[..., np.newaxis] if array.ndim == 3 else array
    if images.ndim == 4 and images.shape[3] not in (1, 3) and images.shape[1] in (1, 3):
        images = images.transpose(0, 2, 3, 1)
        notes.append(f"{what}: channels stood before height and width")
    whole = images.dtype.kind in "iu" and images.min() >= 0 and images.max() <= 255
    if images.ndim == 4 and images.shape[3] in (1, 3) and whole:
        pictures = Pictures(np.ascontiguousarray(images, dtype=np.uint8), order)
        return pictures, [*notes, f"{what}: {len(pictures)} pictures, n_x = {pictures.describe()}"]
    table = as_table(array.reshape(len(array), -1))
    sizes = " x ".join(map(str, array.shape[1:]))
    return table, [f"{what}: {array.dtype} of {sizes} a sample, used as {table.num_columns} columns of numbers"]
