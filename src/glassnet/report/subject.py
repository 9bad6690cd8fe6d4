"""What a report is about: a model file, and the data that it is tried on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from glassnet import workflows
from glassnet.network import Network
from glassnet.workflows import Scores

Array = Any


@dataclass(frozen=True)
class Trial:
    """Data that a model is tried on."""

    name: str
    digest: str  # SHA-256 of the file; "" of a folder
    columns: Array  # X of the network, (n[0], m)
    targets: Array  # Y of the network, (n[L], m)
    y: Array  # as they stand in the data, (m,)
    answers: Array  # as the model gives them, (m,)
    scores: Scores


@dataclass(frozen=True)
class Subject:
    """A model from a file, what the file says of it, and its trial where data were given."""

    name: str
    model: Any
    document: dict[str, Any]
    trial: Trial | None = None

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
        return [str(label) for label in getattr(self.model, "classes_", [])]


def open_subject(path: str | Path, data: str | Path | None = None) -> Subject:
    """Read a model file, and score it on data whose targets are known.

    Raises
    ------
    FileError, ModelFileError
        If the model cannot be read.
    DataError
        If the data do not fit the model, hold no targets, or the model is a bare network that knows no columns.
    """
    name = Path(path).name
    _, document = Network.load_with_document(path)
    if data is None:
        return Subject(name, workflows.open_model(path), document)
    model, part = workflows.part_to_score(path, data)
    X = workflows.matching(model, part.X)
    y = np.asarray(part.y)
    file = Path(data)
    digest = hashlib.sha256(file.read_bytes()).hexdigest() if file.is_file() else ""
    answers = np.asarray(model.predict(X))
    trial = Trial(
        file.name, digest, model.prepared(X), model.target_.encode(y).T, y, answers, workflows.score(model, X, y)
    )
    return Subject(name, model, document, trial)
