"""Tables and pictures of the user's own: files named in the shell or uploaded, read as `glassnet train` does."""

from __future__ import annotations

import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from glassnet import interrupts, memory
from glassnet.errors import GlassnetError, suggestion
from glassnet.plain_text import visible
from glassnet.studio.data import Data, train_and_test
from glassnet.studio.models import Models
from glassnet.studio.refused import RefusedError

if TYPE_CHECKING:
    from glassnet.workflows.looking import ColumnLook, Look

MOST_FILES = 10  # that were uploaded; the oldest are removed
MOST_CLASSES = 200
MOST_SHOWN = 200  # columns of a row that is shown
LONGEST_CELL = 200
SUFFIXES = re.compile(r"(?:\.[A-Za-z0-9]{1,12}){1,2}\Z")
CATS = re.compile(r"train.*catvnoncat.*\.h5\Z|train_?cats.*\.h5\Z", re.IGNORECASE)  # the course's file
KINDS = {  # what a column may be said to be: the name in `ColumnChoices`
    "number": "number", "category": "categorical", "text": "text", "date": "date", "drop": "drop", "keep": "keep",
    "id": "id",
}  # fmt: skip
SUGGESTED: dict[str, Any] = {  # a network for columns of every kind
    "hidden": [{"units": 16, "activation": "relu"}, {"units": 8, "activation": "relu"}],
    "settings": {"optimizer": "adam", "learning_rate": 0.01, "batch_size": 64, "l2": 0.01},
}
FOR_PICTURES: dict[str, Any] = {  # whose many inputs want small steps
    "hidden": [{"units": 20, "activation": "relu"}],
    "settings": {"optimizer": "adam", "learning_rate": 0.001, "batch_size": 64},
}


class File(NamedTuple):
    """A file that may be trained on."""

    path: Path
    name: str
    is_ours: bool  # whether it is in the studio's folder, and removed with it


