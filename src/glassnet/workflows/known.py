"""What is known of a file to train on: its target, weights, groups and identifiers, and how it is read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from glassnet.estimators.tabular.settings import COLUMNS
from glassnet.estimators.tabular.source import Source
from glassnet.scoring import Model
from glassnet.tables.choices import ColumnChoices


class Known(NamedTuple):
    """What is known of a file to train on, as it was given."""

    target: str | None
    weight: str | None
    group: str | None
    ids: str | Sequence[str]
    reading: Mapping[str, Any]

    def with_those_of(self, model: Model | None) -> Known:
        """Return what is known, and where nothing was given, what a model to resume knows."""
        if model is None:
            return self
        source = model.source_ or Source()
        return Known(
            self.target or model.target_name_, self.weight or model.sample_weight_name_, self.group or source.group,
            self.ids or source.id, {**source.reading, **self.reading},
        )  # fmt: skip

    def choices(self, settings: Mapping[str, Any], model: Model | None) -> ColumnChoices:
        """Return what is said of columns, by settings, by a model to resume, and by what is no feature."""
        said = {name: settings.get(name, getattr(model, name, None)) for name in COLUMNS}
        return ColumnChoices.of({**said, "weight": self.weight, "group": self.group, "id": self.ids})
