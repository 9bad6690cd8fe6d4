"""What is predicted: labels or numbers become target columns (m, n_outputs), and outputs become labels or numbers.

An encoder is fitted to the training targets, and is kept in the model file as plain data.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Sequence
from dataclasses import dataclass, replace
from numbers import Real
from typing import Any

import numpy as np

from glassnet import interrupts, plain_text
from glassnet.arrays.sparse_columns import is_sparse
from glassnet.documents import ANYTHING, TABLE, TEXT, TRUTH, checked, listed, number, one_of
from glassnet.errors import DataError, ModelFileError, SettingError
from glassnet.typing import AnyArray


@dataclass(frozen=True, eq=False)
class LabelEncoder:
    """Labels to target columns and back.

    Two classes take one column, more take one each (one-hot); a table of zeros and ones (multi-label) is taken as it
    is.

    Parameters
    ----------
    classes : array (n_classes,)
        The labels: sorted, or in the order that was given; the column numbers of a multi-label table.
    multilabel : bool
        Whether a sample may carry several labels at once.
    sparse : bool
        Whether multi-label predictions are sparse, as the training's labels were.
    threshold : float
        Of two classes, the second is decided on where its probability is above this.
    costs : array (n_classes, n_classes), optional
        What a row of a true class (first axis) costs when it is taken for another: the class of least expected cost is
        decided on.
    class_weights : array (n_classes,), optional
        Of the training: probabilities are divided by them before costs decide, as rare classes are no more frequent.
    """

    classes: AnyArray
    multilabel: bool = False
    sparse: bool = False
    threshold: float = 0.5
    costs: AnyArray | None = None
    class_weights: AnyArray | None = None

    @classmethod
    def of(cls, y: AnyArray, order: Sequence[Any] = ()) -> LabelEncoder:
        """Return the encoder of training labels; they are sorted where `order` does not name all of them."""
        if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "Ubiu":  # certainly labels
            found = _labels_of(y)
            ordered = [label for label in order if label in set(found.tolist())]
            return cls(np.asarray(ordered, found.dtype) if len(ordered) == len(found) else found)
        from sklearn.utils.multiclass import check_classification_targets, type_of_target

        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise DataError(
                "y: expected one label per row, or a table of zeros and ones for several at once; got several columns "
                "of classes. Train one classifier per column (sklearn.multioutput.MultiOutputClassifier)"
            )
        if kind not in {"binary", "multiclass", "multilabel-indicator"}:
            check_classification_targets(y)  # raises, in scikit-learn's words
        return cls(_labels_of(y), kind == "multilabel-indicator", is_sparse(y))

    @property
    def output(self) -> str:
        """Output activation of the network: softmax where each row has one of several classes, else sigmoid."""
        return "softmax" if len(self.classes) > 2 and not self.multilabel else "sigmoid"

    @property
    def n_outputs(self) -> int:
        """Target columns, n[L]."""
        return len(self.classes) if self.multilabel or len(self.classes) > 2 else 1

    def encode(self, y: AnyArray) -> AnyArray:
        """Return the target columns."""
        if self.multilabel:
            table = (y.toarray() if is_sparse(y) else np.asarray(y)) != 0
            if table.shape[1:] != (self.n_outputs,):
                raise DataError(f"y: expected {self.n_outputs} labels per row as in training; got shape {table.shape}")
            return table
        indices = self.class_indices(np.asarray(y))[:, np.newaxis]
        return indices == (1 if len(self.classes) <= 2 else np.arange(len(self.classes)))

    def class_indices(self, y: AnyArray) -> AnyArray:
        """Return the index of each label in `classes`."""
        if (y.dtype.kind in "UO") == (self.classes.dtype.kind in "UO"):
            order = np.argsort(self.classes)
            indices = order[np.searchsorted(self.classes, y, sorter=order).clip(0, len(self.classes) - 1)]
            if (self.classes[indices] == y).all():
                return indices
        known = self.classes.tolist()
        unknown = next((label for label in np.unique(y).tolist() if label not in known), y.flat[0])
        raise DataError(f"class {unknown!r} was not among those of training: {plain_text.listed(map(repr, known))}")

    def decode(self, P: AnyArray) -> AnyArray:
        """Return labels."""
        if self.multilabel:
            table = (P > 0.5).astype(int)
            if not self.sparse:
                return table
            with interrupts.held():
                from scipy.sparse import csr_matrix

            return csr_matrix(table)
        if len(self.classes) == 1:
            return np.repeat(self.classes, len(P))
        return self.classes[self.decided(P)]

    def decided(self, P: AnyArray) -> AnyArray:
        """Return the index of the class that each row is taken for: the most probable one, but for threshold or costs.

        Source: for the costs Elkan 2001, The Foundations of Cost-Sensitive Learning.
        """
        if self.costs is not None:
            weights = 1.0 if self.class_weights is None else np.where(self.class_weights > 0, self.class_weights, 1.0)
            return (self.probabilities(P) / weights @ self.costs).argmin(axis=1)
        return P.argmax(axis=1) if P.shape[1] > 1 else (P[:, 0] > self.threshold).astype(np.intp)

    def most_probable(self, P: AnyArray) -> AnyArray:
        """Return the most probable class of each row."""
        return P.argmax(axis=1) if P.shape[1] > 1 else (P[:, 0] > 0.5).astype(np.intp)

    def probabilities(self, P: AnyArray) -> AnyArray:
        """Return the probability of each class."""
        if self.multilabel:
            return P
        if len(self.classes) == 1:
            return np.ones_like(P)
        return P if P.shape[1] > 1 else np.hstack([1 - P, P])

    def is_correct(self, P: AnyArray, Y: AnyArray) -> AnyArray:
        """Return whether the predictions are right, row by row."""
        if self.output == "softmax":
            return P.argmax(axis=1) == Y.argmax(axis=1)
        return ((P > 0.5) == Y).all(axis=1)

    def strata(self, Y: AnyArray, share: float) -> AnyArray | None:
        """Return the classes that a split should be stratified by."""
        if self.multilabel:
            return None
        classes = self.most_probable(Y)
        counts = np.bincount(classes)
        if self.output != "softmax" and counts.min(initial=len(Y), where=counts > 0) == 1:
            rare = int(np.flatnonzero(counts == 1)[0])  # in scikit-learn's words, which its checks compare
            raise DataError(
                "The least populated classes in y have only 1 member. The minimum number of groups for any class "
                f"cannot be less than 2. Classes with too few members are: [{str(bool(rare))!r}], which is "
                f"{self.classes.tolist()[rare]!r}: add rows of it, or give X_val and y_val"
            )
        counts = counts[counts > 0]
        held_out = math.ceil(share * len(Y))
        enough = len(counts) <= min(held_out, len(Y) - held_out)
        return classes if enough and counts.min() >= 2 else None

    def check_known(self, y: AnyArray, *, all_of_them: bool) -> None:
        """Raise if a network that is trained further has no output for a label."""
        if (y.ndim == 2) != self.multilabel:
            forms = "a table of zeros and ones", "one label per row"
            expected, got = forms if self.multilabel else forms[::-1]
            raise DataError(f"y: the network was trained with {expected}; got {got}")
        classes = _labels_of(y)
        if all_of_them and set(classes) != set(self.classes):
            raise DataError(
                "warm_start can only be used where `y` has the same classes as in the previous call to fit. "
                f"Previously got {self.classes}, `y` has {classes}"
            )
        if not set(classes) <= set(self.classes):
            raise DataError(
                f"`y` has classes not in `self.classes_`. `self.classes_` has {self.classes}. 'y' has {classes}."
            )

    def to_document(self) -> dict[str, Any]:
        """Return the encoder as plain data."""
        dtype = "str" if self.classes.dtype == object else self.classes.dtype.str
        document = {
            "classes": self.classes.tolist(), "dtype": dtype, "multilabel": self.multilabel, "sparse": self.sparse,
        }  # fmt: skip
        if self.threshold != 0.5:
            document["threshold"] = self.threshold
        if self.costs is not None:
            document["costs"] = self.costs.tolist()
        if self.class_weights is not None:
            document["class_weights"] = self.class_weights.tolist()
        return document


MAX_LOGARITHM = 345.0  # of an estimate: its square is still a float


@dataclass(frozen=True, eq=False)
class TargetScaler:
    """Numbers to estimate to target columns of mean 0 and standard deviation 1, and back.

    Parameters
    ----------
    mean, scale : array (n_outputs,)
        Of the training targets, or of their logarithms; mean 0 and scale 1 leave them as they are.
    single : bool
        Whether y was a vector, and predictions are vectors too.
    log : bool
        Whether the logarithms of the targets are learned.
    factor : float
        What powers of e are multiplied by: the power of a mean logarithm is less than the mean (Duan 1983).
    """

    mean: AnyArray
    scale: AnyArray
    single: bool
    log: bool = False
    factor: float = 1.0

    output = None  # the loss decides: identity, or exp for poisson

    @classmethod
    def of(cls, y: AnyArray, *, standardize: bool) -> TargetScaler:
        """Return the scaler of training targets."""
        table = y.reshape(len(y), -1).astype(np.float64)
        if not standardize:
            return cls(np.zeros(table.shape[1]), np.ones(table.shape[1]), y.ndim == 1)
        unit = np.exp2(np.frexp(np.abs(table).max(axis=0))[1])  # so that no square is too small or large for a float
        deviation = (table / unit).std(axis=0) * unit
        return cls(table.mean(axis=0), np.where(deviation > 0, deviation, 1.0), y.ndim == 1)

    @classmethod
    def of_counts(cls, y: AnyArray) -> TargetScaler:
        """Return the scaler that divides targets by their mean, so that a network's first answers, about 1, are it."""
        mean = y.reshape(len(y), -1).astype(np.float64).mean(axis=0)
        return cls(np.zeros(len(mean)), np.where(mean > 0, mean, 1.0), y.ndim == 1)

    @classmethod
    def of_logarithms(cls, y: AnyArray) -> TargetScaler:
        """Return the scaler of the logarithms of training targets, all of them greater than 0."""
        return replace(cls.of(np.log(y), standardize=True), log=True)

    @property
    def n_outputs(self) -> int:
        """Target columns, n[L]."""
        return len(self.mean)

    def encode(self, y: AnyArray) -> AnyArray:
        """Return the target columns."""
        table = np.asarray(y, np.float64).reshape(len(y), -1)
        if table.shape[1] != self.n_outputs:
            raise DataError(f"y: expected {self.n_outputs} numbers per row as in training; got {table.shape[1]}")
        if self.log:
            table = np.log(np.maximum(table, sys.float_info.min))
        return (table - self.mean) / self.scale

    def decode(self, outputs: AnyArray) -> AnyArray:
        """Return estimates in the units of the training targets, a vector where these were one."""
        y = self.in_units(outputs)
        return y[:, 0] if self.single else y

    def in_units(self, outputs: AnyArray) -> AnyArray:
        """Return outputs (..., n_outputs) in the units of the training targets."""
        y = outputs * self.scale.astype(outputs.dtype) + self.mean.astype(outputs.dtype)
        return np.exp(np.minimum(y, MAX_LOGARITHM)) * self.factor if self.log else y

    def to_document(self) -> dict[str, Any]:
        """Return the scaler as plain data."""
        document = {"mean": self.mean.tolist(), "scale": self.scale.tolist(), "single": self.single}
        return {**document, "transform": "log", "factor": self.factor} if self.log else document


