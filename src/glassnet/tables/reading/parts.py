"""Several tables as one: the parts in a folder or an archive, one below the other, and those for training and test."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import NamedTuple
from urllib.parse import unquote

from glassnet.errors import DataError, FileError, GlassnetError, TooLargeError, UnknownNameError
from glassnet.memory import check_room
from glassnet.plain_text import listed
from glassnet.tables.arrow import pa
from glassnet.tables.cells import stacked
from glassnet.tables.reading.names import MADE_UP
from glassnet.tables.reading.raw import RawTable
from glassnet.tables.reading.source import Source

ROLES = {
    "training": ("train", "training"),
    "validation": ("valid", "val", "validation", "dev", "validate"),
    "test": ("test", "testing", "eval", "holdout"),
}
ROLE_OF = {word: role for role, words in ROLES.items() for word in words}
HIVE = re.compile(r"([^=/]+)=([^/]*)")
NO_VALUE = "__HIVE_DEFAULT_PARTITION__"
ABOUT = re.compile(
    r"(?i)(read.?me|licen[cs]e|copying|notice|about|change.?log|manifest|contents|md5|sha\d+|meta.?data|code.?book"
    r"|(data.?)?dictionary|schema|descriptions?|sample.?submission)(\b|_)"
)  # names of files that go with tables
LOOSE = (".txt", ".data", ".dat", ".json", ".html", ".htm")  # which other things than tables have, too
SKIPPED = ("__MACOSX", "Thumbs.db", "desktop.ini")
DIGITS = re.compile(r"(\d+)")


class Choice(NamedTuple):
    """The files of a folder or archive that hold its tables, and notes on the others."""

    tables: list[Source]
    notes: tuple[str, ...] = ()


def is_hidden(name: str) -> bool:
    """Return whether a file, or a folder above it, is one that programs keep beside the data."""
    return any(part.startswith((".", "_")) or part in SKIPPED for part in PurePosixPath(name).parts)


def entries(folder: Path) -> list[Source]:
    """Return the files below a folder that are not hidden."""
    found = []
    for path in folder.rglob("*"):
        name = path.relative_to(folder).as_posix()
        if not is_hidden(name) and path.is_file():
            found.append(Source(f"{folder.name}/{name}", path, called=name))
    return found


def choose(files: list[Source], part: str, suffix_of: Callable[[Source], str], where: str) -> Choice:
    """Return which files hold tables: the one that is asked for, or all that look like some.

    Parameters
    ----------
    files : list of Source
        Not hidden.
    part : str
        Name of a file; "" where none is asked for.
    suffix_of : callable
        Returns the suffix of a file's format; "" where it holds no table.
    where : str
        The folder or archive, for messages.

    Raises
    ------
    UnknownNameError
        No file is named `part`.
    FileError
        No file is a table.
    """
    if part:
        asked = [each for each in files if part in (each.called, PurePosixPath(each.called).name)]
        if not asked:
            raise UnknownNameError.among(f"file in {where}", part, [each.called for each in files])
        return Choice(asked[:1])
    tables = [each for each in files if suffix_of(each)]
    for drop in (lambda each: ABOUT.match(PurePosixPath(each.called).name), lambda each: suffix_of(each) in LOOSE):
        kept = [each for each in tables if not drop(each)]
        tables = kept or tables
    if not tables:
        held = f": {listed([each.called for each in files], 200)}" if files else ""
        raise FileError(f"{where} holds no table{held}")
    tables.sort(key=lambda each: [int(word) if word.isdigit() else word for word in DIGITS.split(each.called)])
    others = len(files) - len(tables)
    return Choice(tables, (f"{where}: {others} other file{'s' * (others > 1)} not read",) if others else ())


def _role(name: str) -> str:
    """Return whether a file's or folder's name says that it is for training, validation or test; "" if it does not."""
    path = PurePosixPath(name)
    for words in (*path.parts[:-1], path.name.split(".")[0]):
        found = {ROLE_OF[word] for word in re.split(r"[^a-z]+", words.lower()) if word in ROLE_OF}
        if len(found) == 1:
            return found.pop()
    return ""


def joined(
    choice: Choice, read: Callable[[Source, tuple[str, ...]], RawTable], target: str | None, where: str, *,
    strict: bool = False,
) -> RawTable:  # fmt: skip
    """Return several tables as one.

    Parameters
    ----------
    choice : Choice
        The files.
    read : callable
        Returns the table of a file, of which some columns may be known.
    target : str or None
        A table for test or validation that lacks it is left out.
    where : str
        The folder or archive, for messages.
    strict : bool
        Whether a file that cannot be read is an error, instead of being left out with a note.

    Raises
    ------
    FileError, DataError
        Files have different columns; none of them can be read, or with `strict` one cannot.
    """
    roles, notes = _by_role(choice, where)
    return _of_roles(roles, lambda files, known: _stacked(files, read, known, where, strict), target, notes, where)


def of_training(choice: Choice, where: str) -> Choice:
    """Return the files whose names do not say that they are for validation or test, and a note on those."""
    roles, notes = _by_role(choice, where)
    others = [each.called for role, files in roles.items() if role != "training" for each in files]
    if others:
        notes.append(f"{where}: {listed(others, 150)}: for validation or test by name, left out")
    return Choice(roles["training"], tuple(notes))


def _by_role(choice: Choice, where: str) -> tuple[dict[str, list[Source]], list[str]]:
    """Return the files for training, and those for validation and test where names say so, and notes."""
    files, notes = choice.tables, [*choice.notes]
    roles: dict[str, list[Source]] = {}
    for each in files:
        roles.setdefault(_role(each.called), []).append(each)
    if "training" not in roles and "" in roles:
        roles["training"] = roles.pop("")
    if not roles.keys() & {"test", "validation"} or len(roles) == 1:
        roles = {"training": files}
    ignored = roles.pop("", [])
    if ignored:
        notes.append(f"{where}: neither training nor test: {listed([each.called for each in ignored], 150)}; not read")
    if "training" not in roles:
        raise DataError(f"{where} holds files for {listed(roles)} and none for training; name the one to read")
    return roles, notes


def _of_roles(
    roles: Mapping[str, list[Source]], read: Callable[[list[Source], tuple[str, ...]], RawTable], target: str | None,
    notes: list[str], where: str,
) -> RawTable:  # fmt: skip
    whole = read(roles["training"], ())
    names, tables, rows = whole.table.column_names, [whole.table], {"training": len(whole.table)}
    notes = [*whole.notes, *notes]
    for role in ("validation", "test"):
        if role not in roles:
            continue
        other = read(roles[role], tuple(names))
        called = listed([each.called for each in roles[role]], 100)
        if target is not None and target in names and target not in other.table.column_names:
            notes.append(f"{where}: {called} has no column {target!r}: not used as the {role} part")
            continue
        tables.append(_aligned(other.table, names, f"{where}: {called}"))
        rows[role] = len(other.table)
        notes += [note for note in other.notes if note not in notes]
    if len(rows) > 1:
        notes.append(f"{where}: rows for {', '.join(f'{role} {n}' for role, n in rows.items())}, as its files say")
    return RawTable(_concatenated(tables, where), tuple(notes), None, whole.reading, rows if len(rows) > 1 else {})


def _stacked(
    files: list[Source], read: Callable[[Source, tuple[str, ...]], RawTable], known: tuple[str, ...], where: str,
    strict: bool,
) -> RawTable:  # fmt: skip
    """Return the rows of files with equal columns; those that cannot be read are named in a note, unless `strict`."""
    first: RawTable | None = None
    tables: list[pa.Table] = []
    notes: list[str] = []
    unread: dict[Source, GlassnetError] = {}
    size = 0
    for file in files:
        try:
            raw = read(file, known)
        except TooLargeError:  # it could be read
            raise
        except (FileError, DataError) as error:
            unread[file] = error
            if strict or len(unread) == len(files):
                raise next(iter(unread.values())) from None
            notes.append(f"{file.called} is left out: {error}")
            continue
        table = with_partitions(raw.table, file.called)
        if first is None:
            first, known = raw, tuple(raw.table.column_names)
            names = table.column_names
        elif table.num_columns == len(names) and all(map(MADE_UP.fullmatch, raw.table.column_names)):
            table = table.rename_columns(names)  # the lines of one file were split, and the first has its names
        elif set(table.column_names) != set(names):
            raise DataError(_unlike(files, names, file, table.column_names, where))
        size += table.nbytes
        check_room(2 * size, f"{where}, {len(tables) + 1} of {len(files)} files,")
        tables.append(table.select(names))
        notes += [note for note in raw.notes if _plain(note) not in map(_plain, notes)]
    assert first is not None
    together = _concatenated(tables, where)
    files = [file for file in files if file not in unread]
    if len(files) == 1:
        return RawTable(together, tuple(notes), first.lines, first.reading)
    shown = f"{files[0].called} ... {files[-1].called}"
    notes.append(
        f"{where}: {len(files)} files are read as parts of one table, {len(together):,} rows together: {shown}"
    )
    return RawTable(together, tuple(notes), None, first.reading)


def _plain(note: str) -> str:
    """Return what a note says, without the file that it is about."""
    return note.split(": ", 1)[-1]


def _unlike(files: list[Source], names: Iterable[str], file: Source, others: Iterable[str], where: str) -> str:
    """Return how two files differ, and how to name one."""
    called = [each.called for each in files]
    return (
        f"{where} holds {len(files)} files: {listed(called, 150)}; name one, as {where}:{called[0]}; as parts of one "
        f"table {file.called} has other columns than {called[0]}: {listed(sorted(set(names) ^ set(others)), 150)}"
    )


def with_partitions(table: pa.Table, name: str) -> pa.Table:
    """Return a table with the columns that its folders spell, as Hive does: year=2020/month=1."""
    for key, value in HIVE.findall("/".join(PurePosixPath(name).parts[:-1])):
        key, value = unquote(key), unquote(value)  # noqa: PLW2901
        if key not in table.column_names:
            cell = None if value == NO_VALUE else value
            table = table.append_column(key, pa.array([cell] * len(table), pa.string()))
    return table


def _aligned(table: pa.Table, names: list[str], what: str) -> pa.Table:
    missing = [name for name in names if name not in table.column_names]
    if missing:
        raise DataError(f"{what} lacks {listed(map(repr, missing), 150)}, which the training rows have")
    return table.select(names)


def _concatenated(tables: list[pa.Table], where: str) -> pa.Table:
    if len(tables) == 1:
        return tables[0]
    try:
        return stacked(tables)
    except pa.ArrowException as error:
        raise DataError(f"{where}: columns are of different types in its files ({error!s:.150})") from error
