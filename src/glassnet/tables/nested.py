"""Cells of typed files that hold several values, as plain columns: records are columns, lists of text are text."""

from __future__ import annotations

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import is_text
from glassnet.tables.frames import check_distinct


def without_nested(table: pa.Table) -> pa.Table:
    """Return a table whose cells hold one value each.

    Parameters
    ----------
    table : pyarrow.Table
        As a file has it.

    Returns
    -------
    pyarrow.Table
        Records, also those within records, are columns such as "address.city"; a list of text is text with commas
        between, as in JSON, and missing where it is empty. Columns of other lists, and of maps, are left out.

    Raises
    ------
    DataError
        A column of a record has the name of another column.
    """
    if not any(pa.types.is_nested(kind) for kind in table.schema.types):
        return table
    table = _flat(table)
    for j, field in enumerate(table.schema):
        if _is_of_text(field.type):
            table = table.set_column(j, field.name, pa.chunked_array([_as_text(table.column(j))]))
    check_distinct(table.column_names)
    return table.drop_columns(_left_out(table.schema))


def notes_on_nested(schema: pa.Schema) -> tuple[str, ...]:
    """Return sentences about the columns that `without_nested` leaves out."""
    flat = _flat(schema.empty_table()).schema
    kinds = {name: "maps" if pa.types.is_map(flat.field(name).type) else "lists" for name in _left_out(flat)}
    return tuple(
        f"column {name!r} holds {kind} and is left out: a cell holds one value" for name, kind in kinds.items()
    )


def _flat(table: pa.Table) -> pa.Table:
    while any(pa.types.is_struct(kind) for kind in table.schema.types):
        table = table.flatten()
    return table


def _left_out(schema: pa.Schema) -> list[str]:
    return [field.name for field in schema if pa.types.is_nested(field.type) and not _is_of_text(field.type)]


def _is_of_text(kind: pa.DataType) -> bool:
    return (pa.types.is_list(kind) or pa.types.is_large_list(kind)) and is_text(kind.value_type)


def _as_text(cells: pa.ChunkedArray) -> pa.Array:
    """Return lists of text as text; values that are missing in a list are left out."""
    lists = cells.combine_chunks()
    values, row = pc.list_flatten(lists), np.asarray(pc.list_parent_indices(lists))
    if values.null_count:
        there = np.asarray(pc.is_valid(values))
        values, row = values.filter(pa.array(there)), row[there]
    starts = np.searchsorted(row, np.arange(len(lists) + 1))
    text = pc.binary_join(pa.LargeListArray.from_arrays(starts, values), pa.scalar(", ", values.type))
    return pc.if_else(pa.array(np.diff(starts) > 0), text, pa.scalar(None, text.type))