Target = LabelEncoder | TargetScaler

# In a model file:
MAX_LABEL_WIDTH = 10_000  # characters of a type of text, whatever the labels need
LABEL_ENTRIES = {
    "classes": listed(ANYTHING, least=1), "dtype": TEXT, "multilabel": TRUTH, "sparse": TRUTH,
    "threshold": number(0, 1), "costs": TABLE, "class_weights": listed(number(0), least=1),
}  # fmt: skip
SCALER_ENTRIES = {
    "mean": listed(number(), least=1), "scale": listed(number(sys.float_info.min), least=1), "single": TRUTH,
    "transform": one_of("log"), "factor": number(sys.float_info.min),
}  # fmt: skip
LATER = ("threshold", "costs", "class_weights", "transform", "factor")  # files of older versions lack them


def target_from_document(document: dict[str, Any]) -> Target:
    """Return the encoder or scaler that a document describes.

    Parameters
    ----------
    document : dict
        What `to_document` returned.

    Returns
    -------
    LabelEncoder or TargetScaler
        Equal to the one that was written.

    Raises
    ------
    ModelFileError
        If it is no such document.
    """
    if "classes" not in document:
        given = checked(document, SCALER_ENTRIES, "target", later=LATER)
        mean, scale = (np.asarray(given[name], dtype=np.float64) for name in ("mean", "scale"))
        if len(mean) != len(scale) or (given["single"] and len(mean) > 1):
            raise ModelFileError(f"target: {len(mean)} means and {len(scale)} scales are not of one target")
        return TargetScaler(mean, scale, given["single"], "transform" in given, given.get("factor", 1.0))
    given = checked(document, LABEL_ENTRIES, "target", later=LATER)
    classes = _classes(given["classes"], given["dtype"])
    if given["multilabel"] and classes.tolist() != list(range(len(classes))):
        raise ModelFileError("target: the classes of several labels are the numbers of their columns")
    costs = np.asarray(given["costs"], np.float64) if "costs" in given else None
    if costs is not None and costs.shape != (len(classes), len(classes)):
        raise ModelFileError(f"target: costs of shape {costs.shape} are not those of {len(classes)} classes")
    weights = np.asarray(given["class_weights"], np.float64) if "class_weights" in given else None
    if weights is not None and weights.shape != classes.shape:
        raise ModelFileError(f"target: {len(weights)} weights are not those of {len(classes)} classes")
    return LabelEncoder(classes, given["multilabel"], given["sparse"], given.get("threshold", 0.5), costs, weights)


