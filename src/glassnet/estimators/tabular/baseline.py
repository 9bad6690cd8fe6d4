"""What needs no network, so that a model's scores have something to stand beside: a constant, and the linear recipe."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from glassnet import metrics
from glassnet.documents import MAPPING, Kind, checked, listed, number
from glassnet.errors import ModelFileError
from glassnet.estimators.tabular.judging import quantile_of
from glassnet.estimators.targets import LabelEncoder, Target
from glassnet.typing import AnyArray

LINEAR = "linear"  # the recipe that stands for logistic or linear regression
CONSTANTS = Kind(
    "lists of numbers by name",
    lambda value: isinstance(value, dict) and all(map(listed(number(), least=1).holds, value.values())),
)
SCORES = Kind("numbers by name", lambda value: isinstance(value, dict) and all(map(number().holds, value.values())))


@dataclass(frozen=True)
class Baseline:
    """Answers that every row gets, and the scores of the linear recipe.

    Parameters
    ----------
    constants : dict of str to list of float
        By name what every row is answered: the share of each class, or mean and median.
    linear : dict of str to float
        Scores of the linear recipe on training rows left out, by label; none where it was not trained.
    """

    constants: dict[str, list[float]] = field(default_factory=dict)
    linear: dict[str, float] = field(default_factory=dict)

    @property
    def rarer_class(self) -> int | None:
        """The index of the rarer of two classes, the second where they are equally frequent."""
        shares = next(iter(self.constants.values()), [])
        return int(shares[1] <= shares[0]) if len(shares) == 2 else None

    def to_document(self) -> dict[str, Any]:
        """Return the baseline as plain data."""
        return {"constants": self.constants, "linear": self.linear}

    @classmethod
    def from_document(cls, document: Any, n: int) -> Baseline:
        """Return the baseline of n classes or numbers that a document describes; ModelFileError if it is none."""
        checked(document, {"constants": MAPPING, "linear": MAPPING}, "baseline")
        checked({"each": document["constants"], "linear": document["linear"]}, {"each": CONSTANTS, "linear": SCORES},
                "baseline")  # fmt: skip
        if any(len(each) != n for each in document["constants"].values()):
            raise ModelFileError(f"baseline: expected {n} numbers for each answer")
        return cls(dict(document["constants"]), dict(document["linear"]))


def constants(target: Target, y: AnyArray, weights: AnyArray | None, loss: str) -> dict[str, list[float]]:
    """Return what every row could be answered without looking at it.

    Parameters
    ----------
    target : LabelEncoder or TargetScaler
        Of the training.
    y : array (m,) or (m, n_outputs)
        Training targets.
    weights : array (m,) or None
        Of the rows, without those of their classes.
    loss : str
        Of the network; for that of a quantile the quantile is one more answer.

    Returns
    -------
    dict of str to list of float
        By name: the share of each class; or for each output the mean and the median, or the quantile.
    """
    if isinstance(target, LabelEncoder):
        shares = np.average(_one_hot(target, y), axis=0, weights=weights)
        if target.multilabel:
            return {"the share of each label": shares.tolist()}
        return {f"always {target.classes.tolist()[int(shares.argmax())]!r}": shares.tolist()}
    table = np.asarray(y, np.float64).reshape(len(y), -1)
    q = quantile_of(loss)
    middle = [metrics.weighted_quantile(column, q, weights) for column in table.T]
    name = "the median" if q == 0.5 else f"the {q:g} quantile"
    return {"the mean": np.average(table, axis=0, weights=weights).tolist(), name: middle}


def _one_hot(target: LabelEncoder, y: AnyArray) -> AnyArray:
    columns = target.encode(y)
    return columns if columns.shape[1] > 1 or target.multilabel else np.hstack([~columns, columns])


def answers_of(
    constants: Mapping[str, list[float]], answers: metrics.ClassAnswers | metrics.NumberAnswers
) -> Iterator[tuple[str, Any]]:
    """Return by name what constants answer to the rows that a model answered.

    Parameters
    ----------
    constants : mapping of str to list of float
        What every row is answered.
    answers : ClassAnswers or NumberAnswers
        Those of the model, to m rows.

    Yields
    ------
    name, answers : str, ClassAnswers or NumberAnswers
        To the same rows.
    """
    for name, each in constants.items():
        if isinstance(answers, metrics.NumberAnswers):
            same = np.broadcast_to(each if answers.y.ndim > 1 else each[0], answers.y.shape)
            yield name, metrics.NumberAnswers(same, answers.y, answers.weights, answers.q)
        else:
            same = np.broadcast_to(each, answers.probabilities.shape)
            yield (
                name,
                metrics.ClassAnswers.of(
                    same, answers.truth, weights=answers.weights, positive=answers.positive, costs=answers.costs
                ),
            )


def finite(scores: Mapping[str, float]) -> dict[str, float]:
    """Return the scores that are defined."""
    return {label: value for label, value in scores.items() if math.isfinite(value)}
