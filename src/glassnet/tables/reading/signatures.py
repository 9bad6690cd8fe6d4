"""Which format a file is, by its first bytes and its name: names lie, and some files have none.

A format is the suffix under which `formats.READERS` or `archives.PACKED` knows it.
"""

from __future__ import annotations

import codecs
import re
import zipfile
from collections.abc import Collection
from contextlib import suppress
from typing import NamedTuple

from glassnet.tables.reading.source import Source

UTF16, UTF32 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE), (codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
PLAIN = (".csv", ".tsv", ".tab", ".psv", ".txt", ".data", ".dat")  # tables of lines of text
SPREADSHEETS = (".xls", ".xlsx", ".xlsm", ".xlsb", ".ods")
JSON = (".json", ".jsonl", ".ndjson", ".geojson")
# Suffixes that mean the same reader: no file of one that is named as another lies.
ALIKE = (
    PLAIN, (".xlsx", ".xlsm", ".xlsb", ".ods"), (".parquet", ".pq"), (".feather", ".arrow", ".arrows", ".ipc"),
    (".h5", ".hdf5", ".he5"), (".npz", ".npy"), (".db", ".sqlite", ".sqlite3", ".db3"), JSON,
    (".png", ".jpg", ".jpeg", ".bmp", ".gif", ".webp", ".tif", ".tiff", ".ppm", ".pgm"), (".rds", ".rdata", ".rda"),
    (".htm", ".html"),
)  # fmt: skip


class Signature(NamedTuple):
    """Bytes at a place of a file that say its format."""

    start: int
    mark: bytes
    suffix: str
    words: str


SIGNATURES = (
    Signature(0, b"PAR1", ".parquet", "a Parquet file"),
    Signature(0, b"ARROW1\0\0", ".arrow", "an Arrow file"),
    Signature(0, b"FEA1", ".feather", "a Feather file"),
    Signature(0, b"\xff\xff\xff\xff", ".arrows", "an Arrow stream"),
    Signature(0, b"ORC", ".orc", "an ORC file"),
    Signature(0, b"\x89HDF\r\n\x1a\n", ".h5", "an HDF5 file"),
    Signature(0, b"\x93NUMPY", ".npy", "a NumPy file"),
    Signature(0, b"SQLite format 3\0", ".db", "an SQLite file"),
    Signature(0, b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", ".xls", "an old Excel file"),
    Signature(0, b"PK\x03\x04", ".zip", "a zip archive"),
    Signature(0, b"PK\x05\x06", ".zip", "an empty zip archive"),
    Signature(0, b"\x1f\x8b\x08", ".gz", "what is packed by gzip"),
    Signature(0, b"BZh", ".bz2", "what is packed by bzip2"),
    Signature(0, b"\xfd7zXZ\0", ".xz", "what is packed by xz"),
    Signature(0, b"\x28\xb5\x2f\xfd", ".zst", "what is packed by Zstandard"),
    Signature(257, b"ustar", ".tar", "a tar archive"),
    Signature(0, b"7z\xbc\xaf\x27\x1c", ".7z", "a 7-Zip archive"),
    Signature(0, b"Rar!\x1a\x07", ".rar", "a RAR archive"),
    Signature(0, b"$FL2", ".sav", "an SPSS file"),
    Signature(0, b"$FL3", ".sav", "an SPSS file"),
    Signature(0, b"<stata_dta>", ".dta", "a Stata file"),
    Signature(0, b"\0\0\0\0\0\0\0\0\0\0\0\0\xc2\xea\x81\x60", ".sas7bdat", "a SAS file"),
    Signature(0, b"RDX", ".rdata", "an R file"),
    Signature(0, b"%PDF-", ".pdf", "a PDF document"),
    Signature(0, b"\x89PNG\r\n\x1a\n", ".png", "a PNG picture"),
    Signature(0, b"\xff\xd8\xff", ".jpg", "a JPEG picture"),
    Signature(0, b"GIF8", ".gif", "a GIF picture"),
    Signature(8, b"WEBPVP8", ".webp", "a WebP picture"),
    Signature(0, b"II*\0", ".tif", "a TIFF picture"),
    Signature(0, b"MM\0*", ".tif", "a TIFF picture"),
)
QUIET = ("what is packed", "a zip", "a tar")  # of which nothing is told: what is inside counts
# What text begins with, after a byte order mark and blanks: format, words.
TEXTS = (
    (re.compile(rb"(?:%[^\n]*\n|\s+)*@relation\b", re.IGNORECASE), ".arff", "an ARFF file"),
    (re.compile(rb"<\?xml[^>]*>\s*(?:<\?[^>]*>\s*)*<(?:\w+:)?workbook\b", re.IGNORECASE), ".xml", "an XML file"),
    (re.compile(rb"(?:<[!?][^>]*>\s*)*<(?:html|head|meta|style|body|table|div)\b", re.IGNORECASE), ".html", "HTML"),
    (re.compile(rb"<\?xml\b", re.IGNORECASE), ".xml", "an XML file"),
    (re.compile(rb'\{\s*["}]|\[\s*[\[{]'), ".json", "JSON"),
)


class Found(NamedTuple):
    """The format of a file: a suffix, and a note where its name says another; "" where it does not."""

    suffix: str
    note: str = ""


def found_format(source: Source, known: Collection[str]) -> Found:
    """Return the format of a file.

    Parameters
    ----------
    source : Source
        The file.
    known : collection of str
        Suffixes of the formats that are known. A file of another suffix that holds text is a table in text.

    Returns
    -------
    Found
        Its suffix is the file's own where neither its name nor its bytes say a known format.
    """
    named, head = source.suffix, source.head()
    text = as_text(head)
    signs = (each for each in SIGNATURES if head[each.start :].startswith(each.mark))
    sign = next((each for each in signs if text is None or not each.mark.isascii()), None)  # ORC may begin a name
    if sign is not None:
        suffix, words = sign.suffix, sign.words
        if suffix == ".zip":
            suffix, words = _in_zip(source, named)
        if named != suffix and not any(named in group and suffix in group for group in ALIKE):
            told = named and not words.startswith(QUIET)
            return Found(suffix, f"{source.name}: holds {words}, whatever its name says" if told else "")
        return Found(named if named in known else suffix)
    return Found(named) if text is None or not text.strip() else _of_text(source.name, text.lstrip(), named, known)


def _of_text(where: str, text: bytes, named: str, known: Collection[str]) -> Found:
    """Return the format of a file of text."""
    suffix, words = next(((suffix, words) for mark, suffix, words in TEXTS if mark.match(text)), ("", ""))
    alike = suffix != "" and (named == suffix or any(named in group and suffix in group for group in ALIKE))
    if suffix and not alike and (named not in known or named in (*PLAIN, *SPREADSHEETS)):
        return Found(suffix, f"{where}: holds {words}, whatever its name says")
    misnamed = named in SPREADSHEETS or (named in JSON and text[:1] not in b"{[")
    if not alike and b"\n" in text and (named not in known or misnamed):
        return Found(".csv", f"{where}: holds plain text, whatever its name says" if named else "")
    return Found(named)


def as_text(head: bytes) -> bytes | None:
    """Return the beginning of a file as text without its byte order mark; None if it holds other bytes."""
    for marks, encoding in ((UTF32, "utf-32"), (UTF16, "utf-16")):
        if head.startswith(marks):
            return head[: len(head) // 4 * 4].decode(encoding, "ignore").encode("utf-8", "ignore")
    head = head.removeprefix(codecs.BOM_UTF8)
    pairs = head[1::2], head[::2]
    if len(head) > 8 and any(
        half.count(0) > 0.7 * len(half) and 0 not in other for half, other in (pairs, pairs[::-1])
    ):
        encoding = "utf-16-le" if 0 in pairs[0] else "utf-16-be"
        return head.decode(encoding, "ignore").encode("utf-8", "ignore")
    control = sum(head.count(bytes([code])) for code in range(32) if code not in b"\t\n\r\f\x0b\x1a\x1b")
    return head if control <= len(head) / 1000 and b"\0" not in head else None


def _in_zip(source: Source, named: str) -> tuple[str, str]:
    """Return which of the formats that are zip archives a file is."""
    names: list[str] = []
    with suppress(Exception), zipfile.ZipFile(source.path or source.file()) as archive:
        names = archive.namelist()
    if any(name.startswith("xl/") for name in names):
        return (".xlsb" if "xl/workbook.bin" in names else ".xlsx"), "an Excel file"
    if "content.xml" in names and "mimetype" in names:
        return ".ods", "an OpenDocument file"
    if named == ".npz" or (names and all(name.endswith(".npy") for name in names)):
        return ".npz", "a NumPy file"
    return (named, "") if named and not names else (".zip", "a zip archive")
