"""What a model answers to prepared rows, in the words of its user, and the slope of an answer in every feature.

An answer is the probability of a class, or a number in the units of the training targets: the mean over the networks
side by side. Its slope comes from the equations' backward propagation, carried on to X:

    dA[L] = 1 for the answer's unit, dZ[l] and dA[l - 1] as in training, down to dA[0]   (n[0], m)
    dX = dA[0]; of a group of rows that layer 0 embeds, W[0]' times its rows of dA[0]
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from glassnet.arrays import numpy_namespace as xp
from glassnet.core.equations import activation_backward, forward, linear_backward_input
from glassnet.errors import UnknownNameError
from glassnet.estimators.tabular.model import TableModel
from glassnet.estimators.targets import LabelEncoder
from glassnet.typing import AnyArray, Array


@dataclass(frozen=True)
class Answer:
    """What is answered.

    Parameters
    ----------
    name : str
        The class, or the target.
    is_probability : bool
        Whether the answer is the probability of that class.
    """

    name: str
    is_probability: bool

    def __str__(self) -> str:
        return f"the probability of {self.name}" if self.is_probability else self.name


class Answers:
    """The answers of a fitted model, computed in float64.

    Parameters
    ----------
    model : TableModel
        Fitted.

    Attributes
    ----------
    labels : list
        By which each answer is asked for: its class, or its number.
    asked : list of Answer
        What each answer is.
    """

    def __init__(self, model: TableModel) -> None:
        self.network, self.target = model.network_.astype("float64"), model.target_
        self.has_classes = isinstance(self.target, LabelEncoder)
        if isinstance(self.target, LabelEncoder):
            self.labels = self.target.classes.tolist()
            self.asked = [Answer(str(label), True) for label in self.labels]
        else:
            name, self.labels = model.target_name_ or "y", list(range(self.target.n_outputs))
            self.asked = [Answer(name if len(self.labels) == 1 else f"{name} {j}", False) for j in self.labels]

    def index_of(self, output: Any) -> int:
        """Return the index of the answer that a user asks for by its class, or by its number; also as text."""
        for labels, asked in ((self.labels, output), ([str(label) for label in self.labels], str(output))):
            if asked in labels:
                return labels.index(asked)
        raise UnknownNameError.among("output", str(output), [str(label) for label in self.labels])

    def outputs(self, X: Array) -> Array:
        """Return A[L] of prepared rows, the mean over the networks, (m, n_outputs)."""
        A = self.network.forward(X)
        return (A if A.ndim == 2 else A.mean(axis=0)).T

    def of_outputs(self, outputs: Array) -> Array:
        """Return the answers (m, n_answers) that outputs mean."""
        answers: Array
        if isinstance(self.target, LabelEncoder):
            answers = self.target.probabilities(outputs)
        else:
            answers = self.target.in_units(outputs)
        return answers

    def values(self, X: Array) -> Array:
        """Return the answers to prepared rows X (n[0], m), (m, n_answers)."""
        return self.of_outputs(self.outputs(X))

    def decided(self, X: Array) -> AnyArray:
        """Return the index of each row's answer (m,): of the class that `predict` says, else 0."""
        if isinstance(self.target, LabelEncoder) and not self.target.multilabel:
            return self.target.decided(self.outputs(X))
        return np.zeros(X.shape[1], np.intp)

    def most_asked(self, X: Array) -> int:
        """Return the answer that is meant where none is named: the second of two classes, or the most predicted."""
        if isinstance(self.target, LabelEncoder) and not self.target.multilabel:
            return 1 if len(self.labels) == 2 else int(np.bincount(self.decided(X)).argmax())
        return 0

    def slopes(self, X: Array, index: int) -> Array:
        """Return the slopes of one answer in every feature of prepared rows X, of the shape of X."""
        W, b, g = self.network.W.views, self.network.b.views, self.network.architecture.g
        with xp.quiet():
            A, Z = forward(xp, X, W, b, g, [None] * len(W))
            dA: Any = np.zeros_like(A[-1])
            if self.has_classes and dA.shape[-2] == 1:  # the probabilities of two classes are 1 - A[L] and A[L]
                dA[...] = 1 if index else -1
            else:
                dA[..., index, :] = 1
            for l in range(len(W) - 1, 0, -1):
                dA = linear_backward_input(activation_backward(xp, dA, Z[l], A[l], g[l]), W[l])
            if W[0] is not None:
                groups, rest = xp.grouped(dA, *W[0].shape[-3:-1])
                dA = xp.ungrouped(W[0].mT @ groups, rest)
        outputs, dX = (M if M.ndim == 2 else M.mean(axis=0) for M in (A[-1], dA))
        if isinstance(self.target, LabelEncoder):
            return np.asarray(dX)
        factor = self.target.scale[index]
        if self.target.log:  # the answer is a power of e
            factor = factor * self.target.in_units(outputs.T)[:, index]
        return np.asarray(dX * factor)
