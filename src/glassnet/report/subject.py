"""What a report is about: a model file, and the data that it is tried on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import workflows
from glassnet.estimators.input_names import select_training_columns
from glassnet.network import Network
from glassnet.plain_text import LONGEST_NAME, shortened
from glassnet.scoring import Scores, score
from glassnet.tables import rows_at
from glassnet.typing import Array
from glassnet.workflows.evaluation import unseen

MOST_NUMBERS = 2**26  # of X, of which a report looks at every one


@dataclass(frozen=True)
class Trial:
    """Samples that a model answers."""

    name: str
    digest: str  # SHA-256 of the file; "" of a folder
    columns: Array  # X of the network, (n[0], m); of very many numbers those of some samples, the first among them
    targets: Array  # Y of the network for these samples, (n[L], m)
    y: Array  # as they stand in the data, (m,)
    answers: Array  # as the model gives them, (m,)
    probabilities: Array | None  # of each class, (m, n_classes); None where a number is estimated
    scores: Scores
    given: int  # samples in the file, of which these are those to be scored on
    learned: bool = False  # whether the network was trained on them, as the model file says


@dataclass(frozen=True)
class Subject:
    """A model from a file, what the file says of it, and its answers: to new samples, and to those of its training."""

    name: str
    model: Any
    document: dict[str, Any]
    trial: Trial | None = None
    training: Trial | None = None

    @property
    def network(self) -> Network:
        """The network itself."""
        return self.model if isinstance(self.model, Network) else self.model.network_

    @property
    def record(self) -> dict[str, Any]:
        """The training record; empty where there is none."""
        return self.network.record or {}

    @property
    def classes(self) -> list[str]:
        """The labels in words; empty where a number is estimated."""
        return [short_name(label) for label in getattr(self.model, "classes_", [])]

    @property
    def trials(self) -> list[Trial]:
        """All the samples at hand."""
        return [trial for trial in (self.training, self.trial) if trial is not None]


def short_name(name: object) -> str:
    """Return a name so that it leaves room in a table for what stands beside it."""
    return shortened(str(name), LONGEST_NAME)


def open_subject(path: str | Path, data: str | Path | None = None, training: str | Path | None = None) -> Subject:
    """Read a model file, and let it answer data whose targets are known.

    Raises
    ------
    FileError, ModelFileError
        If the model cannot be read.
    DataError
        If the data do not fit the model, hold no targets, or the model is a bare network that knows no columns.
    """
    _, document = Network.load_with_document(path)
    model = workflows.open_model(path)
    trial = None if data is None else _trial(path, data, test=True)
    learned = None if training is None else _trial(path, training, test=False)
    return Subject(Path(path).name, model, document, trial, learned)


def _trial(path: str | Path, data: str | Path, *, test: bool) -> Trial:
    model, dataset = workflows.with_targets(path, data)
    part, notes = unseen(model, dataset, data) if test else (dataset, [])
    X, y, file = select_training_columns(model, part.X), np.asarray(part.y), Path(data)
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    most = max(1, MOST_NUMBERS // model.network_.architecture.n_x)
    some = np.linspace(0, len(y) - 1, min(len(y), most)).astype(np.intp)
    columns, targets = model.prepared(rows_at(X, some)), model.target_.encode(y[some]).T
    outputs = model.answers(X).outputs
    target: Any = model.target_
    probabilities = target.probabilities(outputs) if hasattr(model, "classes_") else None
    return Trial(
        file.name, digest, columns, targets, y, np.asarray(target.decode(outputs)), probabilities,
        score(model, X, y), len(dataset), learned=not test or (bool(notes) and part is dataset),
    )  # fmt: skip
