"""Brings what the course leaves open to one form, and says where a learner's form is another one than the course's."""

from __future__ import annotations

from itertools import combinations, permutations
from typing import Any, NamedTuple

import numpy as np

from glassnet.lessons.grader.exercise import Case
from glassnet.lessons.grader.units import EXERCISES
from glassnet.lessons.grader.units.regularization import share_kept, with_masks
from glassnet.lessons.grader.values import Flat, named, same
from glassnet.typing import AnyArray

SAMPLES = ("Y", "AL", "A3", "X", "dZ", "dA", "A", "A_prev", "Z")


class Settled(NamedTuple):
    """A result in the course's form.

    `remarks` say what was another form; `order` has the place among the course's results of each of the learner's,
    where they are in another order; `missing` are results that were not returned among several.
    """

    flat: Flat
    remarks: tuple[str, ...] = ()
    order: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()


def seen(key: str, case: Case, output: Any) -> Case:
    """Add to a case what only the output shows: the masks that dropout drew."""
    return with_masks(case, output) if key == "forward_propagation_with_dropout" else case


def settle(key: str, case: Case, output: Any, right: Any) -> Settled:
    """Bring an output to the names, order and shapes of the course.

    Parameters
    ----------
    key : str
        Exercise.
    case : tuple
        Its input.
    output, right : object
        What was returned, and what is right.

    Returns
    -------
    Settled
        The flat table, and in what the form was another one.
    """
    names = EXERCISES[key].returns
    remarks: list[str] = []
    order: tuple[int, ...] = ()
    missing: tuple[str, ...] = ()
    if key in {"sigmoid", "relu"} and not isinstance(output, tuple | list):
        output = (output, right[1])
    elif key == "random_mini_batches":
        output, right = _batches(case, output), _batches(case, right)
    elif key == "forward_propagation_with_dropout" and isinstance(output, tuple) and len(output) == 2:
        first, kept = sorted(output, key=lambda part: not isinstance(part, np.ndarray))
        output = (first, np.array(kept if isinstance(kept, float) else share_kept(case)))
    if key == "L_model_backward" and isinstance(output, dict):
        output = _slopes(output, right, case)
    elif len(names) == 1:
        output = _one(output, right, names[0], remarks)
    elif isinstance(output, dict) and set(names) <= set(output):
        output = tuple(output[name] for name in names)
        remarks.append(f"a dictionary is returned; the course's is {', '.join(names)}")
    elif isinstance(output, tuple | list | np.ndarray) and isinstance(right, tuple):
        output = (output,) if isinstance(output, np.ndarray) else output
        output, order, missing = _several(output, right, names, remarks)
        output = tuple(_one(o, r, n, remarks) if isinstance(r, dict) else o
                       for o, r, n in zip(output, right, names, strict=True))  # fmt: skip
    flat = _fitted(key, named(output, names), named(right, names), remarks)
    return Settled(flat, tuple(dict.fromkeys(remarks)), order, missing)


def expected(key: str, case: Case, right: Any) -> Flat:
    """Return the flat table of what is right."""
    right = _batches(case, right) if key == "random_mini_batches" else right
    return named(right, EXERCISES[key].returns)


def samples(key: str, case: Case) -> int:
    """Return m of a case; 1 where nothing tells."""
    given = dict(zip(EXERCISES[key].arguments, case, strict=False))
    arrays = (given[name] for name in SAMPLES if isinstance(given.get(name), np.ndarray))
    return next((array.shape[1] for array in arrays if array.ndim == 2), 1)


def power_of_m(key: str, cases: list[Case], given: list[Flat | None], rights: list[Flat]) -> bool:
    """Say whether all that differs is the right number times m, or divided by m: 1/m stands in another place."""
    for power in (1, -1):
        fits = []
        for case, flat, right in zip(cases, given, rights, strict=True):
            factor = float(samples(key, case)) ** power
            for name in right:
                ours, theirs = right[name], None if flat is None else flat.get(name)
                if not isinstance(theirs, np.ndarray):
                    return False
                fits.append(same(theirs, ours) or same(theirs, np.asarray(ours) * factor))
        if all(fits):
            return True
    return False


def _one(output: Any, right: Any, name: str, remarks: list[str]) -> Any:
    """Find one result: the dictionary in a tuple, arrays without their names, a list of numbers."""
    if isinstance(right, dict):
        if isinstance(output, tuple | list):
            tables = [part for part in output if isinstance(part, dict) and set(part) & set(right)]
            if tables:
                remarks.append(f"more than {name} is returned")
                output = tables[0]
            elif len(output) == len(right):
                for order in permutations(range(len(right))) if len(right) <= 4 else [tuple(range(len(right)))]:
                    if all(same(output[i], value) for i, value in zip(order, right.values(), strict=True)):
                        remarks.append(f"{name} is a tuple; the course's is a dictionary with {', '.join(right)}")
                        return {key: output[i] for i, key in zip(order, right, strict=True)}
        return {key: item for key, item in output.items() if key in right} if isinstance(output, dict) else output
    if isinstance(output, tuple | list) and not isinstance(right, tuple | list):
        fitting = [part for part in output if same(part, right)]
        if fitting or (output and isinstance(output[0], np.ndarray) and output[0].shape == np.shape(right)):
            remarks.append(f"more than {name} is returned")
            return (fitting or output)[0]
        try:
            array = np.array(output, dtype=float)
        except (ValueError, TypeError):
            return output
        remarks.append(f"{name} is a list; the course's is an array")
        return array
    return output


