"""Class labels on one side, the zeros and ones that a network is trained on, on the other."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy.sparse import csr_matrix, issparse
from sklearn.utils.multiclass import check_classification_targets, type_of_target

from glassnet.errors import DataError

Array = Any


class LabelCode:
    """The code between labels and target columns.

    Two classes take one column, more take one each (one-hot), and a table of zeros and ones (multi-label) is its own
    code.

    Parameters
    ----------
    classes : array (n_classes,)
        The labels, sorted.
    multilabel : bool
        Whether a sample may carry several labels at once.
    sparse : bool
        Whether multi-label tables are handed back sparse, as they came.
    """

    def __init__(self, classes: Array, multilabel: bool = False, sparse: bool = False) -> None:
        self.classes, self.multilabel, self.sparse = classes, multilabel, sparse

    @classmethod
    def of(cls, y: Array) -> LabelCode:
        """Learn the labels of y, (m,) or the 0/1 table (m, n_labels)."""
        kind = type_of_target(y, input_name="y")
        if kind == "multiclass-multioutput":
            raise DataError(
                "y: expected one label per row, or a table of zeros and ones for several at once; got several columns "
                "of classes. Train one classifier per column (sklearn.multioutput.MultiOutputClassifier)"
            )
        if kind not in {"binary", "multiclass", "multilabel-indicator"}:
            check_classification_targets(y)  # says what the kind is and that it holds no classes
        return cls(labels_of(y), kind == "multilabel-indicator", issparse(y))

    @property
    def output(self) -> str:
        """Output activation that goes with the code: softmax where exactly one of several classes holds."""
        return "softmax" if len(self.classes) > 2 and not self.multilabel else "sigmoid"

    def encode(self, y: Array) -> Array:
        """Return the target columns, bool (m, n_outputs); every label of y is a known one."""
        if self.multilabel:
            return (y.toarray() if issparse(y) else y) != 0
        if len(self.classes) <= 2:
            return (y == self.classes[-1])[:, None] & (len(self.classes) == 2)
        table = np.zeros((len(y), len(self.classes)), dtype=bool)
        table[np.arange(len(y)), np.searchsorted(self.classes, y)] = True
        return table

    def decode(self, P: Array) -> Array:
        """Return the labels for probabilities (m, n_outputs), or for target columns."""
        if self.multilabel:
            table = (P > 0.5).astype(int)
            return csr_matrix(table) if self.sparse else table
        if len(self.classes) == 1:
            return np.repeat(self.classes, len(P))
        return self.classes[P.argmax(axis=1) if P.shape[1] > 1 else (P[:, 0] > 0.5).astype(np.intp)]

    def probabilities(self, P: Array) -> Array:
        """Return one column per class for outputs (m, n_outputs); a class that is alone is certain."""
        if len(self.classes) == 1:
            return np.ones_like(P)
        return P if P.shape[1] > 1 else np.hstack([1 - P, P])

    def right(self, P: Array, table: Array) -> Array:
        """Say for each row whether probabilities (m, n_outputs) decide for the target columns of `table`."""
        if self.output == "softmax":
            return P.argmax(axis=1) == table.argmax(axis=1)
        return ((P > 0.5) == table).all(axis=1)

    def strata(self, Y: Array, share: float) -> Array | None:
        """Return what a split that holds out `share` of the rows shall keep the shares of; None where it cannot."""
        if self.multilabel:
            return None
        if self.output != "softmax":
            return Y
        counts = Y.sum(axis=0)
        present = counts > 0
        rows_out = share * len(Y)
        room = present.sum() <= min(rows_out, len(Y) - rows_out)
        return Y.argmax(axis=1) if room and counts[present].min() >= 2 else None

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


def labels_of(y: Array) -> Array:
    """Return the labels that occur in y, sorted; the column numbers of a multi-label table."""
    return np.arange(y.shape[1]) if y.ndim == 2 else np.unique(y)
