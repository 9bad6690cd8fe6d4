"""One function that reads any file or folder; the first bytes and the suffix say how."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import numpy as np

from glassnet.errors import DataError, FileError, SettingError, suggestion
from glassnet.files import kind_of, named, nearest, status
from glassnet.tables.arrow import pa
from glassnet.tables.cells import rows_at
from glassnet.tables.choices import NO_CHOICES, ColumnChoices
from glassnet.tables.dataset import Dataset, Pictures, check_order, height_and_width
from glassnet.tables.frames import as_table
from glassnet.tables.nested import notes_on_nested, without_nested
from glassnet.tables.reading import pictures
from glassnet.tables.reading.archives import ARCHIVES, MAX_LAYERS, PACKED, SHORT, members, unpacked, without_packing
from glassnet.tables.reading.arff import read_arff
from glassnet.tables.reading.csv import read_csv
from glassnet.tables.reading.excel import read_excel
from glassnet.tables.reading.feather import read_arrow, read_orc
from glassnet.tables.reading.hdf5 import read_hdf5
from glassnet.tables.reading.html import read_html
from glassnet.tables.reading.json import read_json
from glassnet.tables.reading.numpy import read_numpy
from glassnet.tables.reading.parquet import read_parquet
from glassnet.tables.reading.parts import LOOSE, choose, entries, is_hidden, joined
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.signatures import JSON, PLAIN, found_format
from glassnet.tables.reading.source import PIPE, PIPED, Source, piped, with_part
from glassnet.tables.reading.sqlite import read_sqlite
from glassnet.tables.reading.unread import UNREAD
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
    black: float | None
    white: float | None
    target_format: str


def _read_text(source: Source, options: _Options) -> RawTable:
    return read_csv(
        source.without_part(), options.separator, options.header, options.encoding, _known(options), options.target
    )


def _read_excel(source: Source, options: _Options) -> RawTable:
    return read_excel(source, options.header, _known(options), options.target)


def _read_json(source: Source, options: _Options) -> RawTable:
    return read_json(source, options.encoding, _known(options))


def _read_arff(source: Source, options: _Options) -> RawTable:
    return read_arff(source.without_part(), options.encoding)


def _read_sqlite(source: Source, options: _Options) -> RawTable:
    return read_sqlite(source, _known(options))


def _read_html(source: Source, options: _Options) -> RawTable:
    return read_html(source.without_part(), options.header, options.encoding, _known(options), options.target)


def _known(options: _Options) -> tuple[str, ...]:
    return options.known or (() if options.target is None else (options.target,))


def _read_pictures(source: Source, options: _Options) -> Dataset:
    return pictures.read_pictures(
        source.on_disk(), options.size, options.order, options.strict, options.black, options.white
    )


def _read_arrays(
    read_file: Callable[[Path, str | None, str, bool], Dataset],
) -> Callable[[Source, _Options], Dataset]:
    """Return a reader of arrays, which takes the path of its file."""
    return lambda source, known: read_file(source.on_disk(), known.target, known.order, known.require_target)


def _typed(read_file: Callable[[Source], pa.Table]) -> Callable[[Source, _Options], RawTable]:
    """Return a reader of tables with types."""

    def reader(source: Source, known: _Options) -> RawTable:
        table = read_file(source.without_part())
        return RawTable(as_table(without_nested(table)), notes_on_nested(table.schema))

    return reader


HDF5, NUMPY = (".h5", ".hdf5", ".he5"), (".npz", ".npy")
ARRAYS = (*HDF5, *NUMPY)  # have names, as columns do
READERS: dict[str, Callable[[Source, _Options], RawTable | Dataset]] = {
    **dict.fromkeys(PLAIN, _read_text),
    **dict.fromkeys((".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"), _read_excel),
    **dict.fromkeys(JSON, _read_json),
    ".arff": _read_arff,
    **dict.fromkeys((".parquet", ".pq"), _typed(read_parquet)),
    **dict.fromkeys((".feather", ".arrow", ".arrows", ".ipc"), _typed(read_arrow)),
    ".orc": _typed(read_orc),
    **dict.fromkeys((".db", ".sqlite", ".sqlite3", ".db3"), _read_sqlite),
    **dict.fromkeys((".html", ".htm"), _read_html),
    **dict.fromkeys(HDF5, _read_arrays(read_hdf5)),
    **dict.fromkeys(NUMPY, _read_arrays(read_numpy)),
    **dict.fromkeys(pictures.SUFFIXES, _read_pictures),
}


def read(
    path: str | Path, target: str | None = None, *,
    require_target: bool = True, separator: str | None = None, header: bool | None = None,
    encoding: str | None = None, size: int | tuple[int, int] = 64, order: str = "interleaved",
    columns: ColumnChoices = NO_CHOICES, known: Collection[str] = (), typed: bool = True, strict: bool = False,
    black: float | None = None, white: float | None = None, target_format: str = "",
) -> Dataset:  # fmt: skip
    """Read a table, arrays or pictures.

    Parameters
    ----------
    path : str or Path
        A table: text (``.csv .tsv .txt``), Excel (``.xlsx .xlsb .xls .ods``), JSON and JSON lines, ARFF, HTML,
        Parquet, Feather, Arrow, ORC, SQLite; also packed (``.gz .bz2 .xz .zst .zip .tar``). Arrays: HDF5,
        ``.npz .npy``. One picture, or a folder of pictures with a sub-folder for each class. A folder of tables: parts
        of one, or ``train`` and ``test``. What a file is, its first bytes say where its name lies. One of several
        sheets, tables or files is named after a colon: ``data.xlsx:Sheet2``, ``data.db:orders``, ``data.zip:a.csv``.
        ``-`` is what is piped in.
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
    known : collection of str
        For text: the columns, target included, of an earlier file like this one. A line that holds one of them names
        the columns; names that were made up for a file without names mean the same columns again.
    typed : bool
        For tables: False leaves every cell as the file has it, for a model that knows its columns; the target's too,
        unless it is required.
    strict : bool
        For folders: whether a picture or a table that cannot be read is an error, instead of being left out with a
        note.
    black, white : float, optional
        For pictures of floats: which numbers are black and white. Found from all pictures when None.
    target_format : str
        For tables: how the text of an earlier file's target was read, as `Dataset.reading` has it.

    Returns
    -------
    Dataset
        Features, target, test and validation part, and notes.

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
        HDF5 without h5py, spreadsheets without python-calamine.

    Notes
    -----
    What would take more than three quarters of the free memory is refused before it is read, however small the file
    is; the environment variable ``GLASSNET_MEMORY=16GB`` sets another limit.
    """
    check_order(order)
    height_and_width(size)
    options = _Options(
        target, require_target, separator, header, encoding, size, order, columns, tuple(known), typed, strict,
        black, white, target_format,
    )  # fmt: skip
    try:
        if str(path) == PIPE:
            return _of_content(piped(), options)
        path, part = with_part(named(path))
        found = status(path)
        if found is None:
            raise FileError(_not_there(path))
        kind = kind_of(found)
        if kind == "a folder":
            return _of_folder(path, part, options)
        if kind:  # such as a pipe, which may never end
            raise FileError(f"{path}: expected a file or a folder; this is {kind} ({PIPE!r} reads what is piped in)")
        if path.suffix.lower() == ".glassnet":
            raise FileError(f"{path} is a model, not data: `glassnet inspect` opens it, and data come after it")
        with path.open("rb"):  # raises here, not in a library, if there is no permission
            pass
        return _of_content(Source(path.name, path, part), options)
    except PermissionError as error:
        raise FileError(f"{path} cannot be read: {error.strerror}") from error


def _of_folder(path: Path, part: str, options: _Options) -> Dataset:
    """Return the tables of a folder, or its pictures where there are as many."""
    files, where = entries(path), path.name or str(path)
    tables = [each for each in files if _suffix_of_table(each)]
    n_pictures = sum(each.suffix in pictures.SUFFIXES for each in files)
    sure = sum(_suffix_of_table(each) not in LOOSE for each in tables)
    if part or (tables and (not n_pictures or sure > n_pictures)):
        return _dataset(_joined(files, part, options, where), options, where)
    return _with_choices(_read_pictures(Source(path.name, path), options), options, path)


def _is_table(suffix: str) -> bool:
    """Return whether a suffix is that of a table, or of something packed."""
    return (suffix in READERS and suffix not in (*pictures.SUFFIXES, *ARRAYS)) or suffix in (*PACKED, *SHORT, *ARCHIVES)


def _suffix_of_table(source: Source) -> str:
    """Return the suffix of a file in a folder or archive; "" where it holds no table."""
    suffix = Path(without_packing(source.called)).suffix.lower() or source.suffix
    return suffix if _is_table(suffix) else ""


def _joined(files: list[Source], part: str, options: _Options, where: str) -> RawTable:
    def read_one(source: Source, known: tuple[str, ...]) -> RawTable:
        raw = _raw(source, options._replace(known=known or options.known))
        if isinstance(raw, Dataset):
            raise FileError(f"{source.name} holds arrays or pictures; name it alone")
        return raw

    files = [each for each in files if not is_hidden(each.called)]
    choice = choose(files, part, _suffix_of_table, where)
    return joined(choice, read_one, options.target, where, strict=options.strict)


def _of_content(source: Source, options: _Options) -> Dataset:
    """Return what a file holds."""
    raw = _raw(source, options)
    if isinstance(raw, Dataset):
        return _with_choices(raw, options, source.path or Path(source.name))
    return _dataset(raw, options, source.name)


def _raw(source: Source, options: _Options) -> RawTable | Dataset:
    """Return what the reader of its format makes of a file, unpacked first if it is packed."""
    notes: list[str] = []
    for _ in range(MAX_LAYERS):
        suffix, note = found_format(source, (*READERS, *PACKED, *ARCHIVES))
        notes += [note] if note else []
        if suffix in PACKED:
            source = unpacked(source, suffix)
        elif suffix in ARCHIVES:
            raw: RawTable | Dataset = _joined(members(source, suffix), source.part, options, source.name)
            break
        elif suffix in READERS:
            raw = READERS[suffix](source, options)
            break
        else:
            raise FileError(_unknown(source, suffix))
    else:
        raise FileError(f"{source.name} is packed more than {MAX_LAYERS} times; unpack it first")
    return replace(raw, notes=(*notes, *raw.notes))


def _unknown(source: Source, suffix: str) -> str:
    if suffix in UNREAD:
        whose, instead = UNREAD[suffix]
        return f"{source.name}: files of {whose} are not read; {instead}"
    return (
        f"{source.name}: cannot read files of kind {suffix or '(no suffix)'!r}{suggestion(suffix, READERS)}; "
        f"known: {' '.join(READERS)}, packed as {' '.join((*PACKED, *ARCHIVES))}, or a folder"
    )


def _not_there(path: Path) -> str:
    folder = path.parent
    if not folder.is_dir():
        return f"{path} does not exist: there is no folder {folder}"
    return f"{path} does not exist{nearest(path)}"


def stem(path: Path) -> str:
    """Return a path's name without the suffix of a format."""
    if str(path) == PIPE:
        return PIPED
    name = (path if path.name not in ("", "..") else path.resolve()).name  # of a link: its own
    if path.is_dir():
        return name
    if not path.exists() and ":" in name:
        name, _, part = name.rpartition(":")
        return f"{stem(path.with_name(name))}-{part}"
    name = without_packing(name)
    suffix = next((each for each in READERS if name.lower().endswith(each)), "")
    return name[: len(name) - len(suffix)]


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
    y, lines, notes, kept, reading = None, raw.lines, raw.notes, None, dict(raw.reading)
    if target is not None and (options.require_target or (options.typed and target in table.column_names)):
        marks, form = options.columns.marks(), options.target_format
        read_as = read_target(table, target, lines=lines, missing=marks, around=around, form=form)
        reading |= {"target_format": read_as.form} if read_as.form else {}
        if read_as.kept is None or options.require_target:
            table, y, notes, kept = read_as.table, read_as.y, (*notes, *read_as.notes), read_as.kept
            lines = lines if lines is None or kept is None else lines[kept]
        else:  # rows to predict stay, though some targets are known
            table = table.drop_columns([target])
    found = None if y is None else target
    table, aside = _chosen(table, options, found, where, lines, around)
    whole = Dataset(table, y, found, None, notes, aside=aside, lines=lines, reading=reading)
    return whole if not raw.parts else _in_parts(whole, raw.parts, kept)


def _in_parts(whole: Dataset, parts: Mapping[str, int], kept: AnyArray | None) -> Dataset:
    """Return the training rows, with the parts for validation and test that follow them."""
    of_row = np.repeat(np.arange(len(parts)), list(parts.values()))
    of_row = of_row if kept is None else of_row[kept]
    found = {}
    for k, role in enumerate(parts):
        rows = np.flatnonzero(of_row == k)
        found[role] = Dataset(
            rows_at(whole.X, rows), None if whole.y is None else whole.y[rows], whole.target,
            aside=None if whole.aside is None else rows_at(whole.aside, rows),
        )  # fmt: skip
    training = replace(found["training"], notes=whole.notes, reading=whole.reading)
    return replace(training, test=found.get("test"), validation=found.get("validation"))
