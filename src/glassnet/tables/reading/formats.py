"""One function that reads any file or folder; the suffix says how."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from glassnet.errors import DataError, FileError, SettingError, suggestion
from glassnet.files import kind_of, named, nearest, status
from glassnet.tables.arrow import pa
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.dataset import Dataset, Pictures, check_order, height_and_width
from glassnet.tables.frames import as_table
from glassnet.tables.reading import pictures
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.hdf5 import read_hdf5
from glassnet.tables.reading.numpy import read_numpy
from glassnet.tables.reading.parquet import read_parquet
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.recognition import recognised
from glassnet.tables.spelling.surroundings import Surroundings
from glassnet.tables.target import read_target
from glassnet.typing import AnyArray


class _Options(NamedTuple):
    """What is known of a file, as `read` takes it."""

    target: str | None
    require_target: bool
    separator: str | None
    header: bool | None
    encoding: str | None
    size: int | tuple[int, int]
    order: str
    columns: ColumnChoices
    known: tuple[str, ...]
    typed: bool


def _read_text(path: Path, options: _Options) -> RawTable:
    known = options.known or (() if options.target is None else (options.target,))
    return read_csv(path, options.separator, options.header, options.encoding, known, options.target)


def _read_pictures(path: Path, options: _Options) -> Dataset:
    return pictures.read_pictures(path, options.size, options.order)


TEXT, HDF5, NUMPY = (".csv", ".tsv", ".txt", ".data"), (".h5", ".hdf5", ".he5"), (".npz", ".npy")
ARRAYS = (*HDF5, *NUMPY)  # have names, as columns do
READERS: dict[str, Callable[[Path, _Options], RawTable | Dataset]] = {
    **dict.fromkeys((*TEXT, *(f"{suffix}.gz" for suffix in TEXT)), _read_text),
    **dict.fromkeys((".parquet", ".pq"), lambda path, known: RawTable(as_table(read_parquet(path)))),
    **dict.fromkeys(HDF5, lambda path, known: read_hdf5(path, known.target, known.order, known.require_target)),
    **dict.fromkeys(NUMPY, lambda path, known: read_numpy(path, known.target, known.order, known.require_target)),
    **dict.fromkeys(pictures.SUFFIXES, _read_pictures),
}


def read(
    path: str | Path, target: str | None = None, *,
    require_target: bool = True, separator: str | None = None, header: bool | None = None,
    encoding: str | None = None, size: int | tuple[int, int] = 64, order: str = "interleaved",
    columns: ColumnChoices = NO_CHOICES, known: Collection[str] = (), typed: bool = True,
) -> Dataset:  # fmt: skip
    """Read a table, arrays or pictures.

    Parameters
    ----------
    path : str or Path
        A file ``.csv .tsv .txt .data`` (also ``.gz``), ``.parquet .pq``, ``.h5 .hdf5 .he5``, ``.npz .npy``, one
        picture, or a folder of pictures with a sub-folder for each class.
    target : str, optional
        Column (or array) to predict. Without it a table has no target, arrays one named like ``y``, and pictures
        the names of their sub-folders.
    require_target : bool
        If False, a `target` that is not there is no error and y is None: new rows to predict have none.
    separator, header, encoding : optional
        For text: the character between cells, whether the first line names the columns, the encoding. Found from
        the file when None.
    size : int or (height, width)
        For files and folders of pictures: what every picture is brought to.
    order : {"interleaved", "planes"}
        For pictures: how one becomes a row of numbers.
    columns : ColumnChoices
        For tables: what is known of columns; the rest is found from all rows. Columns of identifiers, weights and
        groups come as `Dataset.aside`.
    typed : bool
        For tables: False leaves every cell as the file has it, for a model that knows its columns.
    known : collection of str
        For text: the columns, target included, of an earlier file like this one. A line that holds one of them names
        the columns; names that were made up for a file without names mean the same columns again.

    Returns
    -------
    Dataset
        Features, target, test part and notes.

    Raises
    ------
    FileError
        The path does not exist, cannot be opened, is a pipe or device, of an unknown format or damaged.
    DataError
        What it holds cannot be used, or needs too much memory; the message names the file and the line, column, array
        or picture.
    UnknownNameError
        No column or array is named `target`, or as a choice says.
    SettingError
        Choices of columns contradict each other, or the files hold pictures, which have none.
    MissingLibraryError
        HDF5 without h5py.

    Notes
    -----
    What would take more than three quarters of the free memory is refused before it is read, however small the file
    is; the environment variable ``GLASSNET_MEMORY=16GB`` sets another limit.
    """
    check_order(order)
    height_and_width(size)
    options = _Options(target, require_target, separator, header, encoding, size, order, columns, tuple(known), typed)
    path = named(path)
    found = status(path)
    suffix = "".join(path.suffixes[-2:]).lower()
    suffix = suffix if suffix in READERS else path.suffix.lower()
    try:
        if found is None:
            raise FileError(_not_there(path))
        kind = kind_of(found)
        if kind == "a folder":
            return _with_choices(_read_pictures(path, options), options, path)
        if kind:  # such as a pipe, which may never end
            raise FileError(f"{path}: expected a file or a folder of pictures; this is {kind}")
        with path.open("rb"):  # raises here, not in a library, if there is no permission
            pass
        if suffix in READERS:
            found_in = READERS[suffix](path, options)
            if isinstance(found_in, Dataset):
                return _with_choices(found_in, options, path)
            return _dataset(found_in, options, path.name)
    except PermissionError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error
    raise FileError(
        f"{path.name}: cannot read files of kind {suffix or '(no suffix)'!r}{suggestion(suffix, READERS)}; "
        f"known: {' '.join(READERS)}, or a folder of pictures"
    )


def _not_there(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"{path} does not exist: there is no folder {folder}"
    return f"{path} does not exist{nearest(path)}"


def stem(path: Path) -> str:
    """Return a path's name without the suffix of a format."""
    name = (path if path.name not in ("", "..") else path.resolve()).name  # of a link: its own
    if not path.is_dir():
        for suffix in READERS:
            if name.lower().endswith(suffix):
                return name[: -len(suffix)]
    return name


