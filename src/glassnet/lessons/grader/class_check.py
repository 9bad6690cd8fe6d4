"""Checks a class with `forward` and `backward` by differences, whatever its conventions: rows or columns, 1/m or not.

A layer's `backward(dout)` must give the slopes of sum(dout * forward(X)); a network's those of a usual cost, up to one
factor. Runs in the learner's process.
"""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from typing import Any, NamedTuple

import numpy as np

from glassnet.typing import Array

SIZES, M, STEP = (3, 4, 1), 5, 1e-5
LISTS = ("layer", "dims", "sizes", "architecture", "shape", "units")
COSTS: dict[str, Callable[[Array, Array], Any]] = {
    "cross-entropy": lambda A, Y: -np.sum(Y * np.log(A) + (1 - Y) * np.log(1 - A)),
    "squared error": lambda A, Y: np.sum((A - Y) ** 2),
    "cross-entropy of logits": lambda Z, Y: np.sum(np.logaddexp(0, Z) - Y * Z),
}


class Seen(NamedTuple):
    """What a class showed: "right", "wrong" or "unknown"; of a wrong one, the array and its numbers."""

    status: str
    what: str = ""
    evidence: str = ""
    remarks: tuple[str, ...] = ()


def check(kind: type) -> Seen:
    """Make an object of a class, run it forward and backward, and compare the slopes with differences."""
    rng = np.random.default_rng(3)
    for made in _objects(kind):
        seen = _object(made, rng)
        if seen is not None:
            return seen
    return Seen("unknown")


def _object(made: Any, rng: np.random.Generator) -> Seen | None:
    """Check one object; None where it does not run as it was made."""
    try:
        return _run(made, rng)
    except Exception:
        return None


def _run(made: Any, rng: np.random.Generator) -> Seen | None:
    X = rng.normal(size=(SIZES[0], M))
    columns = _shape(made, X)[1:] == (M,)
    if not columns:
        X = X.T.copy()
        if _shape(made, X)[:1] != (M,):
            return None
    first = np.array(_output(copy.deepcopy(made).forward(X)), float)
    if first.ndim != 2 or not np.allclose(first, _output(copy.deepcopy(made).forward(X)), equal_nan=True):
        return None
    needed = _required(made.backward)
    if len(needed) == 1 and _meaning(needed[0]) != "y":
        return _layer(made, X, rng.normal(size=first.shape), M)
    return _network(made, X, first, needed) if needed and len(needed) <= 3 else None


def _shape(made: Any, X: Array) -> tuple[int, ...]:
    """Return the shape of what forward gives; nothing where it fails."""
    try:
        return np.shape(_output(copy.deepcopy(made).forward(X)))
    except Exception:
        return ()


def _layer(made: Any, X: Array, dout: Array, m: int) -> Seen:
    def cost(thing: Any, inputs: Array) -> float:
        return float(np.sum(dout * _output(copy.deepcopy(thing).forward(inputs))))

    ran = copy.deepcopy(made)
    ran.forward(X)
    returned = list(_arrays(ran.backward(dout.copy())))
    slopes = {"dX": _slopes(lambda moved: cost(made, moved), X)}
    given = {"dX": next((array for _, array in returned if array.shape == X.shape), None)}
    for name, array in _parameters(made):
        slopes[f"d{name}"] = _slopes(partial(_elsewhere, made, name, lambda thing: cost(thing, X)), array)
        given[f"d{name}"] = _gradient(ran, returned, name, array)
    remarks = []
    for name, right in slopes.items():
        ours = given[name]
        if ours is None or np.allclose(right, 0):
            continue
        ours = ours.reshape(right.shape) if ours.size == right.size else ours
        if _close(ours, right):
            continue
        if name != "dX" and _close(ours * m, right):
            remarks.append(f"{name} is a mean over the samples")
            continue
        return Seen("wrong", name, _difference(name, ours, right))
    found = any(array is not None for array in given.values())
    return Seen("right" if found else "unknown", remarks=tuple(remarks))


