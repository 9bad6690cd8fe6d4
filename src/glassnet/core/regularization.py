"""What keeps a network from fitting noise: the tables of penalties and of gradient transforms, and dropout masks.

A penalty is part of the cost: J gains its value, each dW its slope; biases go free. A gradient transform changes the
gradient between `backward` and the optimiser, in place, and leaves J as it is. An entry is named like the setting that
turns it on. `weights` and `gradient` are flat, (P,) or (k, P).

Sources: clipping by norm Pascanu et al. 2013; dropout Srivastava et al. 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from math import prod
from typing import Any, NamedTuple

import numpy as np

Array = Any


class Penalty(NamedTuple):
    """One entry of the table; the slope must be proportional to strength / m.

    `formula` and `tex` are added to J, `slope_formula` and `slope_tex` to dW[l]; `slope_formula` has the fields {m}, {l}.
    """

    value: Callable[..., Any]                         # value(xp, weights, strength, m)
    slope: Callable[..., Array]                       # slope(xp, weights, strength, m)
    formula: str
    slope_formula: str
    tex: str = ""
    slope_tex: str = ""
    symbol: str = r"\lambda"                          # TeX of the strength
    interval: str = "[0, inf)"                        # of the strength; 0 is no penalty


class GradientTransform(NamedTuple):
    """One entry of the table; TeX names the limit as <limit>."""

    change: Callable[..., None]                       # change(xp, gradient, limit)
    formula: str
    tex: str = ""
    interval: str = "(0, inf)"                        # of the limit
    entrywise: bool = False                           # else it needs the whole gradient at once


def l2_penalty(xp: Any, weights: Array, strength: Any, m: Any) -> Any:
    return 0.5 * strength / m * xp.sum_last(weights * weights)

def l2_slope(xp: Any, weights: Array, strength: Any, m: Any) -> Array:
    return strength / m * weights


def l1_penalty(xp: Any, weights: Array, strength: Any, m: Any) -> Any:
    return strength / m * xp.sum_last(abs(weights))

def l1_slope(xp: Any, weights: Array, strength: Any, m: Any) -> Array:
    return strength / m * xp.sign(weights)


# Pascanu, Mikolov and Bengio 2013
def clip_by_norm(xp: Any, gradient: Array, limit: Any) -> None:
    norm = xp.sqrt(xp.sum_last(gradient * gradient))[..., None]  # of each network's gradient
    gradient *= limit / xp.maximum(norm, limit)


PENALTIES: dict[str, Penalty] = {
    "l2": Penalty(
        l2_penalty, l2_slope, "l2 / (2m) Σ W²", "l2/{m} W[{l}]",
        r"\frac{\lambda}{2 m} \sum_{l} \sum_{j,k} (w_{jk}^{[l]})^{2}", r"\frac{\lambda}{m} W^{[l]}"),
    "l1": Penalty(
        l1_penalty, l1_slope, "l1 / m Σ |W|", "l1/{m} sign(W[{l}])",
        r"\frac{\lambda_{1}}{m} \sum_{l} \sum_{j,k} |w_{jk}^{[l]}|", r"\frac{\lambda_{1}}{m} \sign(W^{[l]})",
        r"\lambda_{1}"),
}

GRADIENT_TRANSFORMS: dict[str, GradientTransform] = {
    "clip_norm": GradientTransform(
        clip_by_norm, "d *= limit / max(|d|, limit)", r"d\theta &:= \frac{<limit>}{\max(\sqrt{d\theta^{2}}, <limit>)} d\theta"),
}


def transform_gradient(xp: Any, gradient: Any, transforms: Mapping[str, Any]) -> None:
    """Change `gradient.vector` by each of the transforms, given by name with their limits, in their order."""
    for name, limit in transforms.items():
        GRADIENT_TRANSFORMS[name].change(xp, gradient.vector, limit)


def dropout_mask(rng: Any, shape: tuple[int, ...], drop: float, dtype: Any) -> Array:
    """Draw D[l]: 0 with probability `drop`, else 1 / (1 - drop), so that the mean of A[l] stays (inverted dropout).

    A unit takes 16 random bits, so that the probability is rounded to a multiple of 2^-16: four units from one draw.
    """
    keep, units = 1 - drop, prod(shape)
    bits = rng.integers(2**64, size=-(-units // 4), dtype=np.uint64).view(np.uint16)[:units].reshape(shape)
    last = np.maximum(np.rint(np.multiply(keep, 2**16)), 1) - 1
    return (bits <= last.astype(np.uint16)) / dtype.type(keep)


# Srivastava et al. 2014
def dropout_masks(rng: Any, theta: Any, drops: list[Any], m: int) -> list[Any]:
    """Draw D[0] ... D[L] for m samples by the share to drop in each layer; None where that is 0."""
    units = [0, *(b.shape[-2] for b in theta.b)]
    lead, dtype = theta.vector.shape[:-1], theta.vector.dtype
    return [
        dropout_mask(rng, (*lead, n, m), drop, dtype) if np.any(drop) else None
        for n, drop in zip(units, drops, strict=True)
    ]
