"""A model for a table is trained in a process of its own, which can be stopped at any moment.

``python -m glassnet.studio.fitting`` reads one line of JSON, trains as `glassnet train` does, and writes lines: how far
it is, then the result or what is wrong. It ends when its input does, so it never outlives the studio.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
import warnings
from collections.abc import Callable
from typing import Any

import numpy as np

from glassnet.errors import GlassnetError
from glassnet.plain_text import one_line
from glassnet.training.history import Progress

BETWEEN = 0.1  # seconds between two lines of progress, at least


class Told:
    """A callback that writes where a training stands: its recipe by number, its epoch, its costs."""

    def __init__(self, write: Callable[[dict[str, Any]], None]) -> None:
        self.write = write
        self.recipe = -1
        self._last = 0.0

    def __call__(self, progress: Progress) -> None:
        """Write a line where there was none for a while, and at the beginning and end of each recipe."""
        if progress.moment == "start":
            self.recipe += 1
        now = time.monotonic()
        if progress.moment == "epoch" and now - self._last < BETWEEN and progress.epoch < progress.epochs:
            return
        self._last = now
        self.write(
            {
                "recipe": self.recipe, "epoch": progress.epoch, "epochs": progress.epochs,
                "cost": _mean(progress.cost), "validation": _mean(progress.validation_cost),
            }
        )  # fmt: skip


def _mean(cost: Any) -> float | None:
    """Return the mean cost of the networks side by side; None where there is none, or it is not finite."""
    if cost is None:
        return None
    mean = float(np.mean(np.asarray(cost, np.float64)))
    return mean if np.isfinite(mean) else None


def fitted(asked: dict[str, Any], write: Callable[[dict[str, Any]], None]) -> dict[str, Any]:
    """Train as asked, save the model, and return what is to be told of it.

    Parameters
    ----------
    asked : dict
        Arguments of `workflows.train_file` by name, as plain data.
    write : callable
        Gets where the training stands.

    Returns
    -------
    dict
        Scores of training and test rows, the recipes that were tried, notes.
    """
    from glassnet import workflows

    found = workflows.train_file(**asked, callbacks=[Told(write)])
    return {
        "scores": {part: each.values for part, each in found.scores.items()},
        "baseline": {part: each.baseline for part, each in found.scores.items()},
        "rows": found.parts, "notes": found.notes,
        "recipes": [{"recipe": each["kind"], "cost": _mean(each["cost"])} for each in found.model.candidates_],
    }  # fmt: skip


def main() -> None:
    """Train what the first line of the input asks for."""
    out = sys.stdout
    sys.stdout = sys.stderr  # nothing else may write there
    from glassnet import workflows  # noqa: F401  loaded while the page is still read, where it was started before

    asked = json.loads(sys.stdin.readline())
    threading.Thread(target=_end_with_input, daemon=True).start()

    def write(document: dict[str, Any]) -> None:
        out.write(json.dumps(document) + "\n")
        out.flush()

    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")  # notes say it
        try:
            write({"done": fitted(asked, lambda progress: write({"progress": progress}))})
        except GlassnetError as error:
            write({"error": str(error)})
        except MemoryError:
            write({"error": "not enough memory for this table"})
        except Exception as error:
            line = one_line(f"{type(error).__name__}: {error}")
            write({"error": f"{line:.300}. This is a fault of glassnet"})


def _end_with_input() -> None:
    while sys.stdin.read(1):
        pass
    os._exit(1)


if __name__ == "__main__":
    main()
