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

from glassnet.lessons.grader.conventions import expected, settle
from glassnet.lessons.grader.exercise import Case, Mistake
from glassnet.lessons.grader.units import MISTAKES, TEXTBOOK
from glassnet.lessons.grader.values import Flat, differences, same

Mistakes = tuple[Mistake, ...]
MOST_OF_THREE = 36  # edits of a function up to which also three at once are tried


def recognise(
    key: str, cases: list[Any], rights: list[Any], given: list[Flat | None], helpers: set[str], source: str,
    *, kept: bool = True,
) -> tuple[Mistakes, list[str]]:  # fmt: skip
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
    kept : bool
        Whether what is kept for the backward step is compared too; not where it has a form of its own.

    Returns
    -------
    mistakes, unexplained : tuple, list of str
        The mistakes, and the entries of the results that are wrong for another reason.
    """
    order = sorted(
        range(len(cases)), key=lambda i: given[i] is None
    )  # numbers tell more than failures, so they go first
    cases, rights, given = ([items[i] for i in order] for items in (cases, rights, given))
    given = [None if flat is None else _told(flat, kept) for flat in given]
    flats = [_told(expected(key, case, right), kept) for case, right in zip(cases, rights, strict=True)]
    wrong = sorted({name for g, e in zip(given, flats, strict=True) if g for name in differences(key, g, e)})
    possible = [*MISTAKES[key], *(mistake for helper in sorted(helpers) for mistake in MISTAKES.get(helper, ()))]

    def explaining(count: int, entry: str | None = None) -> list[Mistakes]:
        together = combinations(possible, count)
        fitting = [mistakes for mistakes in together if _explains(key, mistakes, cases, rights, given, entry, kept)]
        return sorted(fitting, key=lambda mistakes: -sum(_hinted(mistake, source) for mistake in mistakes))

    if not wrong:  # it only fails: where some shapes work, a mistake that fails with the same others and is in the text
        fails = [flat is None for flat in given]
        for mistakes in explaining(1) if any(given) else []:
            if (
                _hinted(mistakes[0], source) > 0
                and [made is None for made in _made(key, mistakes, cases, rights)] == fails
            ):
                return mistakes, []
        return (), []
    for count in (1, 2):
        if fitting := explaining(count):
            return fitting[0], []
    found: dict[Mistake, None] = {}
    rest = []
    for entry in wrong:
        fitting = explaining(1, entry)
        found.update(dict.fromkeys(fitting[0] if fitting else ()))
        rest += [] if fitting else [entry]
    if rest and len(possible) <= MOST_OF_THREE and (fitting := explaining(3)):
        return fitting[0], []
    return tuple(found), rest


def _told(flat: Flat, kept: bool) -> Flat:
    return flat if kept else {name: value for name, value in flat.items() if not name.startswith("cache")}


def _hinted(mistake: Mistake, source: str) -> float:
    if mistake.look and re.search(mistake.look, source):
        return 1.0
    return -1.0 if "wrong axis" in mistake.name and mistake.look else 0.0


def _explains(
    key: str, mistakes: Mistakes, cases: list[Any], rights: list[Any], given: list[Flat | None], entry: str | None,
    kept: bool,
) -> bool:  # fmt: skip
    """Say whether the mistakes make, in every case, the results that were given: all of them, or one entry."""
    results = _made(key, mistakes, cases, rights)
    for case, flat, right in zip(cases, given, rights, strict=True):
        made = next(results)
        made = _told(made, kept) if isinstance(made, dict) else made
        if made is NotImplemented or (made is None and flat is not None):
            return False
        if flat is None:  # another way to write the mistake fails where ours goes on with wrong numbers
            if made is not None and not differences(key, made, _told(expected(key, case, right), kept)):
                return False
            continue
        if entry is None and differences(key, flat, made):
            return False
        if entry is not None and not ((entry in flat) == (entry in made) and same(flat.get(entry), made.get(entry))):
            return False
    return True


def _made(key: str, mistakes: Mistakes, cases: list[Case], rights: list[Any]) -> Iterator[Any]:
    """Run the textbook with the mistakes in it: a flat table for each case, None where it fails."""
    namespace: dict[str, Any] = {**TEXTBOOK, "np": np, "Array": Any, "Any": Any}
    for name in (key, *rests_on(key)):
        code = _code(name, tuple(mistake for mistake in mistakes if mistake.function == name))
        if code is None:
            yield NotImplemented
            return
        exec(code, namespace)
    for case, right in zip(cases, rights, strict=True):
        try:
            with np.errstate(all="ignore"):
                yield settle(key, case, namespace[key](*case), right).flat
        except Exception:
            yield None


@cache
def rests_on(key: str) -> tuple[str, ...]:
    """Name the functions of the textbook that one rests on."""
    known: dict[str, None] = {}
    waiting = [key]
    while waiting:
        called = [name for name in _names(TEXTBOOK[waiting.pop()].__code__) if name in TEXTBOOK and name not in known]
        known.update(dict.fromkeys(called))
        waiting += called
    known.pop(key, None)
    return tuple(known)


def _names(code: CodeType) -> Iterator[str]:
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


@cache
def _code(function: str, mistakes: Mistakes) -> CodeType | None:
    """Compile a function of the textbook with the mistakes in it; None where they get in each other's way."""
    text = inspect.getsource(TEXTBOOK[function])
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
    lines = inspect.getsource(TEXTBOOK[mistake.function]).splitlines()
    return next((line.strip() for line in lines if mistake.old.partition("\n")[0] in line), "")
