"""Numbers and truth values in text: how a whole column writes them, and what its cells are then."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, NamedTuple

import numpy as np

from glassnet.documents import TEXT, TEXTS, TRUTH, Kind, listed, number, one_of
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, missing_cell, truth_array, truths
from glassnet.tables.spelling.characters import in_ascii
from glassnet.tables.spelling.grouping import EITHER, Grouping, grouping_of
from glassnet.tables.spelling.number_parts import (
    SHAPES,
    Parsed,
    Parts,
    are_feet,
    are_fractions,
    are_numbers,
    parsed,
    plain_numbers,
    shaped,
)
from glassnet.tables.spelling.sentinels import without_sentinels
from glassnet.tables.spelling.spelled import PROBED_CELLS, Spelled, cast_or_none
from glassnet.tables.spelling.surroundings import NO_SURROUNDINGS, Surroundings
from glassnet.tables.spelling.units import MOSTLY, Units, is_currency, units_of
from glassnet.typing import AnyArray

FORMATS: Mapping[str, Kind] = {
    "decimal": one_of(","), "thousands": one_of(*",. '_"), "unit": TEXT, "scaled": TRUTH, "bare": number(),
    "shape": one_of(*SHAPES), "sentinels": listed(number()), "missing": TEXTS,
}  # what `format` may hold  # fmt: skip
NOT_PLAIN = {"decimal", "thousands", "bare", "shape"}  # of a format that reads 1.5 as something else
NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"  # as programs write it
SIMPLE = r"^[-+]?\p{Sc}?\s?\d[\d.,' ]*\s?[%\p{Sc}]?$"  # with little beside it
UNSURE = "is its decimal sign, say --decimal"  # in a remark
LEAST_SHARE = 0.5  # of the cells, below which a column is looked at no further
FEW_BOUNDS = 0.2  # share of cells such as <5 up to which they are read as their bound
RECURS = 3  # cells with one word: it is no slip


class _Column(NamedTuple):
    """The distinct texts of a column, how many cells hold each, and which of them the cells of each chunk hold."""

    values: pa.Array
    counts: AnyArray
    chunks: list[pa.Array]

    @classmethod
    def of(cls, text: pa.ChunkedArray) -> _Column:
        encoded = text.dictionary_encode().unify_dictionaries()
        chunks = [chunk.indices for chunk in encoded.chunks]
        values = encoded.chunk(0).dictionary
        counts = np.zeros(len(values), np.intp)
        for chunk in chunks:
            indices = cell_values(chunk.drop_null())
            counts += np.bincount(indices, minlength=len(values))
        return cls(values, counts, chunks)

    def spread(self, values: pa.Array) -> pa.ChunkedArray:
        """Return what stands for each text in every cell."""
        return pa.chunked_array([values.take(chunk) for chunk in self.chunks], values.type)

    def rows(self, chosen: AnyArray) -> AnyArray:
        """Return the positions of the cells that hold one of the chosen texts."""
        cells = self.spread(truth_array(chosen))
        return np.flatnonzero(truths(cells))


def read_numbers(
    text: pa.ChunkedArray, known: Mapping[str, Any] | None = None, *, asked: bool = False,
    around: Surroundings = NO_SURROUNDINGS,
) -> Spelled | None:  # fmt: skip
    """Return cleaned text as numbers or truth values.

    Parameters
    ----------
    text : pyarrow.ChunkedArray of text
        Missing cells are null, blanks around cells are gone.
    known : mapping, optional
        How the cells are to be read, as an earlier call returned it.
    asked : bool
        Whether the column is known to hold numbers: then every other cell is unreadable. Otherwise cells that are no
        numbers make the column something else, unless they are few.
    around : Surroundings
        What the other columns of the file say.

    Returns
    -------
    Spelled or None
        None where the column holds something else.
    """
    if text.null_count == len(text):
        return Spelled(text.cast(pa.float64())) if asked else None
    if known is not None:
        return _read_as(text, known, asked)
    plain = plain_numbers(text)
    if plain is not None:
        sign = "." if asked or not _may_be_thousands(text) else _sign_of_points(text, around)
        if sign != "," and (asked or not (_are_whole(plain) and _is_code(text))):
            unsure = () if sign else (_unsure(text),)
            finite = _finite(plain)
            return without_sentinels(replace(finite, remarks=(*unsure, *finite.remarks)))
    elif not asked:
        truth = _truth_values(text)
        if truth is not None:
            return truth
    found = _found(text, asked, around)
    return found and without_sentinels(found)


def _read_as(text: pa.ChunkedArray, known: Mapping[str, Any], asked: bool) -> Spelled | None:
    """Return cells read as a format says."""
    sentinels = known.get("sentinels", ())
    plain = None if known.keys() & NOT_PLAIN else plain_numbers(text)
    if plain is not None:
        return without_sentinels(Spelled(_finite(plain).cells, known), sentinels)
    truth = None if known else _truth_values(text)
    if truth is not None:
        return truth
    column = _Column.of(text)
    read = parsed(in_ascii(column.values), known)
    if read.bad.all() and not asked:
        return None
    finite = _finite(column.spread(read.numbers))
    return without_sentinels(Spelled(finite.cells, known, unreadable=column.rows(read.bad)), sentinels)


def _finite(numbers: pa.ChunkedArray) -> Spelled:
    """Return numbers, infinite ones missing."""
    if not pa.types.is_floating(numbers.type):
        return Spelled(numbers)
    if np.isfinite(cell_values(numbers)).sum() == len(numbers) - numbers.null_count:
        return Spelled(numbers)
    n = int(pc.sum(pc.is_inf(numbers)).as_py() or 0)
    remark = f"is infinite in {n:,} cell{'s' * (n > 1)}: missing there"
    cells = pc.if_else(pc.is_finite(numbers), numbers, missing_cell(numbers.type))
    return Spelled(cells, remarks=(remark,) * (n > 0))


def _truth_values(text: pa.ChunkedArray) -> Spelled | None:
    read = cast_or_none(text, pa.bool_())
    return None if read is None else Spelled(read)


def _are_whole(numbers: pa.ChunkedArray) -> bool:
    if pa.types.is_integer(numbers.type):
        return True
    values = cell_values(numbers)
    return not (np.isfinite(values) & (values != np.floor(values))).any()


def _is_code(text: pa.ChunkedArray | pa.Array) -> bool:
    """Return whether (nearly all) cells are digits with leading zeros to one length, as postal codes are."""
    if not truths(pc.match_substring_regex(text, r"^0\d+$")).any():
        return False
    digits = text.filter(pc.match_substring_regex(text, r"^\d+$"))
    if len(digits) < MOSTLY * (len(text) - text.null_count):
        return False
    lengths = pc.min_max(pc.binary_length(digits))
    one_length = lengths["min"].as_py() == lengths["max"].as_py()
    return bool(one_length or truths(pc.starts_with(digits, "0")).mean() > 0.5)


def _may_be_thousands(text: pa.ChunkedArray) -> bool:
    """Return whether all points of a column of plain numbers may stand between thousands."""
    first = text.slice(0, PROBED_CELLS).to_pylist()  # mostly these say no
    if any(cell and not re.fullmatch(EITHER, cell.lstrip("+-")) for cell in first):
        return False
    values = text.drop_null()
    if not truths(pc.match_substring(values, ".")).any():
        return False
    return bool(truths(pc.match_substring_regex(pc.utf8_ltrim(values, "+-"), EITHER)).all())


def _sign_of_points(text: pa.ChunkedArray, around: Surroundings) -> str:
    """Return the decimal sign of plain numbers whose points may stand between thousands; "" where nothing says it."""
    known = around.decimal()
    if known:
        return known
    is_bare = truths(pc.invert(pc.match_substring(text.drop_null(), ".")))
    return "," if around.separator == ";" or is_bare.any() else ""


def _unsure(text: pa.ChunkedArray) -> str:
    shown = pc.min_max(text)["max"].as_py()
    return f"is written like {shown!r:.40}: read as {float(shown):.15g} (if ',' {UNSURE} ',')"


def _found(text: pa.ChunkedArray, asked: bool, around: Surroundings) -> Spelled | None:
    """Return the numbers of a column whose way of writing them is to be found; None where it holds none."""
    column = _Column.of(text)
    values, counts = in_ascii(column.values), column.counts
    known, remarks, read = _way_of_writing(values, counts, asked, around) or ({}, [], None)
    if read is None:
        return None
    bad = read.bad
    if bad.any() and not asked:
        if not _is_dirt(values, counts, bad, read.numbers):
            return None
        often = bad & (counts >= RECURS) & (counts >= 0.01 * counts.sum())
        words = {column.values[int(k)].as_py(): int(counts[k]) for k in np.flatnonzero(often)}
        known = {**known, **({"missing": sorted(words)} if words else {})}
        for word, n in words.items():
            remarks.append(f"says {word!r:.40} in {n:,} cells ({n / counts.sum():.1%}): missing there, which is marked")
        bad = bad & ~often
    finite = _finite(column.spread(read.numbers))
    return Spelled(finite.cells, known, (*remarks, *finite.remarks), column.rows(bad))


def _way_of_writing(
    values: pa.Array, counts: AnyArray, asked: bool, around: Surroundings
) -> tuple[dict[str, Any], list[str], Parsed] | None:
    """Return how most cells write numbers, what to say about it, and the numbers; None for something else."""
    total = int(counts.sum())
    if are_fractions(values, counts):
        return _as_shape(values, counts, "fraction")
    if are_feet(values, counts):
        return _as_shape(values, counts, "feet")
    share = counts[are_numbers(values)].sum() / total
    if not share or not (asked or share >= LEAST_SHARE):
        return None
    parts = Parts.of(values)
    kept, matched = truth_array(parts.matched), parts.matched
    units = units_of(_weights(parts.fields["after"].filter(kept), counts[matched]), total, parts.has("before").any())
    bounds = parts.has("bound", "more")
    if not asked and (units is None or _are_ranges(parts, counts) or _is_code(values)):
        return None
    units = units or Units()
    fraction = bool(units.unit == "%" or parts.has("exponent").any())
    grouping = grouping_of(parts.fields["digits"].filter(kept), counts[matched], around, fraction)
    known: dict[str, Any] = {
        "decimal": grouping.decimal.strip("."), "thousands": grouping.thousands, "unit": units.unit,
        "scaled": units.scaled,
    }  # fmt: skip
    known = {name: value for name, value in known.items() if value}
    read = parsed(values, known, parts)
    if units.unit == "%" and _are_shares(read.values, parts.has("after"), read.bad):
        known["bare"] = 100.0
        read = parsed(values, known, parts)
    if read.bad.all():
        return None
    remarks = _remarks(values, counts, known, grouping, read)
    for chosen, how in (
        (bounds, "such as '<5' or '5+', read as the number without the sign"),
        (parts.has("note"), "with a mark behind the number, such as '5*' or '5[1]', which is left out"),
        (parts.has("open", "open2"), "in brackets, read as negative numbers"),
    ):
        n = int(counts[chosen & ~read.bad].sum())
        if n:
            remarks.append(f"has {n:,} cell{'s' * (n > 1)} {how}")
    currencies = _currencies(parts, counts)
    if len(currencies) > 1:
        remarks.append(f"is in several currencies ({', '.join(currencies[:5])}): the amounts are read as they stand")
    return known, remarks, read


def _currencies(parts: Parts, counts: AnyArray) -> list[str]:
    """Return the currencies before or behind numbers, but for rare ones."""
    matched = truth_array(parts.matched)
    found: dict[str, int] = {}
    for name in ("before", "after"):
        for text, n in _weights(parts.fields[name].filter(matched), counts[parts.matched]).items():
            if text and (name == "before" or is_currency(text)):
                found[text] = found.get(text, 0) + n
    return sorted(text for text, n in found.items() if n >= 0.01 * counts.sum())


def _are_ranges(parts: Parts, counts: AnyArray) -> bool:
    """Return whether cells such as <5 and 5+ are too many to be read as numbers; all may be of the second kind."""
    total = counts.sum()
    below, above = (counts[parts.has(name)].sum() / total for name in ("bound", "more"))
    return bool(below > FEW_BOUNDS or FEW_BOUNDS < above < MOSTLY)


def _as_shape(values: pa.Array, counts: AnyArray, shape: str) -> tuple[dict[str, Any], list[str], Parsed]:
    read = shaped(values, shape)
    return {"shape": shape}, [_example(values, counts, read)], read


def _weights(values: pa.Array, counts: AnyArray) -> dict[str, int]:
    """Return how many cells have each text."""
    encoded = values.dictionary_encode()
    indices = cell_values(encoded.indices)
    sums = np.bincount(indices, counts, minlength=len(encoded.dictionary))
    found: dict[str, int] = {}
    for text, n in zip(encoded.dictionary.to_pylist(), sums, strict=True):
        found[text.strip()] = found.get(text.strip(), 0) + int(n)
    return found


def _are_shares(numbers: AnyArray, signed: AnyArray, bad: AnyArray) -> bool:
    """Return whether numbers without a percent sign are shares of 1 beside others with one."""
    bare, others = ~signed & ~bad, signed & ~bad
    return bool(bare.any() and (np.abs(numbers[bare]) <= 1).all() and np.median(np.abs(numbers[others])) > 1)


def _is_dirt(values: pa.Array, counts: AnyArray, bad: AnyArray, numbers: pa.Array) -> bool:
    """Return whether the cells that are no numbers are slips or a word among numbers, not categories beside them."""
    total, lost, words = int(counts.sum()), int(counts[bad].sum()), int(bad.sum())
    different = len(pc.unique(numbers.drop_null()))
    codes = bad & truths(pc.match_substring_regex(values, r"\d")) & ((counts >= RECURS) | _of_one_shape(values, bad))
    if counts[codes].sum() > 0.005 * total:  # such as V57 among diagnoses
        return False
    share = lost / total
    if different < 10:
        return (lost == 1 and (total > 10 or different > 7)) or share <= 0.02
    return share <= 0.1 or (share <= 0.3 and words <= 3 and different >= 10 * words)


def _of_one_shape(values: pa.Array, bad: AnyArray) -> AnyArray:
    """Return which of the texts that are no numbers are letters and digits in the same order as several others."""
    code = bad & truths(pc.match_substring_regex(values, r"^\pL"))
    shapes = pc.replace_substring_regex(pc.replace_substring_regex(values, r"\pL", "a"), r"\d", "9")
    counts = _weights(shapes, code.astype(np.intp))
    often = {shape for shape, n in counts.items() if n >= RECURS}
    return code & np.isin(shapes.to_pylist() if often else np.zeros(len(values), str), list(often))


def _example(values: pa.Array, counts: AnyArray, read: Parsed, chosen: AnyArray | None = None) -> str:
    """Return the end of a sentence that shows how a cell was read: a long and frequent one."""
    lengths = np.minimum(cell_values(pc.utf8_length(values)), 12)
    usable = ~read.bad if chosen is None else chosen & ~read.bad
    k = int(np.lexsort((-counts, np.where(usable, -lengths, 1)))[0])
    value = read.numbers[k].as_py()
    return f"is written like {values[k].as_py()!r:.40}: read as {value if type(value) is int else f'{value:.15g}'}"


def _remarks(
    values: pa.Array, counts: AnyArray, known: Mapping[str, Any], grouping: Grouping, read: Parsed
) -> list[str]:
    """Return what a user should know about how numbers were read."""
    decorated = ~truths(pc.match_substring_regex(values, f"^{NUMBER}$")) & ~read.bad
    if not (decorated.any() or known or grouping.unsure):
        return []
    remark = _example(values, counts, read, decorated if decorated.any() else None)
    if known.get("decimal"):
        remark += f", with {known['decimal']!r} as the decimal sign"
    if grouping.unsure:
        remark += f" (if {grouping.other!r} {UNSURE} {grouping.other!r})"
    remarks = [remark]
    if "bare" in known:
        remarks.append("has cells with and without '%': 0.05 is read as 5%")
    return remarks


def not_numbers(text: pa.ChunkedArray) -> str:
    """Return a remark if a column of text that is used as categories nearly spells numbers."""
    values = text.drop_null()
    if not len(values):
        return ""
    if _is_code(values):
        return "is written with leading zeros, as codes are: used as categories (--number reads it as numbers)"
    are_numbers = pc.match_substring_regex(values, SIMPLE)
    share = float(truths(are_numbers).mean())
    if not LEAST_SHARE < share < 1:
        return ""
    odd = pc.unique(values.filter(pc.invert(are_numbers)))[:3].to_pylist()
    return (
        f"is used as categories although {share:.1%} of its cells are numbers; others are "
        f"{', '.join(f'{cell!r:.40}' for cell in odd)} (--number makes these missing)"
    )
