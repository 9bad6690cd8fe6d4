"""What a request may ask for at most."""

from typing import NamedTuple


class Limits(NamedTuple):
    """Limits of a request; more is refused.

    Attributes
    ----------
    rows : int
        Rows of a request.
    size : int
        Bytes of its body.
    seconds : float
        From its first byte to its answer.
    waiting : int
        Requests that wait for the preparation of a table.
    """

    rows: int = 10_000
    size: int = 10_000_000
    seconds: float = 30.0
    waiting: int = 64
