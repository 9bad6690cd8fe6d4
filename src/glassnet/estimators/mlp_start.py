"""Where a training begins: first weights, order and weights of the rows, drawn and counted as scikit-learn does."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import Any

import numpy as np

from glassnet.core.checks import refuse_masked
from glassnet.errors import DataError, suggestion
from glassnet.estimators.sklearn_compat import check_sample_weight
from glassnet.estimators.targets import LabelCode
from glassnet.network import Network

Array = Any


class RandomOrder:
    """Draws each epoch's order from the one before it, as scikit-learn does: equal seeds, equal batches."""

    def __init__(self, random_state: np.random.RandomState, masks: Any) -> None:
        self.random_state, self.masks = random_state, masks
        self.random = masks.random  # dropout masks come from the network's own generator
        self.order: Array = None
        self.draws = 0

    def permutation(self, m: int) -> Array:
        """Return the order of the m samples for the next epoch."""
        drawn = self.random_state.permutation(m)
        self.order = drawn if self.order is None else self.order[drawn]
        self.draws += 1
        return self.order


def draw_as_scikit_learn(net: Network, random_state: np.random.RandomState, activation: Any) -> None:
    """Draw weights, then biases, layer by layer from U(-limit, limit), limit² = 6 / (n + n_prev), or 2 for logistic.

    Glorot and Bengio 2010. The order is scikit-learn's, so equal seeds give equal networks; those of a stack are drawn
    one after the other.
    """
    hidden = net.architecture.activations[:-1]
    names = [*hidden, hidden[-1] if hidden else activation]  # the output layer follows the hidden one before it
    for network in range(net.n_networks or 1):
        for l, (name, (n_prev, n)) in enumerate(zip(names, pairwise(net.architecture.sizes), strict=True), start=1):
            limit = np.sqrt((2 if name in ("logistic", "sigmoid") else 6) / (n + n_prev))
            W, b = (M if net.n_networks is None else M[network] for M in (net.W[l], net.b[l]))
            W[...] = random_state.uniform(-limit, limit, (n_prev, n)).T
            b[...] = random_state.uniform(-limit, limit, n)[:, None]


def checked_weights(X: Array, sample_weight: Array | None) -> Array | None:
    """Return the weights of the rows (m,), none of them negative; None where there are none."""
    refuse_masked("sample_weight", sample_weight)
    return None if sample_weight is None else check_sample_weight(sample_weight, X, ensure_non_negative=True)


def without_weightless(X: Array, Y: Array, S: Array | None) -> tuple[Array, Array, Array | None]:
    """Leave out the rows that weigh nothing: a batch of them alone would have no mean."""
    if S is None or (keep := S > 0).all():
        return X, Y, S
    return X[keep], Y[keep], S[keep]


def class_weights(code: LabelCode, class_weight: Mapping[Any, float] | str, Y: Array, S: Array | None) -> Array:
    """Return the weights of the classes, (n_classes,).

    Parameters
    ----------
    code : LabelCode
        The classes.
    class_weight : dict or "balanced"
        Label -> weight, 1 for those it does not name; or weights that give each class the same sum.
    Y : array (m, n_outputs)
        Target columns.
    S : array (m,) or None
        Weights of the rows.

    Raises
    ------
    DataError
        If a label is unknown, or a sample may have several.
    """
    if code.multilabel:
        raise DataError("class_weight takes targets of one label per row; weigh rows by sample_weight instead")
    if isinstance(class_weight, str):
        mass = np.bincount(code.numbers(Y), weights=S, minlength=len(code.classes))
        present = mass > 0  # a class may be missing where the rows are a part
        return np.divide(mass.sum(), present.sum() * mass, out=np.ones(len(mass)), where=present)
    known = code.classes.tolist()
    for label in class_weight:
        if label not in known:
            raise DataError(
                f"class_weight names the class {label!r}, which y does not have{suggestion(label, map(str, known))}; "
                f"its classes: {', '.join(map(repr, known))}"
            )
    weights = np.array([class_weight.get(label, 1.0) for label in known], float)
    if not np.isfinite(weights).all() or (weights < 0).any() or not weights.any():
        raise DataError(f"class_weight: expected finite weights of at least 0, not all of them 0; got {class_weight}")
    return weights
