"""Recognises a mistake by making it: the textbook with that edit, run on the same inputs, returns the same result."""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from functools import cache
from itertools import combinations
from types import CodeType
from typing import Any

import numpy as np

from glassnet.lessons.grader import textbook
from glassnet.lessons.grader.exercises import EXERCISES
from glassnet.lessons.grader.mistakes import MISTAKES, Mistake
from glassnet.lessons.grader.values import Flat, canonical, differences, named, same

Mistakes = tuple[Mistake, ...]
MOST_OF_THREE = 34  # edits of a function up to which also three at once are tried


def recognise(
    key: str, cases: list[Any], rights: list[Any], given: list[Flat | None], helpers: set[str], source: str
) -> tuple[Mistakes, list[str]]:
    """Find the mistakes that explain every result; or those that explain part of it.

    Parameters
    ----------
    key : str
        Exercise.
    cases, rights : list
        Inputs, and what is right for them.
    given : list of flat tables
        What the learner's function returned; None where it failed.
    helpers : set of str
        Functions of the textbook whose work the learner's function does itself: their mistakes count too.
    source : str
        Text of the learner's function, which decides between mistakes that compute the same.

    Returns
    -------
    mistakes, unexplained : tuple, list of str
        The mistakes, and the entries of the results that are wrong for another reason.
    """
    order = sorted(
        range(len(cases)), key=lambda i: given[i] is None
    )  # numbers tell more than failures, so they go first
    cases, rights, given = ([items[i] for i in order] for items in (cases, rights, given))
    expected = [named(right, EXERCISES[key]) for right in rights]
    wrong = sorted({name for g, e in zip(given, expected, strict=True) if g for name in differences(key, g, e)})
    if not wrong:  # it only fails: where some shapes work, the mistakes that fail with the others are told by the text
        fitting = [(m,) for m in MISTAKES[key] if _hinted(m, source) > 0] if any(given) else []
        fitting = [mistakes for mistakes in fitting if _explains(key, mistakes, cases, rights, given, None)]
        return (fitting[0] if len(fitting) == 1 else ()), []
    possible = [*MISTAKES[key], *(mistake for helper in sorted(helpers) for mistake in MISTAKES.get(helper, ()))]
    for count in (1, 2, 3) if len(possible) <= MOST_OF_THREE else (1, 2):
        fitting = [
            mistakes
            for mistakes in combinations(possible, count)
            if _explains(key, mistakes, cases, rights, given, None)
        ]
        if fitting:
            return max(fitting, key=lambda mistakes: sum(_hinted(mistake, source) for mistake in mistakes)), []
    found: list[Mistake] = []
    for entry in list(wrong):
        fitting = [(m,) for m in possible if _explains(key, (m,), cases, rights, given, entry)]
        if fitting:
            (mistake,) = max(fitting, key=lambda mistakes: _hinted(mistakes[0], source))
            found += [mistake] * (mistake not in found)
            wrong.remove(entry)
    return tuple(found), wrong


def _hinted(mistake: Mistake, source: str) -> float:
    if mistake.look and re.search(mistake.look, source):
        return 1.0
    return -1.0 if "wrong axis" in mistake.name and mistake.look else 0.0


def _explains(
    key: str, mistakes: Mistakes, cases: list[Any], rights: list[Any], given: list[Flat | None], entry: str | None
) -> bool:
    """Say whether the mistakes make, in every case, the results that were given: all of them, or one entry."""
    results = _made(key, mistakes, cases, rights)
    for flat in given:
        made = next(results)
        if made is NotImplemented:
            return False
        if entry is not None and flat is not None and made is not None and entry in flat and entry in made:
            if not same(flat[entry], made[entry]):
                return False
        elif entry is None and ((flat is None) != (made is None) or (flat and made and differences(key, flat, made))):
            return False
    return True


def _made(key: str, mistakes: Mistakes, cases: list[Any], rights: list[Any]) -> Iterator[Any]:
    """Run the textbook with the mistakes in it: a flat table for each case, None where it fails."""
    namespace: dict[str, Any] = {"np": np, "Array": Any, "Any": Any}
    for name in MISTAKES:
        code = _code(name, tuple(mistake for mistake in mistakes if mistake.function == name))
        if code is None:
            yield NotImplemented
            return
        exec(code, namespace)
    for case, right in zip(cases, rights, strict=True):
        try:
            with np.errstate(all="ignore"):
                yield named(canonical(key, case, namespace[key](*case), right), EXERCISES[key])
        except Exception:
            yield None


@cache
def _code(function: str, mistakes: Mistakes) -> CodeType | None:
    """Compile a function of the textbook with the mistakes in it; None where they get in each other's way."""
    text = inspect.getsource(getattr(textbook, function))
    for mistake in mistakes:
        if mistake.old not in text:
            return None
        text = text.replace(mistake.old, mistake.new)
    try:
        return compile(f"from __future__ import annotations\n{text}", f"<textbook {function}>", "exec")
    except SyntaxError:
        return None


def right_line(mistake: Mistake) -> str:
    """Return the line of the textbook that the mistake is made in."""
    lines = inspect.getsource(getattr(textbook, mistake.function)).splitlines()
    return next((line.strip() for line in lines if mistake.old.partition("\n")[0] in line), "")