def _network(made: Any, X: Array, A: Array, needed: list[str]) -> Seen:
    Y = (np.arange(A.size).reshape(A.shape) % 2).astype(float)
    ran = copy.deepcopy(made)
    ran.forward(X)
    before = {name: array.copy() for name, array in _parameters(ran)}
    known = {"x": X, "y": Y, "a": A}
    order = [known.get(_meaning(name), Y) for name in needed]
    try:
        returned = list(_arrays(ran.backward(*order)))
    except Exception:
        return Seen("unknown")
    after = dict(_parameters(ran))
    given: dict[str, Array] = {}
    for name, array in before.items():
        slope = _gradient(ran, returned, name, array)
        if slope is None and not np.array_equal(after[name], array):
            slope = array - after[name]
        if slope is not None and slope.size == array.size:
            given[name] = slope.reshape(array.shape)
    best: tuple[list[str], str, dict[str, Array], float] | None = None
    least: tuple[int, bool] = (len(given) + 1, True)
    for label, cost in COSTS.items():
        with np.errstate(all="ignore"):

            def J(thing: Any, cost: Any = cost) -> float:
                return float(cost(_output(copy.deepcopy(thing).forward(X)), Y))

            slopes = {name: _slopes(partial(_elsewhere, made, name, J), before[name]) for name in given}
        for anchor, ours in given.items():
            factor = _factor(ours, slopes[anchor])
            if factor is None:
                continue
            wrong = [name for name in given if not _close(given[name], slopes[name] * factor)]
            if (count := (len(wrong), not _usual(factor))) < least:
                best, least = (wrong, label, slopes, factor), count
    if best is None or not given:
        return Seen("unknown")
    wrong, label, slopes, factor = best
    if not wrong:
        return Seen("right", remarks=(f"the slopes are those of the {label}",))
    if 2 * len(wrong) > len(given):  # too little agrees to be sure of the cost
        return Seen("unknown")
    name = wrong[0]
    return Seen("wrong", _short(name), _difference(_short(name), given[name], slopes[name] * factor))


def _usual(factor: float) -> bool:
    """Say whether a cost with this factor is one that people write: a sum or a mean, or half of it or twice."""
    return any(abs(abs(factor) * k - 1) < 1e-3 for k in (1, M, 2, 2 * M, 0.5, M / 2))


def _short(name: str) -> str:
    """Return dW1 of params['W1'], dW[0] of W[0]."""
    head, _, key = name.partition("['")
    return f"d{key[:-2]}" if key else f"d{head}"


def _objects(kind: type) -> Iterator[Any]:
    """Make objects in the ways that such classes are usually made."""
    needed = _required(kind)
    ways: list[tuple[Any, ...]] = []
    if not needed:
        ways = [()]
    else:
        listed = any(word in needed[0].lower() for word in LISTS) and needed[0].lower() != "size"
        rest = [0.1 if "r" in name[-4:] and ("lr" in name or "rate" in name) else None for name in needed]
        numbers = iter((3, 2) if len(needed) == 2 else (*SIZES, 2, 2))
        by_name = tuple(value if value is not None else next(numbers, 2) for value in rest)
        lists = [([3, 4, 1], *by_name[1:]), ((3, 4, 1), *by_name[1:])]
        ways = [*lists, by_name] if listed else [by_name, *lists]
        if needed[0].lower() in {"w", "weights", "weight"} and len(needed) == 2:
            W = np.array([[0.5, -0.2, 0.1], [0.3, 0.4, -0.6]])
            ways = [(W, np.zeros((2, 1))), (W.T.copy(), np.zeros(2))]
    for way in ways:
        np.random.seed(1)  # noqa: NPY002 (the learner's own draws)
        try:
            made = kind(*way)
        except Exception:
            continue
        _enlarge(made)
        yield made


def _enlarge(made: Any) -> None:
    """Replace tiny weights and zero biases, with which the slopes of early layers would be too small to compare."""
    rng = np.random.default_rng(4)
    for name, array in _parameters(made):
        _set(made, name, rng.normal(size=array.shape) * 0.7)


def _required(function: Any) -> list[str]:
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return []
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind in positional]


def _meaning(name: str) -> str:
    word = name.lower()
    if word in {"x", "inputs", "input", "x_train"}:
        return "x"
    return "y" if word in {"y", "labels", "y_true", "target", "targets", "t", "y_train"} else "a"


def _output(value: Any) -> Any:
    return value[0] if isinstance(value, tuple | list) and len(value) else value


