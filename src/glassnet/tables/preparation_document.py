"""A preparation as a JSON document and back, every entry checked: a model file may come from anywhere."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Any

from glassnet.documents import (
    ANYTHING,
    DISTINCT_TEXTS,
    RISING,
    TABLE,
    TEXT,
    TEXTS,
    TRUTH,
    Kind,
    checked,
    listed,
    number,
    whole,
)
from glassnet.errors import ModelFileError, suggestion
from glassnet.tables.columns.category import CategoryColumn
from glassnet.tables.columns.date import CYCLES, DateColumn
from glassnet.tables.columns.number import NumberColumn
from glassnet.tables.columns.target_means import TargetMeans
from glassnet.tables.dataset import ORDERS
from glassnet.tables.preparation import PictureShape, Preparation

KINDS: dict[str, type] = {"number": NumberColumn, "category": CategoryColumn, "date": DateColumn,
                          "target means": TargetMeans}  # fmt: skip

# Type of a field, as annotated -> what its JSON value must be.
CHECKS: dict[str, Kind] = {
    "str": TEXT, "bool": TRUTH, "int": whole(1, 1_000_000), "float": number(), "tuple[float, ...]": RISING,
    "tuple[tuple[float, ...], ...]": TABLE, "tuple[str, ...]": DISTINCT_TEXTS,
}  # fmt: skip
ROWS = {"kind": TEXT, "source": DISTINCT_TEXTS, "columns": listed(ANYTHING, least=1), "notes": TEXTS}


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
    where = "preparation"
    kind = checked(document, {"kind": TEXT, "notes": TEXTS}, where, others=True)["kind"]
    if kind == "pictures":
        shape = _build(PictureShape, document, {"notes": TEXTS}, where)
        if shape.order not in ORDERS or shape.channels not in (1, 3):
            raise ModelFileError(
                f"{where}: expected 1 or 3 channels in order {' or '.join(ORDERS)}, "
                f"got {shape.channels} in {shape.order!r:.80}"
            )
        return Preparation(pictures=shape, notes=list(document["notes"]))
    if kind != "table":
        raise ModelFileError(f"{where}: kind must be 'table' or 'pictures', got {kind!r:.80}")
    given = checked(document, ROWS, where)
    source, entries, notes = given["source"], given["columns"], given["notes"]
    columns = tuple(_column(entry, f"{where}, column {j + 1}") for j, entry in enumerate(entries))
    names = [column.name for column in columns if not isinstance(column, TargetMeans)]
    of_means = [column.name for column in columns if isinstance(column, TargetMeans)]
    unknown = [name for name in (*names, *of_means) if name not in source]
    if unknown or len(set(names)) < len(names) or len(set(of_means)) < len(of_means):
        raise ModelFileError(f"{where}: columns must be distinct and in source, got {names!r:.200}")
    return Preparation(columns, tuple(source), None, list(notes))


def _column(entry: Any, where: str) -> Any:
    kind = checked(entry, {"kind": ANYTHING}, where, others=True)["kind"]
    if not isinstance(kind, str) or kind not in KINDS:
        raise ModelFileError(f"{where}: unknown kind {kind!r:.80}{suggestion(kind, KINDS)}; known: {', '.join(KINDS)}")
    column = _build(KINDS[kind], entry, {}, where)
    for scale in ("deviation", "spread"):
        if getattr(column, scale, 0) < 0:
            raise ModelFileError(f"{where}: {scale} must not be negative, got {getattr(column, scale)}")
    if isinstance(column, DateColumn) and not set(column.cycles) <= set(CYCLES):
        raise ModelFileError(f"{where}: cycles must be among {', '.join(CYCLES)}, got {column.cycles!r:.80}")
    if isinstance(column, TargetMeans) and not 0 < len(column.means) == len(column.values):
        raise ModelFileError(f"{where}: {len(column.values)} values need as many means, got {len(column.means)}")
    if isinstance(column, NumberColumn) and column.edges and not math.isfinite(column.edges[-1] - column.edges[0]):
        raise ModelFileError(f"{where}: edges are too far apart, {column.edges[0]} to {column.edges[-1]}")
    if not column.features:
        raise ModelFileError(f"{where}: {column.name!r:.80} becomes no feature")
    return column


def _build(described: type, document: Any, besides: Mapping[str, Kind], where: str) -> Any:
    """Return the dataclass whose fields the document holds, each checked by its annotation."""
    types = {field.name: str(field.type) for field in fields(described)}
    checked(document, {"kind": TEXT, **besides, **{name: CHECKS[kind] for name, kind in types.items()}}, where)
    return described(**{name: _as_field(document[name], kind) for name, kind in types.items()})


def _as_field(value: Any, kind: str) -> Any:
    """Return a JSON value as a field of this type holds it: lists are tuples, numbers floats where the type says so."""
    if isinstance(value, list):
        return tuple(_as_field(inner, kind.removeprefix("tuple[").rsplit(",", 1)[0]) for inner in value)
    return float(value) if kind == "float" else value


def _as_lists(value: Any) -> Any:
    return [_as_lists(each) for each in value] if isinstance(value, tuple) else value
