"""Starts are random, so they are not compared but examined: names, shapes, zeros, scale, and that units differ."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np

from glassnet.typing import Array


class Flaw(NamedTuple):
    """A mistake seen in initial parameters; `result` is "W" or "b". A small one is worth a remark."""

    result: str
    name: str
    why: str
    look: str
    small: bool = False


SYMMETRY = "equal units get equal slopes and stay equal for ever: start W with small random numbers"
SHAPES = "W[l] is (n[l], n[l-1]), b[l] is (n[l], 1)"


def flaws(sizes: list[int], parameters: Any, kind: str = "") -> list[Flaw]:
    """Examine the parameters that were drawn for layers of these sizes, the first being the features.

    Parameters
    ----------
    sizes : list of int
        n[0], n[1], ... n[L].
    parameters : dict
        W1, b1, W2, ... as returned.
    kind : str
        "zeros", "random" (large) and "he" ask for these; anything else accepts every usual scale.

    Returns
    -------
    list of Flaw
        What is wrong, most telling first; scales are judged from 1,000 weights on.
    """
    if not isinstance(parameters, dict):
        kind = "nothing (None)" if parameters is None else f"a {type(parameters).__name__}"
        return [
            Flaw("parameters", f"a dictionary was expected, {kind} is returned", "W1, b1, ... are its keys", "return")
        ]
    names = [f"{letter}{l}" for l in range(1, len(sizes)) for letter in "Wb"]
    missing = [name for name in names if not isinstance(parameters.get(name), np.ndarray)]
    if missing:
        return [Flaw(missing[0][0], f"{missing[0]} is missing; found {', '.join(parameters) or 'nothing'}",
                     "layers count from 1 to L = len(layer_dims) - 1", "range|len")]  # fmt: skip
    found = []
    for l in range(1, len(sizes)):
        found += _of_b(parameters[f"b{l}"], sizes[l], l) + _of_W(parameters[f"W{l}"], sizes[l - 1], sizes[l], l, kind)
    large = [parameters[f"W{l}"] for l in range(1, len(sizes)) if parameters[f"W{l}"].size >= 1000 and kind != "zeros"]
    if len(large) > 1 and np.allclose(*(W.flat[:50] / (np.std(W) or 1) for W in large[:2])):
        found.append(Flaw("W", "the same random numbers in every layer", "seed once, before the first layer", "seed"))
    return found


def _of_b(b: Array, n: int, l: int) -> list[Flaw]:
    if b.shape != (n, 1):
        return [Flaw("b", f"b{l} has shape {b.shape}, expected {(n, 1)}", SHAPES, "zeros|b")]
    if np.all(b == 0):
        return []
    kind = "random" if len(np.unique(b)) > 1 or (n == 1 and b[0, 0] not in {0.01, 1.0}) else "constant"
    return [Flaw("b", f"{kind} instead of zero", "b starts at zero; random W is enough to make units differ",
                 "rand|ones|full")]  # fmt: skip


def _of_W(W: Array, n_prev: int, n: int, l: int, kind: str) -> list[Flaw]:
    if W.shape != (n, n_prev):
        swapped = ", its two sizes exchanged" if W.shape == (n_prev, n) else ""
        return [Flaw("W", f"W{l} has shape {W.shape}, expected {(n, n_prev)}{swapped}", SHAPES, "rand|W")]
    if kind == "zeros":
        return [] if np.all(W == 0) else [Flaw("W", "not zero", "this start is all zeros: np.zeros", "W")]
    scale, many = float(np.std(W)), W.size >= 1000
    usual = {
        "0.01": 0.01,
        "1/sqrt(n_prev)": n_prev**-0.5,
        "He": (2 / n_prev) ** 0.5,
        "Xavier": (2 / (n + n_prev)) ** 0.5,
    }
    if kind == "he":
        usual = {"He": usual["He"]}
    alike = W.size > 1 and (np.all(W.flat[0] == W) or (n > 1 and n_prev > 1 and np.all(W[0] == W)))
    unusual = all(abs(scale / right - 1) > 0.15 for right in usual.values()) and kind != "random"
    known = ", ".join(f"{name} = {right:.2g}" for name, right in usual.items())
    large = kind not in {"random", "he"}
    table = [
        (not np.all(np.isfinite(W)), "entries that are no finite numbers", "is a scale divided by 0?", "rand|W", False),
        (np.all(W == 0), "zero instead of random", SYMMETRY, "zeros|W", False),
        (alike, "all units start alike", SYMMETRY, "ones|full|rand|W", False),
        (many and np.min(W) >= 0, "uniform numbers from 0 up (rand) instead of normal ones (randn)",
         "weights need both signs: np.random.randn", "rand", False),
        (many and large and abs(scale - 1) < 0.15, "the scale is missing", "times 0.01, or divided by sqrt(n_prev)",
         "rand", False),
        (many and unusual, f"the scale is {scale:.2g}", f"usual here: {known}", "rand", kind != "he"),
    ]  # fmt: skip
    return [Flaw("W", name, why, look, small) for seen, name, why, look, small in table if seen][:1]