def _arrays(value: Any, name: str = "") -> Iterator[tuple[str, Array]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _arrays(item, str(key))
    elif isinstance(value, tuple | list):
        for i, item in enumerate(value):
            yield from _arrays(item, f"{name}{i}")
    elif isinstance(value, np.ndarray | float) and np.size(value):
        yield name, np.asarray(value, float)


def _parameters(made: Any) -> list[tuple[str, Array]]:
    """Return the arrays that are learned: attributes, or entries of a dictionary or list, named W..., w..., b..."""
    found = []
    for name, value in vars(made).items():
        if isinstance(value, np.ndarray) and value.dtype.kind == "f" and _learned(name):
            found.append((name, value))
        elif isinstance(value, dict):
            found += [(f"{name}[{k!r}]", v) for k, v in value.items() if isinstance(v, np.ndarray) and _learned(str(k))]
        elif isinstance(value, list) and _learned(name):
            found += [
                (f"{name}[{i}]", v) for i, v in enumerate(value) if isinstance(v, np.ndarray) and v.dtype.kind == "f"
            ]
    return found


def _learned(name: str) -> bool:
    word = name.strip("_")
    return (word[:1] in "Wwb" and word.lower() not in {"batch", "beta", "beta1", "beta2"}) or word.lower() in {
        "theta",
        "gamma",
    }


def _place(made: Any, name: str) -> tuple[Any, Any]:
    head, _, key = name.partition("[")
    if not key:
        return vars(made), head
    holder = getattr(made, head)
    return holder, int(key[:-1]) if isinstance(holder, list) else next(k for k in holder if repr(k) == key[:-1])


def _set(made: Any, name: str, array: Array) -> None:
    holder, key = _place(made, name)
    holder[key] = array


def _moved(made: Any, name: str, array: Array) -> Any:
    moved = copy.deepcopy(made)
    _set(moved, name, array)
    return moved


def _elsewhere(made: Any, name: str, cost: Callable[[Any], float], array: Array) -> float:
    """Return the cost with another array in the place of a parameter."""
    return cost(_moved(made, name, array))


def _gradient(ran: Any, returned: list[tuple[str, Array]], name: str, array: Array) -> Array | None:
    """Find the slope of a parameter among the attributes and what backward returned, by its name, then by its shape."""
    head, _, key = name.partition("[")
    short = key[:-1].strip("'") if key else head
    if key and short.isdigit():
        names = {f"d{head}{a}{short}" for a in ("", "[")} | {f"d{head}{short}"}
        lists = [getattr(ran, other, None) for other in (f"d{head}", f"grad_{head}", f"{head}_grad", f"d{head[:1]}")]
        for held in lists:
            if isinstance(held, list) and len(held) > int(short) and np.shape(held[int(short)]) == array.shape:
                return np.asarray(held[int(short)], float)
    else:
        names = {f"d{short}", f"{short}_grad", f"grad_{short}", f"{short}grad", f"grad{short}"}
    held = [
        *vars(ran).items(),
        *(pair for value in vars(ran).values() if isinstance(value, dict) for pair in value.items()),
    ]
    grads = [
        pair
        for n, value in vars(ran).items()
        if "grad" in n.lower() and isinstance(value, dict)
        for pair in value.items()
    ]
    for other, value in grads:
        if str(other) == short and np.size(value) == array.size:
            return np.asarray(value, float)
    for other, value in [*held, *returned]:
        if str(other).lower() in {n.lower() for n in names} and np.size(value) == array.size:
            return np.asarray(value, float)
    same = [value for _, value in returned if value.shape == array.shape]
    return same[0] if len(same) == 1 else None


def _slopes(J: Callable[[Array], float], at: Array) -> Array:
    """Return central differences."""
    slopes = np.zeros(at.shape)
    for place in product(*map(range, at.shape)):
        high, low = at.copy(), at.copy()
        high[place] += STEP
        low[place] -= STEP
        slopes[place] = (J(high) - J(low)) / (2 * STEP)
    return slopes


def _close(given: Array, right: Array) -> bool:
    scale = float(np.max(np.abs(right))) or 1.0
    return given.shape == right.shape and bool(np.allclose(given, right, rtol=1e-4, atol=1e-5 * scale))


def _factor(given: Array, right: Array) -> float | None:
    """Return the one number that given is right times, if there is one; a single number tells nothing."""
    if right.size < 2 or not np.any(np.abs(right) > 1e-9):
        return None
    factor = float(np.sum(given * right) / np.sum(right * right))
    return factor if abs(factor) > 1e-12 and _close(given, right * factor) else None


def _difference(name: str, given: Array, right: Array) -> str:
    if given.shape != right.shape:
        return f"{name}: expected shape {right.shape}; got {given.shape}"
    at = np.unravel_index(np.argmax(np.abs(given - right)), right.shape)
    return f"{name}{[int(i) for i in at]} by differences {right[at]:.6g}; got {given[at]:.6g}"
