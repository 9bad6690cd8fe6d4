"""A folder of files that are parts of one table: rows of it, or its training, validation and test rows."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import numpy as np

from glassnet.errors import DataError
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa
from glassnet.tables.reading.raw import RawTable

# Names of files and folders -> the part of the data that they hold.
NAMES = {
    "train": "train", "training": "train", "valid": "validation", "val": "validation", "validation": "validation",
    "dev": "validation", "test": "test", "testing": "test",
}  # fmt: skip
IN_A_NAME = re.compile(rf"(?:.*[^a-z])?({'|'.join(NAMES)})(?:[^a-z].*)?", re.IGNORECASE)  # adult-train.csv
HIVE = re.compile(r"([^=]+)=(.*)")  # a folder year=2020 holds the rows of that year


class Joined(NamedTuple):
    """One table of several files, and which rows are of which part."""

    raw: RawTable
    parts: dict[str, np.ndarray]


def table_files(folder: Path, is_table: Callable[[str], bool]) -> list[Path]:
    """Return the files of a folder, and of the folders in it, that hold tables, sorted; hidden ones are left out."""
    return sorted(
        path
        for path in folder.rglob("*")
        if path.is_file()
        and is_table(path.name)
        and not any(part.startswith((".", "_")) for part in path.relative_to(folder).parts)
    )


def joined(folder: Path, files: list[Path], read: Callable[[Path], RawTable]) -> Joined:
    """Return the rows of all files as one table.

    Parameters
    ----------
    folder : Path
        Where they lie.
    files : list of Path
        Parts of one table; names and folders such as ``train`` and ``test`` say of which part of the data they are.
    read : callable
        Returns the table of a file.

    Returns
    -------
    Joined
        The table, and for each named part its rows.

    Raises
    ------
    DataError
        If the files do not have the same columns.
    """
    raws = [_with_folders(read(path), path, folder) for path in files]
    names = raws[0].table.column_names
    named = [_part(path.relative_to(folder)) for path in files]
    for path, raw in zip(files, raws, strict=True):
        if set(raw.table.column_names) != set(names):
            more = sorted(set(raw.table.column_names) ^ set(names))
            raise DataError(
                f"{folder.name}: {path.relative_to(folder)} has other columns than {files[0].relative_to(folder)}: "
                f"{listed(more)}; files of one folder are parts of one table, or else name the file"
            )
    tables = [raw.table.select(names) for raw in raws]
    try:
        table = pa.concat_tables(tables, promote_options="permissive")
    except pa.ArrowException:
        as_text = pa.schema([pa.field(name, pa.string()) for name in names])
        table = pa.concat_tables([each.cast(as_text) for each in tables])
    of_row = np.repeat(np.arange(len(files)), [len(each) for each in tables])
    parts = {
        part: np.flatnonzero(np.isin(of_row, [k for k, name in enumerate(named) if name == part]))
        for part in dict.fromkeys(named)
        if part
    }
    notes = [note for raw in raws for note in raw.notes][:10]
    notes.insert(
        0, f"{folder.name}: {len(files)} files are read as parts of one table: {listed([p.name for p in files])}"
    )
    return Joined(RawTable(table, tuple(notes), None, raws[0].reading), parts if "train" in parts else {})


def _with_folders(raw: RawTable, path: Path, folder: Path) -> RawTable:
    """Return the table of a file with a column for each folder such as year=2020 that it lies in."""
    table = raw.table
    for name in path.relative_to(folder).parts[:-1]:
        if (said := HIVE.fullmatch(name)) and said[1] not in table.column_names:
            table = table.append_column(said[1], pa.array([unquote(said[2])] * len(table), pa.string()))
    return RawTable(table, raw.notes, raw.lines, raw.reading)


def _part(path: Path) -> str:
    """Return which part of the data a file holds, by its name or a folder's; "" where they do not say."""
    for name in (path.stem, *reversed(path.parts[:-1])):
        found = IN_A_NAME.fullmatch(name.split(".")[0])
        if found:
            return NAMES[found[1].lower()]
    return ""
