"""The sentences of an answer, in English; `phrases.zh.toml` has their Chinese, by which `glassnet.texts` translates."""

from __future__ import annotations

from glassnet.errors import DataError


def phrase(text: str, **values: object) -> str:
    """Return a sentence with its values; the text is a row of the table, and a test looks for it there."""
    return text.format(**values)


class UnreadableFormulaError(DataError):
    """A text is no formula that can be read; the message says where, and the nearest form that can be.

    Parameters
    ----------
    message : str
        What could not be read.
    position : int
        Where in the text, from 0.
    """

    def __init__(self, message: str, position: int = 0) -> None:
        super().__init__(message)
        self.position = position
