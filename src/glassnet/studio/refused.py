"""What cannot be done, in one line, with the part of the request that is to blame."""

from __future__ import annotations

from glassnet.errors import GlassnetError
from glassnet.texts import translated

NO_MEMORY = "not enough memory for this network and these samples"


class RefusedError(GlassnetError, ValueError):
    """A request that cannot be done as it is.

    Parameters
    ----------
    message : str
        What was expected, what came, and the nearest valid choice.
    field : str
        The part of the request, such as "hidden.0.units".
    status : int
        Of the answer.
    """

    def __init__(self, message: str, field: str = "", status: int = 422) -> None:
        super().__init__(message)
        self.field: str = field
        self.status: int = status


def refusal(said: str, field: str = "") -> dict[str, str]:
    """Return the document that says what cannot be done, in both languages, and where."""
    return {"error": said, "zh": translated(said, "zh"), "field": field}
