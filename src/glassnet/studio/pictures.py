"""Pictures of the user's own: a folder with one for each class, packed or not, or arrays such as those of the cats."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet import memory
from glassnet.errors import DataError, FileError
from glassnet.plain_text import visible
from glassnet.studio.data import Data
from glassnet.studio.refused import RefusedError
from glassnet.tables import Pictures, read
from glassnet.tables.columns.picture import PictureShape
from glassnet.tables.reading.broken import broken_is_file_error
from glassnet.tables.reading.formats import ARRAYS, HDF5
from glassnet.tables.reading.pictures import HIDDEN, SUFFIXES

if TYPE_CHECKING:
    from glassnet.tables import Dataset
    from glassnet.typing import Array

MOST_FILES, MOST_BYTES = 20_000, 2_000_000_000  # of what was packed
MOST_FOLDERS, LONGEST_NAME = 4, 100  # folders within folders; bytes
MOST_CLASSES = 200
LOCKED = 1  # bit of an entry that a password protects
PIECE = 1 << 20
BYTES = 24  # of a number of a picture: as it is read, of all samples, of those that train and test


# ---------------------------------------------------------------- what is packed
class Entry(NamedTuple):
    """A file in an archive, and where it is unpacked to."""

    info: zipfile.ZipInfo
    path: Path


def unpacked(path: Path, folder: Path) -> Path | None:
    """Unpack the pictures of a zip file into a new folder, and return what is to be read of it.

    Parameters
    ----------
    path : Path
        The zip file.
    folder : Path
        Where they go; no entry gets anywhere else.

    Returns
    -------
    Path or None
        The folder, or the one file of arrays in it that is to be trained on; None where it holds no pictures, as of
        a packed table.

    Raises
    ------
    FileError
        If it is no whole zip file, or too much is in it.
    """
    with broken_is_file_error("the zip file is not whole"), zipfile.ZipFile(path) as archive:
        entries = list(_entries(archive, folder))
        if not entries:
            return None
        left = MOST_BYTES
        for entry in entries:
            if entry.info.flag_bits & LOCKED:
                raise FileError(f"a password protects {visible(entry.info.filename)!r:.80}; unpack it first")
            left = _write(archive, entry, left)
    arrays = [entry.path for entry in entries if entry.path.suffix in ARRAYS]
    return sorted(arrays, key=lambda each: "train" not in each.name)[0] if arrays else folder


def _entries(archive: zipfile.ZipFile, folder: Path) -> Iterator[Entry]:
    """Yield the pictures and arrays of an archive; none where it has more of other kinds."""
    infos = [info for info in archive.infolist() if not info.is_dir()]
    if len(infos) > MOST_FILES:
        raise FileError(f"expected at most {MOST_FILES:,} files; the zip file has {len(infos):,}")
    named = [(info, _parts(info.filename)) for info in infos]
    shown = [(info, parts) for info, parts in named if parts and not any(part.startswith(HIDDEN) for part in parts)]
    wanted = [(info, parts) for info, parts in shown if Path(parts[-1]).suffix in (*SUFFIXES, *ARRAYS)]
    if 2 * len(wanted) < len(shown):
        return
    taken: set[Path] = set()
    folders: set[Path] = set()
    for info, parts in wanted:
        path = folder.joinpath(*parts)
        if path not in taken | folders and taken.isdisjoint(path.parents):
            taken.add(path)
            folders.update(path.parents)
            yield Entry(info, path)


def _parts(name: str) -> list[str]:
    """Return folders and name of an entry, without anything that leads elsewhere."""
    parts = [_short(part) for part in name.replace("\\", "/").split("/") if part.strip(". ")]
    if parts:
        stem = Path(parts[-1])
        parts[-1] = stem.stem + stem.suffix.lower()
    return parts[-MOST_FOLDERS:]


def _short(part: str) -> str:
    """Return a name that every file system takes, of a long one the end."""
    return visible(part).encode()[-LONGEST_NAME:].decode("utf-8", "ignore")


def _write(archive: zipfile.ZipFile, entry: Entry, left: int) -> int:
    """Write an entry, and return how many bytes may still come."""
    entry.path.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(entry.info) as packed, entry.path.open("xb") as file:
        while piece := packed.read(PIECE):
            left -= len(piece)
            if left < 0:
                raise FileError(f"the zip file holds more than {MOST_BYTES:,} bytes")
            file.write(piece)
    return left


# ---------------------------------------------------------------- data
def data_of(dataset: Dataset, path: Path) -> Data:
    """Return pictures as the studio trains on them: their numbers from 0 to 1, and the test part that comes with them.

    Raises
    ------
    RefusedError
        If they have no classes, or too many or too few.
    DataError
        If the test part has pictures of another size.
    """
    other = dataset.test or _beside(path)
    parts = [dataset, *([other] if other is not None and other.y is not None else [])]
    if dataset.y is None:
        raise RefusedError("pictures: expected a folder for each class; these lie in one folder", "source")
    images = [part.X for part in parts if isinstance(part.X, Pictures)]
    shape = images[0].images.shape[1:]
    if len(images) < len(parts) or any(each.images.shape[1:] != shape for each in images):
        raise DataError(f"expected test pictures as large as those to train on, {images[0].describe()}")
    labels = np.concatenate([part.y for part in parts if part.y is not None])
    Y, names = _classes(labels, dataset.class_names)
    n, m = images[0].n_x, sum(map(len, images))
    memory.check_room(BYTES * n * m, f"{m} pictures of {images[0].describe()} numbers")
    X = np.empty((n, m))
    start = 0
    for each in images:
        X[:, start : start + len(each)] = each.rows().T
        start += len(each)
    X /= 255
    features = PictureShape.fit(images[0]).features
    n_test = len(images[1]) if len(images) > 1 else None
    return Data(X, Y, features, names, picture=shape, target="class", notes=dataset.notes, n_test=n_test)


def _classes(labels: Any, order: tuple[str, ...]) -> tuple[Array, list[str]]:
    from glassnet.estimators.targets import LabelEncoder

    encoder = LabelEncoder.of(labels, order)
    names = [visible(str(name)) for name in encoder.classes.tolist()]
    if not 2 <= len(names) <= MOST_CLASSES:
        found = f"1, {names[0]!r:.60}" if len(names) == 1 else len(names)
        raise RefusedError(f"pictures: expected 2 to {MOST_CLASSES} classes, a folder for each; got {found}", "source")
    return np.ascontiguousarray(np.asarray(encoder.encode(labels).T, np.float64)), names


def _beside(path: Path) -> Dataset | None:
    """Return the test part of arrays that lies in a file beside them, as of the cats; None where there is none."""
    beside = path.with_name(path.name.replace("train", "test"))
    if path.suffix.lower() not in HDF5 or beside == path or not beside.is_file():
        return None
    found = read(beside)
    return found if isinstance(found.X, Pictures) else None