def _with_choices(dataset: Dataset, options: _Options, path: Path) -> Dataset:
    """Return what a reader found to be a data set, with what is said of its columns."""
    if not options.columns:
        return dataset
    if isinstance(dataset.X, Pictures):
        raise SettingError(f"{path}: choices of columns are for tables; this holds pictures")
    X, aside = _chosen(dataset.X, options, dataset.target, path.name)
    test = None if dataset.test is None else _with_choices(dataset.test, options, path)
    return replace(dataset, X=X, aside=aside, test=test)


def _chosen(
    table: pa.Table,
    options: _Options,
    target: str | None,
    where: str,
    lines: AnyArray | None = None,
    around: Surroundings | None = None,
) -> tuple[pa.Table, pa.Table | None]:
    """Return the features of a table, each typed by all of its cells, and the columns that are none."""
    names = table.column_names
    choices = options.columns.resolved(names if target is None or target in names else [*names, target])
    if target is not None and (
        choices.of_column(target).keys() & {"drop", "keep", "kind"} or target in choices.aside()
    ):
        raise SettingError(f"column {target!r} is the target; choices of columns are for the others")
    aside = table.select(choices.aside()) if choices.aside() else None
    table = table.drop_columns(list(choices.aside()))
    if not table.num_columns:
        raise DataError(f"{where} holds no column of features")
    return recognised(table, choices.of_features(), lines, around) if options.typed else table, aside


def _dataset(raw: RawTable, options: _Options, where: str) -> Dataset:
    """Return the features and the target of a table, each column typed by all of its cells."""
    table, target = raw.table, options.target
    if not len(table):
        raise DataError(f"{where} holds no rows")
    around = Surroundings(table, str(raw.reading.get("separator") or ""), options.columns.decimal)
    y, lines, notes = None, raw.lines, raw.notes
    if target is not None and (options.require_target or target in table.column_names):
        read_as = read_target(table, target, lines=lines, missing=options.columns.marks(), around=around)
        if read_as.kept is None or options.require_target:
            table, y, notes = read_as.table, read_as.y, (*notes, *read_as.notes)
            lines = lines if lines is None or read_as.kept is None else lines[read_as.kept]
        else:  # rows to predict stay, though some targets are known
            table = table.drop_columns([target])
    found = None if y is None else target
    table, aside = _chosen(table, options, found, where, lines, around)
    return Dataset(table, y, found, None, notes, aside=aside, lines=lines, reading=raw.reading)
