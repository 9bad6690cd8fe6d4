"""Names of columns as names of variables."""

from __future__ import annotations

import re
import unicodedata
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
    name = unicodedata.normalize("NFKC", name)  # as Python reads variables
    plain = re.sub(rf"[^{letters}]+", "_", name).strip("_").lower() or otherwise
    if not plain.isidentifier():
        plain = f"{otherwise}_{''.join(each for each in plain if f'a{each}'.isidentifier())}"
    while plain in taken:
        plain = f"{plain}_"
    return plain