class Tables:
    """The files of one server."""

    def __init__(self) -> None:
        self.files: dict[str, File] = {}
        self.models: Models = Models()
        self._folder: Path | None = None

    # ------------------------------------------------------------ files
    def named(self, path: str | Path) -> str:
        """Return the key of a file or folder that was named in the shell."""
        return self._keep(File(Path(path), Path(path).name, is_ours=False))

    def place(self, name: str) -> Path:
        """Return where an upload of that name is written; only its suffixes are used.

        Raises
        ------
        RefusedError
            If the name has none, so that nothing says what the file is; or if it is a model.
        """
        if name.lower().endswith(".glassnet"):
            raise RefusedError("a model is opened in the shell: glassnet studio MODEL DATA", "source")
        suffixes = SUFFIXES.search(name)
        if suffixes is None:
            raise RefusedError(f"name: expected a file such as sales.csv; got {name!r:.60}", "name")
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="glassnet-studio-"))
        return self._folder / f"{secrets.token_hex(8)}{suffixes[0].lower()}"

    def uploaded(self, path: Path, name: str) -> str:
        """Return the key of a file that was uploaded; pictures are unpacked, and the oldest files make room.

        Raises
        ------
        GlassnetError
            If it is a zip file of pictures that is not whole, or too large.
        """
        if path.suffix == ".zip":
            path = self._unpacked(path)
        key = self._keep(File(path, visible(name)[:LONGEST_CELL], is_ours=True))
        ours = [each for each, file in self.files.items() if file.is_ours]
        for oldest in ours[:-MOST_FILES]:
            self._remove(self.files.pop(oldest).path)
        return key

    def _remove(self, path: Path) -> None:
        """Remove what was uploaded: a file, or the folder that it was unpacked into."""
        assert self._folder is not None
        top = self._folder / path.relative_to(self._folder).parts[0]
        shutil.rmtree(top, ignore_errors=True) if top.is_dir() else top.unlink(missing_ok=True)

    def cats(self) -> dict[str, Any] | None:
        """Return the source of the cats, where their file was named or uploaded; the newest one."""
        for key, file in reversed(self.files.items()):
            if CATS.search(file.name) or CATS.search(file.path.name):
                return {"name": "table", "file": key}
        return None

    def _unpacked(self, path: Path) -> Path:
        """Return the folder that the pictures of a zip file are in; the file itself where it has none."""
        with interrupts.held():
            from glassnet.studio.pictures import unpacked

        folder = path.with_suffix("")
        try:
            found = unpacked(path, folder)
        except GlassnetError:
            shutil.rmtree(folder, ignore_errors=True)
            path.unlink()
            raise
        if found is None:
            return path
        path.unlink()
        return found

    def _keep(self, file: File) -> str:
        key = secrets.token_hex(6)
        self.files[key] = file
        return key

    def close(self) -> None:
        """Remove what was uploaded."""
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def name_of(self, source: Mapping[str, Any]) -> str | None:
        """Return what a script calls the file of a source: the path that was named, the name that was uploaded."""
        file = self.files.get(source.get("file", ""))
        return None if file is None else file.name if file.is_ours else str(file.path)

    def training(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return the arguments of `workflows.train_file` that say what a source is."""
        return {
            "data": str(self.file_of(source).path), "target": source["target"], "task": source["task"],
            **_said_by_kind(source["columns"]),
        }  # fmt: skip

    def file_of(self, source: Mapping[str, Any]) -> File:
        """Return the file of a source; raise RefusedError where it is no longer here."""
        if (file := self.files.get(source["file"])) is None:
            raise RefusedError("file: it is no longer here; upload it again", "source.file")
        return file

    # ------------------------------------------------------------ sources
    def complete(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return a source as the page names it: file, target, task, and what is said of columns.

        Raises
        ------
        RefusedError
            If the file is not here, or something is said that a column cannot be.
        """
        for name in given:
            if name not in ("name", "file", "target", "task", "columns"):
                raise RefusedError(f"source: nothing is called {name!r:.60}", f"source.{name:.60}")
        file, target, task = given.get("file"), given.get("target"), given.get("task")
        if not isinstance(file, str) or file not in self.files:
            raise RefusedError("file: it is not here; upload it first", "source.file")
        if target is not None and not isinstance(target, str):
            raise RefusedError(f"target: expected the name of a column; got {target!r:.60}", "source.target")
        if task not in (None, "classes", "numbers"):
            raise RefusedError(f"task: expected classes or numbers; got {task!r:.60}", "source.task")
        columns = given.get("columns") or {}
        if not isinstance(columns, Mapping):
            raise RefusedError(f"columns: expected kinds by column; got {columns!r:.60}", "source.columns")
        for name, kind in columns.items():
            if not isinstance(kind, str) or kind not in KINDS:
                near = suggestion(str(kind), KINDS)
                line = f"columns: {name!r:.60} may be {', '.join(KINDS)}; got {kind!r:.60}{near}"
                raise RefusedError(line, f"source.columns.{name}")
        return {"name": "table", "file": file, "target": target, "task": task, "columns": dict(columns)}

    def look(self, source: Mapping[str, Any]) -> dict[str, Any]:
        """Return what `glassnet look` finds of a source, and the source with the target that is guessed.

        Raises
        ------
        GlassnetError
            If the file cannot be read.
        """
        from glassnet import workflows

        file = self.file_of(source)
        with _refused_as_named(file, source):
            found = workflows.look_at_file(
                file.path, source["target"], task=source["task"], **_said_by_kind(source["columns"])
            )
        target = source["target"] or found.target
        if target is None and found.columns:
            target = _proposed(found)
        look = {**asdict(found), "source": file.name, "reading": {k: str(v) for k, v in found.reading.items()}}
        look["notes"] = [as_named(note, file) for note in found.notes]
        whole = {**source, "target": target}
        return {
            "source": whole,
            "look": look,
            "spec": {**(FOR_PICTURES if found.pictures else SUGGESTED), "source": whole},
        }

    def make(self, source: Mapping[str, Any], data_seed: int, test_share: float) -> Data:
        """Return the data of a source; columns are prepared as the training rows decide.

        Raises
        ------
        GlassnetError
            If the file cannot be read, or has no such target.
        """
        with interrupts.held():
            from glassnet.studio.pictures import data_of
            from glassnet.tables import Pictures, fit_preparation, read, rows_at
            from glassnet.tables.choices import ColumnChoices
            from glassnet.workflows.targets import task_of

        file = self.file_of(source)
        said = _said_by_kind(source["columns"])
        said["id"] = said.pop("ids", ())
        with _refused_as_named(file, source):
            dataset = read(file.path, source["target"], columns=ColumnChoices.of(said))
            if isinstance(dataset.X, Pictures):
                data = data_of(dataset, file.path)
                return replace(data, notes=tuple(as_named(note, file) for note in data.notes))
        if dataset.y is None:
            raise RefusedError("target: name the column to predict", "source.target")
        if dataset.y.ndim > 1:
            raise RefusedError("target: expected one column; got several", "source.target")
        rows, y = dataset.X, dataset.y
        train, _ = train_and_test(len(y), data_seed, test_share)
        with _refused_at("source.task"):
            task = task_of(source["task"], y)
        Y, classes, scale = _classes(y) if task == "classes" else _numbers(y, train)
        with _refused_as_named(file, source, rows.column_names):
            preparation = fit_preparation(rows_at(rows, train), bins=False)
        memory.check_room(32 * preparation.n_features * len(y), "these rows, prepared,")
        X = preparation.transform(rows, np.float64).T
        return Data(
            np.ascontiguousarray(X), Y, preparation.feature_names, classes, scale=scale,
            target=source["target"] or dataset.target or "target", cells=lambda i: _cells(rows, i),
            notes=tuple(as_named(note, file) for note in (*dataset.notes, *preparation.notes)),
        )  # fmt: skip


def _proposed(found: Look) -> str:
    """Return the likely target; the last column that can be one where its name alone says so, or none does."""
    usable = [each.name for each in found.columns if _may_be_target(each)]
    if found.likely_target is not None and (found.likely_target in usable or not usable):
        return found.likely_target
    return usable[-1] if usable else found.columns[-1].name


def _may_be_target(column: ColumnLook) -> bool:
    """Return whether a column is no date, text, identifier or single value, and has not too many classes."""
    is_few = column.kind == "number" or (column.kind == "category" and column.distinct <= MOST_CLASSES)
    return is_few and column.distinct > 1 and not column.reason


@contextmanager
def _refused_at(field: str) -> Iterator[None]:
    """Say at which part of the request an error is."""
    try:
        yield
    except GlassnetError as error:
        raise RefusedError(str(error), field) from None


@contextmanager
def _refused_as_named(file: File, source: Mapping[str, Any], columns: Sequence[str] = ()) -> Iterator[None]:
    """Name an uploaded file as the user does, in errors that name its place, and say which choice is to blame."""
    try:
        yield
    except GlassnetError as error:
        field = getattr(error, "field", "") or _blamed(str(error), source, columns)
        raise RefusedError(as_named(str(error), file), field) from None


def _blamed(said: str, source: Mapping[str, Any], columns: Sequence[str]) -> str:
    """Return the part of a source that an error speaks of: its target, a column that the page shows, or all of it."""
    target = source["target"]
    if said.startswith(("target ", "unknown target ")) or (
        target is not None and said.startswith(f"column {target!r} ")
    ):
        return "source.target"
    if said.startswith("task: "):
        return "source.task"
    blamed = (
        name for name in (*source["columns"], *columns) if said.startswith((f"column {name!r} ", f"column {name!r},"))
    )
    return next((f"source.columns.{name}" for name in blamed), "source")


def as_named(said: str, file: File) -> str:
    """Return a line with the name that the user gave to a file; one that was named in the shell has its own."""
    if not file.is_ours:
        return said
    return said.replace(str(file.path), file.name).replace(file.path.name, file.name)


def _said_by_kind(columns: Mapping[str, str]) -> dict[str, Any]:
    """Return what is said of columns as `look_at_file` takes it: names by kind."""
    said: dict[str, Any] = {}
    for name, kind in columns.items():
        said.setdefault(KINDS[kind], []).append(name)
    if "id" in said:
        said["ids"] = said.pop("id")
    return said


def _classes(y: Any) -> tuple[Any, list[str], tuple[float, float]]:
    from glassnet.estimators.targets import LabelEncoder

    encoder = LabelEncoder.of(y)
    n = len(encoder.classes)
    if not 2 <= n <= MOST_CLASSES:
        raise RefusedError(f"target: expected 2 to {MOST_CLASSES} classes; got {n}", "source.target")
    Y = np.asarray(encoder.encode(y).T, np.float64)
    return np.ascontiguousarray(Y), [visible(str(name)) for name in encoder.classes.tolist()], (0.0, 1.0)


def _numbers(y: Any, train: Any) -> tuple[Any, None, tuple[float, float]]:
    from glassnet.estimators.given_targets import given_numbers
    from glassnet.estimators.targets import TargetScaler

    if y.dtype.kind not in "iufb":
        raise RefusedError("target: its cells are no numbers; take it as classes", "source.task")
    with _refused_at("source.target"):
        given_numbers(y, "target")  # whose squares must be floats
    scaler = TargetScaler.of(y[train], standardize=True)
    Y = np.asarray(scaler.encode(y).T, np.float64)
    return np.ascontiguousarray(Y), None, (float(scaler.mean[0]), float(scaler.scale[0]))


def _cells(rows: Any, i: int) -> dict[str, str]:
    """Return the cells of a row as text."""
    from glassnet.tables.cells import rows_at

    row = rows_at(rows, np.array([i]))
    found = {}
    for name in row.column_names[:MOST_SHOWN]:
        value = row[name][0].as_py()
        found[visible(name)] = "" if value is None else visible(str(value))[:LONGEST_CELL]
    return found
