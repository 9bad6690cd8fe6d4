"""Names of columns as names of variables."""

from __future__ import annotations

import re
from collections.abc import Collection


def variable(name: str, taken: Collection[str], *, letters: str = r"\w", otherwise: str = "column") -> str:
    """Return the name of a column as that of a variable.

    Parameters
    ----------
    name : str
        Of the column.
    taken : collection of str
        Names that it may not have.
    letters : str
        What a name may consist of, as in a regular expression's brackets.
    otherwise : str
        The name where nothing is left, and what one begins with that may not begin as it does.

    Returns
    -------
    str
        In lower case, signs replaced by underscores.
    """
    plain = re.sub(rf"[^{letters}]+", "_", name).strip("_").lower() or otherwise
    plain = f"{otherwise}_{plain}" if not plain.isidentifier() else plain
    while plain in taken:
        plain = f"{plain}_"
    return plain
