"""HDF5 and NumPy files: which of their named arrays are features, which the target, which belong to the test part."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from glassnet.errors import DataError, FileError, MissingLibraryError, UnknownNameError
from glassnet.tables.dataset import Dataset, Pictures
from glassnet.tables.frames import as_table

if TYPE_CHECKING:
    import pyarrow as pa

FEATURE_WORDS = {"x", "image", "images", "data", "features", "inputs"}
TARGET_WORDS = {"y", "label", "labels", "target", "targets"}


def read_hdf5(path: Path, target: str | None, order: str, required: bool = True) -> Dataset:
    """Return what an HDF5 file holds, as `from_arrays` finds it."""
    try:
        import h5py
    except ImportError as error:
        raise MissingLibraryError.of(f"reading {path.name}", "h5py") from error
    arrays: dict[str, np.ndarray] = {}

    def collect(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item.ndim:
            arrays[name] = item[()]

    try:
        with h5py.File(path, "r") as file:
            file.visititems(collect)
    except Exception as error:  # a broken file raises whatever the library's part that met the break raises
        raise FileError(f"{path.name} is not a whole HDF5 file: {error}") from error
    return from_arrays(arrays, path.name, target, order, required)


def read_numpy(path: Path, target: str | None, order: str, required: bool = True) -> Dataset:
    """Return what a .npz or .npy file holds, as `from_arrays` finds it; arrays of Python objects are refused."""
    try:
        with path.open("rb") as file:
            loaded = np.load(file, allow_pickle=False)
            arrays = {"x": loaded} if isinstance(loaded, np.ndarray) else {name: loaded[name] for name in loaded.files}
    except Exception as error:  # as for HDF5; arrays of objects are a ValueError that names the option for them
        if "allow_pickle" not in str(error):
            raise FileError(f"{path.name} is not a whole NumPy file: {error}") from error
        raise DataError(
            f"{path.name} holds pickled Python objects, which are never read: loading them can run any program; "
            "save arrays of numbers or text"
        ) from error
    return from_arrays(arrays, path.name, target, order, required)


def from_arrays(
    arrays: Mapping[str, np.ndarray], where: str, target: str | None, order: str, required: bool = True
) -> Dataset:
    """Return the dataset that named arrays stand for.

    Features are an array named like ``x`` with two axes or more, the target one named like ``y`` with one axis and
    the same length. Arrays with ``test`` in their names are the test part; alone, they are the dataset itself.

    Raises
    ------
    DataError
        No array, or more than one, can be the features, or their kind of numbers cannot be used.
    UnknownNameError
        `target` names no array.
    """
    if required and target is not None and target not in arrays:
        raise UnknownNameError.among(f"target array of {where}", target, arrays)
    parts = {
        is_test: {name: array for name, array in arrays.items() if ("test" in name.lower()) == is_test}
        for is_test in (False, True)
    }
    if not any(array.ndim >= 2 for array in parts[False].values()):
        return _part({**parts[True], **parts[False]}, where, target, order)
    test = None
    if any(array.ndim >= 2 for array in parts[True].values()):
        test = _part(parts[True], where, None, order)
    whole = _part(parts[False], where, target, order)
    return Dataset(whole.X, whole.y, whole.target, test, whole.notes)


def _part(arrays: dict[str, np.ndarray], where: str, target: str | None, order: str) -> Dataset:
    name = _features(arrays, where, target)
    X, notes = _as_features(arrays[name], f"{where}, array {name!r}", order)
    labels = target if target is not None and target in arrays else _target(arrays, name, len(X))
    y = None if labels is None else _flat(arrays[labels], f"{where}, array {labels!r}", len(X))
    return Dataset(X, y, labels, None, tuple(notes))


def _words(name: str) -> set[str]:
    return set(re.split(r"[^a-z]+", name.lower()))


def _features(arrays: dict[str, np.ndarray], where: str, target: str | None) -> str:
    wide = {name: array for name, array in arrays.items() if array.ndim >= 2 and name != target}
    by_word = [name for name in wide if _words(name) & FEATURE_WORDS]
    by_letter = [name for name in wide if "x" in name.lower() and not _words(name) & TARGET_WORDS]
    found = by_word or by_letter
    if len(found) != 1:
        held = ", ".join(f"{name} {array.shape}" for name, array in arrays.items()) or "none"
        raise DataError(
            f"{where}: expected one array of features named like 'x' with two axes or more, "
            f"found {len(found) or 'none'}; arrays: {held}"
        )
    return found[0]


def _target(arrays: dict[str, np.ndarray], features: str, length: int) -> str | None:
    flat = [name for name, array in arrays.items() if name != features and array.size == length == max(array.shape)]
    by_word = [name for name in flat if _words(name) & TARGET_WORDS]
    by_letter = [name for name in flat if "y" in name.lower()]
    found = by_word or by_letter
    return found[0] if len(found) == 1 else None


def _flat(array: np.ndarray, what: str, length: int) -> np.ndarray:
    if array.size != length or max(array.shape) != length:
        raise DataError(f"{what}: expected one target for each of the {length} samples, got shape {array.shape}")
    y = array.reshape(-1)
    if y.dtype.kind in "SO":
        y = np.array([value.decode() if isinstance(value, bytes) else str(value) for value in y], dtype=np.str_)
    if y.dtype.kind not in "biufU":
        raise DataError(f"{what}: expected numbers, text or truth values as the target, got {array.dtype}")
    if y.dtype.kind == "f" and not np.isfinite(y).all():
        row = int(np.flatnonzero(~np.isfinite(y))[0])
        raise DataError(f"{what}, row {row + 1}: {y[row]}; every row needs a known target")
    return y


def _as_features(array: np.ndarray, what: str, order: str) -> tuple[pa.Table | Pictures, list[str]]:
    """Return pictures for whole numbers 0 to 255 with the axes of pictures, else a table with columns x0, x1, ..."""
    if not len(array):
        raise DataError(f"{what} has no samples: shape {array.shape}")
    if array.dtype.kind not in "biuf" and array.ndim > 2:
        raise DataError(f"{what}: expected numbers, got {array.dtype}")
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