def _several(
    output: Any, right: tuple[Any, ...], names: tuple[str, ...], remarks: list[str]
) -> tuple[tuple[Any, ...], tuple[int, ...], tuple[str, ...]]:
    """Put several results into the course's order, and None where one is missing."""
    output = tuple(output)
    if len(output) > len(names):
        remarks.append("more is returned than the course's " + ", ".join(names))
        output = output[: len(names)]
    fits = [[_alike(item, value) for value in right] for item in output]
    if len(output) < len(names):
        ways = list(combinations(range(len(names)), len(output)))
        best = max(ways, key=lambda way: sum(fits[i][place] for i, place in enumerate(way)))
        placed = [output[best.index(place)] if place in best else None for place in range(len(names))]
        return tuple(placed), (), tuple(name for place, name in enumerate(names) if place not in best)
    plain = tuple(range(len(names)))
    told = [place for place in plain if not names[place].startswith("cache")]  # what is kept may have any form
    if len(names) <= 4 and not all(fits[place][place] for place in told):
        for order in permutations(plain):  # order[i]: the course's place of the learner's result i
            if all(fits[order.index(place)][place] for place in told):
                remarks.append(f"returned as {', '.join(names[place] for place in order)}; "
                               f"the course's order is {', '.join(names)}")  # fmt: skip
                return tuple(output[order.index(place)] for place in plain), order, ()
    return output, (), ()


def _alike(given: Any, right: Any) -> bool:
    if isinstance(right, dict):
        return isinstance(given, dict) and bool(set(given) & set(right)) and all(
            _alike(given[key], right[key]) for key in given if key in right)  # fmt: skip
    if isinstance(right, tuple | list):
        return isinstance(given, tuple | list) and len(given) == len(right) and all(map(_alike, given, right))
    if isinstance(given, np.ndarray) and np.shape(right) == () and given.size == 1:
        given = given.reshape(())
    return same(given, right)


def _fitted(key: str, flat: Flat, right: Flat, remarks: list[str]) -> Flat:
    """Give one number the shape (), and predictions the shape (1, m), with a remark."""
    fitted = dict(flat)
    for name, value in flat.items():
        ours = right.get(name)
        if isinstance(value, np.ndarray) and ours is not None and np.shape(value) != np.shape(ours):
            number = np.shape(ours) == () and value.size == 1
            row = key.startswith("predict") and name == "p" and value.ndim < 2 and value.size == np.size(ours)
            if number or row:
                shape = "a number" if number else f"of shape {np.shape(ours)}"
                if number:
                    short = name if name.endswith("']") else name.partition("[")[0]
                    remarks.append(f"{short} has shape {value.shape}; the course's is {shape}")
                elif value.size > 1:
                    remarks.append(f"{name} is of shape (m,); the course's is (1, m)")
                fitted[name] = value.reshape(np.shape(ours))
    return fitted


def _batches(case: Case, output: Any) -> Any:
    """Describe mini-batches by what does not depend on chance.

    That is: the sizes; whether all columns of X, of Y, and all pairs are there; whether they are shuffled.
    """
    X, Y = case[:2]
    if isinstance(output, tuple | list) and not output:
        return np.zeros(0), np.zeros(3), np.array(1.0)
    try:
        pairs = [(np.asarray(batch[0], float), np.asarray(batch[1], float)) for batch in output]
        joined = np.hstack([np.vstack(pair) for pair in pairs])
        sizes = np.array(sorted((float(part.shape[1]) for part, _ in pairs), reverse=True))
    except (ValueError, TypeError, IndexError, KeyError):
        return output
    whole = np.vstack([X, Y])
    shuffled = joined.shape != whole.shape or X.shape[1] < 20 or not np.array_equal(joined, whole)
    there = [_sorted(part) == _sorted(all_of) for part, all_of in (
        (joined[: X.shape[0]], X), (joined[X.shape[0] :], Y), (joined, whole))]  # fmt: skip
    return sizes, np.array(there, float), np.array(float(shuffled))


def _sorted(columns: AnyArray) -> list[list[float]]:
    return sorted(columns.T.tolist())


def _slopes(grads: dict[str, Any], right: dict[str, Any], case: Case) -> dict[str, AnyArray]:
    """Give dA the newer course's numbers, dA0 ... dA(L-1); the older one calls what layer l hands back dA(l)."""
    AL, Y, caches = case
    L = len(caches)
    kept = {name: grads[name] for name in grads if name in right and not name.startswith("dA")}
    dA = {l: grads[f"dA{l}"] for l in range(L + 1) if f"dA{l}" in grads}
    older = {l - 1: array for l, array in dA.items() if l > 0}
    newer = {l: array for l, array in dA.items() if l < L}
    wrong = [sum(not same(array, right[f"dA{l}"]) for l, array in choice.items()) for choice in (newer, older)]
    dAL_kept = L in dA and same(dA[L], -(Y / AL - (1 - Y) / (1 - AL)))
    chosen = older if 0 not in dA and wrong[1] <= wrong[0] and not dAL_kept else newer
    return {**kept, **{f"dA{l}": array for l, array in chosen.items()}}
