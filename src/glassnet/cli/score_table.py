"""Scores as a table: those of the model beside those of what needs no network."""

from __future__ import annotations

from collections.abc import Mapping

from glassnet.metrics import METRICS
from glassnet.plain_text import visible
from glassnet.scoring import CrossValidation, Scores
from glassnet.texts import told

LINEAR = "linear"
LONGEST_HEAD = 20  # letters of a column's head
SHARES = {METRICS["r2"].label, *(metric.label for metric in METRICS.values() if metric.task == "classes")}
NOTE = "* on training rows that it was not trained on"


def score_table(parts: Mapping[str, Scores]) -> str:
    """Return scores as an aligned table.

    Parameters
    ----------
    parts : mapping of str to Scores
        By name of the part, the one that counts most first: what needs no network is shown for that one.

    Returns
    -------
    str
        A line for each score, the names of the columns above; numbers of a column have their right ends in one line.
    """
    first = next(iter(parts.values()))
    return _table({name: scores.values for name, scores in parts.items()}, first.baseline)


def cross_validation_table(result: CrossValidation) -> str:
    """Return mean and deviation of scores as an aligned table.

    Parameters
    ----------
    result : CrossValidation
        What `cross_validated` returned.

    Returns
    -------
    str
        A line for each score, as of `score_table`.
    """
    return _table({"mean": result.mean, "deviation": result.deviation}, result.baseline)


def _table(columns: dict[str, Mapping[str, float]], baseline: Mapping[str, Mapping[str, float]]) -> str:
    labels = list(dict.fromkeys(label for values in columns.values() for label in values))
    columns |= {f"{name}*" if name == LINEAR else name: values for name, values in baseline.items()}
    rows = [[told("score"), *map(told, columns)]]
    rows += [[told(label), *(_number(label, values.get(label)) for values in columns.values())] for label in labels]
    return "\n".join([*_aligned(rows), *([told(NOTE)] if LINEAR in baseline else [])])


def _number(label: str, value: float | None) -> str:
    """Return a share with four decimals, and an amount with four digits."""
    if value is None:
        return ""
    return f"{value:.4f}" if label in SHARES else f"{value:.4g}"


def _aligned(rows: list[list[str]]) -> list[str]:
    """Return the rows as lines, the first column to the left, the others to the right."""
    from rich.cells import cell_len, set_cell_size  # a Chinese letter is as wide as two

    cells = [[_shortened(visible(cell)) for cell in rows[0]], *rows[1:]]
    widths = [max(map(cell_len, column)) for column in zip(*cells, strict=True)]
    lines = []
    for row in cells:
        head = set_cell_size(row[0], widths[0])
        rest = (" " * (width - cell_len(cell)) + cell for cell, width in zip(row[1:], widths[1:], strict=True))
        lines.append("  ".join([head, *rest]).rstrip())
    return lines


def _shortened(text: str) -> str:
    from rich.cells import cell_len, set_cell_size

    return text if cell_len(text) <= LONGEST_HEAD else set_cell_size(text, LONGEST_HEAD - 3).rstrip() + "..."
