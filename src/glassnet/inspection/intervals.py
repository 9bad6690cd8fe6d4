"""How far a share that was counted can be trusted."""

from __future__ import annotations


def wilson(share: float, count: int, z: float = 1.96) -> tuple[float, float]:
    """Return the interval that holds a share's true value in 95 of 100 cases, after `count` trials: Wilson 1927.

    Examples
    --------
    >>> low, high = wilson(0.8, 50)
    >>> round(low, 4), round(high, 4)
    (0.6696, 0.8876)
    """
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z / (1 + z * z / count) * (share * (1 - share) / count + z * z / (4 * count * count)) ** 0.5
    return max(0.0, middle - half), min(1.0, middle + half)
