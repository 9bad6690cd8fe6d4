"""Measured fits, read from lines, and how models are compared: by means, ratios, times.

Two models are compared on the seeds that both were measured with. An error below .02 counts as .02 in every mean and
ratio: of 100 rows it would be a matter of one or two.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

from table_data import TABLES

FLOOR = 0.02
Row = dict[str, Any]


def read(paths: Iterable[Path]) -> list[Row]:
    """Return the measured fits of some files; of equal ones (model, table, seed, cores) the last counts."""
    found: dict[tuple[Any, ...], Row] = {}
    for row in _lines(paths):
        if "error" in row:
            key = (row["who"], row["table"], row["seed"], row["cores"])
            found.pop(key, None)
            found[key] = row
    return list(found.values())


def machines(paths: Iterable[Path]) -> list[Row]:
    """Return what the fits ran on, each machine once; the load before is no part of it."""
    found = [
        {k: v for k, v in row["machine"].items() if k != "load before"} for row in _lines(paths) if "machine" in row
    ]
    return [row for i, row in enumerate(found) if row not in found[:i]]


def _lines(paths: Iterable[Path]) -> Iterable[Row]:
    for path in paths:
        for line in path.read_text("utf-8").splitlines():
            with suppress(ValueError):  # a line that was cut when its writer was ended
                yield json.loads(line)


class Results:
    """Measured fits by model and table."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.of: dict[tuple[str, str], list[Row]] = {}
        for row in rows:
            self.of.setdefault((row["who"], row["table"]), []).append(row)
        fits_on = Counter(row["cores"] for fits in self.of.values() for row in fits)
        self.cores = max(fits_on, key=lambda cores: (fits_on[cores], cores), default=1)

    def who(self, names: Iterable[str]) -> list[str]:
        """Return which of these models were measured at all."""
        return [name for name in names if any(name == who for who, _ in self.of)]

    def mean(self, who: str, table: str, key: str, seeds: Iterable[int] | None = None) -> float | None:
        """Return the mean of a number over the seeds, of fits on as many cores as most had; else None."""
        fits = self.of.get((who, table), [])
        fits = [row for row in fits if row["cores"] == self.cores] or fits
        values = [row[key] for row in fits if key in row and (seeds is None or row["seed"] in seeds)]
        return float(np.mean(values)) if values else None

    def common(self, models: Sequence[str], table: str) -> set[int]:
        """Return the seeds that all these models were measured with."""
        return set.intersection(*({row["seed"] for row in self.of.get((who, table), [])} for who in models))

    def error(self, who: str, table: str, seeds: Iterable[int] | None = None, key: str = "error") -> float | None:
        """Return the mean error (or log loss), at least FLOOR."""
        found = self.mean(who, table, key, seeds)
        return None if found is None else max(found, FLOOR)

    def ratio(self, who: str, others: Sequence[str], table: str, key: str = "error") -> float | None:
        """Return a model's error (or log loss) over that of the best of others."""
        seeds = self.common([who, *others], table)
        found = [self.error(name, table, seeds, key) for name in (who, *others)]
        measured = [value for value in found if value is not None]
        return measured[0] / min(measured[1:]) if len(measured) == len(found) else None

    def ratios(
        self, who: str, others: Sequence[str], tables: Iterable[str] = TABLES, key: str = "error"
    ) -> dict[str, float]:
        """Return these ratios on all tables where all took part."""
        found = {table: self.ratio(who, others, table, key) for table in tables}
        return {table: ratio for table, ratio in found.items() if ratio is not None}

    def seconds(self, who: str, least_rows: int = 0) -> dict[str, float]:
        """Return the mean seconds on each table, of fits on as many cores as most had."""
        found = {}
        for table in TABLES:
            fits = [row for row in self.of.get((who, table), []) if row["cores"] == self.cores]
            if fits and fits[0]["rows"] >= least_rows:
                found[table] = float(np.mean([row["seconds"] for row in fits]))
        return found

    def times(self, who: str, other: str, least_rows: int = 0) -> dict[str, float]:
        """Return a model's seconds over another's, of fits with equal seeds on as many cores, the most there are."""
        found = {}
        for table in TABLES:
            mine, theirs = ({(row["cores"], row["seed"]): row["seconds"] for row in self.of.get((name, table), [])
                             if row["rows"] >= least_rows} for name in (who, other))  # fmt: skip
            both = mine.keys() & theirs.keys()
            on_most = [key for key in both if key[0] == max(both)[0]]
            if both:
                found[table] = sum(mine[key] for key in on_most) / sum(theirs[key] for key in on_most)
        return found


def geometric_mean(values: Iterable[float | None]) -> float | None:
    """Return the geometric mean of those that were measured."""
    known = [value for value in values if value is not None]
    return float(np.exp(np.mean(np.log(known)))) if known else None


def standard_error(values: Iterable[float]) -> float | None:
    """Return the standard error of a geometric mean over tables: of the mean of the logarithms, times the mean."""
    logs = np.log(list(values))
    return float(np.exp(logs.mean()) * logs.std(ddof=1) / np.sqrt(len(logs))) if len(logs) > 1 else None


def largest(values: dict[str, float]) -> float | None:
    """Return the largest of the values."""
    return max(values.values(), default=None)


def number(value: float | None, digits: int = 3) -> str:
    """Return a number as a cell; "-" where it was not measured."""
    return "-" if value is None else f"{value:.{digits}f}"


def over(ratios: Iterable[float]) -> str:
    """Return the geometric mean of ratios, and its standard error over tables."""
    values = list(ratios)
    spread = f" ± {number(standard_error(values))}" if len(values) > 1 else ""
    return number(geometric_mean(values)) + spread
