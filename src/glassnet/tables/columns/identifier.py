"""Columns that only say which row it is: customer numbers, hashes, e-mail addresses, a saved index, row counters.

It is decided from the name, the type and the spread of all cells, never from their order: measurements may be unique,
sorted or whole too, so numbers need a name that says what they are.
"""

from __future__ import annotations

import re

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text

DIFFERENT = "has another value in every row, like an identifier"
COUNTS = "counts the rows"
REASONS = (DIFFERENT, COUNTS)

ID_ROWS = 10  # fewer rows differ by chance
REPEATED = 0.02  # share of the cells that may hold a value again: two rows of one customer, or a typing error
MOST_MISSING = 0.5  # share of the rows
LONG, LONG_ROWS = 15, 20  # digits that no measurement has, but moments in micro- and nanoseconds have; least rows
MOMENTS = ((0.9e15, 2.5e15), (0.9e18, 2.5e18))  # from 1998 to 2049

# id, user_id, id_user, customerID, sampleId, rowid, uuid; but not paid, humid or acid
ID_NAME = re.compile(
    r"(.*[^a-zA-Z])?([iI][dD])[sS]?|[iI][dD][^a-zA-Z].*|.*[a-z](ID|Id)|(.*[^a-zA-Z])?"
    r"(user|customer|client|patient|subject|sample|order|item|product|record|row|g?u|uu)id"
)
# What is numbered, alone (a phone) or before "number", "no" or "code" (ticket_no).
NUMBERED = (
    "account|barcode|card|case|client|contract|customer|ean|employee|fax|guid|hash|iban|imei|invoice|isbn|issn|item|"
    "licence|license|member|mobile|order|part|passport|patient|phone|policy|product|receipt|registration|serial|ssn|"
    "student|tax|telephone|ticket|tracking|transaction|upc|user|uuid|vin"
)
ALONE = "barcode|ean|fax|guid|hash|iban|imei|isbn|issn|mobile|phone|serial|ssn|tel|telephone|upc|uuid|vin|pk|key"
NUMBER_NAME = re.compile(
    rf"(.*[\W_])?({ALONE})|(.*[\W_])?({NUMBERED})[\W_]*(number|num|nr|no|key|code)\.?|"
    r".*(编号|编码|号码|学号|工号|单号|证号|手机号?|电话|番号|電話)|.*(kunden|matrikel|bestell|rechnungs)nummer|identifiant",
    re.IGNORECASE,
)
# Names of row counters: a saved index, or the number of a row or line.
COUNTER_NAME = re.compile(
    r"index|level_0|#|№|n[°º]\.?|obs\.?|observation|row[ _.]?names?|row|line|record|case|"
    r"seq|sequence|((row|line|record|serial|seq|s|sr|sl|lfd|obs|case|running)[ _.]*)?(number|num|nr|no|id)\.?|"
    r"序号|行号|连番|連番|순번|번호|nummer|num[eé]ro|zeile|ligne|fila",
    re.IGNORECASE,
)
# What a saved index without a name is called: by glassnet, R, its data.table and readr, and pandas.
NO_NAME = re.compile(r"|c1|X(\.\d+)?|V1|\.\.\.1|[Uu]nnamed: \d+")


def why_identifier(name: str, cells: pa.ChunkedArray, kind: str, spelled: pa.ChunkedArray | None = None) -> str:
    """Return why the cells of a whole table say nothing but which row it is, or "" where they may say more.

    Parameters
    ----------
    name : str
        The column.
    cells : pyarrow.ChunkedArray
        Its m cells, as its kind reads them.
    kind : str
        Of column.
    spelled : pyarrow.ChunkedArray, optional
        The cells as they were in a file: long numbers that are text there differ in more digits than floats have.

    Returns
    -------
    str
        The end of a sentence that begins with the column.
    """
    named_id = bool(ID_NAME.fullmatch(name))
    cells = decoded(cells)
    there = len(cells) - cells.null_count
    if there < (2 if named_id else ID_ROWS) or there < (1 - MOST_MISSING) * len(cells):
        return ""
    if kind == "number":
        numbers = _whole_numbers(cells)
        if numbers is None:
            return ""
        if spelled is None or not is_text(spelled.type) or not _are_long(numbers):
            return _why_numbers(name, numbers, named_id)
        cells = spelled
    elif kind != "category" or not (is_text(cells.type) or pa.types.is_integer(cells.type)):
        return ""
    distinct = pc.count_distinct(cells).as_py()
    return DIFFERENT if distinct >= (1 - REPEATED) * there else ""


def _why_numbers(name: str, numbers: np.ndarray, named_id: bool) -> str:
    """Return why whole numbers, none of them missing, are an identifier."""
    n, least, most = len(numbers), float(numbers.min()), float(numbers.max())
    dense = least >= 0 and most - least < 2 * n  # a part of a table has gaps in its counter
    counts = COUNTER_NAME.fullmatch(name) or (NO_NAME.fullmatch(name) and least <= n)  # years have no name either
    different = named_id or (n >= ID_ROWS and NUMBER_NAME.fullmatch(name)) or _are_long(numbers)
    reason = DIFFERENT if different else COUNTS if dense and counts else ""
    return reason if reason and len(np.unique(numbers)) >= (1 - REPEATED) * n else ""


def are_names(name: str, cells: pa.ChunkedArray, kind: str) -> bool:
    """Return whether numbers that occur again and again are called identifiers: of shops or users, not of rows."""
    if kind != "number" or not (ID_NAME.fullmatch(name) or NUMBER_NAME.fullmatch(name)):
        return False
    numbers = _whole_numbers(decoded(cells))
    return numbers is not None and 2 < len(np.unique(numbers)) < (1 - REPEATED) * len(numbers)


def _are_long(numbers: np.ndarray) -> bool:
    """Return whether all numbers are as long as those of parcels or messages, and no moments."""
    least, most = float(numbers.min()), float(numbers.max())
    if len(numbers) < LONG_ROWS or least < 10**LONG or any(low <= least and most <= high for low, high in MOMENTS):
        return False
    some = np.unique(numbers)[:1000].tolist()
    digits = [len(f"{number:.17g}".partition("e")[0].replace(".", "").rstrip("0")) for number in some]
    return float(np.mean(np.array(digits) >= LONG)) > 0.9  # 3.8e26 is a measurement


def _whole_numbers(cells: pa.ChunkedArray) -> np.ndarray | None:
    """Return the numbers that are not missing, or None unless all of them are whole."""
    types = pa.types
    if types.is_decimal(cells.type):
        cells = cells.cast(pa.float64(), safe=False)
    if not (types.is_integer(cells.type) or types.is_floating(cells.type)):
        return None
    numbers = cell_values(cells.drop_null())
    if numbers.dtype.kind == "f":
        numbers = numbers[~np.isnan(numbers)]
        if not np.isfinite(numbers).all() or (numbers != np.floor(numbers)).any():
            return None
    return numbers if len(numbers) else None
