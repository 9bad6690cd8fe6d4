"""A stack of networks: its answers in one table, and one network's part of a pass."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any, TypeVar

import numpy as np

from glassnet.errors import SettingError
from glassnet.inspection.arrays import PassArrays
from glassnet.text_table import number_text
from glassnet.texts import told

AnyPass = TypeVar("AnyPass", bound=PassArrays)

MOST_UNITS = 5  # of the output that have a column


def of_network(trace: AnyPass, k: int) -> AnyPass:
    """Return one network's part of a stack's pass, as if it had been alone; of one network only 0 is there."""
    n = 1 if trace.n_networks is None else trace.n_networks
    if isinstance(k, bool) or not isinstance(k, int | np.integer) or not 0 <= k < n:
        known = f"the networks 0 to {n - 1}" if n > 1 else "one network, 0"
        raise SettingError(f"network: there {'are' if n > 1 else 'is'} {known}; got {k!r}")
    if trace.n_networks is None:
        return trace
    lists = ("W", "b", "Z", "A", "D", "dA", "dZ", "dW", "db")
    of_embedding = trace.architecture.embedding is not None
    parts: dict[str, Any] = {}
    for each in fields(trace):
        value = getattr(trace, each.name)
        if each.name in lists and value is not None:
            # an embedding's W[0] and b[0] have one axis more than other arrays
            axes = [3 + (of_embedding and l == 0 and each.name[-1] in "Wb") for l in range(len(value))]
            parts[each.name] = [M[k] if M is not None and M.ndim == n else M for M, n in zip(value, axes, strict=True)]
        elif each.name in ("Y", "S") and value is not None:
            parts[each.name] = value[k] if value.ndim == 3 else value
        elif each.name == "cost" and value is not None:
            parts[each.name] = float(value[k])
        elif each.name == "penalties":
            parts[each.name] = {name: M[k] if np.ndim(M) else M for name, M in value.items()}
    return replace(trace, **parts)


def answers(trace: PassArrays, names: Sequence[str], predictions: Sequence[str] = ()) -> list[tuple[str, ...]]:
    """Return the table of a stack's answers for sample 0: the mean, then each network's; the first row is the head.

    Parameters
    ----------
    trace : PassArrays
        Of a stack.
    names : sequence of str
        Of the output's units, or none.
    predictions : sequence of str
        What each network alone predicts, where a model says it.
    """
    A = trace.A[-1][:, :, 0].astype(float)  # (k, n[L])
    units = np.sort(np.argsort(-A.mean(axis=0), kind="stable")[:MOST_UNITS])
    L = trace.architecture.L
    named = len(names) > 1  # their names say enough
    heads = [names[u] if named else f"A[{L}][{u}, 0]" + (f" ({names[u]})" if names else "") for u in units]
    cost = ["cost J"] if trace.cost is not None else []
    said = ["predicts"] if predictions else []
    rows = [(told("network"), *heads, *map(told, (*cost, *said)))]

    def row(name: str, a: Any, J: Any, prediction: str) -> tuple[str, ...]:
        numbers = [*a[units], *([] if J is None else [J])]
        return (name, *(number_text(float(value)) for value in numbers), *([prediction] if predictions else []))

    rows.append(row(told("mean"), A.mean(axis=0), None if trace.cost is None else np.mean(trace.cost), ""))
    costs = [None] * len(A) if trace.cost is None else trace.cost
    rows += [row(str(k), A[k], costs[k], predictions[k] if predictions else "") for k in range(len(A))]
    return rows
