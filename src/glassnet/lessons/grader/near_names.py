"""Which of the course's functions a name that is not on its list is meant for."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import get_close_matches

SHORT = {
    "fwd": "forward", "bwd": "backward", "back": "backward", "prop": "propagation", "init": "initialize",
    "params": "parameters", "grad": "gradient", "img": "image", "normalise": "normalize",
    "initialise": "initialize", "loss": "cost",
}  # fmt: skip
OTHERS = {"test", "plot", "print", "load", "save", "show", "check", "main"}  # of functions about the course's


def nearest(name: str, missing: Sequence[str]) -> str:
    """Return the missing function that is spelt nearly so, or whose words a name holds; "" where there is none.

    Parameters
    ----------
    name : str
        Of a function that no exercise is about.
    missing : sequence of str
        Exercises that the file has no function for.

    Returns
    -------
    str
        One of `missing`, or "".

    Examples
    --------
    >>> nearest("normalizeRows", ["normalize_rows"]), nearest("basic_sigmoid", ["sigmoid"]), nearest("helper", ["relu"])
    ('normalize_rows', 'sigmoid', '')
    """
    plain = {"_".join(words(each)): each for each in missing}
    own = words(name)
    if near := get_close_matches("_".join(own), plain, n=1, cutoff=0.85):
        return plain[near[0]]
    if set(own) & OTHERS:
        return ""
    held = [each for each in missing if set(words(each)) <= set(own)]
    return max(held, key=len, default="")


def words(name: str) -> list[str]:
    """Return the words of a name, in full and in small letters.

    Examples
    --------
    >>> words("forwardProp"), words("L_model_fwd"), words("image2vector")
    (['forward', 'propagation'], ['l', 'model', 'forward'], ['image', '2', 'vector'])
    """
    parts = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+", name)
    return [SHORT.get(part.lower(), part.lower()) for part in parts]
