"""What the target of a file is: classes or numbers; and which column would be one, where none is named."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from glassnet.errors import DataError, UnknownNameError
from glassnet.typing import AnyArray

MAX_INTEGER_CLASSES = 20  # distinct whole numbers that are still taken as classes
LARGEST_WHOLE = 2.0**63  # that is still a class
TASKS = ("classes", "numbers")
TARGET_NAMES = (
    "target", "label", "class", "y", "outcome", "response", "diagnosis", "survived", "species", "category", "price",
    "target_variable", "labels", "classes", "result", "目标", "标签", "类别", "结果", "分类",
)  # fmt: skip


def task_of(task: str | None, y: AnyArray) -> str:
    """Return "classes" or "numbers": as given, or as the target looks.

    Raises
    ------
    UnknownNameError
        If another task is given.
    DataError
        If numbers with fractions, or too large ones, are to be classes.
    """
    few = y.dtype.kind in "iu" and len(np.unique(y)) <= min(MAX_INTEGER_CLASSES, max(2, len(y) // 2))
    task = task or ("classes" if few or y.dtype.kind in "Ub" else "numbers")
    if task not in TASKS:
        raise UnknownNameError.among("task", task, TASKS)
    if task == "classes" and y.dtype.kind == "f" and (others := y[(y % 1 != 0) | (np.abs(y) >= LARGEST_WHOLE)]).size:
        raise DataError(
            "task: classes are text, whole numbers or true and false; the target holds numbers such as "
            f"{float(others.flat[0])!r}: estimate them as numbers"
        )
    return task


def likely_target(names: Sequence[str]) -> str | None:
    """Return the column whose name says that it is the target: of several the last one; None where there is none."""
    plain = {name: name.strip().lower().replace(" ", "_").replace("-", "_") for name in names}
    found = [name for name in names if plain[name] in TARGET_NAMES]
    return found[-1] if found else None
