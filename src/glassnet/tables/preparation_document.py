"""A preparation as a JSON document and back, every entry checked: a model file may come from anywhere."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import asdict, fields
from itertools import pairwise
from typing import Any

from glassnet.errors import ModelFileError, suggestion
from glassnet.tables.category_columns import CategoryColumn
from glassnet.tables.dataset import ORDERS
from glassnet.tables.date_columns import CYCLES, DateColumn
from glassnet.tables.number_columns import NumberColumn
from glassnet.tables.preparation import PictureShape, Preparation
from glassnet.tables.target_means import TargetMeans

KINDS: dict[str, type] = {"number": NumberColumn, "category": CategoryColumn, "date": DateColumn,
                          "target means": TargetMeans}  # fmt: skip

# Type of a field, as annotated -> what its JSON value must be, in words and as a test.
CHECKS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "str": ("text", lambda value: isinstance(value, str)),
    "bool": ("true or false", lambda value: isinstance(value, bool)),
    "int": ("a whole number from 1 to a million", lambda value: type(value) is int and 1 <= value <= 1_000_000),
    "float": ("a finite number", lambda value: type(value) in (int, float) and abs(value) <= sys.float_info.max),
    "tuple[float, ...]": (
        "a list of finite numbers, each greater than the one before",
        lambda value: (
            isinstance(value, (list, tuple))
            and all(type(v) in (int, float) and abs(v) <= sys.float_info.max for v in value)
            and all(low < high for low, high in pairwise(value))
        ),
    ),
    "tuple[tuple[float, ...], ...]": (
        "a list of lists of finite numbers, all of one length",
        lambda value: (
            isinstance(value, (list, tuple))
            and all(isinstance(row, (list, tuple)) and row and len(row) == len(value[0]) for row in value)
            and all(type(v) in (int, float) and abs(v) <= sys.float_info.max for row in value for v in row)
        ),
    ),
    "tuple[str, ...]": (
        "a list of distinct texts",
        lambda value: isinstance(value, (list, tuple)) and _all_text(value) and len(set(value)) == len(value),
    ),
}


def write(preparation: Preparation) -> dict[str, Any]:
    """Return a preparation as plain numbers, texts, lists and dicts."""
    if preparation.pictures:
        return {"kind": "pictures", **asdict(preparation.pictures), "notes": list(preparation.notes)}
    kinds = {described: kind for kind, described in KINDS.items()}
    columns = []
    for column in preparation.columns:
        columns.append({"kind": kinds[type(column)], **{name: _as_lists(v) for name, v in asdict(column).items()}})
    return {"kind": "table", "source": list(preparation.source), "columns": columns, "notes": list(preparation.notes)}


def preparation_from_document(document: Any) -> Preparation:
    """Return the preparation that a document describes.

    Raises
    ------
    ModelFileError
        The document is not one that `Preparation.to_document` writes; the message says where.
    """
    kind = _entry(document, "kind", "preparation")
    notes = _entry(document, "notes", "preparation")
    if not isinstance(notes, list) or not _all_text(notes):
        raise ModelFileError(f"preparation: notes must be a list of texts, got {notes!r:.80}")
    if kind == "pictures":
        shape = _build(PictureShape, document, {"kind", "notes"}, "preparation")
        if shape.order not in ORDERS or shape.channels not in (1, 3):
            raise ModelFileError(
                f"preparation: expected 1 or 3 channels in order {' or '.join(ORDERS)}, "
                f"got {shape.channels} in {shape.order!r:.80}"
            )
        return Preparation(pictures=shape, notes=list(notes))
    if kind != "table":
        raise ModelFileError(f"preparation: kind must be 'table' or 'pictures', got {kind!r:.80}")
    _no_others(document, {"kind", "source", "columns", "notes"}, "preparation")
    source, entries = _entry(document, "source", "preparation"), _entry(document, "columns", "preparation")
    words, valid = CHECKS["tuple[str, ...]"]
    if not valid(source):
        raise ModelFileError(f"preparation: source must be {words}, got {source!r:.80}")
    if not isinstance(entries, list) or not entries:
        raise ModelFileError(f"preparation: columns must be a list of at least one, got {entries!r:.80}")
    columns = tuple(_column(entry, f"preparation, column {j + 1}") for j, entry in enumerate(entries))
    names = [column.name for column in columns if not isinstance(column, TargetMeans)]
    of_means = [column.name for column in columns if isinstance(column, TargetMeans)]
    unknown = [name for name in (*names, *of_means) if name not in source]
    if unknown or len(set(names)) < len(names) or len(set(of_means)) < len(of_means):
        raise ModelFileError(f"preparation: columns must be distinct and in source, got {names!r:.200}")
    return Preparation(columns, tuple(source), None, list(notes))


def _column(entry: Any, where: str) -> Any:
    kind = _entry(entry, "kind", where)
    if not isinstance(kind, str) or kind not in KINDS:
        raise ModelFileError(f"{where}: unknown kind {kind!r:.80}{suggestion(kind, KINDS)}; known: {', '.join(KINDS)}")
    column = _build(KINDS[kind], entry, {"kind"}, where)
    for scale in ("deviation", "spread"):
        if getattr(column, scale, 0) < 0:
            raise ModelFileError(f"{where}: {scale} must not be negative, got {getattr(column, scale)}")
    if isinstance(column, DateColumn) and not set(column.cycles) <= set(CYCLES):
        raise ModelFileError(f"{where}: cycles must be among {', '.join(CYCLES)}, got {column.cycles!r:.80}")
    if isinstance(column, TargetMeans) and not 0 < len(column.means) == len(column.values):
        raise ModelFileError(f"{where}: {len(column.values)} values need as many means, got {len(column.means)}")
    if not column.features:
        raise ModelFileError(f"{where}: {column.name!r:.80} becomes no feature")
    return column


def _build(described: type, document: dict[str, Any], besides: set[str], where: str) -> Any:
    """Return the dataclass whose fields the document holds, each checked by its annotation."""
    values = {}
    for field in fields(described):
        value = _entry(document, field.name, where)
        words, valid = CHECKS[str(field.type)]
        if not valid(value):
            raise ModelFileError(f"{where}: {field.name} must be {words}, got {value!r:.80}")
        values[field.name] = tuple(value) if isinstance(value, list) else value
        if field.type == "float":
            values[field.name] = float(value)
        elif field.type == "tuple[float, ...]":
            values[field.name] = tuple(map(float, value))
        elif field.type == "tuple[tuple[float, ...], ...]":
            values[field.name] = tuple(tuple(map(float, row)) for row in value)
    _no_others(document, besides | set(values), where)
    return described(**values)


def _entry(document: Any, name: str, where: str) -> Any:
    if not isinstance(document, dict):
        raise ModelFileError(f"{where}: expected entries by name, got {type(document).__name__}")
    if name not in document:
        raise ModelFileError(f"{where}: {name!r} is missing")
    return document[name]


def _no_others(document: dict[str, Any], known: set[str], where: str) -> None:
    others = [str(name) for name in document if name not in known]
    if others:
        raise ModelFileError(
            f"{where}: unknown entries {', '.join(others):.80}; this version knows {', '.join(sorted(known))}"
        )


def _as_lists(value: Any) -> Any:
    return [_as_lists(each) for each in value] if isinstance(value, tuple) else value


def _all_text(values: Any) -> bool:
    return all(isinstance(value, str) for value in values)
