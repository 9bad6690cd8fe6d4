"""Many fits at once: cross-validation and searches whose fits go side by side over the cores."""

from __future__ import annotations

from glassnet import interrupts

with interrupts.held():
    from glassnet.search.side_by_side import SearchCV, cross_validate

__all__ = ["SearchCV", "cross_validate"]
