"""Weights of rows and of classes; costs of errors."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy as np

from glassnet.core.checks import refuse_masked
from glassnet.errors import DataError, SettingError, suggestion
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


COSTS = "cost_matrix: expected {(true, predicted): cost}, a square array, or text such as 'yes:no=5,no:yes=1'"


def check_costs(given: Any) -> None:
    """Raise SettingError unless these may be the costs of some classes' errors."""
    if isinstance(given, str) and "=" in given:
        return
    if isinstance(given, Mapping) and all(isinstance(pair, tuple) and len(pair) == 2 for pair in given):
        costs = list(given.values())
    elif isinstance(given, str | Mapping) or np.ndim(given) != 2 or len({len(given), *map(len, given)}) != 1:
        raise SettingError(f"{COSTS}; got {given!r:.80}")
    else:
        costs = np.asarray(given, object).ravel().tolist()
    _check_costs(costs)


def _check_costs(costs: list[Any]) -> None:
    for cost in costs:
        if not isinstance(cost, Real) or isinstance(cost, bool) or not 0 <= float(cost) < np.inf:
            raise SettingError(f"cost_matrix: expected finite costs of at least 0; got {cost!r:.80}")


def cost_matrix(encoder: LabelEncoder, given: Any) -> AnyArray:
    """Return the costs of errors as an array.

    Parameters
    ----------
    encoder : LabelEncoder
        The classes.
    given : mapping, array_like or str
        The setting `cost_matrix`.

    Returns
    -------
    array (n_classes, n_classes)
        What a row of a true class (first axis) costs when it is taken for another; right answers cost 0 unless named.

    Raises
    ------
    SettingError
        If a class is unknown, a cost is no finite number of at least 0, or the array is of other classes.
    DataError
        If a row may have several labels.
    """
    check_costs(given)
    if encoder.multilabel:
        raise DataError("cost_matrix takes targets of one label per row")
    n, known = len(encoder.classes), encoder.classes.tolist()
    if not isinstance(given, str | Mapping):
        costs = np.array(given, np.float64)
        if costs.shape != (n, n):
            raise SettingError(f"cost_matrix: expected shape {(n, n)}, one row for each class; got {costs.shape}")
        return costs
    costs = 1 - np.eye(n)
    index = {label: k for k, label in enumerate(known)}
    for pair, cost in (_costs_in(given, known) if isinstance(given, str) else given).items():
        for label in pair:
            if label not in index:
                near = suggestion(str(label), map(str, known))
                raise SettingError(
                    f"cost_matrix names the class {label!r}, which y does not have{near}; its classes: "
                    f"{', '.join(map(str, known))}"
                )
        costs[index[pair[0]], index[pair[1]]] = cost
    return costs


def _costs_in(text: str, known: list[Any]) -> dict[tuple[Any, Any], float]:
    """Read "yes:no=5,no:yes=1"; labels may hold any of these signs."""
    pairs = {f"{true}:{predicted}=": (true, predicted) for true in known for predicted in known}
    costs, rest = {}, text.strip()
    while rest:
        start = max((each for each in pairs if rest.startswith(each)), key=len, default=None)
        amount, _, after = rest.removeprefix(start or "").partition(",")
        try:
            if start is None:
                raise ValueError(rest)
            costs[pairs[start]] = float(amount)
            _check_costs([costs[pairs[start]]])
        except ValueError:
            labels = ", ".join(map(str, known))
            raise SettingError(
                f"cost_matrix: expected true:predicted=cost with commas between, of the classes {labels}; "
                f"got {rest!r:.80}"
            ) from None
        rest = after.strip()
    return costs
