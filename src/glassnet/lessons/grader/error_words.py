"""Errors that learners meet often, in words that say what to write instead."""

from __future__ import annotations

import re
from collections.abc import Callable
from difflib import get_close_matches

import numpy as np


def _attribute(match: re.Match[str], _: str) -> tuple[str, str]:
    names = [name for name in dir(np) if not name.startswith("_")]
    near = get_close_matches(match[1], names, n=1, cutoff=0.6)
    return f"np.{match[1]} does not exist", f"did you mean np.{near[0]}?" if near else "NumPy has no such name"


def _tuple(_: re.Match[str], line: str) -> tuple[str, str]:
    name = re.search(r"(randn?)\(\s*[(\[]", line)
    if name is None:
        return "a tuple where a whole number is expected", "sizes are given one by one here, without inner brackets"
    return (f"np.random.{name[1]} gets one tuple", f"it takes the sizes one by one: np.random.{name[1]}(n, n_prev)")


def _zeros(_: re.Match[str], line: str) -> tuple[str, str]:
    if re.search(r"(zeros|ones|empty)\(", line):
        return "the shape is not one tuple", "np.zeros takes the shape as one tuple: np.zeros((n, 1))"
    return "a second number where a type is expected", "a shape is one tuple: (n, 1)"


def _none(_: re.Match[str], __: str) -> tuple[str, str]:
    return "None is used as a number", "something on this line was not filled in, or a function returns nothing"


def _unknown(match: re.Match[str], _: str) -> tuple[str, str]:
    return f"{match[1]} is not defined", "the name is used before it gets a value, or it is spelt in another way"


def _key(match: re.Match[str], _: str) -> tuple[str, str]:
    why = "keys are W1, b1, ... and dW1, db1, ...: layers count from 1"
    return f"there is no key {match[1]}", why


def _shapes(match: re.Match[str], _: str) -> tuple[str, str]:
    return (
        f"the shapes {match[1]} and {match[2]} cannot be multiplied",
        "(n, k) times (k, m): the inner sizes must agree",
    )


def _broadcast(match: re.Match[str], _: str) -> tuple[str, str]:
    return f"the shapes {match[1].strip()} do not fit each other", "entry by entry, both need the same shape"


_TABLE: list[tuple[str, Callable[[re.Match[str], str], tuple[str, str]]]] = [
    (r"AttributeError: module 'numpy' has no attribute '(\w+)'", _attribute),
    (r"TypeError: 'tuple' object cannot be interpreted as an integer", _tuple),
    (r"TypeError: 'list' object cannot be interpreted as an integer", _tuple),
    (r"TypeError: Cannot interpret '\d+' as a data type", _zeros),
    (r"TypeError: .*(NoneType)", _none),
    (r"NameError: name '(\w+)' is not defined", _unknown),
    (r"UnboundLocalError: .*?'(\w+)'", _unknown),
    (r"KeyError: ('\w+')", _key),
    (r"ValueError: shapes (\(.*?\)) and (\(.*?\)) not aligned", _shapes),
    (r"ValueError: operands could not be broadcast together with shapes (.*)", _broadcast),
]


def in_words(sentence: str, line: str) -> tuple[str, str]:
    """Return what is wrong and what is right, of an error's sentence and the line it was raised on.

    Examples
    --------
    >>> in_words("AttributeError: module 'numpy' has no attribute 'zero'", "b = np.zero((n, 1))")
    ('np.zero does not exist', 'did you mean np.zeros?')
    """
    for pattern, words in _TABLE:
        if match := re.match(pattern, sentence):
            return words(match, line)
    return sentence, ""
