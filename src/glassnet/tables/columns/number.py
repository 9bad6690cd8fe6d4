"""Numbers (and truth values, times of day, durations): missing ones filled with the median, all scaled and binned.

A scaled number z becomes z / sqrt(1 + (z / 3)²): nearly z around 0, never beyond ±3. Bins are further features: each
rises from 0 to its maximum while the number passes through it (piecewise-linear encoding, Gorishniy et al. 2022, arXiv
2203.05556), so that one layer of weights can fit any piecewise-linear curve.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any, ClassVar, Self

import numpy as np

from glassnet.arrays.coded_columns import Block, Numbers, OneHot, Steps
from glassnet.documents import RISING, TRUTH, Kind, number
from glassnet.errors import DataError
from glassnet.tables.arrow import pa, pc
from glassnet.tables.cells import cell_values, decoded, is_text
from glassnet.tables.columns.amounts import Amounts, median, quantiles
from glassnet.tables.columns.column import Column, FitOptions, Novelty, Part, RawColumn, UninformativeColumn, outside
from glassnet.tables.spelling.date_candidates import may_be
from glassnet.tables.spelling.missing import clean
from glassnet.tables.spelling.numbers import FORMATS, read_numbers
from glassnet.tables.spelling.sentinels import without_sentinels
from glassnet.tables.spelling.spelled import Spelled
from glassnet.tables.spelling.times import DURATION_FORMATS, looks_like_duration, read_durations

CLIP = 3.0  # interquartile ranges that a scaled number stays within
FARTHEST = 1e6  # of a number that is not clipped: its square is still a float32
FULL = 0.5  # of a bin; measured: at 1 the bins outweigh what is linear
TINY, LARGEST = np.finfo(float).tiny, np.finfo(float).max
EDGES = Kind(
    f"{RISING.words}, none or at least two, whose range is a float",
    lambda edges: RISING.holds(edges) and len(edges) != 1 and (not edges or math.isfinite(edges[-1] - edges[0])),
)
SECONDS = {"s": 1.0, "ms": 1e3, "us": 1e6, "ns": 1e9}  # ticks in a second


@dataclass(frozen=True)
class NumberColumn(Column):
    """What training rows said about a column of numbers.

    Parameters
    ----------
    name : str
        The column.
    median : float
        Median of the cells that are not missing: it replaces missing ones, and is the zero of the scale.
    spread : float
        The interquartile range, which is the unit of the scale; half the range where the quartiles are equal, 0 where
        all cells are: then only `missing` is a feature.
    edges : tuple of float
        Where bins begin and end; none if there are no bins.
    missing : bool
        Cells were missing in training: one more feature says where.
    clipped : bool
        Whether the scaled number stays within ±3; False for linear models, which extend beyond the training rows.
    """

    kind, words, n_binned = "number", "numbers", 1
    formats: ClassVar[Mapping[str, Kind]] = {**FORMATS, **DURATION_FORMATS}
    known_facts: ClassVar = {"least": number(), "most": number()}
    entries: ClassVar = {
        "median": number(), "spread": number(0), "edges": EDGES, "missing": TRUTH, "clipped": TRUTH,
    }  # fmt: skip
    later: ClassVar = ("clipped",)

    median: float
    spread: float
    edges: tuple[float, ...]
    missing: bool
    clipped: bool = field(default=True, kw_only=True)

    @classmethod
    def read(cls, raw: RawColumn) -> Spelled | None:
        if pa.types.is_dictionary(raw.cells.type) and not raw.asked:
            return None
        cells, types = decoded(raw.cells), pa.types
        if is_text(cells.type):
            lasting = _durations(raw)
            if lasting is not None:
                return lasting
            marks = (*raw.missing, *(raw.format or {}).get("missing", ()))
            return read_numbers(clean(cells, marks), raw.format, asked=raw.asked, around=raw.around)
        usable = (types.is_null, types.is_boolean, types.is_integer, types.is_floating, types.is_decimal, types.is_time)
        if types.is_duration(cells.type) or any(is_usable(cells.type) for is_usable in usable):
            known = raw.format
            return without_sentinels(Spelled(cells, known or {}), None if known is None else known.get("sentinels", ()))
        return None

    @classmethod
    def counted(cls, name: str, cells: pa.ChunkedArray, part: Part | None = None) -> Any:
        return Amounts.of(numbers(cells, name), part)

    @classmethod
    def fit_counted(cls, name: str, counted: Any, options: FitOptions) -> Self:
        least, most = counted.least, counted.most
        if counted.rows == counted.lost:
            raise UninformativeColumn("holds no value")
        if least == most and not counted.lost:
            raise UninformativeColumn(f"holds only the value {least:g}")
        values, counts = counted.distinct()
        quarter, three_quarters = quantiles(values, counts, [0.25, 0.75])
        half = three_quarters / 2 - quarter / 2 or most / 4 - least / 4 or most - least  # parts of 5e-324 are 0
        edges = _edges(values, counts, options.bins) if options.bins else ()
        return cls(name, median(values, counts), min(2 * float(half), LARGEST), edges, counted.lost > 0)

    def unclipped(self) -> NumberColumn:
        """Return the column for linear models: numbers as they are, neither clipped nor binned."""
        return replace(self, edges=(), clipped=False)

    def to_document(self) -> dict[str, Any]:
        document = super().to_document()
        if self.clipped:
            del document["clipped"]
        return document

    @property
    def features(self) -> list[str]:
        """Names of the features that the column becomes."""
        bins = [f"{self.name} {low} to {high}" for low, high in pairwise(map(self.edge_text, self.edges))]
        return [self.name] * (self.spread > 0) + bins + [f"{self.name}=(missing)"] * self.missing

    def edge_text(self, edge: float) -> str:
        """Return an edge of bins as names of features show it."""
        return f"{edge:.4g}"

    @property
    def width(self) -> int:
        return (self.spread > 0) + max(len(self.edges) - 1, 0) + self.missing

    @staticmethod
    def amounts(cells: pa.ChunkedArray) -> np.ndarray:
        """Return cells as numbers, NaN where they are missing."""
        return numbers(cells, "")

    @classmethod
    def amount_text(cls, amount: float) -> str:
        """Return one of them as it is shown."""
        return f"{amount:.6g}"

    @classmethod
    def describe(cls, cells: pa.ChunkedArray) -> str:
        if pa.types.is_boolean(cells.type):
            return "true, false"
        if pa.types.is_floating(cells.type):  # what is infinite is refused where it is used, with its row
            cells = cells.filter(pc.is_finite(cells))
        if cells.null_count == len(cells):
            return ""
        amounts = cls.amounts(cells)
        return f"{cls.amount_text(float(np.nanmin(amounts)))} to {cls.amount_text(float(np.nanmax(amounts)))}"

    def facts_of(self, counted: Any) -> dict[str, Any]:
        ends = {"least": counted.least, "most": counted.most}
        return super().facts_of(counted) | (ends if counted.lost < counted.rows else {})

    def novelties(self, cells: pa.ChunkedArray, unreadable: int = 0) -> list[Novelty]:
        return [*super().novelties(cells, unreadable), *outside(self.amounts(cells), self.facts, self.amount_text)]

    def encode(self, cells: pa.ChunkedArray, dtype: Any, targets: np.ndarray | None = None) -> list[Block]:
        values = numbers(cells, self.name)
        lost = np.isnan(values)
        values = np.where(lost, self.median, values)
        blocks: list[Block] = []
        with np.errstate(over="ignore"):  # an overflow ends at the limit of scale or bin
            if self.spread > 0:
                z = (values / 2 - self.median / 2) / (self.spread / 2)  # halves, since a difference may overflow
                if self.clipped:
                    scaled = np.sign(z) / np.sqrt(1 / np.maximum(z * z, TINY) + 1 / CLIP**2)
                else:
                    scaled = z.clip(-FARTHEST, FARTHEST)
                blocks.append(Numbers(scaled.astype(dtype)[:, np.newaxis]))
            if self.edges:
                low, high = np.array(self.edges[:-1]), np.array(self.edges[1:])
                step = np.searchsorted(high[:-1], values, side="right")
                part = FULL * ((values - low[step]) / (high - low)[step]).clip(0, 1)
                blocks.append(Steps(step, part.astype(dtype), len(low), FULL))
        if self.missing:
            blocks.append(OneHot(lost.astype(np.int8) - 1, 1))
        return blocks


def _durations(raw: RawColumn) -> Spelled | None:
    """Return text that says how long something takes as a number of seconds; None for other text."""
    cells = decoded(raw.cells)
    if raw.format is None and not may_be(cells, looks_like_duration):
        return None
    if raw.format is not None and "duration" not in raw.format:
        return None
    return read_durations(clean(cells, raw.missing), raw.format, asked=raw.format is not None, name=raw.name)


def _edges(values: np.ndarray, counts: np.ndarray, bins: int) -> tuple[float, ...]:
    """Return the edges of about as many bins: every value that would fill a bin alone, quantiles of the others."""
    often = counts > counts.sum() / bins
    levels = np.linspace(0, 1, max(bins - often.sum(), 2) + 1)
    between = quantiles(values[~often], counts[~often], levels) if not often.all() else []
    edges = np.unique(np.concatenate([values[often], between]))
    return tuple(map(float, edges)) if len(edges) > 2 and np.isfinite(edges[-1] - edges[0]) else ()


def numbers(column: pa.ChunkedArray, name: str) -> np.ndarray:
    """Return a column as numbers."""
    values = _floats(column)
    if np.isinf(values).any():
        row = int(np.flatnonzero(np.isinf(values))[0])
        raise DataError(f"column {name!r}, row {row + 1}: {values[row]} is not a finite number")
    return values


def _floats(column: pa.ChunkedArray) -> np.ndarray:
    types, kind = pa.types, column.type
    if types.is_null(kind):
        return np.full(len(column), np.nan)
    if types.is_time(kind) or types.is_duration(kind):
        ticks = column.cast(pa.int32() if types.is_time32(kind) else pa.int64())
        return _floats(ticks) / SECONDS[kind.unit]
    if types.is_boolean(kind):
        column = column.cast(pa.int8())
    return cell_values(column.cast(pa.float64(), safe=False))  # unsafe: whole numbers above 2**53 are rounded
