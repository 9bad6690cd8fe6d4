"""Weights of rows and of classes."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from glassnet.core.checks import refuse_masked
from glassnet.errors import DataError, suggestion
from glassnet.estimators.targets import LabelEncoder
from glassnet.typing import AnyArray


def checked_weights(X: AnyArray, sample_weight: AnyArray | None) -> AnyArray | None:
    """Return the weights of the rows (m,), checked as scikit-learn does; None if there are none."""
    refuse_masked("sample_weight", sample_weight)
    from glassnet.estimators.sklearn_compat import check_sample_weight

    return None if sample_weight is None else check_sample_weight(sample_weight, X, ensure_non_negative=True)


def class_weights(
    encoder: LabelEncoder, class_weight: Mapping[Any, float] | str, Y: AnyArray, S: AnyArray | None
) -> AnyArray:
    """Return the weight of each class.

    Parameters
    ----------
    encoder : LabelEncoder
        The classes.
    class_weight : dict or "balanced"
        Weight by label, 1 for those it does not name; or weights that give each class the same sum.
    Y : array (m, n_outputs)
        Target columns.
    S : array (m,) or None
        Weights of the rows.

    Returns
    -------
    array (n_classes,)
        In the order of the encoder's classes.

    Raises
    ------
    DataError
        If a label is unknown, a weight is no finite number of at least 0, or a row may have several labels.
    """
    if encoder.multilabel:
        raise DataError("class_weight takes targets of one label per row; weigh rows by sample_weight instead")
    if isinstance(class_weight, str):
        mass = np.bincount(encoder.most_probable(Y), weights=S, minlength=len(encoder.classes))
        present = mass > 0  # a class may be missing where the rows are a part
        return np.divide(mass.sum(), present.sum() * mass, out=np.ones(len(mass)), where=present)
    known = encoder.classes.tolist()
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
