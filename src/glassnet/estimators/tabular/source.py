"""Where a model's rows came from: how the file was read, and which of its rows were kept for the test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from glassnet.documents import MAPPING, TEXT, TEXTS, Kind, checked, listed, maybe, number, whole
from glassnet.errors import ModelFileError

PLAIN = Kind(
    "text, a number, true, false, null, or a list of them",
    lambda value: all(
        each is None or isinstance(each, bool | str) or number().holds(each)
        for each in (value if isinstance(value, list) else [value])
    ),
)
ENTRIES = {
    "reading": MAPPING, "id": TEXTS, "group": maybe(TEXT), "test": maybe(number(0, 1)), "seed": maybe(whole()),
    "file": maybe(listed(whole(), least=2, most=2)), "rows": maybe(whole()),
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """How the file of the training was read, so that others are read alike, and what was kept for the test.

    Parameters
    ----------
    reading : mapping of str to plain data
        Arguments of `glassnet.read`: separator, header, encoding and the like.
    id : tuple of str
        Columns that stand beside predictions.
    group : str or None
        Column of what a row belongs to.
    test : float or None
        Share of the rows that were kept for the test; None where the test rows came in another way.
    seed : int or None
        That chose them.
    file : tuple of two int or None
        Size and CRC-32 of the file, by which it is known again; None of folders. Of rows that were read in parts,
        all sizes and a checksum of their files.
    rows : int or None
        Of the file.
    """

    reading: Mapping[str, Any] = field(default_factory=dict)
    id: tuple[str, ...] = ()
    group: str | None = None
    test: float | None = None
    seed: int | None = None
    file: tuple[int, int] | None = None
    rows: int | None = None

    def to_document(self) -> dict[str, Any]:
        """Return plain data."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Any) -> Source:
        """Return what `to_document` described.

        Raises
        ------
        ModelFileError
            If it is no such document.
        """
        checked(document, ENTRIES, "source")
        for name, value in document["reading"].items():
            if not PLAIN.holds(value):
                raise ModelFileError(f"source: reading, {name:.80} must be {PLAIN.words}, got {value!r:.80}")
        lists = {name: tuple(value) for name, value in document.items() if isinstance(value, list)}
        return cls(**{**document, **lists})
