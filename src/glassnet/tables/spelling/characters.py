"""The characters of numbers in every script as those of ASCII: digits, signs, blanks, apostrophes, separators."""

from __future__ import annotations

import unicodedata

import numpy as np

from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, truths
from glassnet.typing import AnyArray

# What is written for a character of ASCII, beside the digits and the full-width forms, which Unicode knows.
ALIKE = {
    "+": "\u25b2\u2191",
    "-": "\u25bc\u2193\u2212\u2010\u2011\u2012\u2013\u2014\u2015\ufe63\u207b\u2796",
    " ": "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
         "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff",
    "'": "\u2018\u2019\u02bc\u02b9\u2032\u00b4\u0060\u066c",
    '"': "\u201c\u201d\u2033\u02ba",
    ".": "\u066b\u3002",
    ",": "\u060c\u3001",
    "%": "\u066a\ufe6a",
}  # fmt: skip
KNOWN = {ord(variant): ord(plain) for plain, variants in ALIKE.items() for variant in variants}
FULL_WIDTH = range(0xFF01, 0xFF5F)


def in_ascii(values: pa.Array) -> pa.Array:
    """Return text with the digits, signs, blanks and separators of any script as those of ASCII, trimmed."""
    odd = pc.invert(pc.string_is_ascii(values))
    if not truths(odd).any():
        return values
    some = values.filter(odd)
    codes = np.frombuffer("".join(some.to_pylist()).encode("utf-32-le"), np.uint32)
    table = np.arange(int(codes.max()) + 1, dtype=np.uint32)
    for code in np.flatnonzero(np.bincount(codes)).tolist():
        table[code] = _plain(code)
    lengths = cell_values(pc.utf8_length(some))
    return pc.utf8_trim_whitespace(pc.replace_with_mask(values, odd, _joined(table[codes], lengths, values.type)))


def _plain(code: int) -> int:
    digit = unicodedata.decimal(chr(code), None)
    if digit is not None:
        return ord("0") + digit
    return code - 0xFEE0 if code in FULL_WIDTH else KNOWN.get(code, code)


def _joined(codes: AnyArray, lengths: AnyArray, arrow_type: pa.DataType) -> pa.Array:
    """Return characters, by code point, as texts of some lengths."""
    widths = 1 + (codes >= 0x80).astype(np.int64) + (codes >= 0x800) + (codes >= 0x10000)  # bytes of UTF-8
    ends = np.concatenate([[0], np.cumsum(widths)])[np.concatenate([[0], np.cumsum(lengths)])]
    ends = ends.astype(np.int64 if pa.types.is_large_string(arrow_type) else np.int32)
    data = codes.tobytes().decode("utf-32-le").encode()
    return pa.Array.from_buffers(arrow_type, len(lengths), [None, pa.py_buffer(ends), pa.py_buffer(data)])
