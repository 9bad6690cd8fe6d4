"""What keeps a network from fitting noise: penalties on the weights, dropout masks, and a bound on the gradient.

The penalties follow the textbook: J gains lambda / (2m) Σ W² (L2) or lambda / m Σ |W| (L1); biases go free.
`weights` and `gradient` are flat, (P,) or (k, P).
"""

from __future__ import annotations

from typing import Any

import numpy as np

Array = Any


def l2_penalty(xp: Any, weights: Array, strength: Any, m: Any) -> Any:
    return 0.5 * strength / m * xp.sum_last(weights * weights)

def l2_slope(xp: Any, weights: Array, strength: Any, m: Any) -> Array:
    return strength / m * weights


def l1_penalty(xp: Any, weights: Array, strength: Any, m: Any) -> Any:
    return strength / m * xp.sum_last(abs(weights))

def l1_slope(xp: Any, weights: Array, strength: Any, m: Any) -> Array:
    return strength / m * xp.sign(weights)


def dropout_mask(rng: Any, shape: tuple[int, ...], drop: float, dtype: Any) -> Array:
    """Draw D[l]: 0 with probability `drop`, else 1 / (1 - drop), so that the mean of A[l] stays (inverted dropout)."""
    keep = 1 - drop
    return (rng.random(shape, dtype=dtype) < keep).astype(dtype) / dtype.type(keep)


def dropout_masks(rng: Any, theta: Any, drops: list[Any], m: int) -> list[Any]:
    """Draw D[0] ... D[L] for m samples by the share to drop in each layer; None where that is 0."""
    units = [0, *(b.shape[-2] for b in theta.b)]
    lead, dtype = theta.vector.shape[:-1], theta.vector.dtype
    return [
        dropout_mask(rng, (*lead, n, m), drop, dtype) if np.any(drop) else None
        for n, drop in zip(units, drops, strict=True)
    ]


def clip_by_norm(xp: Any, gradient: Array, limit: Any) -> None:
    """Shorten each network's gradient, in place, to length `limit` where it is longer."""
    norm = xp.sqrt(xp.sum_last(gradient * gradient))[..., None]
    gradient *= limit / xp.maximum(norm, limit)
