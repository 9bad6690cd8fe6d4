"""An experiment beside the same experiment with something changed: what the change did to each number."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from glassnet.lessons.experiment import WIDTH, Table
from glassnet.lessons.options import written
from glassnet.lessons.result import Result
from glassnet.text_table import folded


@dataclass(frozen=True)
class Variation:
    """Two results: as the experiment is, and with something changed.

    Parameters
    ----------
    before, after : Result
        Of the same seeds.
    changes : mapping of str to (old, new)
        What was changed, by the function's own names.
    """

    before: Result
    after: Result
    changes: Mapping[str, tuple[Any, Any]]

    @property
    def verdict(self) -> str:
        """What the change did to the claim."""
        if self.before.held == self.after.held:
            return "The claim still holds." if self.after.held else "The claim still does NOT hold."
        return "The claim holds now." if self.after.held else "The claim holds no longer."

    @property
    def changed(self) -> str:
        """What was changed, from what to what: "units 4 -> 1"."""
        return ", ".join(f"{name} {written(old)} -> {written(new)}" for name, (old, new) in self.changes.items())

    @property
    def summary(self) -> Table:
        """Each number before and after, means over the seeds."""
        rows = [
            (old.text, old.mean, new.mean, new.bounds, "yes" if new.held else "NO")
            for old, new in zip(self.before.findings, self.after.findings, strict=False)
        ]
        head = ("measured", "before", "after", "claimed", "held")
        return Table("What the change did, means over the seeds", head, rows)

    def to_document(self) -> dict[str, Any]:
        """Return both results as plain data.

        Returns
        -------
        dict
            Dictionaries, lists, numbers and text, as JSON holds them.
        """
        return {"before": self.before.to_document(), "after": self.after.to_document(), "changes": self.changed,
                "verdict": self.verdict}  # fmt: skip

    def __str__(self) -> str:
        said = [f"{self.changed}. {self.verdict}", f"Before: {self.before.said}", f"After: {self.after.said}"]
        return "\n".join([*(line for text in said for line in folded(text, WIDTH)), "", str(self.summary)])
