"""What a training of a file found, and how it is announced and saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glassnet.files import check_writable, remove
from glassnet.scoring import Model, Scores
from glassnet.tables import Dataset
from glassnet.training.checkpoint import Checkpoint
from glassnet.training.history import Progress
from glassnet.workflows.resuming import checkpoint_of


@dataclass(frozen=True)
class Training:
    """What `train_file` did.

    Parameters
    ----------
    model : TableClassifier or TableRegressor
        The fitted model.
    source : str
        The file or folder of the data.
    target : str or None
        The column that is predicted; None for pictures in folders.
    parts : dict of str to int
        Rows for "training" and "test".
    scores : dict of str to Scores
        For "training", and for "test" where there is such a part.
    notes : list of str
        What was noticed, one sentence each.
    interrupted : bool
        Whether Ctrl-C ended the training.
    """

    model: Model
    source: str
    target: str | None
    parts: dict[str, int]
    scores: dict[str, Scores]
    notes: list[str]
    interrupted: bool


def keeper_of(out: str | Path | None, data: str | Path, every: float) -> Checkpoint | None:
    """Return what writes the checkpoints of a model; the model itself is written at the end."""
    if out is None:
        return None
    check_writable(out, data)
    return Checkpoint(lambda model: model.save(checkpoint_of(out)), every, ends=False)


def once(
    announce: Callable[[Dataset, dict[str, int]], Any], dataset: Dataset, parts: dict[str, int]
) -> Callable[[Progress], None]:
    """Return a callback that announces the data before the first step; by then everything was checked."""
    not_announced = [(dataset, parts)]

    def announced(progress: Progress) -> None:
        if progress.moment == "start" and not_announced:
            announce(*not_announced.pop())

    return announced


def saved(model: Model, out: str | Path) -> None:
    """Write a model, and remove its checkpoint."""
    model.save(out)
    remove(checkpoint_of(out))