def _classes(labels: list[Any], name: str) -> AnyArray:
    """Return labels as an array of the type of that name, which must hold each as it is, none twice; numbers sorted."""
    try:
        longest = max((len(label) for label in labels if isinstance(label, str)), default=0)
        width = int(name.lstrip("<>=|U")) if "U" in name else 0  # NumPy's item size may overflow
        dtype = np.dtype(name)
        if dtype.kind not in "Ubiuf" or width > max(longest, MAX_LABEL_WIDTH):
            raise ValueError(name)
        classes = np.asarray(labels, dtype)
    except (ValueError, TypeError, OverflowError, SyntaxError):
        raise ModelFileError(f"target: {len(labels)} classes are not of type {name!r:.80}") from None
    same = [(type(label), label) for label in classes.tolist()] == [(type(label), label) for label in labels]
    found = np.unique(classes)  # text may have an order of its own
    if not same or len(found) < len(classes) or (dtype.kind != "U" and (found != classes).any()):
        raise ModelFileError(f"target: expected classes of type {name}, sorted, none twice; got {labels!r:.80}")
    return classes


def smoothed(Y: AnyArray, share: float, *, exclusive: bool = True) -> AnyArray:
    """Return smoothed labels: Y (1 - share) + share / K over K classes.

    Parameters
    ----------
    Y : array (m, K), or (m, 1) where there are two classes
        Zeros and ones.
    share : float
        Part of each sample's probability that is divided equally among all classes, in [0, 1).
    exclusive : bool
        Whether each row is of one class; in a multi-label table every column has two classes.

    Returns
    -------
    array, of Y's shape
        Floating-point numbers; Y itself where `share` is 0.

    Raises
    ------
    SettingError
        If `share` is no number in [0, 1).

    References
    ----------
    C. Szegedy et al., Rethinking the Inception Architecture for Computer Vision, 2015, arXiv 1512.00567.

    Examples
    --------
    >>> smoothed(np.array([[1, 0, 0, 0], [0, 0, 1, 0]]), 0.1).round(3)
    array([[0.925, 0.025, 0.025, 0.025],
           [0.025, 0.025, 0.925, 0.025]])
    >>> smoothed(np.array([[1], [0]]), 0.1).ravel()
    array([0.95, 0.05])
    """
    if isinstance(share, bool) or not isinstance(share, Real) or not 0 <= share < 1:
        raise SettingError(f"label_smoothing: expected a share in [0, 1); got {share!r}")
    if share == 0:
        return Y
    K = Y.shape[1] if exclusive and Y.shape[1] > 1 else 2
    return Y * (1 - share) + share / K


def _labels_of(y: AnyArray) -> AnyArray:
    """Return the labels that occur in y, sorted; of a 0/1 table the numbers of its columns."""
    return np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)
