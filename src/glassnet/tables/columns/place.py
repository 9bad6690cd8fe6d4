"""Places on the Earth, a latitude and a longitude in one cell, as two numbers, each scaled and binned."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, ClassVar, NamedTuple, Self

import numpy as np

from glassnet.arrays.coded_columns import Block, OneHot
from glassnet.documents import TRUTH, Kind, listed, number
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text, text_cell, truths
from glassnet.tables.columns.amounts import Amounts
from glassnet.tables.columns.column import Column, FitOptions, Novelty, Part, RawColumn, UninformativeColumn, outside
from glassnet.tables.columns.number import EDGES, NumberColumn
from glassnet.tables.spelling.characters import KNOWN, in_ascii
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.texts import Texts, float_array, probes
from glassnet.typing import AnyArray

ENOUGH = 0.9  # share of the cells that must be places
SURE = 0.5  # share of the places that no two other numbers are likely to be
AXES = ("latitude", "longitude")
MOST = (90.0, 180.0)  # degrees
MARKS = r"\s*(?:[°o]\s*)?(?:(?P<minutes{0}>{1})\s*'\s*)?(?:(?P<seconds{0}>{1})\s*(?:\"|''))?"  # of º Unicode makes o


def _angle(k: int, amount: str = r"[0-9]+(?:\.[0-9]+)?", marks: str = MARKS) -> str:
    """Return the expression of an angle."""
    return rf"(?P<sign{k}>[+-]?)(?P<degrees{k}>{amount})" + marks.format(k, amount)


COMMA, EXPONENT = "[0-9]+(?:,[0-9]+)?", r"[0-9]+(?:\.[0-9]*)?(?:e[+-]?[0-9]+)?"
FIRST_LOOK = 5  # cells
BETWEEN = r"(?:\s*[,;/]\s*|\s+)"
LETTER = r"\s*(?P<letter{}>[NSEW])"
# The first is how columns keep their cells; it holds the longitude first, like all well-known text.
WELL_KNOWN = (
    rf"(?i)^(?:SRID=[0-9]+;\s*)?POINT\s*Z?\s*\(\s*{_angle(0, EXPONENT, '')}\s+{_angle(1, EXPONENT, '')}(?:\s[^)]*)?\)$"
)
SPELLINGS = (
    WELL_KNOWN,
    rf"(?i)^{_angle(0)}(?:{LETTER.format(0)})?{BETWEEN}{_angle(1)}(?:{LETTER.format(1)})?$",
    rf"(?i)^{LETTER.format(0)}\s*{_angle(0)}{BETWEEN}{LETTER.format(1)}\s*{_angle(1)}$",
    rf"^{_angle(0, COMMA)}\s*;\s*{_angle(1, COMMA)}$",
)
# A sign or letter of angles, or two numbers with decimals: no thousands, and no pair of counts.
SURELY = r"[^0-9+\-.,;/()\[\]\s]|\.[0-9].*\.[0-9]|,[0-9]+\s*;.*,[0-9]"
BRACKETS = {"(": r"^\(\s*([^()]*?)\s*\)$", "[": r"^\[\s*([^\[\]]*?)\s*\]$"}
LONGITUDE_FIRST = "was read as places, the longitude first"


@dataclass(frozen=True)
class PlaceColumn(Column):
    """What training rows said about a column of places.

    Parameters
    ----------
    name : str
        The column.
    medians, spreads : tuple of float
        Of the latitude and the longitude, in degrees, as for columns of numbers.
    edges : tuple of tuple of float
        Where bins of the latitude and the longitude begin and end.
    missing : bool
        Cells were missing in training: one more feature says where.
    """

    n_binned = 2
    kind, words = "place", "places such as 48.8566, 2.3522"
    formats: ClassVar[Mapping[str, Kind]] = {"longitude_first": TRUTH}
    known_facts: ClassVar = {axis: listed(number(), least=2, most=2) for axis in AXES}
    entries: ClassVar = {
        "medians": listed(number(), least=2, most=2), "spreads": listed(number(0), least=2, most=2),
        "edges": listed(EDGES, least=2, most=2), "missing": TRUTH,
    }  # fmt: skip

    medians: tuple[float, float]
    spreads: tuple[float, float]
    edges: tuple[tuple[float, ...], tuple[float, ...]]
    missing: bool

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        if pa.types.is_null(raw.cells.type) and raw.asked:
            return Spelled(raw.cells, raw.format or {})
        if pa.types.is_dictionary(raw.cells.type) and not raw.asked:
            return None
        cells = decoded(raw.cells)
        if not is_text(cells.type) or not (raw.asked or _may_be_places(cells)):
            return None
        texts = Texts.of(clean(cells, raw.missing))
        texts = texts._replace(values=in_ascii(texts.values))
        found = _places(texts, raw.format)
        if not (raw.asked or _are_likely(texts, found)):
            return None
        lost = np.flatnonzero(texts.cells((texts.counts > 0) & ~found.are_there, False))
        form = {"longitude_first": True} if found.longitude_first else {}
        remarks = (LONGITUDE_FIRST,) if found.longitude_first and not raw.format else ()
        return Spelled(_well_known(found, texts), form, remarks, lost)

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        return Degrees(*(Amounts.of(values, part) for values in degrees_of(cells).T))

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        if counted.lost == counted.rows:
            raise UninformativeColumn("holds no value")
        if not counted.lost and all(each.least == each.most for each in counted):
            raise UninformativeColumn(f"holds only the place {_shown([each.least for each in counted])}")
        north, east = (_fitted(name, each, options) for each in counted)
        medians, spreads = (north.median, east.median), (north.spread, east.spread)
        return cls(name, medians, spreads, (north.edges, east.edges), counted.lost > 0)

    @property
    def numbers(self) -> list[NumberColumn]:
        """Latitude and longitude as columns of numbers."""
        return [
            NumberColumn(f"{self.name} {axis}", self.medians[k], self.spreads[k], self.edges[k], missing=False)
            for k, axis in enumerate(AXES)
        ]

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        names = [feature for each in self.numbers for feature in each.features]
        return names + [f"{self.name}=(missing)"] * self.missing

    @property
    def width(self) -> int:
        return sum(each.width for each in self.numbers) + self.missing

    @classmethod
    def describe(cls, cells: pa.ChunkedArray) -> str:
        degrees = degrees_of(cells)
        return f"{_shown(np.nanmin(degrees, axis=0))} to {_shown(np.nanmax(degrees, axis=0))}"

    def facts_of(self, counted: Any) -> dict[str, Any]:
        facts = super().facts_of(counted)
        if counted.lost < counted.rows:
            facts |= {axis: [each.least, each.most] for axis, each in zip(AXES, counted, strict=True)}
        return facts

    def novelties(self, cells: pa.ChunkedArray, unreadable: int = 0) -> list[Novelty]:
        found = super().novelties(cells, unreadable)
        for axis, values in zip(AXES, degrees_of(cells).T, strict=True):
            least, most = self.facts.get(axis, (None, None))
            new = outside(values, {"least": least, "most": most}, lambda degrees: f"{degrees:.6g}")
            found += [each._replace(words=f"({axis}) {each.words}") for each in new]
        return found

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        degrees = degrees_of(cells)
        lost = np.isnan(degrees[:, 0])
        blocks: list[Block] = []
        for each, values in zip(self.numbers, degrees.T, strict=True):
            blocks += each.encode(float_array(values, ~lost), dtype)
        if self.missing:
            blocks.append(OneHot(lost.astype(np.int8) - 1, 1))
        return blocks


class Degrees(NamedTuple):
    """What is kept of places: their latitudes and longitudes."""

    latitude: Amounts
    longitude: Amounts

    @property
    def rows(self) -> int:
        """Cells."""
        return self.latitude.rows

    @property
    def lost(self) -> int:
        """Missing ones."""
        return self.latitude.lost

    @property
    def is_exact(self) -> bool:
        """Whether every distinct number is known."""
        return self.latitude.is_exact and self.longitude.is_exact

    def merged(self, other: Degrees) -> Degrees:
        """Return what is kept of the places of both."""
        return Degrees(*(one.merged(of_other) for one, of_other in zip(self, other, strict=True)))


def _fitted(name: str, amounts: Amounts, options: FitOptions) -> NumberColumn:
    """Return what to keep of one of the two numbers, which may be the same in all rows."""
    if amounts.least == amounts.most:
        return NumberColumn(name, amounts.least, 0.0, (), missing=False)
    return NumberColumn.fit_counted(name, amounts, options)


def _shown(degrees: AnyArray) -> str:
    return f"{degrees[0]:.6g}, {degrees[1]:.6g}"


def _may_be_places(cells: pa.ChunkedArray) -> bool:
    """Return whether a few cells look like places; plain numbers take one look at a handful."""
    few = [cell for cell in probes(cells, FIRST_LOOK) if cell]
    if few and all(cell.lstrip("+-").replace(".", "", 1).isdigit() for cell in few):
        return False
    return any(map(_looks_like_place, probes(cells)))


def _looks_like_place(text: str) -> bool:
    text = text.translate(KNOWN)
    for brackets in BRACKETS.values():
        text = re.sub(brackets, r"\1", text)
    return any(each.match(text) for each in _compiled())


@cache
def _compiled() -> list[re.Pattern[str]]:
    return [re.compile(spelling) for spelling in SPELLINGS]


class _Places(NamedTuple):
    """Latitudes and longitudes of texts, (m, 2); which are places; whether the longitude comes first."""

    degrees: AnyArray
    are_there: AnyArray
    longitude_first: bool


def _places(texts: Texts, known: Mapping[str, Any] | None) -> _Places:
    """Return texts as places, whichever way each is written."""
    values = texts.values
    for first, brackets in BRACKETS.items():
        if truths(pc.starts_with(values, first)).any():
            values = pc.replace_substring_regex(values, brackets, r"\1")
    degrees = np.full((len(values), 2), np.nan)
    swapped, settled = np.zeros((2, len(values)), bool)
    for spelling in SPELLINGS:
        left = np.isnan(degrees[:, 0])
        if not left.any():
            break
        angles, letters = _angles(values, spelling)
        new = left & ~np.isnan(angles[:, 0])
        degrees[new] = angles[new]
        turned = np.isin(letters[:, 0], ("E", "W")) | np.isin(letters[:, 1], ("N", "S"))
        swapped[new] = (turned | (spelling == WELL_KNOWN))[new]
        settled[new] = ((letters != "").any(axis=1) | (spelling == WELL_KNOWN))[new]
    degrees = np.where(swapped[:, np.newaxis], degrees[:, ::-1], degrees)
    other = np.where(settled[:, np.newaxis], degrees, degrees[:, ::-1])
    there, other_there = ((np.abs(each) <= MOST).all(axis=1) for each in (degrees, other))
    n, here, otherwise = (texts.counts[each].sum() for each in (~np.isnan(degrees[:, 0]), there, other_there))
    turns = here < ENOUGH * n and otherwise > here  # not for a mistake or two
    if turns if known is None else known.get("longitude_first"):
        return _Places(other, other_there, True)
    return _Places(degrees, there, False)


def _are_likely(texts: Texts, found: _Places) -> bool:
    """Return whether a column holds places: nearly all cells are, and many look like nothing else."""
    n, there = texts.counts.sum(), texts.counts[found.are_there].sum()
    if there < max(ENOUGH * n, 1):
        return False
    sure = truths(pc.match_substring_regex(texts.values, SURELY))
    return bool(texts.counts[found.are_there & sure].sum() >= SURE * there)


def _angles(values: pa.Array, spelling: str) -> tuple[AnyArray, AnyArray]:
    """Return the two angles of texts, NaN where they are none, and the letters beside them in capitals, "" for none."""
    matched = pc.extract_regex(values, spelling)
    parts = {field.name: part for field, part in zip(matched.type, matched.flatten(), strict=True)}
    angles = np.full((len(values), 2), np.nan)
    letters = np.full((len(values), 2), "", "U1")
    unmatched = truths(pc.is_null(parts["sign0"]))
    if unmatched.all():
        return angles, letters
    for k in range(2):
        minutes, seconds = (_amounts(parts.get(f"{part}{k}"), len(values)) for part in ("minutes", "seconds"))
        size = _amounts(parts[f"degrees{k}"], len(values)) + minutes / 60 + seconds / 3600
        size[(minutes >= 60) | (seconds >= 60)] = np.nan
        backward = truths(pc.match_substring_regex(parts[f"sign{k}"], "-"))
        if f"letter{k}" in parts:
            letter = pc.utf8_upper(parts[f"letter{k}"])
            for each in "NSEW":
                letters[truths(pc.equal(letter, text_cell(each, letter.type))), k] = each
        angles[:, k] = np.where(backward | np.isin(letters[:, k], ("S", "W")), -size, size)
    clash = np.isin(letters, ("N", "S")).all(axis=1) | np.isin(letters, ("E", "W")).all(axis=1)
    angles[clash | unmatched] = np.nan
    return angles, letters


def _amounts(text: pa.Array | None, m: int) -> AnyArray:
    """Return numbers of text, 0 where there are none."""
    if text is None:
        return np.zeros(m)
    plain = pc.replace_substring_regex(pc.replace_substring(text, ",", "."), "^$", "0")
    return np.nan_to_num(cell_values(pa.chunked_array([plain.cast(pa.float64())])))


def _well_known(found: _Places, texts: Texts) -> pa.ChunkedArray:
    """Return cells as well-known text, which holds places exactly; those that are none are missing."""
    there, kind = texts.cells(found.are_there, False), pa.large_string()
    north, east = (float_array(texts.cells(values, 0), there).cast(kind) for values in found.degrees.T)
    begin, blank, end, nothing = (text_cell(each, kind) for each in ("POINT (", " ", ")", ""))
    return pc.binary_join_element_wise(begin, east, blank, north, end, nothing)


def degrees_of(cells: pa.ChunkedArray) -> AnyArray:
    """Return cells that are well-known text as latitudes and longitudes, (m, 2), NaN where they are missing."""
    degrees = np.full((len(cells), 2), np.nan)
    if cells.null_count < len(cells):
        bare = pc.utf8_slice_codeunits(decoded(cells).drop_null(), len("POINT ("), -1)
        parts = pc.list_flatten(pc.split_pattern(bare, " "))
        degrees[cell_values(pc.is_valid(cells))] = cell_values(parts.cast(pa.float64())).reshape(-1, 2)[:, ::-1]
    return degrees
