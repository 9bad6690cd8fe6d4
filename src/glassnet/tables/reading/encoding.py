"""The encoding of a text file, and its text in UTF-8."""

from __future__ import annotations

import codecs
from contextlib import suppress

from glassnet.errors import DataError, SettingError

MARKS = [
    (codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"),
]  # fmt: skip
PROBED = 1 << 20  # bytes


def to_utf8(data: bytes, encoding: str | None, where: str) -> tuple[bytes, str, list[str]]:
    """Return a file's text in UTF-8, its encoding, and notes."""
    if encoding is not None:
        return _decoded(data, encoding, where).encode(), encoding, []
    for mark, name in MARKS:
        if data.startswith(mark):
            return _decoded(data, name, where).encode(), name, []
    if b"\0" in data[:PROBED]:
        raise DataError(f"{where} holds zero bytes: it is not text (or give its encoding, such as utf-16-le)")
    for name in ("utf-8", "cp1252", "latin-1"):
        with suppress(UnicodeDecodeError):
            text = data.decode(name)
            if name == "utf-8":
                return data, name, []
            return text.encode(), name, [f"{where}: not UTF-8, read as {name}; give the encoding if letters look wrong"]
    raise AssertionError


def _decoded(data: bytes, encoding: str, where: str) -> str:
    try:
        return data.decode(encoding).removeprefix("\ufeff")
    except LookupError:
        raise SettingError(f"unknown encoding {encoding!r}; known are utf-8, utf-16, latin-1, cp1252, ...") from None
    except UnicodeError as error:
        position = ""
        if isinstance(error, UnicodeDecodeError):
            line = data.count(b"\n", 0, error.start) + 1
            position = f": line {line}, byte {error.start} is 0x{data[error.start]:02x}"
        raise DataError(f"{where} is not {encoding} text{position}; leave the encoding out to have it found") from None
