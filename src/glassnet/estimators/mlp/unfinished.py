"""What it takes to resume an MLP estimator's fit that was interrupted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from scipy.sparse import issparse

from glassnet.arrays.sparse_columns import SparseColumns
from glassnet.core.checks import is_count
from glassnet.estimators.mlp.start import RandomOrder
from glassnet.estimators.saving import settings_but, settings_to_json
from glassnet.training import generators
from glassnet.training.declarations import defaults, is_same
from glassnet.training.position import fingerprint
from glassnet.typing import AnyArray

MAY_CHANGE = ("warm_start", "resume", "verbose", "engine", "device", "random_state")


@dataclass
class Rest:
    """What resuming takes beside the network and the fitted attributes.

    Attributes
    ----------
    settings : dict
        Of the estimator, as plain data.
    data : int
        Fingerprint of the rows, those of a given validation included.
    random_state : dict
        State of the random state when the weights were drawn: rows held out and orders of samples come from it.
    draws : int
        Orders of samples that were drawn.
    """

    settings: dict[str, Any]
    data: int
    random_state: dict[str, Any]
    draws: int

    def is_of(self, estimator: Any, rows: tuple[AnyArray, ...]) -> bool:
        """Tell whether a fit of these rows is the same one."""
        same = is_same(self.settings, settings_of(estimator), settings_to_json(defaults(estimator._declared)))
        return same and self.data == fingerprint(*map(_columns, rows))

    def to_document(self) -> dict[str, Any]:
        """Return plain data for a model file."""
        return asdict(self)

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Rest:
        """Return what `to_document` wrote.

        Raises
        ------
        KeyError, TypeError, ValueError
            If it describes none.
        """
        rest = cls(**document)
        generators.from_document(rest.random_state)
        if not (isinstance(rest.settings, dict) and is_count(rest.data, 0) and is_count(rest.draws, 0)):
            raise ValueError(f"rest {document}")
        return rest


def rest_of(estimator: Any, rows: tuple[AnyArray, ...], random_state: dict[str, Any], order: RandomOrder) -> Rest:
    """Return the rest of a fit of these rows."""
    return Rest(settings_of(estimator), fingerprint(*map(_columns, rows)), random_state, order.draws)


def settings_of(estimator: Any) -> dict[str, Any]:
    """Return the settings that the numbers depend on, as plain data."""
    return settings_but(estimator, MAY_CHANGE)


def _columns(rows: AnyArray) -> AnyArray:
    return SparseColumns(rows) if issparse(rows) else rows
