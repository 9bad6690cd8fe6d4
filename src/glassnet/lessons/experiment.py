"""What an experiment is, and what it finds: numbers with their bounds, tables and pictures as plain data."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from glassnet.text_table import fitted, folded

SIZES = ("full", "small")
WIDTH = 80  # cells of a terminal's line


@dataclass(frozen=True)
class Finding:
    """One number of a claim, measured once for each seed, and the bounds that it must keep.

    Parameters
    ----------
    text : str
        What was measured.
    values : tuple of float
        One for each seed.
    at_least, at_most : float
        The bounds, ends included; NaN keeps none.
    share : float
        Of the seeds that must keep them: 1.0 is every one.
    """

    text: str
    values: tuple[float, ...]
    at_least: float = -math.inf
    at_most: float = math.inf
    share: float = 1.0

    @property
    def kept(self) -> int:
        """Seeds whose value is within the bounds."""
        return sum(self.at_least <= value <= self.at_most for value in self.values)

    @property
    def held(self) -> bool:
        """Whether enough seeds are."""
        return len(self.values) > 0 and self.kept >= self.share * len(self.values)

    @property
    def mean(self) -> float:
        """Mean over the seeds."""
        return float(np.mean(self.values))

    @property
    def bounds(self) -> str:
        """The bounds in words: "at least 0.85"."""
        if math.isinf(self.at_most):
            return f"at least {self.at_least:g}"
        return f"at most {self.at_most:g}" if math.isinf(self.at_least) else f"{self.at_least:g} to {self.at_most:g}"


class Table(NamedTuple):
    """Numbers side by side.

    Parameters
    ----------
    title : str
        What they are.
    head : sequence of str
        Of each column.
    rows : sequence of sequence
        Of cells: text or numbers.
    """

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[Any]]

    def __str__(self) -> str:
        rows = [[cell_text(cell) for cell in row] for row in self.rows]
        numeric = {name for k, name in enumerate(self.head) if not any(isinstance(row[k], str) for row in self.rows)}
        return "\n".join([*folded(self.title, WIDTH), fitted([list(self.head), *rows], numeric, WIDTH)])


class Picture(NamedTuple):
    """What is to be drawn.

    Parameters
    ----------
    kind : str
        In the table `KINDS` of `glassnet.plots.of_experiments`.
    title : str
        Of the picture.
    data : mapping of str
        The function's arguments by name.
    """

    kind: str
    title: str
    data: Mapping[str, Any]


class Evidence(NamedTuple):
    """What the function of an experiment returns.

    Parameters
    ----------
    findings : sequence of Finding
        The numbers on which the claim stands.
    tables, pictures, notes : sequence of Table, Picture, str
        What else there is to see.
    said : str
        What was found, in one sentence with its most telling numbers; it is true whether or not the claim held.
    """

    findings: Sequence[Finding]
    tables: Sequence[Table] = ()
    pictures: Sequence[Picture] = ()
    notes: Sequence[str] = ()
    said: str = ""


class Experiment(NamedTuple):
    """One entry of the table of experiments.

    Parameters
    ----------
    title, claim : str
        What it is about, and the sentence that is put to the test.
    function : callable
        ``function(seeds, **options)`` returns the `Evidence`; its own defaults are the full size.
    n_seeds : tuple of int
        Number of seeds of a full run, and of a small one.
    small : mapping
        The options of a run of a second or two.
    needs_data : str
        Which files the experiment is given by the option "data"; "" where it needs none.
    """

    title: str
    claim: str
    function: Callable[..., Evidence]
    n_seeds: tuple[int, int] = (5, 3)
    small: Mapping[str, Any] = {}
    needs_data: str = ""


def cell_text(cell: Any) -> str:
    """Write a cell: text and whole numbers as they are, other numbers with four digits."""
    return str(cell) if isinstance(cell, str | bool | int | np.integer) else f"{cell:.4g}"


def middle(values: Any) -> tuple[np.ndarray, tuple[np.ndarray, np.ndarray]]:
    """Return the mean over the last axis, which counts seeds, and the smallest and largest: a line with its band."""
    values = np.asarray(values, float)
    return values.mean(axis=-1), (values.min(axis=-1), values.max(axis=-1))


def mean_and_range(values: np.ndarray) -> tuple[float, float, float]:
    """Return the mean, the smallest and the largest value: three cells of a table's row."""
    return values.mean(), values.min(), values.max()


def curves(title: str, values: Mapping[str, np.ndarray], *, first: int = 1, most: int = 200, **labels: Any) -> Picture:
    """Return the picture of curves (steps, seeds) by name, of at most about `most` points; steps count from `first`."""
    series = {}
    for name, curve in values.items():
        shown = np.arange(0, len(curve), max(1, len(curve) // most))
        series[name] = (shown + first, *middle(curve[shown]))
    return Picture("lines", title, {"series": series, "x": "step", **labels})


def bars(title: str, values: Mapping[str, np.ndarray], x: str) -> Picture:
    """Return the picture of one bar for each name: the mean over the seeds; its whisker goes from lowest to highest."""
    means = {name: value.mean() for name, value in values.items()}
    ends = {name: (value.min(), value.max()) for name, value in values.items()}
    return Picture("bars", title, {"values": means, "spread": ends, "x": x})


def numbers(values: Any) -> tuple[float, ...]:
    """Return an array as a tuple of floats."""
    return tuple(float(value) for value in np.ravel(values))
