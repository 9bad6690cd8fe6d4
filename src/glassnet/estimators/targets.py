"""What is predicted: labels or numbers become rows of targets (m, n_outputs), and the network's outputs become answers.

A code is learned from the training targets, kept in the model file as plain data, and knows no network.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass
from numbers import Real
from typing import Any

import numpy as np

from glassnet import interrupts, plain_text
from glassnet.documents import ANYTHING, TEXT, TRUTH, checked, listed, number
from glassnet.errors import DataError, ModelFileError, SettingError

Array = Any


@dataclass(frozen=True, eq=False)
class LabelEncoder:
    """The code between labels and target columns.

    Two classes take one column, more take one each (one-hot), and a table of zeros and ones (multi-label) is its own
    code.

    Parameters
    ----------
    classes : array (n_classes,)
        The labels, sorted; the column numbers of a multi-label table.
    multilabel : bool
        Whether a sample may carry several labels at once.
    sparse : bool
        Whether multi-label tables are handed back sparse, as they came.
    """

    classes: Array
    multilabel: bool = False
    sparse: bool = False

    @classmethod
    def of(cls, y: Array) -> LabelEncoder:
        """Learn the labels of y, (m,) or the 0/1 table (m, n_labels)."""
        if isinstance(y, np.ndarray) and y.ndim == 1 and y.dtype.kind in "Ubiu":  # labels, beyond doubt
            return cls(labels_of(y))
        from sklearn.utils.multiclass import check_classification_targets, type_of_target

        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise DataError(
                "y: expected one label per row, or a table of zeros and ones for several at once; got several columns "
                "of classes. Train one classifier per column (sklearn.multioutput.MultiOutputClassifier)"
            )
        if kind not in {"binary", "multiclass", "multilabel-indicator"}:
            check_classification_targets(y)  # says what the kind is and that it holds no classes
        return cls(labels_of(y), kind == "multilabel-indicator", is_sparse(y))

    @property
    def output(self) -> str:
        """Output activation that goes with the code: softmax where exactly one of several classes holds."""
        return "softmax" if len(self.classes) > 2 and not self.multilabel else "sigmoid"

    @property
    def n_outputs(self) -> int:
        """Target columns, n[L]."""
        return len(self.classes) if self.multilabel or len(self.classes) > 2 else 1

    def encode(self, y: Array) -> Array:
        """Return the target columns, bool (m, n_outputs).

        Raises
        ------
        DataError
            If y holds a label that was not learned.
        """
        if self.multilabel:
            table = (y.toarray() if is_sparse(y) else np.asarray(y)) != 0
            if table.shape[1:] != (self.n_outputs,):
                raise DataError(f"y: expected {self.n_outputs} labels per row as in training; got shape {table.shape}")
            return table
        place = self.places(np.asarray(y))
        if len(self.classes) <= 2:
            return (place == 1)[:, None]
        table = np.zeros((len(place), len(self.classes)), dtype=bool)
        table[np.arange(len(place)), place] = True
        return table

    def places(self, y: Array) -> Array:
        """Return the number of each label in `classes`."""
        if (y.dtype.kind in "UO") == (self.classes.dtype.kind in "UO"):
            place = np.searchsorted(self.classes, y).clip(0, len(self.classes) - 1)
            if (self.classes[place] == y).all():
                return place
        known = self.classes.tolist()
        unknown = next((label for label in np.unique(y).tolist() if label not in known), y.flat[0])
        raise DataError(f"class {unknown!r} was not among those of training: {plain_text.listed(map(repr, known))}")

    def decode(self, P: Array) -> Array:
        """Return the labels for probabilities (m, n_outputs), or for target columns."""
        if self.multilabel:
            table = (P > 0.5).astype(int)
            if not self.sparse:
                return table
            with interrupts.held():
                from scipy.sparse import csr_matrix

            return csr_matrix(table)
        if len(self.classes) == 1:
            return np.repeat(self.classes, len(P))
        return self.classes[self.numbers(P)]

    def numbers(self, P: Array) -> Array:
        """Return the numbers of the most probable classes; for target columns, those of the classes themselves."""
        return P.argmax(axis=1) if P.shape[1] > 1 else (P[:, 0] > 0.5).astype(np.intp)

    def probabilities(self, P: Array) -> Array:
        """Return one column per class for outputs (m, n_outputs); a class that is alone is certain."""
        if self.multilabel:
            return P
        if len(self.classes) == 1:
            return np.ones_like(P)
        return P if P.shape[1] > 1 else np.hstack([1 - P, P])

    def right(self, P: Array, table: Array) -> Array:
        """Say for each row whether probabilities (m, n_outputs) decide for the target columns of `table`."""
        if self.output == "softmax":
            return P.argmax(axis=1) == table.argmax(axis=1)
        return ((P > 0.5) == table).all(axis=1)

    def strata(self, Y: Array, share: float) -> Array | None:
        """Return what a split that holds out `share` of the rows shall keep the shares of; None where it cannot.

        Raises
        ------
        DataError
            If one of two classes has one row: then no part could be judged.
        """
        if self.multilabel:
            return None
        classes = self.numbers(Y)
        counts = np.bincount(classes)
        if self.output != "softmax" and counts.min(initial=len(Y), where=counts > 0) == 1:
            rare = int(np.flatnonzero(counts == 1)[0])  # in scikit-learn's words, which its tests want
            raise DataError(
                "The least populated classes in y have only 1 member. The minimum number of groups for any class "
                f"cannot be less than 2. Classes with too few members are: [{str(bool(rare))!r}], which is "
                f"{self.classes.tolist()[rare]!r}: add rows of it, or give X_val and y_val"
            )
        counts = counts[counts > 0]
        rows_out = math.ceil(share * len(Y))
        room = len(counts) <= min(rows_out, len(Y) - rows_out)
        return classes if room and counts.min() >= 2 else None

    def check_known(self, y: Array, *, all_of_them: bool) -> None:
        """Refuse labels that a network which goes on training has no output for.

        Raises
        ------
        DataError
            If y holds an unknown class or, with `all_of_them`, lacks a known one.
        """
        if (y.ndim == 2) != self.multilabel:
            forms = "a table of zeros and ones", "one label per row"
            expected, got = forms if self.multilabel else forms[::-1]
            raise DataError(f"y: the network was trained with {expected}; got {got}")
        classes = labels_of(y)
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
        """Return the code as plain data."""
        dtype = "str" if self.classes.dtype == object else self.classes.dtype.str
        return {"classes": self.classes.tolist(), "dtype": dtype, "multilabel": self.multilabel, "sparse": self.sparse}


@dataclass(frozen=True, eq=False)
class TargetScaler:
    """The code between numbers to estimate and target columns with mean 0 and spread 1.

    Parameters
    ----------
    mean, scale : array (n_outputs,)
        Of the training targets; mean 0 and scale 1 leave them as they are.
    single : bool
        Whether y was a vector, and predictions are vectors too.
    """

    mean: Array
    scale: Array
    single: bool

    output = None  # the loss decides: identity, or exp for poisson

    @classmethod
    def of(cls, y: Array, *, standardize: bool) -> TargetScaler:
        """Learn mean and spread of the training targets, (m,) or (m, n_outputs)."""
        table = y.reshape(len(y), -1).astype(np.float64)
        if not standardize:
            return cls(np.zeros(table.shape[1]), np.ones(table.shape[1]), y.ndim == 1)
        unit = np.exp2(np.frexp(np.abs(table).max(axis=0))[1])  # so that no square is too small or large for a float
        spread = (table / unit).std(axis=0) * unit
        return cls(table.mean(axis=0), np.where(spread > 0, spread, 1.0), y.ndim == 1)

    @property
    def n_outputs(self) -> int:
        """Target columns, n[L]."""
        return len(self.mean)

    def encode(self, y: Array) -> Array:
        """Return the target columns, float64 (m, n_outputs)."""
        table = np.asarray(y, np.float64).reshape(len(y), -1)
        if table.shape[1] != self.n_outputs:
            raise DataError(f"y: expected {self.n_outputs} numbers per row as in training; got {table.shape[1]}")
        return (table - self.mean) / self.scale

    def decode(self, outputs: Array) -> Array:
        """Return the estimates for outputs (m, n_outputs): (m,), or (m, n_outputs) where there are several."""
        y = outputs * self.scale.astype(outputs.dtype) + self.mean.astype(outputs.dtype)
        return y[:, 0] if self.single else y

    def to_document(self) -> dict[str, Any]:
        """Return the code as plain data."""
        return {"mean": self.mean.tolist(), "scale": self.scale.tolist(), "single": self.single}


Target = LabelEncoder | TargetScaler

# In a model file:
LONG_LABEL = 10_000  # characters that a type of text may have room for, whatever the labels need
LABELS = {
    "classes": listed(ANYTHING, least=1), "dtype": TEXT, "multilabel": TRUTH, "sparse": TRUTH,
}  # fmt: skip
NUMBERS = {
    "mean": listed(number(), least=1), "scale": listed(number(sys.float_info.min), least=1), "single": TRUTH,
}  # fmt: skip


def target_from_document(document: dict[str, Any]) -> Target:
    """Rebuild the code that `to_document` returned.

    Raises
    ------
    ModelFileError
        If it is no such document.
    """
    if "classes" not in document:
        given = checked(document, NUMBERS, "target")
        mean, scale = (np.asarray(given[name], dtype=np.float64) for name in ("mean", "scale"))
        if len(mean) != len(scale) or (given["single"] and len(mean) > 1):
            raise ModelFileError(f"target: {len(mean)} means and {len(scale)} scales are not of one target")
        return TargetScaler(mean, scale, given["single"])
    given = checked(document, LABELS, "target")
    classes = _classes(given["classes"], given["dtype"])
    if given["multilabel"] and classes.tolist() != list(range(len(classes))):
        raise ModelFileError("target: the classes of several labels are the numbers of their columns")
    return LabelEncoder(classes, given["multilabel"], given["sparse"])


def _classes(labels: list[Any], name: str) -> Array:
    """Return labels as an array of the type of that name, which must hold each as it is, sorted, none twice."""
    try:
        longest = max((len(label) for label in labels if isinstance(label, str)), default=0)
        room = int(name.lstrip("<>=|U")) if "U" in name else 0  # read here: an item's size may overflow
        dtype = np.dtype(name)
        if dtype.kind not in "Ubiuf" or room > max(longest, LONG_LABEL):
            raise ValueError(name)
        classes = np.asarray(labels, dtype)
    except (ValueError, TypeError, OverflowError, SyntaxError):
        raise ModelFileError(f"target: {len(labels)} classes are not of type {name!r:.80}") from None
    same = [(type(label), label) for label in classes.tolist()] == [(type(label), label) for label in labels]
    if not same or not (classes[:-1] < classes[1:]).all():
        raise ModelFileError(f"target: expected classes of type {name}, sorted, none twice; got {labels!r:.80}")
    return classes


def smoothed(Y: Array, share: float, *, exclusive: bool = True) -> Array:
    """Return target columns whose certainty is shared out: Y (1 - share) + share / K over K classes.

    Parameters
    ----------
    Y : array (m, K), or (m, 1) where there are two classes
        Zeros and ones.
    share : float
        Part of each sample's certainty that all classes get alike, in [0, 1).
    exclusive : bool
        Whether each row is of one class; of a multi-label table every column is a question of two answers.

    Returns
    -------
    array, of Y's shape
        Floating-point numbers; Y itself where `share` is 0.

    Raises
    ------
    SettingError
        If `share` is no number in [0, 1).

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
    answers = Y.shape[1] if exclusive and Y.shape[1] > 1 else 2
    return Y * (1 - share) + share / answers


def labels_of(y: Array) -> Array:
    """Return the labels that occur in y, sorted; the column numbers of a multi-label table."""
    return np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)


def is_sparse(y: Any) -> bool:
    """Tell whether y is a sparse matrix or array of scipy's, without loading scipy."""
    sparse = sys.modules.get("scipy.sparse")
    return sparse is not None and bool(sparse.issparse(y))
