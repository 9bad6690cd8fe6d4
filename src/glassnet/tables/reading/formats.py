"""One function that reads any file or folder; its first bytes or its suffix say how."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError, FileError, SettingError, suggestion
from glassnet.files import kind_of, named, nearest, status
from glassnet.tables.arrow import pa
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.dataset import Dataset, Pictures, check_order, height_and_width
from glassnet.tables.frames import as_table
from glassnet.tables.reading import pictures
from glassnet.tables.reading.arff import read_arff
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.excel import read_excel
from glassnet.tables.reading.feather import read_arrow, read_orc
from glassnet.tables.reading.hdf5 import read_hdf5
from glassnet.tables.reading.html import read_html
from glassnet.tables.reading.json import read_json
from glassnet.tables.reading.numpy import read_numpy
from glassnet.tables.reading.parquet import read_parquet
from glassnet.tables.reading.parts import joined, table_files
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import UNPACKERS, ZIP, Source, counted, format_of, text_format
from glassnet.tables.reading.sqlite import read_sqlite
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
    strict: bool


def _known(options: _Options) -> tuple[str, ...]:
    return options.known or (() if options.target is None else (options.target,))


def _read_text(source: Source, options: _Options) -> RawTable:
    return read_csv(
        source, options.separator, options.header, options.encoding, _known(options), options.target
    )  # fmt: skip


def _read_sheet(source: Source, options: _Options) -> RawTable:
    return read_excel(source, options.header, _known(options), options.target)


def _read_pictures(source: Source, options: _Options) -> Dataset:
    return pictures.read_pictures(source.on_disk(), options.size, options.order, options.strict)


def _read_hdf5(source: Source, options: _Options) -> Dataset:
    return read_hdf5(source.on_disk(), options.target, options.order, options.require_target)


def _read_numpy(source: Source, options: _Options) -> Dataset:
    return read_numpy(source.on_disk(), options.target, options.order, options.require_target)


Reader = Callable[[Source, _Options], RawTable | Dataset]
READERS: dict[str, Reader] = {
    **dict.fromkeys((".csv", ".tsv", ".tab", ".psv", ".txt", ".data", ".dat"), _read_text),
    **dict.fromkeys((".xlsx", ".xls", ".xlsm", ".xlsb", ".ods"), _read_sheet),
    **dict.fromkeys((".json", ".jsonl", ".ndjson"), lambda source, known: read_json(source, known.encoding)),
    ".arff": lambda source, known: read_arff(source, known.encoding),
    **dict.fromkeys((".html", ".htm"), lambda source, known: read_html(source, known.header, _known(known))),
    **dict.fromkeys((".parquet", ".pq"), lambda source, known: RawTable(as_table(read_parquet(source)))),
    **dict.fromkeys((".feather", ".arrow", ".ipc", ".arrows"), lambda source, known: read_arrow(source)),
    ".orc": lambda source, known: read_orc(source),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".db3"), lambda source, known: read_sqlite(source)),
    **dict.fromkeys((".h5", ".hdf5", ".he5"), _read_hdf5),
    **dict.fromkeys((".npz", ".npy"), _read_numpy),
    **dict.fromkeys(pictures.SUFFIXES, _read_pictures),
}
ARRAYS = tuple(suffix for suffix, reader in READERS.items() if reader in (_read_hdf5, _read_numpy))  # have names
PACKED = (*UNPACKERS, ZIP)
STANDARD_INPUT = "-"
SHEETS = (".xlsx", ".xls")  # of which many are text or a page
TEXT_PROBE = 4096  # bytes


def read(
    path: str | Path, target: str | None = None, *,
    require_target: bool = True, separator: str | None = None, header: bool | None = None,
    encoding: str | None = None, size: int | tuple[int, int] = 64, order: str = "interleaved",
    columns: ColumnChoices = NO_CHOICES, known: Collection[str] = (), typed: bool = True, strict: bool = False,
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
        For tables: False leaves every cell as the file has it, for a model that knows its columns; the target's too,
        unless it is required.
    known : collection of str
        For text: the columns, target included, of an earlier file like this one. A line that holds one of them names
        the columns; names that were made up for a file without names mean the same columns again.
    strict : bool
        For folders of pictures: whether one that cannot be decoded is an error, instead of being left out with a note.

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
    options = _Options(
        target, require_target, separator, header, encoding, size, order, columns, tuple(known), typed, strict
    )
    if str(path) == STANDARD_INPUT:
        return _read_source(_from_standard_input(), options)
    path = named(path)
    found, part = status(path), ""
    if found is None and ":" in path.name:  # a table of a database, a sheet, a file in a zip
        whole, part = path.with_name(path.name.rpartition(":")[0]), path.name.rpartition(":")[2]
        path, found, part = (whole, status(whole), part) if whole.is_file() else (path, None, "")
    try:
        if found is None:
            raise FileError(_not_there(path))
        kind = kind_of(found)
        if kind == "a folder":
            return _read_folder(path, options)
        if kind:  # such as a pipe, which may never end
            raise FileError(f"{path}: expected a file or a folder; this is {kind}")
        with path.open("rb"):  # raises here, not in a library, if there is no permission
            pass
        return _read_source(Source(path.name, path, part), options)
    except PermissionError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error


def _from_standard_input() -> Source:
    return Source("standard input", Path("stdin"), "", counted(sys.stdin.buffer, "standard input"))


def _read_source(source: Source, options: _Options) -> Dataset:
    """Return what a file holds."""
    found, used = _read_as(source, options)
    if isinstance(used, Dataset):
        return _with_choices(used, options, source.path)
    return _dataset(used, options, found.name)


def _read_as(source: Source, options: _Options) -> tuple[Source, RawTable | Dataset]:
    """Return a file as its format has it: what its bytes say, then its name, then what its text looks like."""
    found, suffix = format_of(source, suffix_of)
    name = suffix_of(found.name)
    is_named = bool(name) or "." not in found.name
    if suffix not in READERS and not (suffix == "" and (is_named or found.data is not None)):
        raise FileError(_unknown(source.name))
    notes: tuple[str, ...] = ()
    if suffix in ("", *SHEETS) and (form := text_format(found.beginning(TEXT_PROBE))):
        suffix, name = form, name or form
    if name and suffix != name and READERS[suffix] is not READERS[name]:
        notes = (f"{source.name}: holds {suffix}, whatever its name says",)
    if suffix not in READERS:
        raise FileError(_unknown(source.name))
    used = READERS[suffix](found, options)
    return found, replace(used, notes=(*notes, *used.notes)) if notes else used


def _read_folder(path: Path, options: _Options) -> Dataset:
    """Return the pictures of a folder, or the table of which its files are parts."""
    files = table_files(path, lambda name: _is_table(suffix_of(name, packed=True)))
    if not files or pictures.holds_pictures(path):
        return _with_choices(_read_pictures(Source(path.name, path), options), options, path)

    def read_part(file: Path) -> RawTable:
        used = _read_as(Source(file.name, file), options)[1]
        if isinstance(used, Dataset):
            raise DataError(f"{path.name}: {file.name} holds arrays, which are no part of a table; name the file")
        return used

    whole = joined(path, files, read_part)
    if not whole.parts:
        return _dataset(whole.raw, options, path.name)
    marked = replace(whole.raw, lines=np.arange(len(whole.raw.table)))
    dataset = _dataset(marked, options, path.name)
    assert dataset.lines is not None
    rows = {part: np.flatnonzero(np.isin(dataset.lines, which)) for part, which in whole.parts.items()}
    parts = {part: replace(dataset.take(which), lines=None, notes=()) for part, which in rows.items() if len(which)}
    return replace(parts["train"], test=parts.get("test"), validation=parts.get("validation"), notes=dataset.notes)


def _is_table(suffix: str) -> bool:
    return suffix in READERS and READERS[suffix] not in (_read_pictures, _read_hdf5, _read_numpy)


def suffix_of(name: str, *, packed: bool = False) -> str:
    """Return the suffix of a format that a name ends with, or ""; `packed` looks before that of a packed file."""
    name = name.lower()
    if packed and (found := next((suffix for suffix in PACKED if name.endswith(suffix)), "")):
        return suffix_of(name[: -len(found)]) or (".csv" if found == ZIP else "")
    return next((suffix for suffix in READERS if name.endswith(suffix)), "")


def _unknown(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return (
        f"{name}: cannot read files of kind {suffix or '(no suffix)'!r}{suggestion(suffix, READERS)}; "
        f"known: {' '.join(READERS)}, packed as {' '.join(PACKED)}, or a folder"
    )


def _not_there(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"{path} does not exist: there is no folder {folder}"
    return f"{path} does not exist{nearest(path)}"


def stem(path: Path) -> str:
    """Return a path's name without the suffix of a format, for a model to be named after it."""
    if str(path) == STANDARD_INPUT:
        return "stdin"
    name = (path if path.name not in ("", "..") else path.resolve()).name  # of a link: its own
    if path.is_dir():
        return name
    if not path.exists() and ":" in name:
        name, _, part = name.rpartition(":")
        return f"{stem(path.with_name(name))}-{part}"
    for suffixes in (PACKED, READERS):
        found = next((suffix for suffix in suffixes if name.lower().endswith(suffix)), "")
        name = name[: -len(found)] if found else name
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
    if target is not None and (options.require_target or (options.typed and target in table.column_names)):
        read_as = read_target(table, target, lines=lines, missing=options.columns.marks(), around=around)
        if read_as.kept is None or options.require_target:
            table, y, notes = read_as.table, read_as.y, (*notes, *read_as.notes)
            lines = lines if lines is None or read_as.kept is None else lines[read_as.kept]
        else:  # rows to predict stay, though some targets are known
            table = table.drop_columns([target])
    found = None if y is None else target
    table, aside = _chosen(table, options, found, where, lines, around)
    return Dataset(table, y, found, None, notes, aside=aside, lines=lines, reading=raw.reading)
