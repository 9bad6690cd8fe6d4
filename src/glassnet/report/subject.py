"""What a report is about: a model file, and the data that it is tried on."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import workflows
from glassnet.estimators.input_names import select_training_columns
from glassnet.network import Network
from glassnet.plain_text import LONGEST_NAME, shortened
from glassnet.scoring import Scores, score
from glassnet.tables import Dataset, Pictures, count_repeated_rows, rows_at
from glassnet.tables.arrow import pc
from glassnet.tables.streaming import OF_PARTS
from glassnet.typing import AnyArray, Array
from glassnet.workflows.evaluation import test_rows, unseen
from glassnet.workflows.models import test_part
from glassnet.workflows.sources import checksum

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
    role: str  # what they were to the training: "kept" for the test, "learned", of "another" file; "unknown"
    rows: Any  # pyarrow.Table with the columns of the training, or Pictures
    lines: AnyArray  # of the file, or numbers of the pictures, counted from 1, (m,)
    lost: Mapping[str, float] = field(default_factory=dict)  # share of missing cells by column


@dataclass(frozen=True)
class Subject:
    """A model from a file, what the file says of it, and its answers: to new samples, and to those of its training."""

    name: str
    model: Any
    document: dict[str, Any]
    trial: Trial | None = None
    training: Trial | None = None
    learned: Scores | None = None  # of samples that the network learned from, where they are at hand
    repeated: int | None = None  # samples of the trial that are also among those of the training; None: not compared
    features: Sequence[str] = ()  # their names, where the model knows no columns
    history: Mapping[str, Any] = field(
        default_factory=dict
    )  # the record of the training, where the network has not all
    script: Sequence[str] = ()  # lines of Python that train the same

    @property
    def network(self) -> Network:
        """The network itself."""
        return self.model if isinstance(self.model, Network) else self.model.network_

    @property
    def record(self) -> dict[str, Any]:
        """The training record; empty where there is none."""
        return dict(self.history) or self.network.record or {}

    @property
    def classes(self) -> list[str]:
        """The labels in words; empty where a number is estimated."""
        return [short_name(label) for label in getattr(self.model, "classes_", [])]

    @property
    def is_test(self) -> bool:
        """Whether it is certain that the network did not learn from the samples of the trial."""
        if self.trial is None:
            return False
        return self.trial.role == "kept" or (self.trial.role == "another" and self.repeated == 0)

    @property
    def trials(self) -> list[Trial]:
        """All the samples at hand."""
        return [trial for trial in (self.training, self.trial) if trial is not None]


def short_name(name: object) -> str:
    """Return a name so that it leaves room in a table for what stands beside it."""
    return shortened(str(name), LONGEST_NAME)


def in_colours(n: int) -> list[int]:
    """Return the classes of a network without columns in the order of their colours: of two the second is blue."""
    return [1, 0] if n == 2 else list(range(n))


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
    scores = None if learned is None else learned.scores
    if scores is None and data is not None and trial is not None and trial.role == "kept":
        scores = _scores_of_the_rest(path, data)
    return Subject(Path(path).name, model, document, trial, learned, scores, _repeated(trial, learned))


def _scores_of_the_rest(path: str | Path, data: str | Path) -> Scores | None:
    """Return the scores of the samples of a file that the network learned from."""
    model, dataset = workflows.with_targets(path, data)
    part, role = part_and_role(model, dataset, data, test=False)
    return score(model, select_training_columns(model, part.X), part.y) if role == "learned" else None


def _repeated(trial: Trial | None, learned: Trial | None) -> int | None:
    if trial is None or learned is None or trial.role == "kept":
        return None
    return count_repeated_rows(learned.rows, learned.y, trial.rows, trial.y)


def _trial(path: str | Path, data: str | Path, *, test: bool) -> Trial:
    model, dataset = workflows.with_targets(path, data)
    part, role = part_and_role(model, dataset, data, test=test)
    X, y, file = select_training_columns(model, part.X), np.asarray(part.y), Path(data)
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    most = max(1, MOST_NUMBERS // model.network_.architecture.n_x)
    some = np.linspace(0, len(y) - 1, min(len(y), most)).astype(np.intp)
    columns, targets = model.prepared(rows_at(X, some)), model.target_.encode(y[some]).T
    outputs = model.answers(X).outputs
    target: Any = model.target_
    probabilities = target.probabilities(outputs) if hasattr(model, "classes_") else None
    lines = np.arange(1, len(y) + 1) if part.lines is None else np.asarray(part.lines)
    return Trial(
        file.name, digest, columns, targets, y, np.asarray(target.decode(outputs)), probabilities,
        score(model, X, y), len(dataset), role, X, lines, _lost(model.preparation_, X),
    )  # fmt: skip


def part_and_role(model: Any, dataset: Dataset, data: str | Path, *, test: bool) -> tuple[Dataset, str]:
    """Return the samples to score on, or those to diagnose the training with, and what they were to the training."""
    source = model.source_
    known = source is not None and source.file is not None
    in_parts = source is not None and source.file is not None and source.file[1] >= OF_PARTS
    if not known or checksum(data) != source.file or source.rows != len(dataset):
        return (test_part(dataset) if test else dataset), ("another" if known and not in_parts else "unknown")
    if test:
        part, _ = unseen(model, dataset, data)
        return part, "learned" if part is dataset else "kept"
    if not source.test:
        return dataset, "learned"
    learned = np.setdiff1d(np.arange(len(dataset)), test_rows(model, dataset))
    lines = None if dataset.lines is None else dataset.lines[learned]
    assert dataset.y is not None
    return replace(dataset, X=rows_at(dataset.X, learned), y=dataset.y[learned], lines=lines), "learned"


def _lost(preparation: Any, X: Any) -> dict[str, float]:
    """Return the share of missing cells by column; of pictures nothing."""
    if isinstance(X, Pictures):
        return {}
    cells = {column.name: column.parsed(X[column.name], preparation.missing).cells for column in preparation.columns}
    return {name: float(pc.is_null(each, nan_is_null=True).to_numpy().mean()) for name, each in cells.items()}
